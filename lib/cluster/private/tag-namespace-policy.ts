import { Aspects, Lazy, type TerraformProvider } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { readableStatement } from "../../identity/private/statement-model";
import { policyNameOf } from "../../core/resource-name";
import { tagsOfScopes, tagsOf } from "../../core/tagging";
import { addWarning } from "../../core/warnings";
import { IdentityPolicy } from "../../oci/identity-policy";

interface TagNamespacePolicyProps {
  /** The conditions that identify the writers of the tags in statements. */
  readonly principals: readonly string[];
  /** The purpose of the policy. */
  readonly description: string;
  /** The tagged resources, for a warning. */
  readonly what: string;
  /** The OCID of the tenancy, in which tag namespaces are granted. @default - a warning with the statements */
  readonly tenancyId?: string;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

/** The condition that identifies the node pools of a compartment in a statement. */
export function nodePoolPrincipal(compartmentId: string): string {
  return `request.principal.type = 'nodepool', request.principal.compartment.id = '${compartmentId}'`;
}

/** The statement that allows a principal to write the tags of a namespace. */
export function tagNamespaceStatement(principal: string, namespace: string): string {
  return `Allow any-user to use tag-namespaces in tenancy where all {${principal}, target.tag-namespace.name = '${namespace}'}`;
}

/** The id of the warning. */
const NO_GRANT = "tag-namespaces";

/**
 * Allows the creators of run-time resources to write defined tags: a cluster, its node pools, and the native ingress controller.
 *
 * Oracle's documentation grants it to all clusters of a tenancy; here it is limited to this cluster, the pools of its compartment, the
 * controller of the cluster, and the namespaces of the tags. This project has not tried the conditions in a tenancy.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengtaggingclusterresources.htm
 */
export class TagNamespacePolicy extends Construct {
  private isWarned = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TagNamespacePolicyProps,
  ) {
    super(scope, id);
    if (props.tenancyId !== undefined) this.createPolicy(props.tenancyId);
    // Tags may be added until the stack is written; only then it is known whether there are any.
    Aspects.of(this).add({ visit: (node: IConstruct) => (node === this ? this.finish() : undefined) });
  }

  private createPolicy(tenancyId: string): void {
    new IdentityPolicy(this, "Resource", {
      provider: this.props.homeRegionProvider,
      compartmentId: tenancyId,
      name: policyNameOf(this, `${this.props.displayName}-tag-namespaces`),
      lifecycle: { ignoreChanges: ["name"] },
      description: this.props.description,
      statements: Lazy.listValue({ produce: () => this.statements }),
      ...tagsOf(this, {}),
    });
  }

  private get statements(): string[] {
    const keys = Object.keys(tagsOfScopes(this).definedTags);
    const namespaces = [...new Set(keys.map((key) => key.split(".")[0]))].sort();
    return namespaces.flatMap((namespace) =>
      this.props.principals.map((principal) => tagNamespaceStatement(principal, namespace)),
    );
  }

  private finish(): void {
    const { statements } = this;
    if (statements.length === 0) this.node.tryRemoveChild("Resource");
    if (statements.length === 0 || this.props.tenancyId !== undefined || this.isWarned) return;
    this.isWarned = true;
    addWarning(
      this,
      `[${NO_GRANT}] ${this.node.scope?.node.path} has defined tags, which it can write on ${this.props.what} only with a ` +
        "policy in the root compartment. Set tenancyId of the cluster, or add these statements there, with the OCIDs " +
        `filled in: ${statements.map(readableStatement).join("; ")}`,
    );
  }
}
