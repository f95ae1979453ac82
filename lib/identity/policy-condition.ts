import { Token } from "cdktf";
import {
  printCondition,
  type Comparison,
  type ConditionModel,
  type Operand,
  type Operator,
} from "./private/condition-model";
import { checkPattern, checkQuotable, checkVariable } from "./private/statement-text";
import { checked } from "../core/checked";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/**
 * The condition of a policy statement.
 *
 * OCI ignores upper and lower case when it compares values. A condition on a variable that a request does not have is false.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policysyntax/conditions.htm
 */
@checked
export class PolicyCondition {
  /**
   * The variable has exactly this value.
   *
   * @param variable such as `target.bucket.name`
   * @param value the value, or a reference to a Terraform value
   */
  public static equalTo(variable: string, value: string): PolicyCondition {
    return PolicyCondition.compare("PolicyCondition.equalTo", variable, "=", value, "text");
  }

  /** The variable has another value. */
  public static notEqualTo(variable: string, value: string): PolicyCondition {
    return PolicyCondition.compare("PolicyCondition.notEqualTo", variable, "!=", value, "text");
  }

  /**
   * The variable matches a pattern, in which an asterisk stands for any characters.
   *
   * @param pattern such as `shop-*`, without a slash
   */
  public static matches(variable: string, pattern: string): PolicyCondition {
    return PolicyCondition.compare("PolicyCondition.matches", variable, "=", pattern, "pattern");
  }

  /**
   * Two variables have the same value.
   *
   * @param variable such as `request.principal.compartment.id`
   * @param other such as `target.compartment.id`
   */
  public static sameValue(variable: string, other: string): PolicyCondition {
    const problems = new Problems("PolicyCondition.sameValue");
    if (checkGiven(problems, { variable, other })) {
      checkVariable(problems, "variable", variable);
      checkVariable(problems, "other", other);
    }
    problems.throwIfAny();
    return new PolicyCondition({ variable, operator: "=", operands: [{ form: "word", value: other }] });
  }

  /** The variable has one of several values. */
  public static oneOf(variable: string, values: string[]): PolicyCondition {
    return PolicyCondition.any(values.map((value) => PolicyCondition.equalTo(variable, value)));
  }

  /**
   * The request comes before a moment. The clocks of OCI may differ by five minutes.
   *
   * @see https://docs.oracle.com/iaas/Content/Identity/policies/scoping-policy-by-time.htm
   */
  public static before(moment: Date): PolicyCondition {
    return PolicyCondition.time("PolicyCondition.before", "before", moment);
  }

  /** The request comes after a moment. The clocks of OCI may differ by five minutes. */
  public static after(moment: Date): PolicyCondition {
    return PolicyCondition.time("PolicyCondition.after", "after", moment);
  }

  /** All of the conditions hold. */
  public static all(conditions: PolicyCondition[]): PolicyCondition {
    return PolicyCondition.group("all", conditions);
  }

  /** At least one of the conditions holds. */
  public static any(conditions: PolicyCondition[]): PolicyCondition {
    return PolicyCondition.group("any", conditions);
  }

  /** @internal */
  public static _of(model: ConditionModel): PolicyCondition {
    return new PolicyCondition(model);
  }

  private static compare(
    factory: string,
    variable: string,
    operator: Operator,
    value: string,
    form: Operand["form"],
  ): PolicyCondition {
    const problems = new Problems(factory);
    const name = form === "pattern" ? "pattern" : "value";
    if (checkGiven(problems, { variable, [name]: value })) {
      checkVariable(problems, "variable", variable);
      if (form === "pattern") checkPattern(problems, name, value);
      else checkQuotable(problems, name, value);
    }
    problems.throwIfAny();
    const comparison: Comparison = { variable, operator, operands: [{ form, value }] };
    return new PolicyCondition(comparison);
  }

  private static time(factory: string, operator: "before" | "after", moment: Date): PolicyCondition {
    const problems = new Problems(factory);
    if (!(moment instanceof Date) || Number.isNaN(moment.getTime())) {
      problems.add(
        "VALUE_INVALID",
        `moment is ${moment instanceof Date ? "an invalid date" : shown(moment)}`,
        'Give a Date, for example new Date("2027-01-31T00:00:00Z")',
      );
    }
    problems.throwIfAny();
    const value = moment.toISOString().replace(/\.\d+Z$/, "Z");
    return new PolicyCondition({
      variable: "request.utc-timestamp",
      operator,
      operands: [{ form: "text", value }],
    });
  }

  private static group(quantifier: "all" | "any", conditions: PolicyCondition[]): PolicyCondition {
    const problems = new Problems(`PolicyCondition.${quantifier}`);
    if (!Array.isArray(conditions) || Token.isUnresolved(conditions) || conditions.length === 0) {
      problems.add(
        "ATTRIBUTE_MISSING",
        `conditions is ${Array.isArray(conditions) ? "an empty list" : shown(conditions)}`,
        'Give at least one condition, such as PolicyCondition.equalTo("target.bucket.name", "assets")',
      );
    }
    problems.throwIfAny();
    const [first, ...others] = conditions;
    if (first && others.length === 0) return first;
    return new PolicyCondition({ quantifier, conditions: conditions.map((one) => one._model) });
  }

  private constructor(
    /** @internal */
    public readonly _model: ConditionModel,
  ) {}

  /** The condition as OCI writes it. */
  public toString(): string {
    return printCondition(this._model);
  }
}
