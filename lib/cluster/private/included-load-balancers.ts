import { type Chart } from "cdk8s";
import { Token } from "cdktf";
import { Problems } from "../../core/validation-error";
import {
  checkRuleCount,
  countRules,
  type INetworkSecurityGroup,
  MAX_RULES,
  servicesCounted,
} from "../../network/security-groups/security-group";
import { checkChartsBelow } from "../../synthesis/synthesis-checks";
import { apiObjectsIn, dataOf } from "../../synthesis/chart-objects";
import { type ISecureOkeCluster } from "../cluster-base";

const MODE = "oci.oraclecloud.com/security-rule-management-mode";
const BACKEND_GROUPS = "oci.oraclecloud.com/oci-backend-network-security-group";
const TYPE = "oci.oraclecloud.com/load-balancer-type";
const PRESERVES = "oci-network-load-balancer.oraclecloud.com/is-preserve-source";

interface Service {
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: {
    readonly name?: unknown;
    readonly namespace?: unknown;
    readonly annotations?: { readonly [key: string]: unknown };
  };
  readonly spec?: {
    readonly type?: unknown;
    readonly ports?: unknown;
    readonly externalTrafficPolicy?: unknown;
    readonly loadBalancerSourceRanges?: unknown;
  };
}

const isMap = (value: unknown): value is Service => typeof value === "object" && value !== null;
const lengthOf = (value: unknown) => (Array.isArray(value) && !Token.isUnresolved(value) ? value.length : 1);

function flat(data: unknown): Service[] {
  if (!isMap(data)) return [];
  return Array.isArray(data.items) ? data.items.flatMap(flat) : [data];
}

/** The Services of a chart for which the cloud controller writes security group rules, by name. */
function balancersOf(chart: Chart): { readonly name: string; readonly service: Service }[] {
  return apiObjectsIn(chart)
    .filter(({ kind }) => kind === "Service" || kind.endsWith("List"))
    .flatMap((object) => flat(dataOf(object)))
    .filter(({ kind, spec }) => kind === "Service" && spec?.type === "LoadBalancer")
    .filter(({ metadata }) => String(metadata?.annotations?.[MODE]).toLowerCase() === "nsg")
    .map((service) => {
      const { name, namespace } = service.metadata ?? {};
      return {
        name: namespace === undefined ? String(name) : `${String(namespace)}/${String(name)}`,
        service,
      };
    });
}

/** Whether the controller writes rules into a group: the annotation names it, or an OCID that it may have. */
function isForGroup({ metadata }: Service, group: INetworkSecurityGroup): boolean {
  const annotation = metadata?.annotations?.[BACKEND_GROUPS];
  if (typeof annotation !== "string" || annotation.trim() === "") return false;
  const groupId = group.networkSecurityGroupId;
  const ids = annotation.split(",").map((id) => id.trim());
  return ids.includes(groupId) || (Token.isUnresolved(groupId) && ids.every((id) => !Token.isUnresolved(id)));
}

/** With a preserved client address, the workers' group has one more rule for each port and range. */
function workerRules({ metadata, spec }: Service): number {
  const annotations = metadata?.annotations ?? {};
  const isPreserved =
    annotations[TYPE] === "nlb" &&
    spec?.externalTrafficPolicy === "Local" &&
    annotations[PRESERVES] !== "false";
  const ranges = isPreserved ? lengthOf(spec?.loadBalancerSourceRanges) : 0;
  return lengthOf(spec?.ports) * (1 + ranges) + 1;
}

/**
 * Counts the rules that the cloud controller writes for load balancers that were not created by the library, such as those of included
 * charts, and rejects a load balancer whose own group would have too many.
 */
export function countIncludedBalancers(cluster: ISecureOkeCluster): void {
  const counts = new Map<Chart, number>();
  let isCounted = false;
  checkChartsBelow(cluster, (chart) => {
    const counted = servicesCounted(cluster);
    const balancers = balancersOf(chart).filter(({ name }) => !counted.has(name));
    if (balancers.length === 0 && !isCounted) return;
    const problems = new Problems(chart);
    for (const { name, service } of balancers) checkOwnGroup(problems, name, service);
    const group = problems.collect(() => cluster.workerSecurityGroup);
    problems.throwIfAny();
    if (!group) return;
    const own = balancers.filter(({ service }) => isForGroup(service, group));
    counts.set(
      chart,
      own.reduce((sum, { service }) => sum + workerRules(service), 0),
    );
    if (!isCounted) {
      isCounted = true;
      const count = () => [...counts.values()].reduce((sum, rules) => sum + rules, 0);
      countRules(cluster, { group, count, service: "of included charts" });
    }
    checkRuleCount(cluster, group);
  });
}

/** Rejects a load balancer whose own group would have rules for too many ports and ranges. */
function checkOwnGroup(problems: Problems, name: string, { spec }: Service): void {
  const count = lengthOf(spec?.ports) * lengthOf(spec?.loadBalancerSourceRanges);
  if (count <= MAX_RULES) return;
  problems.add(
    "COUNT_INVALID",
    `The cloud controller would write ${count} rules for the Service ${name}, one for each port and range`,
    `Merge ranges, or split the ports into several Services: a security group has at most ${MAX_RULES} rules`,
  );
}
