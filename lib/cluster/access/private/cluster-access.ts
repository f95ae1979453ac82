import { App, Chart } from "cdk8s";
import { Construct } from "constructs";
import { outputNameOf, idPartOf } from "../../../core/resource-name";
import { kind, ocid, optional, readProps, type Resolved } from "../../../core/readers";
import { Problems } from "../../../core/validation-error";
import { remindOfExpiry } from "../../../core/dates";
import { LeastPrivilegePolicy } from "../../../identity/least-privilege-policy";
import { PolicyCondition } from "../../../identity/policy-condition";
import { PolicyLocation, type PolicyGrant, PolicyStatement } from "../../../identity/policy-statement";
import { PolicyPrincipal } from "../../../identity/policy-principal";
import { PolicyResourceType, PolicyVerb } from "../../../identity/policy-action";
import { type Bastion } from "../../../network/bastion/bastion";
import { checkEnhanced } from "../../../synthesis/chart-scopes";
import { clusterBaseOf, createdClusterOf, type ISecureOkeCluster } from "../../cluster-base";
import { type GrantAccessOptions, type IKubernetesAccess } from "../kubernetes-access";

const ID = "Access";

/** The service account of a workload. */
interface Account {
  readonly namespace: string;
  readonly serviceAccountName: string;
}

const GRANT_ACCESS = {
  groupId: ocid("group"),
  access: kind<IKubernetesAccess>(
    ["description", "_bindGroup"],
    'KubernetesAccess.viewer(), or KubernetesAccess.editorIn("shop")',
  ),
  chart: optional(kind<Chart>(["node", "namespace"], 'new Chart(app, "access")')),
  bastion: optional(
    kind<Bastion>(["bastionId", "compartmentId"], 'new Bastion(stack, "bastion", { cluster, … })'),
  ),
};

/** The access to a cluster and the rights of its workloads in OCI: policies, and a chart with roles and bindings. */
export class ClusterAccess extends Construct {
  /** The access of a cluster; created on first use, so that a cluster without any has no further resources. */
  public static of(cluster: ISecureOkeCluster): ClusterAccess {
    const existing = cluster.node.tryFindChild(ID) as ClusterAccess | undefined;
    return existing ?? new ClusterAccess(cluster);
  }

  private readonly expiring = new Map<string, boolean>();
  private ownChart?: Chart;

  private constructor(private readonly cluster: ISecureOkeCluster) {
    super(cluster, ID);
  }

  /** The cluster's own chart. */
  public get chart(): Chart {
    if (this.ownChart) return this.ownChart;
    const name = outputNameOf(this.cluster, "access");
    this.ownChart = new Chart(new App(), name);
    this.cluster.addCdk8sChart(name, this.ownChart);
    return this.ownChart;
  }

  /** Grants a group access to the cluster: its statements, and its binding. */
  public grant(groupId: string, kubernetesAccess: IKubernetesAccess, options: GrantAccessOptions = {}): void {
    const { access, chart = this.chart, bastion } = this.read(groupId, kubernetesAccess, options);
    access._bindGroup(chart, groupId);
    const { _expires: expires } = access;
    this.expiring.set(groupId, expires !== undefined);
    for (const { compartment, statement } of this.statementsFor(groupId, expires, bastion)) {
      this.policyFor(
        `Group-${idPartOf(this, groupId)}`,
        compartment,
        "Lets a group use the cluster",
        statement,
      );
    }
    if (expires) remindOfExpiry(this, "break-glass", `${access.description} of ${groupId}`, expires);
  }

