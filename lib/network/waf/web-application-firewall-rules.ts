import { checkCondition, type WafCondition } from "./web-application-firewall-condition";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkMembers } from "../../core/required";
import { Problems } from "../../core/validation-error";

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
   * @throws NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static block(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("block", name, condition);
  }

  /**
   * Allows matching requests, whatever later access rules say; capabilities and rate limits still apply to them.
   *
   * @param name the name of the rule, up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
   * @throws NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static allow(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("allow", name, condition);
  }

  /**
   * Logs matching requests only.
   *
   * @param name the name of the rule, up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
   * @throws NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static check(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("check", name, condition);
  }

  private static make(action: string, name: string, condition: WafCondition): WafAccessRule {
    const problems = new Problems(`WafAccessRule.${action}`);
    checkRuleName(problems, name);
    checkCondition(problems, "condition", condition);
    problems.throwIfAny();
    return new WafAccessRule(name, condition, action);
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
  readonly periodInSeconds: number;
  /**
   * The time for which an address above the limit is blocked, 0 to 3,600 seconds.
   *
   * @default 0 - until the period ends
   */
  readonly blockInSeconds?: number;
  /**
   * The condition that selects the counted requests.
   *
   * @default - all
   */
  readonly condition?: WafCondition;
}

const LARGEST = { requests: 1_000_000, periodInSeconds: 3600, blockInSeconds: 3600 };

function checkRuleName(problems: Problems, name: unknown): void {
  if (typeof name === "string" && NAME.test(name) && name.toLowerCase() !== RESERVED) return;
  problems.add(
    "NAME_INVALID",
    `The name of a rule is ${shown(name)}`,
    "Begin with a letter or digit and use up to 100 letters, digits, blanks, _ and -; not Default Action",
  );
}

/** Adds a problem for each access rule that no factory created, and for duplicate names. */
export function checkAccessRules(problems: Problems, rules: unknown): void {
  const instead = 'WafAccessRule.block("admin", WafCondition.pathPrefix("/admin/")), for example';
  eachOf<WafAccessRule>(problems, "accessRules", rules, (rule) =>
    checkMembers(
      problems,
      "One of accessRules",
      rule ?? "nothing",
      ["name", "condition", "_action"],
      instead,
    ),
  );
}

/** Adds a problem for each invalid limit, and for duplicate names. */
export function checkRateLimits(problems: Problems, limits: unknown): void {
  eachOf<WafRateLimit>(problems, "rateLimits", limits, (limit) => {
    const instead = '{ name: "clients", requests: 600, periodInSeconds: 60 }';
    if (!checkMembers(problems, "One of rateLimits", limit ?? "nothing", ["name"], instead)) return false;
    checkRuleName(problems, limit.name);
    for (const name of ["requests", "periodInSeconds", "blockInSeconds"] as const) {
      const value = limit[name];
      const least = name === "blockInSeconds" ? 0 : 1;
      if (value === undefined && name === "blockInSeconds") continue;
      if (Number.isInteger(value) && Number(value) >= least && Number(value) <= LARGEST[name]) continue;
      const what = `${name} of the limit ${shown(limit.name)} is ${shown(value)}`;
      problems.add("COUNT_INVALID", what, `Give a whole number from ${least} to ${LARGEST[name]}`);
    }
    if (limit.condition !== undefined) checkCondition(problems, "The condition of a limit", limit.condition);
    return true;
  });
}

function eachOf<T extends { readonly name: string }>(
  problems: Problems,
  property: string,
  list: unknown,
  check: (one: T) => boolean,
): void {
  if (!Array.isArray(list)) {
    problems.add("VALUE_INVALID", `${property} is ${shown(list)}`, "Write a list, or leave it out");
    return;
  }
  const names = new Set<string>();
  for (const one of list as T[]) {
    if (!check(one)) continue;
    if (names.has(one.name)) {
      const what = `${property} has the name ${shown(one.name)} twice`;
      problems.add("NAME_DUPLICATE", what, "Give each rule a name of its own");
    }
    names.add(one.name);
  }
}
