import { Duration } from "cdk8s";
import { Lazy, TerraformStack, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type AddOnOptions, type AddOnResources } from "./add-on-options";
import { type AddOnVersion } from "./add-on-version";
import { AutoscalerRights } from "./autoscaler-rights";
import { checkEnhanced, checkOnce } from "./cluster-add-on";
import { noteAddOn } from "./private/add-ons-of-cluster";
import { autoscaledPoolsOf, isSame } from "./private/autoscaled-pools";
import { autoscalerPrincipal, networkStatements, poolStatements } from "./private/autoscaler-statements";
import { ConfigurationWriter } from "./private/configuration";
import { clusterBaseOf, createdClusterOf, type ISecureOkeCluster } from "../cluster-base";
import { poolsOf } from "../private/pools-of-cluster";
import { TagNamespacePolicy } from "../private/tag-namespace-policy";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkHomeRegionProvider } from "../../core/home-region";
import { compareOcids } from "../../core/ocid";
import { findWhenWritten, type ProgramFinding } from "../../core/program-findings";
import { checkGiven, checkMembers } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf, policyNameOf } from "../../core/resource-name";
import { setTagOwner } from "../../core/scope-tags";
import { shortHash } from "../../core/short-hash";
import { shown } from "../../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../../core/tagging";
import { type Problems } from "../../core/validation-error";
import { wholeDurationOf } from "../../core/whole-duration";
import { ContainerengineAddon } from "../../oci/containerengine-addon";
import { IdentityPolicy } from "../../oci/identity-policy";

/** The strategy for choosing the pool to scale up. */
export enum Expander {
  /** A random pool. */
  RANDOM = "random",
  /** The pool that would run the most pods. */
  MAX_PODS = "most-pods",
  /** The pool that would have the least idle CPU. */
  MIN_WASTE = "least-waste",
  /** The pool with the highest priority in the ConfigMap `cluster-autoscaler-priority-expander`, which you create. */
  PRIORITY = "priority",
}

/** Props for ClusterAutoscaler. */
export interface ClusterAutoscalerProps extends TaggingProps {
  /** The cluster whose pools with `autoscale` are resized. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The strategy for choosing the pool to scale up.
   *
   * @default Expander.MIN_WASTE
   */
  readonly expander?: Expander;
  /**
   * The time for which a node must be unneeded before it is removed, at least a minute.
   *
   * @default Duration.minutes(10)
   */
  readonly scaleDownUnneeded?: Duration;
  /**
   * The time after a scale-up during which no node is removed, at least a minute.
   *
   * @default Duration.minutes(10)
   */
  readonly scaleDownDelayAfterAdd?: Duration;
  /**
   * The utilization threshold below which a node counts as unneeded, as the share of its resources that pods request: above 0 and up to
   * 1.
   *
   * @default 0.5
   */
  readonly scaleDownUtilization?: number;
  /**
   * The maximum time in which a new node must become ready, 5 minutes or more.
   *
   * @default Duration.minutes(25)
   */
  readonly maxNodeProvisionTime?: Duration;
  /**
   * Whether pools with the same labels and resources are kept at similar sizes, such as one pool in each availability domain.
   *
   * @default true
   */
  readonly balanceSimilarPools?: boolean;
  /**
   * Whether to keep nodes that run pods with an emptyDir or a hostPath. Each writable folder of a hardened workload is an emptyDir, so
   * that hardly any node could ever be removed.
   *
   * @default false
   */
  readonly keepNodesWithLocalStorage?: boolean;
  /**
   * The replica count of the autoscaler, one of which is active, 1 to 5.
   *
   * @default 2
   */
  readonly replicas?: number;
  /**
   * The resource requests and limits of the autoscaler.
   *
   * @default - Oracle's value
   */
  readonly resources?: AddOnResources;
  /**
   * The nodes on which the pods of the autoscaler run: preferably those of a pool that it doesn't resize.
   *
   * @default - all nodes
   */
  readonly placement?: AddOnOptions;
  /**
   * The pools that its policy allows it to resize.
   *
   * @default AutoscalerRights.ofAutoscaledPools()
   */
  readonly rights?: AutoscalerRights;
  /**
   * The version policy. A pinned version must have the minor version of the cluster.
   *
   * @default AddOnVersion.automatic()
   */
  readonly version?: AddOnVersion;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const NAME = "ClusterAutoscaler";
// In seconds.
const MIN_SCALE_DOWN = 60;
const MIN_PROVISION_TIME = 300;
const ALL_AUTOSCALED = "cluster-autoscaler";

/**
 * The cluster autoscaler, as an OKE add-on, for the pools of a cluster that have `autoscale`.
 *
 * The first such pool creates one by default; a program needs this class only for other options, and must create it before these pools.
 * The autoscaler authenticates by workload identity: the rights are granted to its service account in this cluster, not to nodes. Keep at
 * least one pool of a fixed size, for the autoscaler itself and CoreDNS.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingclusterautoscaler.htm
 */
@checked
export class ClusterAutoscaler extends ResourceConstruct {
  /**
   * Returns the autoscaler of a cluster; creates one if the program has none.
   *
   * @internal
   */
  public static _for(scope: Construct, cluster: ISecureOkeCluster): ClusterAutoscaler {
    const known = ClusterAutoscaler.find(cluster);
    if (known) return known;
    const stack = TerraformStack.of(scope);
    // A later stack can add the autoscaler to the cluster, but the stack of the cluster can't refer to the pools of a later stack.
    const isBeside = TerraformStack.of(cluster) === stack;
    const id = isBeside ? NAME : `${NAME}-${shortHash(cluster.node.path)}`;
    const homeRegionProvider = isBeside ? clusterBaseOf(cluster)?._homeRegionProvider : undefined;
    return new ClusterAutoscaler(isBeside ? (cluster as unknown as Construct) : stack, id, {
      cluster,
      homeRegionProvider,
    });
  }

