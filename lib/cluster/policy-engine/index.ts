export {
  CalicoIptablesBackend,
  type CalicoOptions,
  type CiliumOptions,
} from "./network-policy-engine-options";
export { NetworkPolicyEngine } from "./network-policy-engine";
