export * from "./cert-manager";
export { ExternalSecrets, type ExternalSecretsProps } from "./external-secrets";
export {
  SecretsStoreDriver,
  type SecretsStoreDriverProps,
  type SecretsStoreImages,
} from "./secrets-store-driver";
export { type AcceptedFinding, NodeBenchmark, type NodeBenchmarkProps } from "./node-benchmark";
export * from "./monitoring";
export * from "./logging";
