export * from "./cert-manager";
export * from "./logging";
