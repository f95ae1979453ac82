export { HardeningConflict } from "./conflict";
export {
  type HardeningDecision,
  type HardeningOptions,
  type HardeningSelector,
  type HardeningUser,
  type HardeningWritablePaths,
} from "./hardening-options";
export { type HardeningChange, type HardeningFinding, type HardeningReport } from "./hardening-report";
export { Hardening } from "./hardening";
