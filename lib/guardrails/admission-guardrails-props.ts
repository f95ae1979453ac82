import { type GuardrailException } from "./guardrail-exception";
import { type GuardrailMode } from "./guardrail-mode";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";

/** Props for AdmissionGuardrails. */
export interface AdmissionGuardrailsProps {
  /**
   * The registries and repositories that all images must come from, such as `fra.ocir.io/acme`.
   *
   * @default - any; the rule `allowed-registries` is left out
   */
  readonly allowedRegistries?: string[];
  /**
   * The keys of the labels that every pod must have, with a non-empty value.
   *
   * @default - none; the rule `required-labels` is left out
   */
  readonly requiredLabels?: string[];
  /**
   * The network security groups that Services may use: for a cluster with cloud-managed load balancers
   * `cluster.workerSecurityGroup`, and the `securityGroup` of each Terraform-managed one.
   *
   * @default - any; the rule `load-balancer-groups` is left out
   */
  readonly loadBalancerGroups?: INetworkSecurityGroup[];
  /**
   * The OCIDs of the compartments for load balancers of Services, besides that of the cluster.
   *
   * @default - none; the rule `load-balancer-compartment` refuses any compartment that a Service sets
   */
  readonly loadBalancerCompartmentIds?: string[];
  /**
   * The action for objects that violate a rule.
   *
   * @default GuardrailMode.deny()
   */
  readonly mode?: GuardrailMode;
  /**
   * The actions for violations of certain rules, by the rule's id, such as `{ "image-digest":
   * GuardrailMode.warn(…) }`.
   *
   * @default - `mode` for all rules
   */
  readonly modes?: { [rule: string]: GuardrailMode };
  /**
   * The namespaces that are exempt from rules.
   *
   * @default - only `kube-system`, `kube-node-lease` and `kube-public`
   */
  readonly exceptions?: GuardrailException[];
  /**
   * The prefix of the names of the policies and their bindings.
   *
   * @default "secure-oke"
   */
  readonly namePrefix?: string;
}
