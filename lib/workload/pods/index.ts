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
  type HardenedContainerProps,
  type ContainerResourceRanges,
  type InitContainer,
  type ResourceRange,
  type Sidecar,
  TerminationMessagePolicy,
} from "./container-resources";
export { ContainerResourceField, EnvironmentValue } from "./environment-value";
export { FetchAtStart, type FetchAtStartProps } from "./fetch-at-start";
export { type HardenedPodProps } from "./hardened-pod-props";
export { HttpListener } from "./http-listener";
export { type ListeningPodProps } from "./listening-pod-props";
export { SystemUserId } from "./system-user-id";
export { type NamedPort } from "./named-port";
export { DownwardApiFiles } from "./downward-api-files";
export { PodSecurityLevel } from "./pod-security-level";
export { type GrpcHealthProbeOptions, HealthProbe, type HealthProbeOptions } from "./probe";
export { ProjectedToken, type ProjectedTokenOptions } from "./projected-token";
export { ApiAccess, type ApiAccessOptions } from "./api-access";
export { SecretFiles, type SecretFilesOptions } from "./secret-files";
export { Toleration } from "./toleration";
export { VolumeClaim, type VolumeClaimOptions } from "./volume-claim";
export { WritablePath, type WritablePathOptions } from "./writable-path";
export { type MountSecretOptions, SecretStage, type SecretVariableOptions } from "./mount-secret-options";
export {
  type ExternalSecretsDeliveryOptions,
  SecretDelivery,
  SecretDeliveryKind,
  type SecretsStoreDeliveryOptions,
} from "./secret-delivery";
export { SecretReload } from "./secret-reload";