  private static find(cluster: ISecureOkeCluster): ClusterAutoscaler | undefined {
    return cluster.node.root.node
      .findAll()
      .find(
        (one): one is ClusterAutoscaler => one instanceof ClusterAutoscaler && isSame(one.cluster, cluster),
      );
  }

  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;

  /**
   * @throws ADD_ON_INVALID, COUNT_INVALID, DURATION_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, PROVIDER_INVALID, ATTRIBUTE_MISSING,
   * VALUE_INVALID, LABEL_INVALID, QUANTITY_INVALID
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterAutoscalerProps,
  ) {
    const configuration = read(scope, id, props);
    super(scope, id);
    const { cluster, version, rights = AutoscalerRights.ofAutoscaledPools() } = props;
    this.cluster = cluster;
    setTagOwner(this, cluster);
    const policies = this.addPolicies(rights);
    new TagNamespacePolicy(this, "TagNamespaces", {
      principals: [autoscalerPrincipal(cluster.clusterId)],
      description: "Lets the cluster autoscaler write the defined tags of nodes",
      what: "the nodes that the autoscaler adds",
      tenancyId: createdClusterOf(cluster)?._tenancyId,
      homeRegionProvider: props.homeRegionProvider,
      displayName: nameOf(this),
    });
    const entries = { ...configuration, nodes: Lazy.stringValue({ produce: () => this.nodes }) };
    const resource = new ContainerengineAddon(this, "Resource", {
      addonName: NAME,
      clusterId: cluster.clusterId,
      configurations: Object.entries(entries)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
      version: version?.version,
      removeAddonResourcesOnDelete: true,
      dependsOn: policies,
    });
    noteAddOn(resource, cluster);
    if (rights.reason !== undefined) {
      const what = "an autoscaler that may resize every node pool of the compartment";
      Acknowledgements._record(resource, "least-privilege", what, rights.reason);
    }
    findWhenWritten(this, () => this.findings());
  }

  /** The pools and their limits, in the format of the add-on; empty if there are no pools yet. */
  private get nodes(): string {
    return autoscaledPoolsOf(this.cluster)
      .map(({ min, max, nodePoolId }) => `${min}:${max}:${nodePoolId}`)
      .join(", ");
  }

  /** A policy may refer to the compartment that it is attached to; so each compartment has its own policy. */
  private addPolicies(rights: AutoscalerRights): IdentityPolicy[] {
    const { compartmentId: own, network, clusterId } = this.cluster;
    const isOwn =
      compareOcids({ scope: this, id: own }, { scope: this, id: network.compartmentId }) === "same";
    const policy = this.addPolicy("Policy", own, () => {
      const pools = autoscaledPoolsOf(this.cluster).map(({ nodePoolId }) => nodePoolId);
      const poolIds = rights.reason === undefined ? pools : [];
      return [
        ...poolStatements({ clusterId, poolIds }, own),
        ...(isOwn ? networkStatements(clusterId, own, true) : []),
      ];
    });
    if (isOwn) return [policy];
    const statements = () => networkStatements(clusterId, network.compartmentId, false);
    return [policy, this.addPolicy("NetworkPolicy", network.compartmentId, statements)];
  }

