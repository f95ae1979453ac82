export { WafCapability, type WafExclusions } from "./web-application-firewall-capability";
export { WafCondition } from "./web-application-firewall-condition";
export {
  WafMode,
  type WafRequestLimits,
  WafResponse,
  type WafResponseOptions,
  type WebApplicationFirewallProps,
} from "./web-application-firewall-props";
export { WafAccessRule, type WafRateLimit } from "./web-application-firewall-rules";
export { WebApplicationFirewall } from "./web-application-firewall";
