import { type Size } from "cdk8s";
import { type IConstruct } from "constructs";
import {
  wafCapabilities,
  WafCapability,
  accessRules,
  rateLimits,
  type WafAccessRule,
  type WafRateLimit,
} from "./web-application-firewall-rules";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import {
  checkedBy,
  displayName,
  listOf,
  matching,
  objectOf,
  ocid,
  optional,
  type PropsSchema,
  readArgument,
  readProps,
  reasonFor,
  type Resolved,
  taggingReaders,
  text,
  valueOf,
  wholeNumber,
  wholeSize,
  withDefault,
} from "../../core/readers";
import { choiceOf, type ReasonedChoice } from "../../core/reason";
import { type TaggingProps } from "../../core/tagging";
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
   */
  public static checkOnly(choice: ReasonedChoice): WafMode {
    const { reason } = readArgument("WafMode.checkOnly", "choice", choice, NOT_BLOCKING);
    return new WafMode("check", reason);
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

const NOT_BLOCKING = choiceOf(reasonFor("A firewall that blocks nothing"));

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
   */
  public static of(code: number, options: WafResponseOptions = {}): WafResponse {
    const problems = new Problems("WafResponse.of");
    if (typeof code !== "number" || !(code in CODES)) {
      const fix = `Give one of ${Object.keys(CODES).join(", ")}`;
      problems.add(
        "COUNT_INVALID",
        `code is ${shown(code)}, which OCI does not offer for blocked requests`,
        fix,
      );
    }
    const { body, contentType } = problems.resolved(readProps(problems, options, RESPONSE));
    const text = body ?? JSON.stringify({ code: String(code), message: CODES[code] });
    return new WafResponse(code, text, contentType);
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

const RESPONSE = {
  body: optional(
    checkedBy(text(), (problems, name, body) => {
      checkText(problems, name, body);
      if (body.length <= MAX_BODY_LENGTH) return;
      problems.add(
        "VALUE_INVALID",
        `${name} has ${body.length} characters`,
        `Write up to ${MAX_BODY_LENGTH}`,
      );
    }),
  ),
  contentType: withDefault(
    matching(
      /^[a-z]+\/[A-Za-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?$/,
      'Write a type such as "text/html; charset=utf-8"',
      { code: "VALUE_INVALID" },
    ),
    "application/json",
  ),
} satisfies PropsSchema<WafResponseOptions>;

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
   * The part of a body that is inspected, 1 to 8 KiB; longer bodies are allowed, and logged.
   *
   * @default Size.kibibytes(8)
   */
  readonly bodyInspection?: Size;
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

const MAX_INSPECTED_KIBIBYTES = 8;
// The name of a firewall gets a suffix.
const MAX_NAME_LENGTH = 200;
// Far above any value that an argument in the inspected body can reach.
const LIMIT = wholeNumber({ least: 1, most: 1_000_000 });
/** The capability that applies each limit; a limit without its capability has no effect. */
const APPLIED_BY = {
  allowedMethods: "911100",
  arguments: "920380",
  argumentLength: "920370",
  totalArgumentLength: "920390",
  headers: "9200014",
  headerLength: "9200024",
} as const;

const METHODS = 'at least one method in capital letters, for example ["GET", "POST", "PUT"]';

const REQUEST_LIMITS = {
  allowedMethods: withDefault(
    checkedBy(
      listOf(matching(/^[A-Z]{3,20}$/, `Write ${METHODS}`, { code: "VALUE_INVALID" }), METHODS),
      (problems, name, methods) => {
        if (methods.length === 0) problems.add("VALUE_INVALID", `${name} is empty`, `Write ${METHODS}`);
      },
    ),
    ["GET", "HEAD", "OPTIONS", "POST"],
  ),
  arguments: withDefault(LIMIT, 255),
  argumentLength: withDefault(LIMIT, 400),
  totalArgumentLength: withDefault(LIMIT, 64_000),
  headers: withDefault(LIMIT, 25),
  headerLength: withDefault(LIMIT, 8000),
} satisfies PropsSchema<WafRequestLimits>;

/** The limits of requests, with their defaults. */
export type ResolvedRequestLimits = Resolved<typeof REQUEST_LIMITS>;

const FIREWALL = {
  compartmentId: ocid("compartment", "tenancy"),
  displayName: optional(displayName(MAX_NAME_LENGTH)),
  mode: withDefault(valueOf(WafMode), WafMode.block()),
  capabilities: optional(wafCapabilities()),
  accessRules: withDefault(accessRules(), []),
  rateLimits: withDefault(rateLimits(), []),
  blockResponse: withDefault(valueOf(WafResponse), WafResponse.of(403)),
  rateLimitResponse: withDefault(valueOf(WafResponse), WafResponse.of(503)),
  requestLimits: withDefault(
    objectOf(REQUEST_LIMITS),
    readProps(new Problems("WAF"), {}, REQUEST_LIMITS) as ResolvedRequestLimits,
  ),
  bodyInspection: withDefault(
    wholeSize("kibibytes", { least: 1, most: MAX_INSPECTED_KIBIBYTES, example: "Size.kibibytes(8)" }),
    MAX_INSPECTED_KIBIBYTES,
  ),
  ...taggingReaders(),
} satisfies PropsSchema<WebApplicationFirewallProps>;

/** The props of a firewall, with its capabilities. */
export type ResolvedFirewall = Resolved<typeof FIREWALL> & {
  readonly capabilities: readonly WafCapability[];
};

/** Reads the props of a firewall; throws all problems together. */
export function readFirewall(problems: Problems, props: WebApplicationFirewallProps): ResolvedFirewall {
  const read = readProps(problems, props, FIREWALL);
  const capabilities = read.capabilities ?? WafCapability.recommended();
  const { requestLimits }: Partial<WebApplicationFirewallProps> = props ?? {};
  if (requestLimits && read.requestLimits) checkApplied(problems, requestLimits, capabilities);
  return problems.resolved<ResolvedFirewall>({ ...read, capabilities });
}

/** Adds a problem for each limit whose capability is missing. */
function checkApplied(
  problems: Problems,
  limits: WafRequestLimits,
  capabilities: readonly WafCapability[],
): void {
  const keys = capabilities.map(({ key }) => key);
  for (const name of Object.keys(APPLIED_BY) as (keyof typeof APPLIED_BY)[]) {
    const key = APPLIED_BY[name];
    if (limits[name] === undefined || keys.includes(key)) continue;
    problems.add(
      "VALUE_INVALID",
      `requestLimits.${name} has no effect, because capabilities lacks ${key}, which applies it`,
      `Add WafCapability.of("${key}", version) to capabilities, in a version that \`oci waf protection-capability list\` prints`,
    );
  }
}
