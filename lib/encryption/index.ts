export { CertificateIssuer, type ExternalIssuerOptions } from "./certificate-issuer";
export { ClusterEncryption, type ClusterEncryptionProps } from "./cluster-encryption";
export { KeyProtection } from "./key-protection";
export { KeyRotation } from "./key-rotation";
export { KeyAlgorithm, KeyShape } from "./key-shape";
export { KeySource } from "./key-source";
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
export { CertificateKey, TlsCertificate, type TlsCertificateProps } from "./tls-certificate";
export { type IVaultKey, VaultKey, type VaultKeyAttributes, type VaultKeyProps } from "./vault-key";
export { type DatabasePasswordOptions, type PassphraseOptions, SecretContent } from "./secret-content";
export { SecretExpiry, type SecretExpiryOptions } from "./secret-expiry";
export { type ISecretReader } from "./secret-reader";
export { SecretRotation, type SecretRotationOptions } from "./secret-rotation";
export {
  type IVaultSecret,
  VaultSecret,
  type VaultSecretAttributes,
  type VaultSecretProps,
} from "./vault-secret";
