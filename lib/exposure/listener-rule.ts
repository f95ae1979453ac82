import { type Duration, type Size } from "cdk8s";
import { LoadBalancerType, TlsTerminationPoint } from "./load-balancer-settings";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import {
  boolean,
  checkedBy,
  listOf,
  matching,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  wholeDuration,
  wholeNumber,
  wholeSize,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";
import { AppProtocol } from "../workload/pods/ports";
import { byText } from "../core/stable-order";

/** Options for `ListenerRule.strictTransportSecurity`. */
export interface StrictTransportSecurityOptions {
  /**
   * The period in which a browser connects to the host by `https` only: 1 to 730 whole days.
   *
   * @default Duration.days(365)
   */
  readonly maxAge?: Duration;
  /**
   * Whether the rule also applies to all subdomains of the host.
   *
   * @default false
   */
  readonly includeSubdomains?: boolean;
}

/** A rule, as in the API of load balancers. */
interface RuleItem {
  readonly action: string;
  readonly [key: string]: unknown;
}

/** The name of the rule set that contains all rules, an OCI resource. */
const RULE_SET = "secure_oke";
// As in RFC 9110.
const HEADER_NAME = matching(
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/,
  "Use letters, digits and dashes, for example X-Frame-Options",
  { code: "VALUE_INVALID" },
);
// OCI reserves $, { and } for variables.
const HEADER_VALUE = matching(
  /^(?!.*[${}])[\t -~]{1,1024}$/,
  "Give 1 to 1024 printable ASCII characters without $, { and }; references to Terraform values are not supported",
  { code: "VALUE_INVALID" },
);
const HEADER_SIZES = [8, 16, 32, 64];
const MAX_CONNECTIONS = 65_535;
const DEFAULT_DAYS = 365;
const MAX_DAYS = 730;
const SECONDS_OF_A_DAY = 86_400;
// The methods of the IANA registry that OCI supports.
const METHODS = [
  ...["ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD"],
  ...["LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE"],
  ...["MOVE", "OPTIONS", "ORDERPATCH", "PATCH", "POST", "PRI", "PROPFIND", "PROPPATCH", "PUT", "REBIND"],
  ...["REPORT", "SEARCH", "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF"],
  "VERSION-CONTROL",
];

const METHODS_FIX = 'Give a list of HTTP methods in capitals, for example ["GET", "HEAD", "POST"]';
const ALLOWED_METHODS = checkedBy(
  listOf(text(), 'a list of HTTP methods, for example ["GET", "HEAD", "POST"]'),
  (problems, name, methods) => {
    if (methods.length === 0) problems.add("VALUE_INVALID", `${name} is empty`, METHODS_FIX);
    for (const method of methods.filter((each) => !METHODS.includes(each))) {
      problems.add(
        "VALUE_INVALID",
        `${name} contains ${shown(method)}, which OCI does not support`,
        METHODS_FIX,
      );
    }
  },
);

const HEADER_SIZE = checkedBy(
  wholeSize("kibibytes", { least: 8, most: 64, example: "Size.kibibytes(16)" }),
  (problems, name, kibibytes) => {
    if (HEADER_SIZES.includes(kibibytes)) return;
    problems.add(
      "SIZE_INVALID",
      `${name} is ${kibibytes} KiB`,
      `Give ${HEADER_SIZES.join(", ")} KiB, for example Size.kibibytes(16)`,
    );
  },
);

const STRICT_TRANSPORT_SECURITY = {
  maxAge: withDefault(wholeDuration("days", { least: 1, most: MAX_DAYS }), DEFAULT_DAYS),
  includeSubdomains: withDefault(boolean(), false),
} satisfies PropsSchema<StrictTransportSecurityOptions>;

/**
 * A rule of a load balancer for the requests, responses and connections of all its listeners.
 *
 * The cloud controller applies every rule to every listener, so there is no rule that redirects `http` to
 * `https`: the TLS listener would redirect to itself endlessly. See `HttpListener`. The controller takes over
 * all rule sets of the load balancer and deletes those created by other means.
 *
 * @see https://docs.oracle.com/iaas/Content/Balance/Tasks/managingrulesets.htm
 */
@checked
export class ListenerRule {
  /**
   * Sets a header of each response, replacing all values from the program; for HTTP.
   *
   * @param name such as `X-Content-Type-Options`
   * @param value 1 to 1024 printable ASCII characters, without `$`, `{` and `}`, which OCI reserves for
   * variables
   */
  public static setResponseHeader(name: string, value: string): ListenerRule {
    return ListenerRule.ofHeader("setResponseHeader", "ADD_HTTP_RESPONSE_HEADER", name, value);
  }

  /** Removes a header from each response, such as `Server`; for HTTP. */
  public static removeResponseHeader(name: string): ListenerRule {
    return ListenerRule.ofHeader("removeResponseHeader", "REMOVE_HTTP_RESPONSE_HEADER", name);
  }

  /**
   * Sets a header of each request, replacing all values from the client; for HTTP.
   *
   * @param value 1 to 1024 printable ASCII characters, without `$`, `{` and `}`, which OCI reserves for
   * variables
   */
  public static setRequestHeader(name: string, value: string): ListenerRule {
    return ListenerRule.ofHeader("setRequestHeader", "ADD_HTTP_REQUEST_HEADER", name, value);
  }

  /** Removes a header from each request; for HTTP. */
  public static removeRequestHeader(name: string): ListenerRule {
    return ListenerRule.ofHeader("removeRequestHeader", "REMOVE_HTTP_REQUEST_HEADER", name);
  }

  /**
   * Tells browsers with `Strict-Transport-Security` to connect to the host by `https` only; for HTTP with
   * TLS.
   *
   * Not set by default: browsers remember it for all ports of the host for `maxAge`, it can't be revoked,
   * and it replaces the header that the program sends. With it, a browser does not let users bypass an
   * untrusted certificate. Browsers ignore the header from a listener without TLS.
   *
   * @see https://www.rfc-editor.org/rfc/rfc6797
   */
  public static strictTransportSecurity(options: StrictTransportSecurityOptions = {}): ListenerRule {
    const problems = new Problems("ListenerRule.strictTransportSecurity");
    const read = readProps(problems, options, STRICT_TRANSPORT_SECURITY);
    const { maxAge, includeSubdomains } = problems.resolved<Resolved<typeof STRICT_TRANSPORT_SECURITY>>(read);
    const age = `max-age=${maxAge * SECONDS_OF_A_DAY}`;
    const value = includeSubdomains ? `${age}; includeSubDomains` : age;
    return new ListenerRule({
      action: "ADD_HTTP_RESPONSE_HEADER",
      header: "Strict-Transport-Security",
      value,
    });
  }

  /**
   * Answers requests with other methods with 405; for HTTP.
   *
   * @param methods such as `["GET", "HEAD"]`, in any order
   */
  public static allowMethods(methods: string[]): ListenerRule {
    const problems = new Problems("ListenerRule.allowMethods");
    const allowedMethods = [...new Set(ALLOWED_METHODS(problems, "methods", methods))].sort();
    problems.throwIfAny();
    return new ListenerRule({ action: "CONTROL_ACCESS_USING_HTTP_METHODS", allowedMethods });
  }

  /**
   * Rejects requests with larger headers; for HTTP. Without the rule, OCI's own limit applies.
   *
   * @param size the size of each of the four buffers: 8, 16, 32 or 64 KiB
   */
  public static limitHeaderSize(size: Size): ListenerRule {
    const problems = new Problems("ListenerRule.limitHeaderSize");
    const kibibytes = HEADER_SIZE(problems, "size", size) ?? 0;
    problems.throwIfAny();
    return new ListenerRule({ action: "HTTP_HEADER", httpLargeHeaderSizeInKB: kibibytes });
  }

  /**
   * Limits the concurrent connections of each client address to each listener; for every protocol of a load
   * balancer.
   *
   * @param most 1 to 65535; clients behind one NAT gateway count together. The upper bound is not documented
   */
  public static limitConnectionsPerClient(most: number): ListenerRule {
    const problems = new Problems("ListenerRule.limitConnectionsPerClient");
    wholeNumber({ least: 1, most: MAX_CONNECTIONS })(problems, "most", most);
    problems.throwIfAny();
    return new ListenerRule({ action: "IP_BASED_MAX_CONNECTIONS", defaultMaxConnections: most });
  }

  private static ofHeader(factory: string, action: string, name: string, ...values: string[]): ListenerRule {
    const problems = new Problems(`ListenerRule.${factory}`);
    HEADER_NAME(problems, "name", name);
    for (const value of values) HEADER_VALUE(problems, "value", value);
    problems.throwIfAny();
    const [value] = values;
    return new ListenerRule({ action, header: name, ...(value === undefined ? {} : { value }) });
  }

  private constructor(
    /** @internal */
    public readonly _item: RuleItem,
  ) {}
}

/**
 * The subject of a rule, which must be unique in a load balancer. OCI does not distinguish `_` from `-` in
 * headers.
 */
function subjectOf({ _item: { action, header: name } }: ListenerRule): string {
  if (typeof name !== "string") return action;
  const side = action.includes("REQUEST") ? "request" : "response";
  return `${side} header ${name.toLowerCase().replace(/_/g, "-")}`;
}

/** The listener that the rules are checked against. */
interface RuledListener {
  readonly type: LoadBalancerType;
  readonly tls: TlsTerminationPoint;
  /** The protocol between clients and the load balancer. */
  readonly protocol: AppProtocol;
}

/** Adds a problem for each rule that OCI would reject for a listener, or whose subject is not unique. */
export function checkListenerRules(
  problems: Problems,
  rules: readonly ListenerRule[],
  { type, tls, protocol }: RuledListener,
): void {
  const invalid = (what: string, fix: string) => problems.add("LOAD_BALANCER_INVALID", what, fix);
  if (type === LoadBalancerType.NETWORK_LOAD_BALANCER) {
    const fix = "Leave listenerRules out, or set type: LoadBalancerType.LOAD_BALANCER";
    if (rules.length > 0)
      invalid("listenerRules is set for a network load balancer, which does not support it", fix);
    return;
  }
  const isParsed = protocol === AppProtocol.HTTP;
  const ofHttp = rules.filter(({ _item: { action } }) => action !== "IP_BASED_MAX_CONNECTIONS");
  for (const subject of isParsed ? [] : new Set(ofHttp.map(subjectOf))) {
    invalid(
      `listenerRules has a rule for ${subject}, but the load balancer forwards ${protocol} without parsing it`,
      "Remove the rule; or terminate TLS at the load balancer for a workload of AppProtocol.HTTP",
    );
  }
  const isStrict = rules.some((rule) => subjectOf(rule) === "response header strict-transport-security");
  if (isParsed && isStrict && tls === TlsTerminationPoint.NONE) {
    invalid(
      "listenerRules sets Strict-Transport-Security without TLS, where browsers ignore it",
      "Use TlsTermination.atLoadBalancer, or remove the rule",
    );
  }
  const subjects = rules.map(subjectOf);
  for (const subject of new Set(subjects.filter((subject, index) => subjects.indexOf(subject) !== index))) {
    invalid(`listenerRules has several rules for ${subject}`, "Keep one of them");
  }
}

/** The annotation for the rules, independent of their order; none without rules. */
export function ruleAnnotations(rules: readonly ListenerRule[]): { [key: string]: string } {
  if (rules.length === 0) return {};
  const sorted = [...rules].sort((a, b) => byText(subjectOf(a), subjectOf(b)));
  const sets = { [RULE_SET]: { items: sorted.map(({ _item }) => _item) } };
  return { "oci.oraclecloud.com/oci-load-balancer-rule-sets": JSON.stringify(sets) };
}