  /** Grants rights in OCI to the pods of a service account. */
  public grantWorkload({ namespace, serviceAccountName }: Account, grant: PolicyGrant): void {
    const problems = new Problems(this.cluster);
    checkEnhanced(problems, this.cluster, "workload identity", "VALUE_INVALID");
    // The NetworkPolicy of the workload allows its egress to the endpoint.
    problems.collect(() => this.cluster.network.apiEndpointSubnet);
    problems.throwIfAny();
    const { clusterId } = this.cluster;
    const principal = PolicyPrincipal.workload({ clusterId, namespace, serviceAccountName });
    const statement = PolicyStatement.allow({ ...grant, principal });
    const compartment = this.compartmentOf(grant.location);
    const description = `The rights of the pods of ${namespace}/${serviceAccountName}`;
    this.policyFor(`Workload-${namespace}-${serviceAccountName}`, compartment, description, statement);
  }

  private read(groupId: string, access: IKubernetesAccess, options: GrantAccessOptions) {
    const problems = new Problems(this.cluster);
    const grant = { groupId, access, ...options };
    const read = readProps(problems, grant, GRANT_ACCESS);
    const isExpiring = this.expiring.get(groupId);
    if (read.access && isExpiring !== undefined && isExpiring !== (read.access._expires !== undefined)) {
      problems.add(
        "EXPIRY_INVALID",
        `groupId is ${groupId}, a group with break-glass access and permanent access: IAM would still admit it after the expiry`,
        "Use a separate group for break-glass access",
      );
    }
    problems.collect(() => this.cluster.compartmentId);
    return problems.resolved<Resolved<typeof GRANT_ACCESS>>(read);
  }

  private statementsFor(
    groupId: string,
    expires: Date | undefined,
    bastion: Bastion | undefined,
  ): { readonly compartment: string; readonly statement: PolicyStatement }[] {
    const principal = PolicyPrincipal.group(groupId);
    const until = expires ? [PolicyCondition.before(expires)] : [];
    const allow = (
      compartment: string,
      verb: PolicyVerb,
      resourceType: PolicyResourceType,
      conditions: readonly PolicyCondition[],
    ) => {
      const location = PolicyLocation.compartment(compartment);
      const all = [...conditions, ...until];
      const condition = all.length > 0 ? PolicyCondition.all(all) : undefined;
      const statement = PolicyStatement.allow({ principal, verb, resourceType, location, condition });
      return { compartment, statement };
    };
    const { clusterId, compartmentId } = this.cluster;
    const own = PolicyCondition.equalTo("target.cluster.id", clusterId);
    const statements = [allow(compartmentId, PolicyVerb.USE, PolicyResourceType.CLUSTERS, [own])];
    if (!bastion) return statements;
    const through = PolicyCondition.equalTo("target.bastion.ocid", bastion.bastionId);
    return [
      ...statements,
      allow(bastion.compartmentId, PolicyVerb.USE, PolicyResourceType.of("bastion"), [through]),
      // Only general variables are documented for reading and ending a session.
      allow(bastion.compartmentId, PolicyVerb.MANAGE, PolicyResourceType.of("bastion-session"), []),
    ];
  }

  /** A policy may refer to the compartment that it is attached to; so each compartment has its own policy. */
  private policyFor(
    prefix: string,
    compartmentId: string,
    description: string,
    statement: PolicyStatement,
  ): void {
    const id = `${prefix}-${idPartOf(this, compartmentId)}`;
    const existing = this.node.tryFindChild(id) as LeastPrivilegePolicy | undefined;
    if (existing) return existing._add(statement);
    new LeastPrivilegePolicy(this, id, {
      compartmentId,
      description,
      statements: [statement],
      homeRegionProvider: clusterBaseOf(this.cluster)?._homeRegionProvider,
    });
  }

  private compartmentOf({ _model: location }: PolicyLocation): string {
    if (location.kind === "compartment") return location.compartment.replace(/^id /, "");
    const tenancyId = createdClusterOf(this.cluster)?._tenancyId;
    if (tenancyId !== undefined) return tenancyId;
    const problems = new Problems(this.cluster);
    problems.add(
      "ATTRIBUTE_MISSING",
      "location is the whole tenancy, and the OCID of the tenancy is not known",
      "Set tenancyId of the cluster, or grant the right in a compartment",
    );
    return problems.throwAll();
  }
}
