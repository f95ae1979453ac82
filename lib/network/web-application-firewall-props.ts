import { checkCapabilities, WafCapability } from "./web-application-firewall-capability";
import { checkMode, type WafMode } from "./web-application-firewall-mode";
import { checkResponse, type WafResponse } from "./web-application-firewall-response";
import {
  checkAccessRules,
  checkRateLimits,
  type WafAccessRule,
  type WafRateLimit,
} from "./web-application-firewall-rules";
import { checkDisplayName } from "../core/display-name";
import { checkOcid } from "../core/ocid";
import { shown } from "../core/shown";
import { checkTags, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";

/** What a request may be at most; each limit is one of a capability of `WafCapability.recommended()` or of another one. */
export interface WafRequestLimits {
  /** Methods that may be used, such as `PUT`; of 911100. @default ["GET", "HEAD", "OPTIONS", "POST"] */
  readonly allowedMethods?: string[];
  /** How many arguments; of 920380. @default 255 */
  readonly arguments?: number;
  /** How many characters an argument may have; of 920370. @default 400 */
  readonly argumentLength?: number;
  /** How many characters all arguments may have; of 920390. @default 64000 */
  readonly totalArgumentLength?: number;
  /** How many headers; of 9200014, which is not among the recommended ones. @default 25 */
  readonly headers?: number;
  /** How many characters headers may have; of 9200024, which is not among the recommended ones. @default 8000 */
  readonly headerLength?: number;
}

/** What a web application firewall is made of. */
export interface WebApplicationFirewallProps extends TaggingProps {
  /** The OCID of the compartment of the policy and the firewalls. */
  readonly compartmentId: string;
  /**
   * What is done with requests in which a capability finds something.
   *
   * @default WafMode.block()
   */
  readonly mode?: WafMode;
  /**
   * What is looked for in requests, bodies too.
   *
   * @default WafCapability.recommended()
   */
  readonly capabilities?: WafCapability[];
  /**
   * What a request may be at most; a limit whose capability is not among `capabilities` is refused.
   *
   * @default - as each of them says
   */
  readonly requestLimits?: WafRequestLimits;
  /**
   * How many bytes of a body are looked at, 1 to 8,192; a longer one passes, and is logged.
   *
   * @default 8192
   */
  readonly bodyInspectionInBytes?: number;
  /**
   * Which requests pass and which don't, before anything is looked for in them; the first rule that is for a request and
   * blocks or allows decides.
   *
   * @default - all pass
   */
  readonly accessRules?: WafAccessRule[];
  /**
   * How many requests one address may send.
   *
   * @default - any number
   */
  readonly rateLimits?: WafRateLimit[];
  /**
   * What a client gets whose request is refused.
   *
   * @default WafResponse.of(403)
   */
  readonly blockResponse?: WafResponse;
  /**
   * What a client gets who sent too many requests; OCI's firewall has no 429.
   *
   * @default WafResponse.of(503)
   */
  readonly rateLimitResponse?: WafResponse;
  /**
   * The name of the policy, and the beginning of the names of the firewalls.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

export const MOST_INSPECTED = 8192;
const METHOD = /^[A-Z]{3,20}$/;
// A firewall's name has a word behind it.
const LONGEST_NAME = 200;
// What an argument of a body could have at all is far below.
const LARGEST_LIMIT = 1_000_000;
/** The capability that applies a limit; without it the limit is written and nothing heeds it. */
const APPLIED_BY = {
  allowedMethods: "911100",
  arguments: "920380",
  argumentLength: "920370",
  totalArgumentLength: "920390",
  headers: "9200014",
  headerLength: "9200024",
} as const;
const COUNTS = ["arguments", "argumentLength", "totalArgumentLength", "headers", "headerLength"] as const;

/** Adds a problem for whatever a firewall can't be made of. */
export function checkFirewall(problems: Problems, props: Partial<WebApplicationFirewallProps>): void {
  const {
    capabilities,
    accessRules,
    rateLimits,
    requestLimits,
    bodyInspectionInBytes = MOST_INSPECTED,
  } = props;
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkDisplayName(problems, "displayName", props.displayName, LONGEST_NAME);
  checkMode(problems, props.mode);
  if (capabilities !== undefined) checkCapabilities(problems, capabilities);
  if (accessRules !== undefined) checkAccessRules(problems, accessRules);
  if (rateLimits !== undefined) checkRateLimits(problems, rateLimits);
  checkResponse(problems, "blockResponse", props.blockResponse);
  checkResponse(problems, "rateLimitResponse", props.rateLimitResponse);
  if (requestLimits !== undefined && checkLimits(problems, requestLimits)) {
    checkApplied(problems, requestLimits, capabilities ?? WafCapability.recommended());
  }
  checkCount(problems, "bodyInspectionInBytes", bodyInspectionInBytes, MOST_INSPECTED);
  checkTags(problems, props);
}

function checkApplied(problems: Problems, limits: WafRequestLimits, capabilities: unknown): void {
  // A list that is none was said.
  if (!Array.isArray(capabilities)) return;
  const found = (capabilities as Partial<WafCapability>[]).map((capability) => capability?.key);
  for (const name of Object.keys(APPLIED_BY) as (keyof typeof APPLIED_BY)[]) {
    const key = APPLIED_BY[name];
    if (limits[name] === undefined || found.includes(key)) continue;
    problems.add(
      "VALUE_INVALID",
      `requestLimits.${name} is given, and the capability ${key}, which applies it, is not among capabilities`,
      `Add WafCapability.of("${key}", version) to capabilities, in a version that \`oci waf protection-capability list\` prints`,
    );
  }
}

/** Whether they are limits at all. */
function checkLimits(problems: Problems, limits: WafRequestLimits): boolean {
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) {
    problems.add(
      "VALUE_INVALID",
      `requestLimits is ${shown(limits)}`,
      "Write { arguments: 100 }, for example",
    );
    return false;
  }
  for (const name of COUNTS) {
    if (limits[name] !== undefined)
      checkCount(problems, `requestLimits.${name}`, limits[name], LARGEST_LIMIT);
  }
  const { allowedMethods } = limits;
  if (allowedMethods === undefined) return true;
  const isList = Array.isArray(allowedMethods) && allowedMethods.length > 0;
  if (isList && allowedMethods.every((method) => typeof method === "string" && METHOD.test(method)))
    return true;
  const fix = 'Write at least one in capital letters, for example ["GET", "POST", "PUT"]';
  problems.add("VALUE_INVALID", `requestLimits.allowedMethods is ${shown(allowedMethods)}`, fix);
  return true;
}

function checkCount(problems: Problems, name: string, value: unknown, most: number): void {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most) return;
  problems.add("COUNT_INVALID", `${name} is ${shown(value)}`, `Give a whole number from 1 to ${most}`);
}
