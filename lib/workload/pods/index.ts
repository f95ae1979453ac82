export {
  type ContainerResourceRanges,
  type HardenedContainerProps,
  type InitContainer,
  type ResourceRange,
  type Sidecar,
  TerminationMessagePolicy,
} from "./container-resources";
export { ContainerResourceField, EnvironmentValue } from "./environment-value";
export { FetchAtStart, type FetchAtStartProps } from "./fetch-at-start";
export { HttpListener, TlsVersion } from "./load-balancer-listeners";
export {
  type ExternalSecretsDeliveryOptions,
  type MountSecretOptions,
  SecretDelivery,
  SecretDeliveryKind,
  SecretReload,
  type SecretsStoreDeliveryOptions,
  SecretStage,
  type SecretVariableOptions,
} from "./mount-secret-options";
export { ConfigFile, DownwardApiFiles, SecretFiles, type SecretFilesOptions } from "./mounted-files";
export {
  BlockVolumeClass,
  type BlockVolumeClassProps,
  BlockVolumePerformance,
  ReclaimPolicy,
  VolumeClaim,
  type VolumeClaimOptions,
} from "./persistent-volumes";
export { type HardenedPodProps, type ListeningPodProps } from "./pod-props";
export { AddedCapability, PodSecurityLevel, SystemUserId } from "./pod-security";
export { AppProtocol, type NamedPort } from "./ports";
export { type GrpcHealthProbeOptions, HealthProbe, type HealthProbeOptions } from "./probe";
export { Toleration } from "./scheduling";
export {
  ApiAccess,
  type ApiAccessOptions,
  ProjectedToken,
  type ProjectedTokenOptions,
} from "./service-account";
export { WritablePath, type WritablePathOptions } from "./writable-path";