  private addPolicy(id: string, compartmentId: string, statements: () => string[]): IdentityPolicy {
    const suffix = id === "Policy" ? "" : "-network";
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}${suffix}`),
      // IAM can't rename a policy, and replacing it would remove its rights for a while.
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets the cluster autoscaler change the size of node pools",
      // Pools are created after the autoscaler.
      statements: Lazy.listValue({ produce: statements }),
      ...tagsOf(this, this.props),
    });
  }

  private findings(): ProgramFinding[] {
    const autoscaled = autoscaledPoolsOf(this.cluster);
    if (autoscaled.length === 0) {
      return [
        {
          id: ALL_AUTOSCALED,
          construct: this,
          what: `${this.cluster.node.path} has an autoscaler and no pool with autoscale`,
          why: "The add-on does not start without a pool.",
          fix: "Give a pool autoscale: { min, max }, or remove the autoscaler",
        },
      ];
    }
    if (poolsOf(this.cluster).length > autoscaled.length) return [];
    return [
      {
        id: ALL_AUTOSCALED,
        construct: this,
        what: `All pools of ${this.cluster.node.path} are autoscaled`,
        why: "The autoscaler can remove the node that it runs on itself, and then nobody adds another one.",
        fix: "Add a small pool with size for it, for CoreDNS and for the add-ons",
      },
    ];
  }
}

function read(scope: Construct, id: string, given: ClusterAutoscalerProps): { [key: string]: string } {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props: Partial<ClusterAutoscalerProps> = given ?? {};
  const { cluster } = props;
  checkGiven(problems, { cluster }, "ClusterAutoscalerProps");
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    const known = cluster as ISecureOkeCluster;
    problems.collect(() => [known.compartmentId, known.network.compartmentId]);
    checkEnhanced(problems, known, "The cluster autoscaler");
    checkOnce(problems, known, NAME);
  }
  checkMembers(problems, "version", props.version, ["version"], 'AddOnVersion.pinned("v1.35.2")');
  checkMembers(problems, "rights", props.rights, ["reason"], "AutoscalerRights.ofAutoscaledPools()");
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  const writer = new ConfigurationWriter(problems);
  write(problems, writer, props);
  problems.throwIfAny();
  return writer.configuration;
}

function write(
  problems: Problems,
  writer: ConfigurationWriter,
  props: Partial<ClusterAutoscalerProps>,
): void {
  // Otherwise the autoscaler, like every other pod on its node, would use the identity of the node.
  writer.text("authType", "workload");
  writer.count("numOfReplicas", "replicas", props.replicas ?? 2, [1, 5]);
  writer.choice("expander", "expander", props.expander ?? Expander.MIN_WASTE, Object.values(Expander));
  writer.flag("balanceSimilarNodeGroups", "balanceSimilarPools", props.balanceSimilarPools ?? true);
  const keepsLocal = props.keepNodesWithLocalStorage ?? false;
  writer.flag("skipNodesWithLocalStorage", "keepNodesWithLocalStorage", keepsLocal);
  const durations = {
    scaleDownUnneeded: ["scaleDownUnneededTime", Duration.minutes(10), MIN_SCALE_DOWN],
    scaleDownDelayAfterAdd: ["scaleDownDelayAfterAdd", Duration.minutes(10), MIN_SCALE_DOWN],
    maxNodeProvisionTime: ["maxNodeProvisionTime", Duration.minutes(25), MIN_PROVISION_TIME],
  } as const;
  for (const name of ["scaleDownUnneeded", "scaleDownDelayAfterAdd", "maxNodeProvisionTime"] as const) {
    const [key, otherwise, least] = durations[name];
    const seconds = wholeDurationOf(problems, name, props[name] ?? otherwise, "seconds", { least });
    writer.text(key, `${seconds}s`);
  }
  const { scaleDownUtilization = 0.5 } = props;
  if (!(scaleDownUtilization > 0) || scaleDownUtilization > 1) {
    problems.add(
      "COUNT_INVALID",
      `scaleDownUtilization is ${shown(scaleDownUtilization)}`,
      "Give a number above 0 and up to 1, for example 0.5",
    );
  }
  writer.text("scaleDownUtilizationThreshold", String(scaleDownUtilization));
  writer.resources("cluster-autoscaler.ContainerResources", "resources", props.resources);
  writer.placement(props.placement ?? {});
}
