import { CLUSTER_FLOWS } from "./cluster-flows";
import { EGRESS_FLOWS } from "./egress-flows";
import { EXPOSURE_FLOWS } from "./exposure-flows";
import { type ExampleFlows } from "./flow-helpers";
import { PLATFORM_FLOWS } from "./platform-flows";
import { WORKLOAD_FLOWS } from "./workload-flows";

export { type ExampleFlows } from "./flow-helpers";

/** Examples with an existing network and groups, whose flows are unknown. */
export const WITHOUT_FLOWS = ["existing-cluster"];

export const EXAMPLE_FLOWS: { readonly [name: string]: ExampleFlows } = {
  ...CLUSTER_FLOWS,
  ...EGRESS_FLOWS,
  ...EXPOSURE_FLOWS,
  ...PLATFORM_FLOWS,
  ...WORKLOAD_FLOWS,
};
