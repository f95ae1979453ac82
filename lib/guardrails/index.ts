export { AdmissionGuardrails, type AdmissionGuardrailsProps } from "./admission-guardrails";
export {
  GuardrailException,
  type GuardrailExceptionProps,
  GuardrailMode,
  type NamespaceExceptionProps,
} from "./guardrail-enforcement";
