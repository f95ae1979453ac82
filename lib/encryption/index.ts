export { ClusterEncryption, type ClusterEncryptionProps } from "./cluster-encryption";
