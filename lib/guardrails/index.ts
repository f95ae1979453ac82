export { type AdmissionGuardrailsProps } from "./admission-guardrails-props";
export { AdmissionGuardrails } from "./admission-guardrails";
export {
  GuardrailException,
  type GuardrailExceptionProps,
  type NamespaceExceptionProps,
} from "./guardrail-exception";
export { GuardrailMode } from "./guardrail-mode";
