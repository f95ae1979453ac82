import { Token } from "cdktf";
import { isGroup, printCondition, type Comparison, type ConditionModel } from "./private/condition-model";
import { parseMatchingRule, StatementSyntaxError } from "./private/parse-statement";
import { checkQuotable } from "./private/statement-text";
import { checked } from "../core/checked";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** Props for DynamicGroupRule.taggedInstances. */
export interface TaggedInstancesProps {
  /** The OCID of the compartment of the instances. */
  readonly compartmentId: string;
  /** The defined tag, namespace and key, such as `Operations.NodeRole`. Whoever may write it decides who is a member. */
  readonly tag: string;
  /** The value of the tag. */
  readonly value: string;
}

const TAG = /^[A-Za-z0-9_-]{1,100}\.[A-Za-z0-9_-]{1,100}$/;
/** What tells some members of a compartment from others. */
const NARROWING = /^(instance\.id|resource\.id|tag\.[^.]+\.[^.]+\.value)$/;

/**
 * Which instances or other resources belong to a dynamic group; never all of a compartment.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/dynamicgroups/Writing_Matching_Rules_to_Define_Dynamic_Groups.htm
 */
@checked
export class DynamicGroupRule {
  /** The instances of a compartment that have a value of a defined tag. */
  public static taggedInstances(props: TaggedInstancesProps): DynamicGroupRule {
    const problems = new Problems("DynamicGroupRule.taggedInstances");
    const { compartmentId, tag, value } = props;
    checkOcid(problems, "compartmentId", compartmentId, "compartment", "tenancy");
    if (checkGiven(problems, { tag, value })) {
      checkQuotable(problems, "value", value);
      if (Token.isUnresolved(tag) || !TAG.test(tag)) {
        problems.add(
          "TAG_INVALID",
          `tag is ${shown(tag)}`,
          'Write the namespace, a period and the key: "Operations.NodeRole"',
        );
      }
    }
    problems.throwIfAny();
    const conditions = [equal("instance.compartment.id", compartmentId), equal(`tag.${tag}.value`, value)];
    return new DynamicGroupRule({ quantifier: "all", conditions });
  }

  /** Single instances. */
  public static instances(instanceIds: string[]): DynamicGroupRule {
    const problems = new Problems("DynamicGroupRule.instances");
    if (!Array.isArray(instanceIds) || instanceIds.length === 0) {
      problems.add("ATTRIBUTE_MISSING", "instanceIds is empty", "Give the OCID of at least one instance");
    } else {
      instanceIds.forEach((id, index) => checkOcid(problems, `instanceIds[${index}]`, id, "instance"));
    }
    problems.throwIfAny();
    return new DynamicGroupRule({
      quantifier: "any",
      conditions: instanceIds.map((id) => equal("instance.id", id)),
    });
  }

  /**
   * A rule from its text, such as one of an existing group.
   *
   * Each alternative of the rule must name instances or resources, or the value of a tag.
   *
   * @param text such as `ALL {resource.type = 'fnfunc', resource.id = 'ocid1.fnfunc.…'}`
   */
  public static parse(text: string): DynamicGroupRule {
    const problems = new Problems("DynamicGroupRule.parse");
    const model = checkGiven(problems, { text }) ? read(problems, text) : undefined;
    if (model && !isNarrow(model)) {
      problems.add(
        "STATEMENT_TOO_WIDE",
        `text is ${shown(text)}, which includes all resources of a compartment, also those that are created later`,
        "Restrict the rule with a tag: DynamicGroupRule.taggedInstances({ compartmentId, tag, value })",
      );
    }
    problems.throwIfAny();
    return new DynamicGroupRule(model as ConditionModel);
  }

  /** The rule as OCI writes it. */
  public readonly text: string;

  private constructor(model: ConditionModel) {
    this.text = printCondition(model).replace(/^(all|any) /, (word) => word.toUpperCase());
  }
}

function equal(variable: string, value: string): Comparison {
  return { variable, operator: "=", operands: [{ form: "text", value }] };
}

function read(problems: Problems, text: string): ConditionModel | undefined {
  try {
    return parseMatchingRule(text);
  } catch (error) {
    if (!(error instanceof StatementSyntaxError)) throw error;
    problems.add(
      "STATEMENT_INVALID",
      `text is ${shown(text)}, which is not a matching rule ${error.message}`,
      "Write ALL {instance.compartment.id = '<OCID>', tag.<namespace>.<key>.value = '<value>'}",
    );
    return undefined;
  }
}

function isNarrow(model: ConditionModel): boolean {
  if (!isGroup(model)) return NARROWING.test(model.variable) && model.operator === "=";
  const { quantifier, conditions } = model;
  return quantifier === "all" ? conditions.some(isNarrow) : conditions.every(isNarrow);
}
