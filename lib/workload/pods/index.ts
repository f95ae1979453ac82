export { AddedCapability } from "./added-capability";
export { AppProtocol } from "./app-protocol";
export {
  BlockVolumeClass,
  type BlockVolumeClassProps,
  BlockVolumePerformance,
  ReclaimPolicy,
} from "./block-volume-class";
export { TlsVersion } from "./cipher-suites";
export { ConfigFile } from "./config-file";
export {
  type ContainerProps,
  type ContainerResources,
  type InitContainer,
  type ResourceRange,
  type Sidecar,
  TerminationMessagePolicy,
} from "./container-resources";
export { ContainerAmount, EnvValue } from "./env-value";
export { FetchAtStart, type FetchAtStartProps } from "./fetch-at-start";
export { type HardenedPodProps } from "./hardened-pod-props";
export { HttpListener } from "./http-listener";
export { type ListeningPodProps } from "./listening-pod-props";
export { LowUser } from "./low-user";
export { type NamedPort } from "./named-port";
export { PodInfoFiles } from "./pod-info-files";
export { PodSecurityLevel } from "./pod-security-level";
export { type GrpcProbeOptions, Probe, type ProbeOptions } from "./probe";
export { ProjectedToken, type ProjectedTokenOptions } from "./projected-token";
export { ApiAccess, type ApiAccessOptions } from "./rbac-api-access";
export { SecretFiles, type SecretFilesOptions } from "./secret-files";
export { TaintEffect, Toleration } from "./toleration";
export { VolumeClaim, type VolumeClaimOptions } from "./volume-claim";
export { WritablePath, type WritablePathOptions } from "./writable-path";
