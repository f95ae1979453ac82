import { type Duration } from "cdk8s";
import { WafCondition } from "./web-application-firewall-condition";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import {
  checkedBy,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  readArguments,
  readProps,
  type Reader,
  type Resolved,
  uniqueListOf,
  valueOf,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../../core/readers";

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
