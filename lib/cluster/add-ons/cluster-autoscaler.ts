import { Duration } from "cdk8s";
import { Lazy, TerraformStack, type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type AddOnOptions, type AddOnResources } from "./add-on-options";
import { AddOnVersion } from "./cluster-add-on";
import {
  AutoscalerRights,
  autoscaledPoolsOf,
  autoscalerOf,
  networkStatements,
  poolStatements,
} from "./autoscaler-rights";
import { checkOnce, noteAddOn } from "./private/add-ons-of-cluster";
import {
  addOnResources,
  type AddOnSettings,
  configurationOf,
  PLACEMENT,
  placementOf,
  resourcesJson,
} from "./private/add-on-configuration";
import {
  objectOf,
  boolean,
  choice,
  duration,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { createdClusterOf, homeRegionProviderFor, type ISecureOkeCluster } from "../cluster-base";
import { tagsGiven, clusterValue } from "../private/cluster-readers";
import { poolsOf } from "../private/pools-of-cluster";
import { TagNamespacePolicy } from "../private/cluster-policies";
import { addWorkloadPolicy, workloadPrincipal } from "../private/granted-rights";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { checkHomeRegionProvider, terraformProvider } from "../../core/regions";
import { compareOcids } from "../../core/ocid";
import { findWhenWritten, type ProgramFinding } from "../../core/warnings";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf, shortHash } from "../../core/resource-name";
import { setTagOwner, type TaggingProps } from "../../core/tagging";
import { type Problems } from "../../core/validation-error";
import { ContainerengineAddon } from "../../oci/containerengine-addon";
import { type IdentityPolicy } from "../../oci/identity-policy";
import { checkEnhanced, isSameCluster } from "../../synthesis/chart-scopes";

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
   * @default - the one of the cluster; otherwise the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const NAME = "ClusterAutoscaler";
const ALL_AUTOSCALED = "cluster-autoscaler";

const scaleDownTime = () => duration("seconds", { least: 60, example: "Duration.minutes(10)" });

