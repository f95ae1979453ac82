import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { DynamicGroupRule } from "./dynamic-group-rule";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { checkHomeRegionProvider } from "../core/regions";
import {
  any,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  text,
  valueOf,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
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

const DYNAMIC_GROUP = {
  tenancyId: ocid("tenancy"),
  rule: valueOf(DynamicGroupRule),
  description: text(),
  homeRegionProvider: optional(any<TerraformProvider>()),
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
