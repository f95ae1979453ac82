import { TerraformStack, Token } from "cdktf";
import { resolveReference } from "../../core/terraform-text";
import { byPath } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";
import { checkGroupVcn } from "../../network/security-groups/network-security-group";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type IClusterNetwork } from "../../network/vcn/network";
import { type ISecureOkeCluster } from "../cluster-base";

/** The limit of a VNIC. */
const MAX_GROUPS = 5;
const LISTS = [
  { name: "securityGroups", who: "nodes", own: "workerSecurityGroup" },
  { name: "podSecurityGroups", who: "pods", own: "podSecurityGroup" },
] as const;

/** The additional security groups of nodes and pods. */
export interface AdditionalGroups {
  readonly securityGroups?: readonly INetworkSecurityGroup[];
  readonly podSecurityGroups?: readonly INetworkSecurityGroup[];
  /** Whether the pool has a security group of its own for its egress. */
  readonly hasEgressGroup?: boolean;
}

/** The OCIDs of a cluster's security group and of additional ones, without duplicates and in a stable order. */
export function groupIds(
  own: INetworkSecurityGroup,
  additional: readonly INetworkSecurityGroup[] = [],
): string[] {
  return eachOnce(own, additional).map((group) => group.networkSecurityGroupId);
}

/** Adds a problem if the additional security groups of nodes or pods belong to another VCN, or are too many. */
export function checkGroups(
  problems: Problems,
  cluster: ISecureOkeCluster | undefined,
  { hasEgressGroup = false, ...lists }: AdditionalGroups,
): void {
  // Missing attributes of the cluster are reported elsewhere.
  const attribute = <T>(get: (from: ISecureOkeCluster) => T) =>
    cluster && new Problems(cluster).collect(() => get(cluster));
  const network = attribute((from) => from.network);
  const egressGroups = hasEgressGroup ? 1 : 0;
  for (const { name, who, own } of LISTS) {
    const groups = lists[name] ?? [];
    if (network) checkVcn(problems, name, groups, network);
    const ofCluster = attribute((from) => from[own]);
    const distinct = ofCluster ? eachOnce(ofCluster, groups).length : 1 + new Set(groups).size;
    const count = distinct + egressGroups;
    if (count <= MAX_GROUPS) continue;
    problems.add(
      "NSG_LIMIT",
      `${name} has too many groups: the ${who} would have ${count}`,
      `Give at most ${MAX_GROUPS - 1 - egressGroups} additional groups${hasEgressGroup ? "; egress takes one more" : ""}`,
    );
  }
}

/** Adds a problem if the additional security groups of the API endpoint belong to another VCN, or are too many. */
export function checkEndpointGroups(
  problems: Problems,
  network: IClusterNetwork | undefined,
  groups: readonly INetworkSecurityGroup[],
): void {
  const name = "apiEndpointSecurityGroups";
  if (network) checkVcn(problems, name, groups, network);
  const count = 1 + new Set(groups.map(keyOf)).size;
  if (count <= MAX_GROUPS) return;
  problems.add(
    "NSG_LIMIT",
    `${name} has too many groups: the API endpoint would have ${count}`,
    `Give at most ${MAX_GROUPS - 1} additional groups`,
  );
}

function checkVcn(
  problems: Problems,
  name: string,
  groups: readonly INetworkSecurityGroup[],
  network: IClusterNetwork,
): void {
  const vcnId = new Problems(network).collect(() => network.vcnId);
  groups.forEach((group, index) => {
    checkGroupVcn(problems, `${name}[${index}]`, group, network, vcnId);
  });
}

function eachOnce(
  own: INetworkSecurityGroup,
  additional: readonly INetworkSecurityGroup[],
): INetworkSecurityGroup[] {
  const groups = new Map<string, INetworkSecurityGroup>();
  for (const group of [own, ...[...additional].sort(byPath)]) {
    const key = keyOf(group);
    if (!groups.has(key)) groups.set(key, group);
  }
  return [...groups.values()];
}

/** Returns the same key for the same group, even if it was imported twice. */
function keyOf(group: INetworkSecurityGroup): string {
  const { networkSecurityGroupId: id } = group;
  if (!Token.isUnresolved(id)) return id;
  return `${TerraformStack.of(group).node.path} ${resolveReference(group, id)}`;
}
