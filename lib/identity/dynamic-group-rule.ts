import { isGroup, printCondition, type Comparison, type ConditionModel } from "./private/statement-model";
import { parseMatchingRule } from "./private/parse-statement";
import { parsedBy, quotable } from "./private/statement-text";
import { checked } from "../core/checked";
import {
  checkedBy,
  listOf,
  matching,
  ocid,
  type PropsSchema,
  readArgument,
  readArguments,
} from "../core/readers";

/** Props for DynamicGroupRule.taggedInstances. */
export interface TaggedInstancesProps {
  /** The OCID of the compartment of the instances. */
  readonly compartmentId: string;
  /** The defined tag, namespace and key, such as `Operations.NodeRole`. Whoever may write it decides who is a member. */
  readonly tag: string;
  /** The value of the tag. */
  readonly value: string;
}

const TAGGED = {
  compartmentId: ocid("compartment", "tenancy"),
  tag: matching(
    /^[A-Za-z0-9_-]{1,100}\.[A-Za-z0-9_-]{1,100}$/,
    'Write the namespace, a period and the key: "Operations.NodeRole"',
    { code: "TAG_INVALID" },
  ),
  value: quotable,
} satisfies PropsSchema<TaggedInstancesProps>;

/** The variables that distinguish members within a compartment. */
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
    const { compartmentId, tag, value } = readArguments("DynamicGroupRule.taggedInstances", props, TAGGED);
    const conditions = [equal("instance.compartment.id", compartmentId), equal(`tag.${tag}.value`, value)];
    return new DynamicGroupRule({ quantifier: "all", conditions });
  }

  /** Single instances. */
  public static instances(instanceIds: string[]): DynamicGroupRule {
    const ids = readArgument("DynamicGroupRule.instances", "instanceIds", instanceIds, INSTANCES);
    return new DynamicGroupRule({
      quantifier: "any",
      conditions: ids.map((id) => equal("instance.id", id)),
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
    return new DynamicGroupRule(readArgument("DynamicGroupRule.parse", "text", text, narrowRule));
  }

  /** The rule as OCI writes it. */
  public readonly text: string;

  private constructor(model: ConditionModel) {
    this.text = printRule(model);
  }
}

function equal(variable: string, value: string): Comparison {
  return { variable, operator: "=", operands: [{ form: "text", value }] };
}

function isNarrow(model: ConditionModel): boolean {
  if (!isGroup(model)) return NARROWING.test(model.variable) && model.operator === "=";
  const { quantifier, conditions } = model;
  return quantifier === "all" ? conditions.some(isNarrow) : conditions.every(isNarrow);
}

const INSTANCES = checkedBy(
  listOf(ocid("instance"), '["ocid1.instance.oc1..…"]'),
  (problems, name, { length }) => {
    if (length === 0)
      problems.add("ATTRIBUTE_MISSING", `${name} is empty`, "Give the OCID of at least one instance");
  },
);

const matchingRule = parsedBy(
  parseMatchingRule,
  "a matching rule",
  "ALL {instance.compartment.id = '<OCID>', tag.<namespace>.<key>.value = '<value>'}",
);

const narrowRule = checkedBy(matchingRule, (problems, name, model) => {
  if (isNarrow(model)) return;
  problems.add(
    "STATEMENT_TOO_WIDE",
    `${name} is ${printRule(model)}, which includes all resources of a compartment, also those that are created later`,
    "Restrict the rule with a tag: DynamicGroupRule.taggedInstances({ compartmentId, tag, value })",
  );
});

function printRule(model: ConditionModel): string {
  return printCondition(model).replace(/^(all|any) /, (word) => word.toUpperCase());
}
