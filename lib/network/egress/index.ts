export { type EgressInspectionProps } from "./egress-inspection";
export { Egress, EgressSource } from "./egress";
