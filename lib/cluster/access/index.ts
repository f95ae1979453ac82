export { Kubeconfig, type KubeconfigProps, KubernetesEndpoint, OciCliAuthentication } from "./kubeconfig";
export { type GrantAccessOptions, type IKubernetesAccess } from "./kubernetes-access";
export { NamespaceCompartment, type NamespaceCompartmentProps } from "./namespace-compartment";
export {
  type GitHubActionsProps,
  type GitLabProps,
  type IssuerIdentityProps,
  PipelineIdentity,
} from "./pipeline-identity";