const AUTOSCALER = {
  cluster: clusterValue(),
  expander: withDefault(
    choice(Expander, "one of Expander, for example Expander.MIN_WASTE"),
    Expander.MIN_WASTE,
  ),
  scaleDownUnneeded: withDefault(scaleDownTime(), Duration.minutes(10)),
  scaleDownDelayAfterAdd: withDefault(scaleDownTime(), Duration.minutes(10)),
  scaleDownUtilization: withDefault(utilization, 0.5),
  maxNodeProvisionTime: withDefault(
    duration("seconds", { least: 300, example: "Duration.minutes(25)" }),
    Duration.minutes(25),
  ),
  balanceSimilarPools: withDefault(boolean(), true),
  keepNodesWithLocalStorage: withDefault(boolean(), false),
  replicas: withDefault(wholeNumber({ least: 1, most: 5 }), 2),
  resources: optional(addOnResources()),
  placement: optional(objectOf(PLACEMENT)),
  rights: withDefault(valueOf(AutoscalerRights), AutoscalerRights.ofAutoscaledPools()),
  version: optional(valueOf(AddOnVersion)),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<ClusterAutoscalerProps>;

function utilization(problems: Problems, name: string, value: unknown): number | undefined {
  if (typeof value === "number" && value > 0 && value <= 1) return value;
  const fix = "Give a number above 0 and up to 1, for example 0.5";
  problems.add("COUNT_INVALID", `${name} is ${shown(value)}`, fix);
  return undefined;
}

type ResolvedAutoscaler = Resolved<typeof AUTOSCALER>;

/**
 * The cluster autoscaler, as an OKE add-on, for the pools of a cluster that have `autoscale`.
 *
 * The first such pool creates one by default; a program needs this class only for other options, and must create it before these pools.
 * The autoscaler authenticates by workload identity: the rights are granted to its service account in this cluster, not to nodes. Keep at
 * least one pool of a fixed size, for the autoscaler itself and CoreDNS.
 *
 * As in Oracle's documentation, the rights include `manage instance-family` in the compartment of the pools, because OKE creates the
 * instances with the rights of the autoscaler.
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
    const existing = ClusterAutoscaler.find(cluster);
    if (existing) return existing;
    const stack = TerraformStack.of(scope);
    // A later stack can add the autoscaler to the cluster, but the stack of the cluster can't refer to the pools of a later stack.
    const isBeside = TerraformStack.of(cluster) === stack;
    const id = isBeside ? NAME : `${NAME}-${shortHash(cluster.node.path)}`;
    return new ClusterAutoscaler(isBeside ? (cluster as unknown as Construct) : stack, id, { cluster });
  }

  private static find(cluster: ISecureOkeCluster): ClusterAutoscaler | undefined {
    return cluster.node.root.node
      .findAll()
      .find(
        (construct): construct is ClusterAutoscaler =>
          construct instanceof ClusterAutoscaler && isSameCluster(construct.cluster, cluster),
      );
  }

  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;

  /** The strategy for choosing the pool to scale up. */
  public readonly expander: Expander;
  /** The replica count of the autoscaler. */
  public readonly replicas: number;
  /** The pools that its policy allows it to resize. */
  public readonly rights: AutoscalerRights;

  constructor(scope: Construct, id: string, props: ClusterAutoscalerProps) {
    const resolved = readAutoscaler(scope, id, props);
    super(scope, id);
    const homeRegionProvider = homeRegionProviderFor(this, resolved.cluster, resolved.homeRegionProvider);
    const read = { ...resolved, homeRegionProvider };
    const { cluster, version, rights } = read;
    this.cluster = cluster;
    this.expander = read.expander;
    this.replicas = read.replicas;
    this.rights = rights;
    setTagOwner(this, cluster);
    const policies = this.addPolicies(read);
    new TagNamespacePolicy(this, "TagNamespaces", {
      principals: [workloadPrincipal(autoscalerOf(cluster.clusterId))],
      description: "Lets the cluster autoscaler write the defined tags of nodes",
      what: "the nodes that the autoscaler adds",
      tenancyId: createdClusterOf(cluster)?._tenancyId,
      homeRegionProvider: read.homeRegionProvider,
      displayName: nameOf(this),
    });
    const configuration = configurationOf({
      ...settingsOf(read),
      nodes: Lazy.stringValue({ produce: () => this.nodes }),
    });
    const resource = new ContainerengineAddon(this, "Resource", {
      addonName: NAME,
      clusterId: cluster.clusterId,
      configurations: Object.entries(configuration).map(([key, value]) => ({ key, value })),
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

  private addPolicies(read: ResolvedAutoscaler): IdentityPolicy[] {
    const { compartmentId: own, network, clusterId } = this.cluster;
    const autoscaler = autoscalerOf(clusterId);
    const isOwn =
      compareOcids({ scope: this, id: own }, { scope: this, id: network.compartmentId }) === "same";
    const addPolicy = (id: string, compartmentId: string, statements: () => string[]) =>
      addWorkloadPolicy(this, id, {
        ...tagsGiven(read),
        compartmentId,
        description: "Lets the cluster autoscaler change the size of node pools",
        // Pools are created after the autoscaler.
        statements: Lazy.listValue({ produce: statements }),
        homeRegionProvider: read.homeRegionProvider,
      });
    const policy = addPolicy("Policy", own, () => {
      const pools = autoscaledPoolsOf(this.cluster).map(({ nodePoolId }) => nodePoolId);
      return [
        ...poolStatements(autoscaler, own, read.rights.reason === undefined ? pools : []),
        ...(isOwn ? networkStatements(autoscaler, own, true) : []),
      ];
    });
    if (isOwn) return [policy];
    const statements = () => networkStatements(autoscaler, network.compartmentId, false);
    return [policy, addPolicy("NetworkPolicy", network.compartmentId, statements)];
  }

  private findings(): ProgramFinding[] {
    const autoscaled = autoscaledPoolsOf(this.cluster);
    if (autoscaled.length === 0) {
      return [
        {
          id: ALL_AUTOSCALED,
          construct: this,
          what: `${this.cluster.node.path} has an autoscaler, but no pool with autoscale`,
          why: "The add-on does not start without a pool.",
          fix: "Give a pool autoscale: { min: 1, max: 5 }, or remove the autoscaler",
        },
      ];
    }
    if (poolsOf(this.cluster).length > autoscaled.length) return [];
    return [
      {
        id: ALL_AUTOSCALED,
        construct: this,
        what: `All pools of ${this.cluster.node.path} are autoscaled`,
        why: "The autoscaler can remove the node that it runs on, and then nothing adds a new one.",
        fix: "Add a small pool of a fixed size for the autoscaler, CoreDNS and the add-ons",
      },
    ];
  }
}

function readAutoscaler(scope: Construct, id: string, props: ClusterAutoscalerProps): ResolvedAutoscaler {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, AUTOSCALER);
  const { cluster } = read;
  if (cluster) {
    problems.collect(() => [cluster.compartmentId, cluster.network.compartmentId]);
    checkEnhanced(problems, cluster, "the cluster autoscaler");
    checkOnce(problems, cluster, NAME);
  }
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedAutoscaler>(read);
}

/** The settings of the add-on, except for its pools. */
function settingsOf(read: ResolvedAutoscaler): AddOnSettings {
  return {
    // Otherwise the autoscaler, like every other pod on its node, would use the identity of the node.
    authType: "workload",
    numOfReplicas: read.replicas,
    expander: read.expander,
    balanceSimilarNodeGroups: read.balanceSimilarPools,
    skipNodesWithLocalStorage: read.keepNodesWithLocalStorage,
    scaleDownUnneededTime: `${read.scaleDownUnneeded.toSeconds()}s`,
    scaleDownDelayAfterAdd: `${read.scaleDownDelayAfterAdd.toSeconds()}s`,
    maxNodeProvisionTime: `${read.maxNodeProvisionTime.toSeconds()}s`,
    scaleDownUtilizationThreshold: read.scaleDownUtilization,
    "cluster-autoscaler.ContainerResources": resourcesJson(read.resources),
    ...placementOf(read.placement ?? {}),
  };
}
