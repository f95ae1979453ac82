export { Endpoint } from "./endpoint";
export {
  Reachability,
  type ReachabilityOptions,
  type ReachabilityOutdirOptions,
  type ReachabilityTexts,
} from "./reachability";
export { ReachabilityAnswer, type ReachabilityReason, Verdict } from "./reachability-answer";
