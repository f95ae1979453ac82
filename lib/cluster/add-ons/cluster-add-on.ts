import { Aspects } from "cdktf";
import { type Construct } from "constructs";
import { AddOn } from "./add-on";
import {
  addOnsOf,
  CERT_MANAGER,
  checkOnce,
  nodePoolsBeside,
  noteAddOn,
  waitFor,
} from "./private/add-ons-of-cluster";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import {
  boolean,
  matching,
  optional,
  type PropsSchema,
  readArgument,
  readProps,
  type Resolved,
  valueOf,
  withDefault,
} from "../../core/readers";
import { ResourceConstruct } from "../../core/resource-construct";
import { byKey } from "../../core/stable-order";
import { type Problems } from "../../core/validation-error";
import { addWarning, findWhenWritten, type ProgramFinding } from "../../core/warnings";
import { openForObservabilityAgent } from "../../network/security-groups/cluster-security-groups";
import { isOverlay } from "../../network/vcn/pod-networking";
import { ContainerengineAddon } from "../../oci/containerengine-addon";
import { checkEnhanced } from "../../synthesis/chart-scopes";
import { createdClusterOf, type ISecureOkeCluster } from "../cluster-base";
import { clusterValue } from "../private/cluster-readers";

const pinnedVersion = matching(
  /^v?\d+\.\d+[\w.+-]*$/,
  'Write it as `oci ce addon-option list` does, for example "v1.17.1"',
  { code: "VALUE_INVALID", references: true },
);

/**
 * The version policy of an add-on: automatic updates by Oracle, or a pinned version.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringclusteraddons-supportedversions.htm
 */
@checked
export class AddOnVersion {
  /** Oracle installs new versions when they are released. */
  public static automatic(): AddOnVersion {
    return new AddOnVersion(undefined);
  }

  /**
   * A fixed version, until the program changes it: you must install patches of the add-on yourself, and replace a version that doesn't
   * fit the Kubernetes version of an upgraded cluster.
   *
   * @param version the version as OKE names it, such as `v1.17.1`
   */
  public static pinned(version: string): AddOnVersion {
    readArgument("AddOnVersion.pinned", "version", version, pinnedVersion);
    return new AddOnVersion(version);
  }

  private constructor(
    /** The version; undefined if Oracle chooses it. */
    public readonly version?: string,
  ) {}
}

/** Props for ClusterAddOn. */
export interface ClusterAddOnProps {
  /** The cluster, which must be an enhanced one, as every `SecureOkeCluster` is. */
  readonly cluster: ISecureOkeCluster;
  /** The add-on and its configuration. */
  readonly addOn: AddOn;
  /**
   * The version policy: automatic updates or a pinned version.
   *
   * @default AddOnVersion.automatic()
   */
  readonly version?: AddOnVersion;
  /**
   * Whether OKE deletes the objects of the add-on from the cluster when the add-on is removed from the program.
   *
   * @default - true; false for CoreDNS, kube-proxy and the network plugins, which all pods need
   */
  readonly removeObjects?: boolean;
}

const ADD_ON = {
  cluster: clusterValue(),
  addOn: valueOf(AddOn),
  version: withDefault(valueOf(AddOnVersion), AddOnVersion.automatic()),
  removeObjects: optional(boolean()),
} satisfies PropsSchema<ClusterAddOnProps>;

type ResolvedAddOn = Resolved<typeof ADD_ON>;

const UNPINNED = "add-on-version";
const WITHOUT_CERT_MANAGER = "add-on-cert-manager";

/**
 * An OKE add-on in a cluster.
 *
 * It is installed after the node pools of the same stack, on whose nodes its pods run, and after cert-manager if it needs it. Add-ons
 * that OKE installs in every cluster are taken over with their configuration.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringclusteraddons.htm
 */
@checked
export class ClusterAddOn extends ResourceConstruct {
  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;
  /** The name of the add-on as OKE spells it. */
  public readonly addOnName: string;
  /** The version policy. */
  public readonly version: AddOnVersion;
  /** Whether OKE deletes the objects of the add-on when the add-on is removed from the program. */
  public readonly removeObjects: boolean;
  /** The installed version, known after the apply. */
  public readonly installedVersion: string;

