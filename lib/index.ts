// The public surface, nothing else. In the built package these exports load when they are touched.
export * as oci from "./oci";

export * from "./core";
export * from "./network";
export * from "./identity";
export * from "./encryption";
export * from "./storage";
export * from "./observability";
export * from "./cluster";
export * from "./network-policy";
export * from "./rbac";
export * from "./workload";
export * from "./exposure";
export * from "./namespaces";
export * from "./platform";
export * from "./guardrails";
export * from "./hardening";
export * from "./supply-chain";
export * from "./checks";
