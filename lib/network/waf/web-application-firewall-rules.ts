import { checked } from "../../core/checked";
import {
  checkedBy,
  listOf,
  matching,
  type PropsSchema,
  readArguments,
  type Reader,
  readProps,
  uniqueListOf,
  valueOf,
  wholeNumber,
  withDefault,
  objectOf,
  optional,
  type Resolved,
  wholeDuration,
} from "../../core/readers";
import { checkText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";
import { type Duration } from "cdk8s";
import { WafCondition } from "./web-application-firewall-condition";
import { shown } from "../../core/display-value";

/** The parts of a request that a capability ignores. */
export interface WafExclusions {
  /**
   * The names of arguments in the query, or in a form or JSON body, such as `comment`.
   *
   * @default - none
   */
  readonly args?: string[];
  /**
   * The names of cookies.
   *
   * @default - none
   */
  readonly requestCookies?: string[];
}

// From the OWASP core rule set, with limits for requests; in the versions of 2025, which remain available beside newer ones.
const RECOMMENDED: readonly (readonly [key: string, version: number])[] = [
  // Cross-site scripting: the collaborative group, and scripts in URIs and styles.
  ["9410000", 3],
  ["941140", 2],
  // SQL injection: the collaborative group, and patterns common to several databases.
  ["9420000", 2],
  ["942270", 1],
  // Access to files of the application and the operating system.
  ["9300000", 2],
  ["930120", 2],
  // Command injection on Unix and Windows, and PHP injection.
  ["9320000", 2],
  ["9320001", 2],
  ["9330000", 2],
  // The length of an argument, the number of arguments, and their total length.
  ["920370", 1],
  ["920380", 1],
  ["920390", 1],
  // A missing Host header, and methods that are not allowed.
  ["920280", 1],
  ["911100", 1],
];

const CAPABILITY = {
  key: matching(/^\d{6,10}$/, 'Write its digits as a text, for example "941100"'),
  version: wholeNumber({ least: 1, most: 100 }),
};

const excludedName = checkedBy(
  matching(/\S/, 'Write a literal that is not blank, for example "comment"', { code: "VALUE_INVALID" }),
  checkText,
);
const EXCLUSIONS = {
  args: withDefault(listOf(excludedName, 'a list of names, for example ["comment"]'), []),
  requestCookies: withDefault(listOf(excludedName, 'a list of names, for example ["session"]'), []),
} satisfies PropsSchema<WafExclusions>;

/**
 * A protection capability of OCI's web application firewall: a pattern that it detects in requests, such as SQL in an argument. Oracle
 * writes and versions the capabilities.
 *
 * `oci waf protection-capability list --compartment-id <ocid> --all` prints all capabilities.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/Protections/list_protection-capability.htm
 */
@checked
export class WafCapability {
  /**
   * A capability by its key and version.
   *
   * @param key the key such as `941100`, six to ten digits
   * @param version the version such as 3; each key has its own versions
   */
  public static of(key: string, version: number): WafCapability {
    const read = readArguments("WafCapability.of", { key, version }, CAPABILITY);
    return new WafCapability(read.key, read.version, [], []);
  }

  /**
   * The core OWASP rules: cross-site scripting, SQL and PHP injection, file inclusion and command injection, with limits for arguments
   * and methods.
   */
  public static recommended(): WafCapability[] {
    return RECOMMENDED.map(([key, version]) => WafCapability.of(key, version));
  }

  private constructor(
    /** The key. */
    public readonly key: string,
    /** The version. */
    public readonly version: number,
    private readonly args: readonly string[],
    private readonly requestCookies: readonly string[],
  ) {}

  /** The same capability, ignoring some arguments and cookies whose legitimate values look like an attack. */
  public excluding(exclusions: WafExclusions): WafCapability {
    const problems = new Problems("WafCapability.excluding");
    const { args = [], requestCookies = [] } = readProps(problems, exclusions, EXCLUSIONS);
    if (args.length + requestCookies.length === 0 && !problems.any) {
      const fix = 'Name at least one, for example { args: ["comment"] }';
      problems.add("ATTRIBUTE_MISSING", "Neither args nor requestCookies was given", fix);
    }
    problems.throwIfAny();
    return new WafCapability(
      this.key,
      this.version,
      sortedUnion(this.args, args),
      sortedUnion(this.requestCookies, requestCookies),
    );
  }

  /** @internal */
  public _config(): object {
    const { key, version, args, requestCookies } = this;
    const unlessEmpty = (names: readonly string[]) => (names.length > 0 ? [...names] : undefined);
    if (args.length + requestCookies.length === 0) return { key, version };
    return {
      key,
      version,
      exclusions: { args: unlessEmpty(args), requestCookies: unlessEmpty(requestCookies) },
    };
  }
}

function sortedUnion(names: readonly string[], others: readonly string[]): string[] {
  return [...new Set([...names, ...others])].sort();
}

/** Reads capabilities, at least one and each once. */
export function wafCapabilities(): Reader<WafCapability[]> {
  const example = '[...WafCapability.recommended(), WafCapability.of("941100", 2)]';
  const list = uniqueListOf(valueOf(WafCapability), `a list, for example ${example}`, {
    keyOf: ({ key }) => key,
    fix: "Give each key once, in one version",
  });
  return checkedBy(list, (problems, name, { length }) => {
    if (length > 0) return;
    problems.add("VALUE_INVALID", `${name} is empty, so no request would be inspected`, `Write ${example}`);
  });
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9 _-]{0,99}$/;
// The logs use this name for requests that match no rule.
const RESERVED = "default action";

/** An access control rule of a firewall: allows, blocks or logs requests, whatever the capabilities detect. */
@checked
export class WafAccessRule {
  /**
   * Blocks matching requests with the firewall's response.
   *
   * @param name the name of the rule, up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
   */
  public static block(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("block", name, condition);
  }

  /**
   * Allows matching requests, whatever later access rules say; capabilities and rate limits still apply to them.
   *
   * @param name the name of the rule, up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
   */
  public static allow(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("allow", name, condition);
  }

  /**
   * Logs matching requests only.
   *
   * @param name the name of the rule, up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
   */
  public static check(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("check", name, condition);
  }

  private static make(action: string, name: string, condition: WafCondition): WafAccessRule {
    const rule = readArguments(`WafAccessRule.${action}`, { name, condition }, RULE);
    return new WafAccessRule(rule.name, rule.condition, action);
  }

  private constructor(
    /** The name. */
    public readonly name: string,
    /** The condition of the rule. */
    public readonly condition: WafCondition,
    /** @internal */
    public readonly _action: string,
  ) {}
}

/** A limit for the number of requests from one address. */
export interface WafRateLimit {
  /** The name of the limit, up to 100 letters, digits, blanks, `_` and `-`, unique among the limits. */
  readonly name: string;
  /** The number of requests that are answered in a period, 1 to 1,000,000. */
  readonly requests: number;
  /** The length of a period, 1 to 3,600 seconds. */
  readonly period: Duration;
  /**
   * The time for which an address above the limit is blocked, 0 to 3,600 seconds.
   *
   * @default - until the period ends
   */
  readonly blockDuration?: Duration;
  /**
   * The condition that selects the counted requests.
   *
   * @default - all
   */
  readonly condition?: WafCondition;
}

const MAX_REQUESTS = 1_000_000;
const MAX_SECONDS = 3600;

const ruleName = checkedBy(
  matching(NAME, "Begin with a letter or digit and use up to 100 letters, digits, blanks, _ and -"),
  (problems, name, value) => {
    if (value.toLowerCase() !== RESERVED) return;
    problems.add("NAME_INVALID", `${name} is ${shown(value)}, which the logs use`, "Use another name");
  },
);

const RULE = { name: ruleName, condition: valueOf(WafCondition) };

const RATE_LIMIT = {
  name: ruleName,
  requests: wholeNumber({ least: 1, most: MAX_REQUESTS }),
  period: wholeDuration("seconds", { least: 1, most: MAX_SECONDS, example: "Duration.minutes(1)" }),
  blockDuration: withDefault(
    wholeDuration("seconds", { least: 0, most: MAX_SECONDS, example: "Duration.minutes(5)" }),
    0,
  ),
  condition: optional(valueOf(WafCondition)),
} satisfies PropsSchema<WafRateLimit>;

/** A rate limit, with its durations in seconds. */
export type ResolvedRateLimit = Resolved<typeof RATE_LIMIT>;

/** Reads rate limits with unique names. */
export function rateLimits(): Reader<ResolvedRateLimit[]> {
  const instead = 'a list, for example [{ name: "clients", requests: 600, period: Duration.minutes(1) }]';
  return uniqueListOf(objectOf(RATE_LIMIT), instead, UNIQUE);
}

/** Reads access rules with unique names; again with their members, because a program without types can pass any object. */
export function accessRules(): Reader<WafAccessRule[]> {
  const rule = checkedBy(valueOf(WafAccessRule), (problems, name, value) => {
    readProps(problems, value, RULE, name);
  });
  const instead = 'a list, for example [WafAccessRule.block("admin", WafCondition.pathPrefix("/admin/"))]';
  return uniqueListOf(rule, instead, UNIQUE);
}

const UNIQUE = { keyOf: ({ name }: { readonly name: string }) => name, fix: "Give each rule its own name" };
