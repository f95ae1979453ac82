import { Aspects, Lazy, type TerraformProvider } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { compareOcids } from "../../core/ocid";
import { ResourceConstruct } from "../../core/resource-construct";
import { idPartOf, policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf, tagsOfScopes } from "../../core/tagging";
import { addWarning } from "../../core/warnings";
import { readableStatement } from "../../identity/private/statement-model";
import { IdentityPolicy } from "../../oci/identity-policy";

/** The compartments of a cluster and the resources that it uses. */
export interface ClusterPlaces {
  readonly clusterId: string;
  readonly compartmentId: string;
  /** The compartment of the network's security groups. */
  readonly networkCompartmentId: string;
  /** The compartment of the VCN, if it is not that of the network's security groups. */
  readonly vcnCompartmentId?: string;
  /** The compartment of the pods' subnet, if it is not that of the network's security groups. */
  readonly podsCompartmentId?: string;
  /** The compartments of the load balancers' subnets. @default - the compartment of the network's security groups */
  readonly balancersCompartmentIds?: readonly string[];
  /** The compartments of reserved public addresses. @default - the compartment of the cluster, which needs no right for it */
  readonly reservedAddressCompartmentIds?: readonly string[];
  /** Whether pods get addresses of the network instead of an overlay. */
  readonly withPodAddresses: boolean;
}

/** The rights in one compartment. */
interface Grant {
  /** The purpose of the compartment, as the id of a construct. */
  readonly id: string;
  readonly compartmentId: string;
  readonly statements: string[];
  /** Whether nodes depend on it, so that their pods get addresses. */
  forPods: boolean;
}

/** Excludes moving a group to another compartment, where the restrictions of the network's owner would no longer apply to it. */
export const EXCEPT_MOVING_GROUPS = ", request.permission != 'NETWORK_SECURITY_GROUP_MOVE'";

const OPERATIONS =
  "any {request.operation = 'CreateNetworkSecurityGroup', request.operation = 'DeleteNetworkSecurityGroup'}";

/**
 * The rights that a cluster needs for the network security groups of its load balancers, and for the addresses of its pods.
 *
 * The group of a load balancer is in the cluster's compartment; the group of the worker nodes, which gets rules too, is in the
 * network's. In the VCN, the cluster may only do what creating and deleting a group requires.
 *
 * Load balancers are created in the cluster's compartment. If their subnet or the VCN is in another one, the cluster uses the subnet
 * and the addresses there, reads the VCN, and needs an explicit right to manage its load balancers.
 *
 * Pods need no rights if the cluster, its network and the pods' subnet are in one compartment. Otherwise, the cluster attaches the
 * VNICs of the pods to the instances in its own compartment, with addresses of the subnet's compartment and groups of the network's;
 * managing groups includes using them.
 *
 * Load balancers and network load balancers read and use reserved public addresses of other compartments, with different rights.
 *
 * The statements for networks and addresses of other compartments follow Oracle's landing zone and documentation; this project has
 * not tried them in a tenancy.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpodnetworking_topic-OCI_CNI_plugin.htm
 */
export function grantsOf(scope: IConstruct, places: ClusterPlaces): Grant[] {
  const { clusterId, compartmentId: own, networkCompartmentId: network } = places;
  const { vcnCompartmentId: vcn = network, podsCompartmentId: pods = network } = places;
  const isSame = (id: string, other: string) => compareOcids({ scope, id }, { scope, id: other }) === "same";
  const grants: Grant[] = [];
  const grantIn = (id: string, compartmentId: string): Grant => {
    const existing = grants.find((grant) => isSame(grant.compartmentId, compartmentId));
    if (existing) return existing;
    const grant: Grant = { id, compartmentId, statements: [], forPods: false };
    grants.push(grant);
    return grant;
  };
  // For this cluster and not its compartment: the rights are used only after the cluster exists.
  const allow = (id: string, compartment: string, right: string, condition = "") => {
    const { statements, compartmentId } = grantIn(id, compartment);
    const principal = `request.principal.type = 'cluster', request.principal.id = '${clusterId}'`;
    const text = `Allow any-user to ${right} in compartment id ${compartmentId} where all {${principal}${condition}}`;
    if (!statements.includes(text)) statements.push(text);
  };
  allow("Resource", own, "manage network-security-groups", EXCEPT_MOVING_GROUPS);
  if (!isSame(own, network))
    allow("Network", network, "manage network-security-groups", EXCEPT_MOVING_GROUPS);
  allow("Vcn", vcn, "manage vcns", `, ${OPERATIONS}`);
  const subnets = (places.balancersCompartmentIds ?? [network]).filter(
    (compartment) => !isSame(own, compartment),
  );
  subnets.forEach((compartment, index) => {
    const id = index === 0 ? "Balancers" : "PublicBalancers";
    allow(id, compartment, "use subnets");
    allow(id, compartment, "use private-ips");
  });
  if (!isSame(own, vcn)) allow("Vcn", vcn, "read vcns");
  if (subnets.length > 0 || !isSame(own, vcn)) {
    allow("Resource", own, "manage load-balancers");
    allow("Resource", own, "manage network-load-balancers");
  }
  if (places.withPodAddresses && !(isSame(own, network) && isSame(own, pods))) {
    allow("Resource", own, "manage instances");
    allow("Pods", pods, "use private-ips");
    for (const grant of [grantIn("Resource", own), grantIn("Network", network), grantIn("Pods", pods)]) {
      grant.forPods = true;
    }
  }
  const addresses = (places.reservedAddressCompartmentIds ?? []).filter((each) => !isSame(own, each));
  for (const compartment of addresses) {
    const id = `Addresses-${idPartOf(scope, compartment)}`;
    for (const right of ["read public-ips", "manage floating-ips", "use private-ips", "manage public-ips"])
      allow(id, compartment, right);
  }
  return grants;
}

interface ClusterPoliciesProps extends TaggingProps, ClusterPlaces {
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

const SUFFIXES: { readonly [id: string]: string } = {
  Resource: "load-balancers",
  Network: "network",
  Pods: "pods",
  Vcn: "vcn",
  Balancers: "load-balancer-subnet",
  PublicBalancers: "public-load-balancer-subnet",
};

/**
 * The policies that let a cluster manage its load balancers and assign addresses to its pods.
 *
 * A policy may refer to the compartment that it is attached to, and to those below it. The hierarchy of the compartments is not known,
 * so each compartment has its own policy.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policieshow/Policy_Attachment.htm
 */
export class ClusterPolicies extends ResourceConstruct {
  /** The policies that must exist before the nodes, so that their pods get addresses. */
  public readonly ofPodNetwork: IdentityPolicy[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterPoliciesProps,
  ) {
    super(scope, id);
    for (const grant of grantsOf(this, props)) {
      const policy = this.add(grant);
      if (grant.forPods) this.ofPodNetwork.push(policy);
    }
  }

  private add({ id, compartmentId, statements, forPods }: Grant): IdentityPolicy {
    const pods = forPods ? ", and assign addresses to its pods" : "";
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${this.props.displayName}-${SUFFIXES[id] ?? id}`),
      // IAM can't rename a policy, and replacing it would remove its rights for a while. Creating the new one first does not help:
      // Terraform would then replace the policy's dependencies in that order too, and two subnets can't have the same range.
      lifecycle: { ignoreChanges: ["name"] },
      description: `Lets the cluster manage the network security groups of its load balancers${pods}`,
      statements,
      ...tagsOf(this, this.props),
    });
  }
}

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
