export { WebApplicationFirewall } from "./web-application-firewall";
export {
  NetworkAddressList,
  type NetworkAddressListProps,
  WafCondition,
} from "./web-application-firewall-condition";
export {
  WafMode,
  type WafRequestLimits,
  WafResponse,
  type WafResponseOptions,
  type WebApplicationFirewallProps,
} from "./web-application-firewall-props";
export {
  WafAccessRule,
  WafCapability,
  type WafExclusions,
  type WafRateLimit,
} from "./web-application-firewall-rules";
