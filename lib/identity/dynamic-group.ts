import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type DynamicGroupRule } from "./dynamic-group-rule";
import { checkHomeRegionProvider } from "../core/home-region";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { IdentityDynamicGroup } from "../oci/identity-dynamic-group";

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

  constructor(scope: Construct, id: string, props: DynamicGroupProps) {
    check(scope, id, props);
    super(scope, id);
    const group = new IdentityDynamicGroup(this, "Resource", {
      provider: props.homeRegionProvider,
      compartmentId: props.tenancyId,
      name: policyNameOf(this, nameOf(this)),
      // IAM renames no group.
      lifecycle: { ignoreChanges: ["name"] },
      description: props.description,
      matchingRule: props.rule.text,
      ...tagsOf(this, props),
    });
    this.node.defaultChild = group;
    this.dynamicGroupId = group.id;
  }
}

/** Before the construct is made, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: DynamicGroupProps): void {
  const props: Partial<DynamicGroupProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "tenancyId", props.tenancyId, "tenancy");
  const { rule, description } = props;
  checkGiven(problems, { rule, description });
  checkMembers(
    problems,
    "rule",
    rule,
    ["text"],
    "DynamicGroupRule.taggedInstances({ compartmentId, tag, value })",
  );
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}
