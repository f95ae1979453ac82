// The public surface, nothing else. In the built package these exports load when they are touched.
export * as oci from "./oci";

export { Acknowledgements, type Acknowledgement } from "./core/acknowledgement";
export { Port, Protocol } from "./core/port";
export { type ReasonedChoice } from "./core/reason";
export { type TaggingProps } from "./core/tagging";
export * from "./core/validation-errors";
export * from "./core/validation-problem";

export * from "./network/cluster-network";
export * from "./network/cluster-security-groups";
export * from "./network/network-peer";
export * from "./network/network-security-group";
export * from "./network/region-services";
export * from "./network/subnet";
export * from "./network/subnet-exposure";
export * from "./network/subnet-plan";

export * from "./cluster/cluster";
export * from "./cluster/cluster-encryption";
export * from "./cluster/endpoint-access";
export { type ClusterAttributes } from "./cluster/imported-cluster";
export * from "./cluster/kubernetes-version";
export * from "./cluster/node-image";
export * from "./cluster/node-shape";
export * from "./cluster/private-node-pool";
export * from "./cluster/secure-oke-cluster";

export * from "./workload/added-capability";
export * from "./workload/allowed-registries";
export { AppProtocol } from "./workload/app-protocol";
export * from "./workload/config-file";
export * from "./workload/connections";
export * from "./workload/container-image";
export * from "./workload/container-props";
export * from "./workload/container-resources";
export * from "./workload/env-value";
export * from "./workload/hardened-deployment";
export * from "./workload/hardened-deployment-props";
export * from "./workload/load-balancer";
export * from "./workload/load-balancer-access";
export * from "./workload/load-balancer-shape";
export * from "./workload/namespace-limits";
export * from "./workload/probe";
export * from "./workload/secure-namespace";
export * from "./workload/service-backend";
export * from "./workload/tls-termination";
export * from "./workload/workload-service";
export * from "./workload/writable-path";

export * from "./checks/reachability";
