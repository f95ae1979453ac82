import { TerraformStack, Token } from "cdktf";
import { type ISecureOkeCluster } from "./cluster";
import { type PrivateNodePoolProps } from "./private-node-pool-props";
import { checkGroup } from "./value-kinds";
import { resolveReference } from "../core/reference";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";
import { checkGroupVcn } from "../network/group-vcn";
import { type IClusterNetwork } from "../network/network";
import { type INetworkSecurityGroup } from "../network/network-security-group";

const MOST_GROUPS = 5;
const LISTS = [
  { name: "securityGroups", who: "nodes", own: "workersSecurityGroup" },
  { name: "podSecurityGroups", who: "pods", own: "podsSecurityGroup" },
] as const;

/** The OCIDs of a cluster's group and of further ones, each once and in an order of their own. */
export function groupIds(own: INetworkSecurityGroup, further?: INetworkSecurityGroup[]): string[] {
  return eachOnce(own, further ?? []).map((group) => group.networkSecurityGroupId);
}

/** Adds a problem where the further groups of nodes or pods are none, of another VCN, or too many. */
export function checkGroups(
  problems: Problems,
  cluster: ISecureOkeCluster | undefined,
  props: Partial<PrivateNodePoolProps>,
): void {
  // What the cluster lacks is said elsewhere.
  const known = <T>(get: (of: ISecureOkeCluster) => T) =>
    cluster && new Problems(cluster).collect(() => get(cluster));
  const network = known((of) => of.network);
  const ofEgress = Array.isArray(props.egress) ? 1 : 0;
  for (const { name, who, own } of LISTS) {
    const groups = readGroups(problems, name, props[name]);
    for (const group of network ? groups : []) {
      checkGroupVcn(
        problems,
        `The group of ${name}`,
        group,
        network as NonNullable<typeof network>,
        network?.vcnId,
      );
    }
    const ofCluster = known((of) => of[own]);
    const given = ofCluster ? eachOnce(ofCluster, groups).length : 1 + new Set(groups).size;
    const count = given + ofEgress;
    if (count <= MOST_GROUPS) continue;
    problems.add(
      "NSG_LIMIT",
      `The ${who} would have ${count} groups`,
      `Give at most ${MOST_GROUPS - 1 - ofEgress} further groups${ofEgress > 0 ? " beside egress, which takes one" : ""}`,
    );
  }
}

/** Adds a problem where the further groups of the API endpoint are none, of another VCN, or too many. */
export function checkEndpointGroups(
  problems: Problems,
  network: IClusterNetwork | undefined,
  given: INetworkSecurityGroup[] | undefined,
): void {
  const groups = readGroups(problems, "apiEndpointSecurityGroups", given);
  for (const group of network ? groups : []) {
    const home = network as IClusterNetwork;
    checkGroupVcn(problems, "The group of apiEndpointSecurityGroups", group, home, home.vcnId);
  }
  const count = 1 + new Set(groups.map(keyOf)).size;
  if (count <= MOST_GROUPS) return;
  problems.add(
    "NSG_LIMIT",
    `The API endpoint would have ${count} groups`,
    `Give at most ${MOST_GROUPS - 1} further groups`,
  );
}

function readGroups(problems: Problems, name: string, given: unknown): INetworkSecurityGroup[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) {
    problems.add("VALUE_INVALID", `${name} is ${shown(given)}`, "Write a list of groups");
    return [];
  }
  return given.filter((group) => checkGroup(problems, name, group)) as INetworkSecurityGroup[];
}

function eachOnce(own: INetworkSecurityGroup, further: INetworkSecurityGroup[]): INetworkSecurityGroup[] {
  const others = [...further].sort((a, b) => (a.node.path < b.node.path ? -1 : 1));
  const byKey = new Map<string, INetworkSecurityGroup>();
  for (const group of [own, ...others]) if (!byKey.has(keyOf(group))) byKey.set(keyOf(group), group);
  return [...byKey.values()];
}

/** The same for the same group, though it was imported twice. */
function keyOf(group: INetworkSecurityGroup): string {
  const { networkSecurityGroupId: id } = group;
  if (!Token.isUnresolved(id)) return id;
  return `${TerraformStack.of(group).node.path} ${resolveReference(group, id)}`;
}
