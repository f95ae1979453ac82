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

/** What a firewall does with a request in which a capability finds something. */
@checked
export class WafMode {
  /** It is refused, and logged. */
  public static block(): WafMode {
    return new WafMode("block");
  }

  /**
   * It passes, and is logged: for the first weeks, in which one learns which good requests look bad.
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
    /** Why nothing is blocked, where it is not. */
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

/** Adds a problem where a value was given that is no mode. */
function checkMode(problems: Problems, value: unknown): void {
  checkMembers(
    problems,
    "mode",
    value,
    ["_action", "_acknowledge"],
    "WafMode.block() or WafMode.checkOnly({ reason })",
  );
}

/** What stands in a response beside its code. */
export interface WafResponseOptions {
  /**
   * The body, up to 8,192 characters.
   *
   * @default - the code and its name, in JSON
   */
  readonly body?: string;
  /**
   * What the body is, such as `text/html`.
   *
   * @default "application/json"
   */
  readonly contentType?: string;
}

// Of those that OCI offers, the ones that refuse; 429 is not among them.
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

const LONGEST_BODY = 8192;
const CONTENT_TYPE = /^[a-z]+\/[A-Za-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?$/;

/**
 * What a client gets from a firewall in the place of the program's answer.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/Actions/waf-actions.htm
 */
@checked
export class WafResponse {
  /**
   * A response with a code that refuses.
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
    /** What the body is. */
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
  if (body !== undefined && (typeof body !== "string" || body.length > LONGEST_BODY)) {
    const fix = `Write a text of up to ${LONGEST_BODY} characters`;
    problems.add("VALUE_INVALID", "body is no text, or too long", fix);
  }
  checkText(problems, "body", body);
  if (contentType !== undefined && (typeof contentType !== "string" || !CONTENT_TYPE.test(contentType))) {
    const fix = 'Write a type such as "text/html; charset=utf-8"';
    problems.add("VALUE_INVALID", `contentType is ${shown(contentType)}`, fix);
  }
  return { body, contentType };
}

/** Adds a problem where a value was given that is no response. */
function checkResponse(problems: Problems, name: string, value: unknown): void {
  checkMembers(problems, name, value, ["code", "body", "_action"], "WafResponse.of(403)");
}

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
