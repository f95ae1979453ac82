import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { parsedBy, parseMatchingRule, quotable } from "./private/parse-statement";
import { type Comparison, type ConditionModel, isGroup, printCondition } from "./private/statement-model";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import {
  checkedBy,
  matching,
  nonEmptyListOf,
  ocid,
  optional,
  type PropsSchema,
  readArgument,
  readArguments,
  readProps,
  type Resolved,
  taggingReaders,
  text,
  valueOf,
} from "../core/readers";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { IdentityDynamicGroup } from "../oci/identity-dynamic-group";

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

const INSTANCES = nonEmptyListOf(ocid("instance"), '["ocid1.instance.oc1..…"]');

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

/** Props for DynamicGroup. */
export interface DynamicGroupProps extends TaggingProps {
  /** The OCID of the tenancy, where all dynamic groups are. */
  readonly tenancyId: string;
  /** Which instances or resources are members. */
  readonly rule: DynamicGroupRule;
  /** What the group is for. */
  readonly description: string;
  /**
   * The provider of the tenancy's home region, where dynamic groups are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const DYNAMIC_GROUP = {
  tenancyId: ocid("tenancy"),
  rule: valueOf(DynamicGroupRule),
  description: text(),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<DynamicGroupProps>;

/**
 * A dynamic group: instances or other resources that act in OCI by themselves.
 *
 * Every pod of a node can act as the node's instance. So pods get rights by workload identity, `workload.grant(…)`, and a group of
 * nodes only what all of their pods may do.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/dynamicgroups/managingdynamicgroups.htm
 */
@checked
export class DynamicGroup extends ResourceConstruct {
  /** The OCID of the group, for `PolicyPrincipal.dynamicGroup`. */
  public readonly dynamicGroupId: string;
  /** The rule that selects the members. */
  public readonly rule: DynamicGroupRule;

  constructor(scope: Construct, id: string, props: DynamicGroupProps) {
    const read = readGroup(scope, id, props);
    super(scope, id);
    this.rule = read.rule;
    const group = new IdentityDynamicGroup(this, "Resource", {
      provider: read.homeRegionProvider,
      compartmentId: read.tenancyId,
      name: policyNameOf(this, nameOf(this)),
      // IAM renames no group.
      lifecycle: { ignoreChanges: ["name"] },
      description: read.description,
      matchingRule: read.rule.text,
      ...tagsOf(this, read),
    });
    this.node.defaultChild = group;
    this.dynamicGroupId = group.id;
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readGroup(scope: Construct, id: string, props: DynamicGroupProps): Resolved<typeof DYNAMIC_GROUP> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, DYNAMIC_GROUP);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved(read);
}
