export { Egress, EgressSource } from "./egress";
export { type EgressInspectionProps } from "./egress-inspection";
