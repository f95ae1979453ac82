export {
  ImageRetention,
  type ImageRetentionOptions,
  PrivateRepository,
  type PrivateRepositoryProps,
  TagMutability,
} from "./private-repository";
export { ImageScanning, type ImageScanningProps, RepositoryScanning } from "./image-scanning";
export { ImageSigning, type ImageSigningProps } from "./image-signing";
export {
  type ExistingSigningKeyOptions,
  type GeneratedSigningKeyOptions,
  SigningKey,
  SigningKeySize,
} from "./signing-key";
