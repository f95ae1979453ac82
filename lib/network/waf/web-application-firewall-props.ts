import { type IConstruct } from "constructs";
import { checkCapabilities, WafCapability } from "./web-application-firewall-capability";
import {
  checkAccessRules,
  checkRateLimits,
  type WafAccessRule,
  type WafRateLimit,
} from "./web-application-firewall-rules";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { checkMembers } from "../../core/required";
import { checkDisplayName } from "../../core/resource-name";
import { checkTags, type TaggingProps } from "../../core/tagging";
import { checkText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";

/** The action of a firewall on requests in which a capability detects something. */
@checked
export class WafMode {
  /** Blocks and logs the requests. */
  public static block(): WafMode {
    return new WafMode("block");
  }

  /**
   * Allows and logs the requests: for the first weeks, to find legitimate requests that look like attacks.
   *
   * @throws REASON_MISSING
   */
  public static checkOnly(choice: ReasonedChoice): WafMode {
    const problems = new Problems("WafMode.checkOnly");
    checkReason(problems, "A firewall that blocks nothing", choice?.reason);
    problems.throwIfAny();
    return new WafMode("check", choice.reason);
  }

  private constructor(
    /** @internal */
    public readonly _action: string,
    /** The reason for not blocking, if nothing is blocked. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(
      scope,
      "exposure",
      "a web application firewall that blocks nothing it finds",
      this.reason,
    );
  }
}

/** Adds a problem if a given value is not a mode. */
function checkMode(problems: Problems, value: unknown): void {
  checkMembers(
    problems,
    "mode",
    value,
    ["_action", "_acknowledge"],
    "WafMode.block() or WafMode.checkOnly({ reason })",
  );
}

/** Options for a response: its body and content type. */
export interface WafResponseOptions {
  /**
   * The body, up to 8,192 characters.
   *
   * @default - the code and its name as JSON
   */
  readonly body?: string;
  /**
   * The content type of the body, such as `text/html`.
   *
   * @default "application/json"
   */
  readonly contentType?: string;
}

// The error codes that OCI offers; 429 is not among them.
const CODES: { readonly [code: number]: string } = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Payload Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  422: "Unprocessable Entity",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  507: "Insufficient Storage",
};

const MAX_BODY_LENGTH = 8192;
const CONTENT_TYPE = /^[a-z]+\/[A-Za-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?$/;

/**
 * The response that a firewall returns to a client instead of the application's response.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/Actions/waf-actions.htm
 */
@checked
export class WafResponse {
  /**
   * A response with an error code.
   *
   * @param code one of the codes from 400 on that OCI's firewall offers, such as 403 or 503
   * @throws COUNT_INVALID, VALUE_INVALID, TEXT_TEMPLATE
   */
  public static of(code: number, options: WafResponseOptions = {}): WafResponse {
    const problems = new Problems("WafResponse.of");
    if (typeof code !== "number" || !(code in CODES)) {
      const fix = `Give one of ${Object.keys(CODES).join(", ")}`;
      problems.add("COUNT_INVALID", `code is ${shown(code)}, none that refuses and that OCI offers`, fix);
    }
    const { body, contentType } = readOptions(problems, options);
    problems.throwIfAny();
    const text = body ?? JSON.stringify({ code: String(code), message: CODES[code] });
    return new WafResponse(code, text, contentType ?? "application/json");
  }

  private constructor(
    /** The code. */
    public readonly code: number,
    /** The body. */
    public readonly body: string,
    /** The content type of the body. */
    public readonly contentType: string,
  ) {}

  /** @internal */
  public _action(name: string): object {
    return {
      name,
      type: "RETURN_HTTP_RESPONSE",
      code: this.code,
      headers: [{ name: "Content-Type", value: this.contentType }],
      body: { type: "STATIC_TEXT", text: this.body },
    };
  }
}

function readOptions(problems: Problems, options: WafResponseOptions): WafResponseOptions {
  const given = typeof options === "object" && options !== null ? options : undefined;
  if (!given)
    problems.add("VALUE_INVALID", `The options are ${shown(options)}`, "Write an object, or leave them out");
  const { body, contentType } = given ?? {};
  if (body !== undefined && (typeof body !== "string" || body.length > MAX_BODY_LENGTH)) {
    const fix = `Write a text of up to ${MAX_BODY_LENGTH} characters`;
    problems.add("VALUE_INVALID", "body is no text, or too long", fix);
  }
  checkText(problems, "body", body);
  if (contentType !== undefined && (typeof contentType !== "string" || !CONTENT_TYPE.test(contentType))) {
    const fix = 'Write a type such as "text/html; charset=utf-8"';
    problems.add("VALUE_INVALID", `contentType is ${shown(contentType)}`, fix);
  }
  return { body, contentType };
}

/** Adds a problem if a given value is not a response. */
function checkResponse(problems: Problems, name: string, value: unknown): void {
  checkMembers(problems, name, value, ["code", "body", "_action"], "WafResponse.of(403)");
}

/** The limits of requests; each limit belongs to one capability, of `WafCapability.recommended()` unless noted otherwise. */
export interface WafRequestLimits {
  /** The allowed methods, such as `PUT`; applied by 911100. @default ["GET", "HEAD", "OPTIONS", "POST"] */
  readonly allowedMethods?: string[];
  /** The maximum number of arguments; applied by 920380. @default 255 */
  readonly arguments?: number;
  /** The maximum length of an argument in characters; applied by 920370. @default 400 */
  readonly argumentLength?: number;
  /** The maximum total length of all arguments in characters; applied by 920390. @default 64000 */
  readonly totalArgumentLength?: number;
  /** The maximum number of headers; applied by 9200014, which is not a recommended capability. @default 25 */
  readonly headers?: number;
  /** The maximum length of the headers in characters; applied by 9200024, which is not a recommended capability. @default 8000 */
  readonly headerLength?: number;
}

/** Props for WebApplicationFirewall. */
export interface WebApplicationFirewallProps extends TaggingProps {
  /** The OCID of the compartment of the policy and the firewalls. */
  readonly compartmentId: string;
  /**
   * The action on requests in which a capability detects something.
   *
   * @default WafMode.block()
   */
  readonly mode?: WafMode;
  /**
   * The capabilities that inspect requests, including their bodies.
   *
   * @default WafCapability.recommended()
   */
  readonly capabilities?: WafCapability[];
  /**
   * The limits of requests; a limit whose capability is not in `capabilities` is rejected.
   *
   * @default - the defaults of each limit
   */
  readonly requestLimits?: WafRequestLimits;
  /**
   * The number of bytes of a body that are inspected, 1 to 8,192; longer bodies are allowed, and logged.
   *
   * @default 8192
   */
  readonly bodyInspectionInBytes?: number;
  /**
   * The access rules, which run before the capabilities; the first rule that matches a request and blocks or allows it decides.
   *
   * @default - all requests are allowed
   */
  readonly accessRules?: WafAccessRule[];
  /**
   * The limits for the number of requests from one address.
   *
   * @default - no limits
   */
  readonly rateLimits?: WafRateLimit[];
  /**
   * The response to blocked requests.
   *
   * @default WafResponse.of(403)
   */
  readonly blockResponse?: WafResponse;
  /**
   * The response to requests above a rate limit; OCI's firewall has no 429.
   *
   * @default WafResponse.of(503)
   */
  readonly rateLimitResponse?: WafResponse;
  /**
   * The name of the policy, and the prefix of the names of the firewalls.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

export const MAX_INSPECTED = 8192;
const METHOD = /^[A-Z]{3,20}$/;
// The name of a firewall gets a suffix.
const MAX_NAME_LENGTH = 200;
// Far above any value that an argument in the inspected body can reach.
const LARGEST_LIMIT = 1_000_000;
/** The capability that applies each limit; a limit without its capability has no effect. */
const APPLIED_BY = {
  allowedMethods: "911100",
  arguments: "920380",
  argumentLength: "920370",
  totalArgumentLength: "920390",
  headers: "9200014",
  headerLength: "9200024",
} as const;
const COUNTS = ["arguments", "argumentLength", "totalArgumentLength", "headers", "headerLength"] as const;

/** Adds a problem for each invalid prop of a firewall. */
export function checkFirewall(problems: Problems, props: Partial<WebApplicationFirewallProps>): void {
  const {
    capabilities,
    accessRules,
    rateLimits,
    requestLimits,
    bodyInspectionInBytes = MAX_INSPECTED,
  } = props;
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkDisplayName(problems, "displayName", props.displayName, MAX_NAME_LENGTH);
  checkMode(problems, props.mode);
  if (capabilities !== undefined) checkCapabilities(problems, capabilities);
  if (accessRules !== undefined) checkAccessRules(problems, accessRules);
  if (rateLimits !== undefined) checkRateLimits(problems, rateLimits);
  checkResponse(problems, "blockResponse", props.blockResponse);
  checkResponse(problems, "rateLimitResponse", props.rateLimitResponse);
  if (requestLimits !== undefined && checkLimits(problems, requestLimits)) {
    checkApplied(problems, requestLimits, capabilities ?? WafCapability.recommended());
  }
  checkCount(problems, "bodyInspectionInBytes", bodyInspectionInBytes, MAX_INSPECTED);
  checkTags(problems, props);
}

function checkApplied(problems: Problems, limits: WafRequestLimits, capabilities: unknown): void {
  // A value that is not a list was reported already.
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

/** Checks that the value is a set of limits. */
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
