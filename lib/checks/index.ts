export * from "./reachability";
export { StackSnapshot } from "./stack-snapshot";
