import { type GuardrailException } from "./guardrail-exception";
import { type GuardrailMode } from "./guardrail-mode";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";

/** What a cluster's guardrails are like. */
export interface AdmissionGuardrailsProps {
  /**
   * The registries and repositories that all images must come from, such as `fra.ocir.io/acme`.
   *
   * @default - images from anywhere; the rule `allowed-registries` is left out
   */
  readonly allowedRegistries?: string[];
  /**
   * The keys of the labels that every pod must have, with any value that is not empty.
   *
   * @default - none; the rule `required-labels` is left out
   */
  readonly requiredLabels?: string[];
  /**
   * The network security groups that Services may name: for a cluster with cloud-managed load balancers
   * `cluster.workerSecurityGroup`, and the `securityGroup` of each Terraform-managed one.
   *
   * @default - any; the rule `load-balancer-groups` is left out
   */
  readonly loadBalancerGroups?: INetworkSecurityGroup[];
  /**
   * The OCIDs of the compartments that Services may put load balancers in, beside that of the cluster.
   *
   * @default - none; the rule `load-balancer-compartment` refuses every one that a Service names
   */
  readonly loadBalancerCompartmentIds?: string[];
  /**
   * What happens to objects that break a rule.
   *
   * @default GuardrailMode.deny()
   */
  readonly mode?: GuardrailMode;
  /**
   * What happens to objects that break certain rules, by the rule's id, such as `{ "image-digest": GuardrailMode.warn(…) }`.
   *
   * @default - `mode`, for all
   */
  readonly modes?: { [rule: string]: GuardrailMode };
  /**
   * Namespaces where a rule does not hold.
   *
   * @default - none but `kube-system`, `kube-node-lease` and `kube-public`
   */
  readonly exceptions?: GuardrailException[];
  /**
   * What the names of the policies and their bindings begin with.
   *
   * @default "secure-oke"
   */
  readonly namePrefix?: string;
}
