import { checkCondition, type WafCondition } from "./web-application-firewall-condition";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkMembers } from "../../core/required";
import { Problems } from "../../core/validation-error";

const NAME = /^[A-Za-z0-9][A-Za-z0-9 _-]{0,99}$/;
// The logs say it of requests that no rule was for.
const RESERVED = "default action";

/** What is done with requests that no protection has to find bad: a rule of the access control. */
@checked
export class WafAccessRule {
  /**
   * Requests are refused with the firewall's response.
   *
   * @param name up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
   * @throws NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static block(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("block", name, condition);
  }

  /**
   * Requests pass, whatever the access rules after this one say; they are still looked at and counted.
   *
   * @param name up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
   * @throws NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static allow(name: string, condition: WafCondition): WafAccessRule {
    return WafAccessRule.make("allow", name, condition);
  }

  /**
   * Requests are only logged.
   *
   * @param name up to 100 letters, digits, blanks, `_` and `-`, unique in the firewall
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
    /** Which requests it is for. */
    public readonly condition: WafCondition,
    /** @internal */
    public readonly _action: string,
  ) {}
}

/** How many requests one address may send. */
export interface WafRateLimit {
  /** Up to 100 letters, digits, blanks, `_` and `-`, unique among the limits. */
  readonly name: string;
  /** How many are answered in a period, 1 to 1,000,000. */
  readonly requests: number;
  /** How long a period is, 1 to 3,600 seconds. */
  readonly periodInSeconds: number;
  /**
   * For how long an address that sent more gets no answer, 0 to 3,600 seconds.
   *
   * @default 0 - until the period ends
   */
  readonly blockInSeconds?: number;
  /**
   * Which requests are counted.
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

/** Adds a problem for each access rule that no factory made, and for names that are there twice. */
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

/** Adds a problem for each limit that is none, and for names that are there twice. */
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
