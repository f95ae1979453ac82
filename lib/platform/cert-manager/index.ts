export {
  type AcmeCloudflareOptions,
  type AcmeDnsWebhookOptions,
  type AcmeHttpOptions,
  type AcmeRfc2136Options,
  AcmeSolver,
  type AcmeSolverOptions,
} from "./acme-solver";
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
export {
  type AcmeExternalAccount,
  AcmeIssuer,
  type AcmeIssuerProps,
  CaIssuer,
  type CaIssuerProps,
} from "./issuers";
