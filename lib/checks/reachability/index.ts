export { Endpoint } from "./endpoint";
export { ReachabilityAnswer, type ReachabilityReason, Verdict } from "./reachability-answer";
export {
  Reachability,
  type ReachabilityOptions,
  type ReachabilityOutdirOptions,
  type ReachabilityTexts,
} from "./reachability";
