export { Endpoint } from "./endpoint";
export * from "./reachability";
export * from "./reachability-answer";
