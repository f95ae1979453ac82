export {
  CertificateIssuer,
  type ExternalIssuerOptions,
  CertificateKey,
  TlsCertificate,
  type TlsCertificateProps,
} from "./tls-certificate";
export { ClusterEncryption } from "./cluster-encryption";
export { type ClusterEncryptionProps } from "./cluster-encryption-props";
export { KeyProtection, KeyRotation, KeyAlgorithm, KeyShape, KeySource } from "./key-properties";
export {
  type IKeyVault,
  KeyVault,
  type KeyVaultAttributes,
  type KeyVaultProps,
  VaultType,
} from "./key-vault";
export { ManagedCertificate, type ManagedCertificateProps } from "./managed-certificate";
export {
  type IPrivateCertificateAuthority,
  PrivateCertificateAuthority,
  type PrivateCertificateAuthorityAttributes,
  type PrivateCertificateAuthorityProps,
} from "./private-certificate-authority";
export { type IVaultKey, VaultKey, type VaultKeyAttributes, type VaultKeyProps } from "./vault-key";
export { type DatabasePasswordOptions, type PassphraseOptions, SecretContent } from "./secret-content";
export {
  SecretExpiry,
  type SecretExpiryOptions,
  SecretRotation,
  type SecretRotationOptions,
} from "./secret-lifecycle";
export { type ISecretReader } from "./secret-readers";
export {
  type IVaultSecret,
  VaultSecret,
  type VaultSecretAttributes,
  type VaultSecretProps,
} from "./vault-secret";