  constructor(scope: Construct, id: string, props: ClusterAddOnProps) {
    const { cluster, addOn, version, removeObjects } = readAddOn(scope, id, props);
    super(scope, id);
    this.cluster = cluster;
    this.version = version;
    this.removeObjects = removeObjects ?? !addOn.isEssential;
    this.addOnName = addOn.name;
    const resource = new ContainerengineAddon(this, "Resource", {
      addonName: addOn.name,
      clusterId: cluster.clusterId,
      configurations: Object.entries(addOn.configuration)
        .sort(byKey)
        .map(([key, value]) => ({ key, value })),
      version: version.version,
      // Otherwise OKE fails because the add-on exists already.
      overrideExisting: addOn._isThereAlready,
      removeAddonResourcesOnDelete: this.removeObjects,
    });
    noteAddOn(resource, cluster);
    this.installedVersion = resource.currentInstalledVersion;
    if (addOn.name === "ObservabilityAgent") openForAgent(cluster);
    if (addOn._isBetterPinned && version.version === undefined) {
      addWarning(
        this,
        `[${UNPINNED}] ${this.node.path}: an update of ${addOn.name} by Oracle may take the GPUs from running workloads for a while; ` +
          'pin a version of `oci ce addon-option list`: AddOnVersion.pinned("…")',
      );
    }
    // Pools and other add-ons may be created later in the program.
    Aspects.of(this).add({
      visit: (node) => {
        if (node === this) this.order(resource, addOn);
      },
    });
    findWhenWritten(this, () => this.findings(addOn));
  }

  private order(resource: ContainerengineAddon, addOn: AddOn): void {
    if (addOn._isThereAlready) return;
    const managers = addOn._needsCertManager ? this.certManagers : [];
    waitFor(resource, [...nodePoolsBeside(this, this.cluster), ...managers]);
  }

  private findings(addOn: AddOn): ProgramFinding[] {
    if (!addOn._needsCertManager || this.certManagers.length > 0) return [];
    return [
      {
        id: WITHOUT_CERT_MANAGER,
        construct: this,
        what: `${addOn.name} needs cert-manager, but the program has no add-on CertManager for ${this.cluster.node.path}`,
        why: "OKE installs the add-on only if cert-manager is in the cluster.",
        fix: 'Add new ClusterAddOn(stack, "cert-manager", { cluster, addOn: AddOn.certManager() }), unless it is installed already',
      },
    ];
  }

  private get certManagers(): ContainerengineAddon[] {
    return addOnsOf(this.cluster).filter((addOn) => addOn.addonNameInput === CERT_MANAGER);
  }
}

/** Allows the control plane to connect to the agent; the security groups of an imported cluster belong to its owner. */
function openForAgent(cluster: ISecureOkeCluster): void {
  // In an overlay, the control plane may connect to all ports of the nodes.
  if (!createdClusterOf(cluster) || isOverlay(cluster.podNetworking)) return;
  openForObservabilityAgent(cluster.apiEndpointSecurityGroup, cluster.workerSecurityGroup);
}

function readAddOn(scope: Construct, id: string, props: ClusterAddOnProps): ResolvedAddOn {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, ADD_ON);
  const { cluster, addOn } = read;
  if (cluster && addOn) {
    checkFits(problems, cluster, addOn.name);
    checkOnce(problems, cluster, addOn.name);
  }
  return problems.resolved<ResolvedAddOn>(read);
}

/** Adds a problem if the cluster can't have the add-on; unknown attributes of an imported cluster are not rejected. */
function checkFits(problems: Problems, cluster: ISecureOkeCluster, name: string): void {
  checkEnhanced(problems, cluster, `the add-on ${name}`);
  const isOverlaid = problems.collect(() => cluster.podNetworking && isOverlay(cluster.podNetworking));
  const other = isOverlaid ? "OciVcnIpNative" : "Flannel";
  if (isOverlaid === undefined || name !== other) return;
  problems.add(
    "ADD_ON_INVALID",
    `addOn is ${name}, but ${cluster.node.path} has ${isOverlaid ? "a flannel overlay" : "VCN-native pod networking"}`,
    `Use ${isOverlaid ? "AddOn.flannel()" : "AddOn.vcnNativeNetworking()"}`,
  );
}
