import { quotable, quotablePattern, variableName } from "./private/parse-statement";
import {
  type Comparison,
  type ConditionModel,
  type Operand,
  type Operator,
  printCondition,
} from "./private/statement-model";
import { checked } from "../core/checked";
import { textOf, validDate } from "../core/dates";
import { kind, nonEmptyListOf, readArgument, readArguments } from "../core/readers";

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
    readArguments(
      "PolicyCondition.sameValue",
      { variable, other },
      { variable: variableName, other: variableName },
    );
    return new PolicyCondition({ variable, operator: "=", operands: [{ form: "word", value: other }] });
  }

  /** The variable has one of several values. */
  public static oneOf(variable: string, values: string[]): PolicyCondition {
    const read = readArguments(
      "PolicyCondition.oneOf",
      { variable, values },
      { variable: variableName, values: nonEmptyListOf(quotable, '["assets"]') },
    );
    return PolicyCondition.any(read.values.map((value) => PolicyCondition.equalTo(variable, value)));
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
    const isPattern = form === "pattern";
    const name = isPattern ? "pattern" : "value";
    const schema = { variable: variableName, [name]: isPattern ? quotablePattern : quotable };
    readArguments(factory, { variable, [name]: value }, schema);
    const comparison: Comparison = { variable, operator, operands: [{ form, value }] };
    return new PolicyCondition(comparison);
  }

  private static time(factory: string, operator: "before" | "after", moment: Date): PolicyCondition {
    const value = textOf(readArgument(factory, "moment", moment, validDate));
    return new PolicyCondition({
      variable: "request.utc-timestamp",
      operator,
      operands: [{ form: "text", value }],
    });
  }

  private static group(quantifier: "all" | "any", conditions: PolicyCondition[]): PolicyCondition {
    const read = readArgument(`PolicyCondition.${quantifier}`, "conditions", conditions, conditionList);
    const [first, ...others] = read;
    if (first && others.length === 0) return first;
    return new PolicyCondition({ quantifier, conditions: read.map(({ _model }) => _model) });
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

const EXAMPLE = 'PolicyCondition.equalTo("target.bucket.name", "assets")';

/** Reads a condition, by the member that statements are written from. */
export const policyCondition = kind<PolicyCondition>(["_model"], EXAMPLE);

const conditionList = nonEmptyListOf(policyCondition, `[${EXAMPLE}]`);
