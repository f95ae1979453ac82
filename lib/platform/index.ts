export * from "./cert-manager";
