import { Token } from "cdktf";
import { type Construct } from "constructs";
import { type ISecureOkeCluster } from "./cluster";
import { checkCapacity, type Demand } from "./cluster-capacity";
import { type KubernetesVersion } from "./kubernetes-version";
import { type NodeImage } from "./node-image";
import { type PrivateNodePoolProps } from "./private-node-pool-props";
import { checkPrivateSubnets } from "./private-subnets";
import { checkCluster, checkGroup, checkImage, checkShape, checkVersion } from "./value-kinds";
import { checkConstructId } from "../core/construct-id";
import { pathOf } from "../core/construct-path";
import { problemsIn } from "../core/construct-scope";
import { checkDisplayName } from "../core/display-name";
import { checkLabels } from "../core/kubernetes-names";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { shown } from "../core/shown";
import { checkTags } from "../core/tagging";
import { checkText } from "../core/terraform-text";
import { type Problems } from "../core/validation-error";
import { type INetworkSecurityGroup } from "../network/network-security-group";

export const DEFAULT_PODS = 31;
/** How many nodes there are more of while others are replaced. */
export const SURGE = 1;
const MOST_PODS = 110;
const MOST_GROUPS = 5;

/** What was read of the props of a node pool. */
export interface NodePoolReading {
  readonly version: KubernetesVersion;
  /** What the pool takes of the subnets, where it is known. */
  readonly demand?: Demand;
}

/** Validates the props before the pool is made; throws with all that is wrong. */
export function readNodePool(scope: Construct, id: string, props: PrivateNodePoolProps): NodePoolReading {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const given: Partial<PrivateNodePoolProps> = props ?? {};
  const { cluster, image, shape, size } = given;
  checkGiven(problems, { cluster, image, shape, size });
  const isCluster = checkCluster(problems, cluster);
  const version = readVersion(problems, isCluster ? cluster : undefined, given.kubernetesVersion);
  checkCount(problems, "size", size, 0, 1000);
  checkCount(problems, "maxPodsPerNode", given.maxPodsPerNode, 1, MOST_PODS);
  checkCount(problems, "bootVolumeSizeInGbs", given.bootVolumeSizeInGbs, 50, 32_768);
  const demand = isCluster
    ? readDemand(problems, cluster as ISecureOkeCluster, pathOf(scope, id), given)
    : undefined;
  checkGroups(problems, "securityGroups", "nodes", given.securityGroups);
  checkGroups(problems, "podSecurityGroups", "pods", given.podSecurityGroups);
  checkDomains(problems, given.availabilityDomains);
  checkGrace(problems, given.evictionGraceDuration);
  checkLabels(problems, "labels", given.labels);
  checkShape(problems, shape);
  if (checkImage(problems, image)) checkOcid(problems, "The image", (image as NodeImage).imageId, "image");
  checkDisplayName(
    problems,
    given.nodePoolName === undefined ? "The id" : "nodePoolName",
    given.nodePoolName ?? id,
  );
  checkTags(problems, given);
  problems.throwIfAny();
  return { version: version as KubernetesVersion, demand };
}

function readVersion(
  problems: Problems,
  cluster: ISecureOkeCluster | undefined,
  given: KubernetesVersion | undefined,
): KubernetesVersion | undefined {
  const isGiven = checkVersion(problems, given);
  const ofCluster = cluster && problems.collect(() => cluster.kubernetesVersion);
  if (given === undefined || !isGiven || !ofCluster) return ofCluster;
  given._checkSkew(problems, ofCluster);
  return given;
}

/** What the pool takes of the network, which must have it; the groups must be known too. */
function readDemand(
  problems: Problems,
  cluster: ISecureOkeCluster,
  path: string,
  { size, maxPodsPerNode = DEFAULT_PODS }: Partial<PrivateNodePoolProps>,
): Demand | undefined {
  for (const name of ["compartmentId", "workersSecurityGroup", "podsSecurityGroup"] as const) {
    problems.collect(() => cluster[name]);
  }
  const network = problems.collect(() => cluster.network);
  if (!network) return undefined;
  checkPrivateSubnets(problems, network);
  const subnets = [problems.collect(() => network.workersSubnet), problems.collect(() => network.podsSubnet)];
  // Nobody knows what a reference will say, so what it takes is not counted.
  if (!subnets.every(Boolean) || typeof size !== "number" || Token.isUnresolved(size)) return undefined;
  const pods = Token.isUnresolved(maxPodsPerNode) ? undefined : maxPodsPerNode;
  const demand: Demand = { path, nodes: size, surge: SURGE, pods };
  checkCapacity(problems, cluster, demand);
  return demand;
}

function checkCount(
  problems: Problems,
  name: string,
  value: number | undefined,
  least: number,
  most: number,
): void {
  if (value === undefined || value === null || Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const text = typeof value === "number" ? String(value) : shown(value);
  problems.add("COUNT_INVALID", `${name} is ${text}`, `Give a whole number from ${least} to ${most}`);
}

function checkDomains(problems: Problems, domains: string[] | undefined): void {
  if (domains === undefined || Token.isUnresolved(domains)) return;
  if (Array.isArray(domains) && domains.length > 0) {
    for (const domain of domains) checkText(problems, "An availability domain", domain);
    return;
  }
  problems.add(
    "COUNT_INVALID",
    `availabilityDomains is ${Array.isArray(domains) ? "empty" : shown(domains)}`,
    "Give a list of at least one name, or leave it out for all",
  );
}

function checkGroups(
  problems: Problems,
  name: string,
  what: string,
  given: INetworkSecurityGroup[] | undefined,
): void {
  const further: unknown[] = Array.isArray(given) ? given : [];
  if (given && !Array.isArray(given)) {
    problems.add("VALUE_INVALID", `${name} is ${shown(given)}`, "Write a list of groups");
  }
  for (const group of further) checkGroup(problems, name, group);
  const groups = 1 + new Set(further).size;
  if (groups <= MOST_GROUPS) return;
  problems.add(
    "NSG_LIMIT",
    `The ${what} would have ${groups} groups`,
    `Give at most ${MOST_GROUPS - 1} further groups`,
  );
}

function checkGrace(problems: Problems, duration: string | undefined): void {
  if (duration === undefined || Token.isUnresolved(duration)) return;
  const minutes = /^PT(\d{1,2})M$/.exec(duration)?.[1];
  if (minutes !== undefined && Number(minutes) <= 60) return;
  problems.add(
    "DURATION_INVALID",
    `evictionGraceDuration is ${shown(duration)}`,
    "Write minutes as PT0M to PT60M, for example PT30M",
  );
}
