export { AcmeIssuer, type AcmeExternalAccount, type AcmeIssuerProps } from "./acme-issuer";
export {
  type AcmeCloudflareOptions,
  type AcmeDnsWebhookOptions,
  type AcmeHttpOptions,
  type AcmeRfc2136Options,
  AcmeSolver,
  type AcmeSolverOptions,
} from "./acme-solver";
export { CaIssuer, type CaIssuerProps } from "./ca-issuer";
export {
  CertManagerAddOn,
  type CertManagerAddOnProps,
  type CertManagerResources,
} from "./cert-manager-add-on";
export {
  type CertManagerEgress,
  CertManagerNamespace,
  type CertManagerNamespaceProps,
} from "./cert-manager-namespace";
