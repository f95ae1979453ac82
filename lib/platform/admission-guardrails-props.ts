import { type GuardrailException } from "./guardrail-exception";
import { type GuardrailMode } from "./guardrail-mode";

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
