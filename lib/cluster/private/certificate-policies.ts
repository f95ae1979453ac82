import { type TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { idPartOf, policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { IdentityPolicy } from "../../oci/identity-policy";

interface CertificatePoliciesProps extends TaggingProps {
  readonly clusterId: string;
  readonly compartmentId: string;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

/**
 * The statement that allows a cluster to use certificates of the OCI Certificates service on its load balancers.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
 */
export function certificateStatement(clusterId: string, compartmentId: string): string {
  const who = `request.principal.type = 'cluster', request.principal.id = '${clusterId}'`;
  return `Allow any-user to manage leaf-certificate-family in compartment id ${compartmentId} where all {${who}}`;
}

/** One policy for each compartment with certificates for the load balancers of a cluster. */
export class CertificatePolicies extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: CertificatePoliciesProps,
  ) {
    super(scope, id);
  }

  /** Grants the use of the certificates of a compartment, once. */
  public allow(compartmentId = this.props.compartmentId): void {
    const isOwn = compartmentId === this.props.compartmentId;
    const id = isOwn ? "Resource" : `Policy-${idPartOf(this, compartmentId)}`;
    if (this.node.tryFindChild(id)) return;
    const { clusterId, displayName, homeRegionProvider } = this.props;
    const suffix = isOwn ? "certificates" : `certificates-${idPartOf(this, compartmentId).slice(-8)}`;
    new IdentityPolicy(this, id, {
      provider: homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${displayName}-${suffix}`),
      // IAM can't rename a policy, and replacing it would remove its rights for a while.
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets the cluster use certificates on its load balancers",
      statements: [certificateStatement(clusterId, compartmentId)],
      ...tagsOf(this, this.props),
    });
  }
}
