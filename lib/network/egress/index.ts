export { type EgressInspectionProps } from "./egress-inspection-props";
export { Egress, EgressSource } from "./egress";
