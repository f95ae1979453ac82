export * from "./pipeline-identity";
export * from "./kubeconfig";
