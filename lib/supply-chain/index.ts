export { ImageRetention, type ImageRetentionOptions } from "./image-retention";
export { ImageScanning, type ImageScanningProps } from "./image-scanning";
export { ImageSigning } from "./image-signing";
export { type ImageSigningProps } from "./image-signing-props";
export { PrivateRepository, type PrivateRepositoryProps } from "./private-repository";
export { RepositoryScanning } from "./repository-scanning";
export {
  type ExistingSigningKeyOptions,
  type GeneratedSigningKeyOptions,
  SigningKey,
  SigningKeySize,
} from "./signing-key";
export { TagMutability } from "./tag-mutability";
