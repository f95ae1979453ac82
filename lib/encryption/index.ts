export { ClusterEncryption, type ClusterEncryptionProps } from "./cluster-encryption";
export { OciStateBackend, type OciStateBackendProps, StateAuthentication } from "./oci-state-backend";
export { StateBucket, type StateBucketProps } from "./state-bucket";
