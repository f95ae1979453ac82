import { Duration } from "cdk8s";
import { Token } from "cdktf";
import { type Construct } from "constructs";
import {
  checkCluster,
  checkFlag,
  checkImage,
  checkShape,
  checkVersion,
  readVersion,
} from "./check-cluster-values";
import { type NodeImageFacts } from "./node-image-facts";
import { checkPoolOptions, type PoolSizes, readSizes, surgeOf } from "./pool-options";
import { checkCapacity, type Demand } from "./pool-capacity";
import { checkPoolName } from "./pools-of-cluster";
import { checkPrivateSubnets } from "./services-cidr";
import { checkConstructId } from "../../core/construct-id";
import { pathOf, problemsIn } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { checkLabels } from "../../core/kubernetes-names";
import { checkOcid, compareOcids } from "../../core/ocid";
import { checkGiven, checkMembers } from "../../core/required";
import { checkDisplayName } from "../../core/resource-name";
import { checkTags } from "../../core/tagging";
import { checkText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";
import { wholeDurationOf } from "../../core/whole-duration";
import { readEgress } from "../../network/egress/egress";
import { isOverlay } from "../../network/vcn/pod-networking";
import { type ISecureOkeCluster } from "../cluster-base";
import { type KubernetesVersion } from "../kubernetes-version";
import { type NodeImage } from "../node-image";
import { type NodeRegistryAccess } from "../node-registry-access";
import { checkGroups, type PrivateNodePoolProps } from "../private-node-pool-props";

// The first minor version whose kubelet requires cgroups v2.
const NEEDS_CGROUPS_V2 = 35;

/**
 * Adds a problem for each known fact about an image that doesn't fit the nodes of a pool.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm for cgroups v2
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/update-node-pool.htm for the version
 */
function checkImageFits(
  problems: Problems,
  { imageName, _facts: facts = {} }: NodeImage,
  version: KubernetesVersion | undefined,
  shapeName: string | undefined,
): void {
  const add = (what: string, fix: string) =>
    problems.add("NODE_IMAGE_UNFIT", `${imageName} ${what}`, fix, "image");
  const bare = version?.version.slice(1);
  if (version && facts.kubernetes !== undefined && facts.kubernetes !== bare) {
    add(
      `is an image for Kubernetes ${facts.kubernetes}, and the pool has ${version.version}`,
      `Take an OKE image whose name has OKE-${bare}, or give the pool kubernetesVersion: KubernetesVersion.of("v${facts.kubernetes}")`,
    );
  }
  if (version && version.minor >= NEEDS_CGROUPS_V2 && facts.cgroups === 1) {
    add(
      `starts with cgroups v1, and the kubelet of ${version.version} needs cgroups v2`,
      "Take an OKE image of Oracle Linux 8 with build 1367 or newer, or of Oracle Linux 9; " +
        "leave imageName out for a custom image that has cgroups v2 switched on",
    );
  }
  if (shapeName === undefined) return;
  checkArchitecture(add, facts, shapeName);
  checkGpu(add, facts, shapeName);
}

type Add = (what: string, fix: string) => void;

function checkArchitecture(add: Add, { architecture }: NodeImageFacts, shapeName: string): void {
  const isArm = /^(VM|BM)\.Standard\.A\d+\./.test(shapeName);
  if (architecture === undefined || isArm === (architecture === "aarch64")) return;
  add(
    `is made for ${isArm ? "x86" : "Arm"} processors, and ${shapeName} has others`,
    isArm
      ? "Take an image with aarch64 in its name, or a shape such as VM.Standard.E5.Flex"
      : "Take an image without aarch64 in its name, or a shape such as VM.Standard.A1.Flex",
  );
}

/** The names of images for AMD GPUs are not known, so they are not checked. */
function checkGpu(add: Add, { hasGpuDrivers }: NodeImageFacts, shapeName: string): void {
  if (hasGpuDrivers === undefined || /\.MI\d/.test(shapeName)) return;
  const isGpu = /^(VM|BM)\.GPU/.test(shapeName);
  if (isGpu === hasGpuDrivers) return;
  add(
    isGpu
      ? `has no GPU drivers, and ${shapeName} has GPUs of NVIDIA`
      : `is made for GPUs, and ${shapeName} has none`,
    isGpu ? "Take an image with GPU in its name" : "Take an image without GPU in its name",
  );
}

export const DEFAULT_PODS = 31;
const MAX_PODS = 110;
const MAX_EVICTION_MINUTES = 60;
// A template is refused as one.
const DOMAIN = /^[A-Za-z0-9]+:[\w-]+$|[$%]\{/;

/** The result of reading the props of a node pool. */
interface NodePoolReading {
  readonly version: KubernetesVersion;
  /** The capacity that the pool needs in the subnets, if it is known. */
  readonly demand?: Demand;
  /** The initial number of nodes. */
  readonly size?: number;
  /** The time that pods have to leave a node, in minutes. */
  readonly evictionMinutes: number;
}

/** Validates the props before the pool is created; throws all problems together. */
export function readNodePool(scope: Construct, id: string, props: PrivateNodePoolProps): NodePoolReading {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const given: Partial<PrivateNodePoolProps> = props ?? {};
  const { cluster, image, shape } = given;
  checkGiven(problems, { cluster, image, shape }, "PrivateNodePoolProps");
  const isCluster = checkCluster(problems, cluster);
  const version = versionOf(problems, isCluster ? cluster : undefined, given.kubernetesVersion);
  checkFlag(problems, "verifyKubernetesVersion", given.verifyKubernetesVersion);
  const sizes = readSizes(problems, given);
  const isPods = checkCount(problems, "maxPodsPerNode", given.maxPodsPerNode, 1, MAX_PODS);
  checkCount(problems, "bootVolumeSizeInGbs", given.bootVolumeSizeInGbs, 50, 32_768);
  const isNetwork = isCluster && readNetwork(problems, cluster as ISecureOkeCluster);
  checkPoolOptions(problems, given);
  const demand = isNetwork && sizes && isPods ? demandOf(pathOf(scope, id), given, sizes) : undefined;
  if (demand) checkCapacity(problems, cluster as ISecureOkeCluster, demand);
  checkGroups(problems, isCluster ? cluster : undefined, given);
  if (given.egress !== undefined) checkEgress(problems, isCluster ? cluster : undefined, given.egress);
  if (isOverlay(cluster?.podNetworking)) checkOverlay(problems, given);
  checkRegistryAccess(problems, scope, given);
  checkDomains(problems, given.availabilityDomains);
  const { evictionGraceDuration: grace = Duration.minutes(MAX_EVICTION_MINUTES) } = given;
  const range = { least: 0, most: MAX_EVICTION_MINUTES };
  const evictionMinutes = wholeDurationOf(problems, "evictionGraceDuration", grace, "minutes", range);
  checkNodeLabels(problems, given.labels);
  checkShape(problems, shape);
  if (checkImage(problems, image)) {
    checkOcid(problems, "The image", (image as NodeImage).imageId, "image");
    checkImageFits(
      problems,
      image as NodeImage,
      version,
      typeof shape?.name === "string" ? shape.name : undefined,
    );
  }
  checkDisplayName(
    problems,
    given.nodePoolName === undefined ? "The id" : "nodePoolName",
    given.nodePoolName ?? id,
  );
  checkTags(problems, given);
  if (isCluster) checkPoolName(problems, cluster as ISecureOkeCluster, given.nodePoolName ?? id);
  problems.throwIfAny();
  return {
    version: version as KubernetesVersion,
    demand,
    size: given.autoscale?.min ?? given.size,
    evictionMinutes,
  };
}

function versionOf(
  problems: Problems,
  cluster: ISecureOkeCluster | undefined,
  given: KubernetesVersion | undefined,
): KubernetesVersion | undefined {
  const isGiven = checkVersion(problems, given);
  const ofCluster = cluster && problems.collect(() => readVersion(cluster.kubernetesVersion));
  if (!given || !isGiven || !ofCluster) return ofCluster;
  const own = readVersion(given);
  own._checkSkew(problems, ofCluster);
  return own;
}

/**
 * Reads all used attributes of the cluster, so that everything that an imported one lacks is found; returns whether its subnets are
 * known.
 */
export function readNetwork(problems: Problems, cluster: ISecureOkeCluster): boolean {
  for (const name of ["compartmentId", "workerSecurityGroup", "podSecurityGroup"] as const) {
    problems.collect(() => cluster[name]);
  }
  const network = problems.collect(() => cluster.network);
  if (!network) return false;
  checkPrivateSubnets(problems, network, cluster.podNetworking);
  const subnets = [problems.collect(() => network.workerSubnet)];
  if (!isOverlay(cluster.podNetworking)) subnets.push(problems.collect(() => network.podSubnet));
  return subnets.every(Boolean);
}

/** Reads the attributes that the security group of the egress needs. */
function checkEgress(problems: Problems, cluster: ISecureOkeCluster | undefined, egress: unknown): void {
  const network = cluster && problems.collect(() => cluster.network);
  if (network) problems.collect(() => network.compartmentId);
  // An imported network can do without its range.
  const vcnCidr = network && new Problems(network).collect(() => network.vcnCidr);
  readEgress(problems, egress, vcnCidr);
}

/** Adds a problem if the nodes don't match those of the registry access. */
function checkRegistryAccess(
  problems: Problems,
  scope: Construct,
  { cluster, definedTags, registryAccess }: Partial<PrivateNodePoolProps>,
): void {
  const members = ["nodeTag", "repositories", "_credentialProvider"];
  const example = 'a NodeRegistryAccess: new NodeRegistryAccess(stack, "registry", { … })';
  if (!checkMembers(problems, "registryAccess", registryAccess, members, example)) return;
  const access = registryAccess as NodeRegistryAccess;
  if (definedTags && typeof definedTags === "object" && access.nodeTag in definedTags) {
    problems.add(
      "TAG_INVALID",
      `definedTags has ${access.nodeTag}, the tag by which registryAccess knows the nodes`,
      "Leave it out there, or give it to the NodeRegistryAccess as nodeTagValue",
    );
  }
  const idOf = (one: ISecureOkeCluster | undefined) =>
    one && { scope, id: new Problems(scope).collect(() => one.compartmentId) ?? "" };
  const [own, theirs] = [idOf(cluster), idOf(access.cluster)];
  if (!own?.id || !theirs?.id || compareOcids(own, theirs) !== "different") return;
  problems.add(
    "VALUE_INVALID",
    `registryAccess ${access.node.path} is for nodes of another compartment, that of ${access.cluster.node.path}`,
    "Make a NodeRegistryAccess with the cluster of this pool",
  );
}

/** Adds a problem for pod props that an overlay doesn't support. */
function checkOverlay(problems: Problems, props: Partial<PrivateNodePoolProps>): void {
  for (const name of ["maxPodsPerNode", "podSecurityGroups"] as const) {
    const value: unknown = props[name];
    // An empty list says just what is so.
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    problems.add(
      "VALUE_INVALID",
      `${name} is given for a cluster with a flannel overlay, whose pods have ${name === "maxPodsPerNode" ? "a number of OKE's choice" : "no groups"}`,
      `Leave ${name} out, or make the cluster with PodNetworking.vcnNative()`,
    );
  }
}

/** The maximum capacity that the pool needs in the subnets; the value of a reference is not known, so it is not counted. */
function demandOf(
  path: string,
  { maxPodsPerNode, cycling }: Partial<PrivateNodePoolProps>,
  { most: nodes }: PoolSizes,
): Demand | undefined {
  if (nodes === undefined) return undefined;
  const most = maxPodsPerNode ?? DEFAULT_PODS;
  const surge = surgeOf(cycling);
  return { path, nodes, surge, pods: Token.isUnresolved(most) ? undefined : most };
}

/** Whether a count was not given or is in its range, as far as it is known. */
export function checkCount(
  problems: Problems,
  name: string,
  value: number | undefined,
  least: number,
  most: number,
): boolean {
  if (value === undefined || value === null || Token.isUnresolved(value)) return true;
  if (Number.isInteger(value) && value >= least && value <= most) return true;
  const text = typeof value === "number" ? String(value) : shown(value);
  problems.add("COUNT_INVALID", `${name} is ${text}`, `Give a whole number from ${least} to ${most}`);
  return false;
}

/** The value of a reference is not known yet. */
export function checkNodeLabels(problems: Problems, labels: { [key: string]: string } | undefined): void {
  if (labels === undefined || labels === null) return;
  if (typeof labels !== "object" || Array.isArray(labels) || Token.isUnresolved(labels)) {
    problems.add(
      "VALUE_INVALID",
      `labels is ${shown(labels)}`,
      'Write an object, for example { tier: "web" }',
    );
    return;
  }
  const entries = Object.entries(labels).map(([key, value]) => [key, Token.isUnresolved(value) ? "" : value]);
  checkLabels(problems, "labels", Object.fromEntries(entries));
}

/** @see https://docs.oracle.com/iaas/Content/General/Concepts/regions.htm */
export function checkDomains(problems: Problems, domains: string[] | undefined): void {
  if (domains === undefined || domains === null || Token.isUnresolved(domains)) return;
  if (!Array.isArray(domains) || domains.length === 0) {
    problems.add(
      "COUNT_INVALID",
      `availabilityDomains is ${Array.isArray(domains) ? "empty" : shown(domains)}`,
      "Give a list of at least one name, or leave it out for all",
    );
    return;
  }
  for (const domain of domains as unknown[]) {
    if (typeof domain === "string") checkText(problems, "An availability domain", domain);
    if (Token.isUnresolved(domain) || (typeof domain === "string" && DOMAIN.test(domain))) continue;
    problems.add(
      "NAME_INVALID",
      `An availability domain is ${shown(domain)}`,
      'Give its whole name with the prefix of your tenancy, such as "Uocm:EU-FRANKFURT-1-AD-1"',
    );
  }
}
