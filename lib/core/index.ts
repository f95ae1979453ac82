export { type Acknowledgement, Acknowledgements } from "./acknowledgement";
export { GuardrailRule } from "./guardrail-catalogue";
export { Port, IpProtocol } from "./port";
export { type ReasonedChoice } from "./reason";
export { ResourceConstruct } from "./resource-construct";
export { ResourceTags } from "./resource-tags";
export { type TaggingProps } from "./tagging";
export { ValidationErrors } from "./validation-errors";
export { type ValidationProblem } from "./validation-error";
