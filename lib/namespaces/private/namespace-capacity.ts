import { type Chart } from "cdk8s";
import {
  type Amounts,
  claimsIn,
  type CountedClaims,
  type CountedContainer,
  type CountedPods,
  objectsIn,
  podsIn,
} from "./namespace-pods";
import { parseQuantity } from "../../core/quantity";
import { type Problems } from "../../core/validation-error";
import { classPrefix } from "../namespace-resources";

/** The limits of a LimitRange for a container. */
export interface ContainerLimits {
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly max?: Amounts;
  readonly min?: Amounts;
}

/** The capacity of a namespace, from its objects after all patches. */
export interface NamespaceCapacity {
  readonly namespace: string;
  readonly hard: Amounts;
  readonly limits: ContainerLimits;
}

const ONE = 1_000_000_000n;
const RESOURCES = ["cpu", "memory", "ephemeral-storage"];
const MAXIMUMS: Record<string, string> = {
  cpu: "maximumCpu",
  memory: "maximumMemory",
  "ephemeral-storage": "maximumEphemeralStorage",
};
const MINIMUMS: Record<string, string> = {
  cpu: "minimumCpu",
  memory: "minimumMemory",
  "ephemeral-storage": "minimumEphemeralStorage",
};
const QUOTAS: Record<string, string> = {
  "requests.cpu": "cpuRequests",
  "limits.cpu": "cpuLimits",
  "requests.memory": "memoryRequests",
  "limits.memory": "memoryLimits",
  "requests.ephemeral-storage": "ephemeralStorageRequests",
  "limits.ephemeral-storage": "ephemeralStorageLimits",
  pods: "pods",
};
// Unknown values, such as references to Terraform values, are not checked.
const quantityOf = (value: string | number | undefined) => parseQuantity(String(value));
const amountOrZero = (value: string | number | undefined) => quantityOf(value) ?? 0n;
const greater = (a: bigint, b: bigint) => (a > b ? a : b);

/**
 * Adds a problem for each pod that could not start or be replaced in the namespace, and each volume or load
 * balancer that could not be created.
 *
 * For this chart only: another one of the App may be for another cluster.
 */
export function checkCapacity(problems: Problems, chart: Chart, capacity: NamespaceCapacity): void {
  const all = podsIn(chart, capacity.namespace);
  for (const pods of all) checkContainers(problems, pods, capacity.limits);
  for (const side of ["requests", "limits"] as const) {
    for (const resource of RESOURCES) {
      checkQuota(problems, all, capacity.hard, `${side}.${resource}`, (pods) =>
        podAmount(pods, (container) => amountOf(container, side, resource, capacity.limits)),
      );
    }
  }
  checkQuota(problems, all, capacity.hard, "pods", () => ONE);
  checkClaims(problems, claimsIn(chart, capacity.namespace, all), capacity.hard);
  checkServices(
    problems,
    objectsIn<CountedService>(chart, capacity.namespace, "Service", "core"),
    capacity.hard,
  );
}

function amountOf(
  { resources = {} }: CountedContainer,
  side: "requests" | "limits",
  resource: string,
  { default: limits = {}, defaultRequest: requests = {} }: ContainerLimits,
): bigint {
  // Kubernetes uses a limit as the request too, before it applies defaults.
  const own = resources[side]?.[resource] ?? (side === "requests" ? resources.limits?.[resource] : undefined);
  return amountOrZero(own ?? (side === "requests" ? requests : limits)[resource]);
}

/**
 * The resources of a pod: its containers and sidecars together, or an init container and the sidecars before
 * it.
 */
function podAmount(
  { containers, initContainers }: CountedPods,
  amountIn: (container: CountedContainer) => bigint,
): bigint {
  let [sidecars, most] = [0n, 0n];
  for (const container of initContainers) {
    most = greater(most, sidecars + amountIn(container));
    if (container.restartPolicy === "Always") sidecars += amountIn(container);
  }
  return greater(
    most,
    containers.reduce((sum, container) => sum + amountIn(container), sidecars),
  );
}

function checkContainers(problems: Problems, pods: CountedPods, limits: ContainerLimits): void {
  const { containers, initContainers, owner } = pods;
  const { max = {}, min = {} } = limits;
  for (const container of [...initContainers, ...containers]) {
    for (const resource of RESOURCES) {
      const request = amountOf(container, "requests", resource, limits);
      if (request < (quantityOf(min[resource]) ?? request)) {
        problems.add(
          "RESOURCES_INVALID",
          `The container ${container.name} of the ${owner} requests ${written(resource, request)} of ${resource}, ` +
            `below the minimum of ${min[resource]}`,
          `Raise the request, or lower limits.${MINIMUMS[resource]} of the SecureNamespace or Tenant`,
        );
      }
      const limit = amountOf(container, "limits", resource, limits);
      if (limit <= (quantityOf(max[resource]) ?? limit)) continue;
      problems.add(
        "RESOURCES_INVALID",
        `The container ${container.name} of the ${owner} has the limit ${written(resource, limit)} of ${resource}, ` +
          `above the maximum of ${max[resource]}`,
        `Lower the limit, or raise the maximum of the SecureNamespace or Tenant: limits: { ${MAXIMUMS[resource]}: "${written(resource, limit)}" }`,
      );
    }
  }
}

function checkQuota(
  problems: Problems,
  pods: readonly CountedPods[],
  hard: Amounts,
  key: string,
  amountIn: (pods: CountedPods) => bigint,
): void {
  const total = pods.reduce((sum, each) => sum + (amountIn(each) * amountOrZero(each.count)) / ONE, 0n);
  const surge = pods
    .filter(({ needsSurge }) => needsSurge)
    .reduce((most, each) => greater(most, amountIn(each)), 0n);
  if (total + surge <= (quantityOf(hard[key]) ?? total + surge)) return;
  const needed = written(key, total + surge);
  const literal = key === "pods" ? needed : JSON.stringify(needed);
  const extra = surge > 0n ? ", including the extra pod of a rolling update" : "";
  problems.add(
    "RESOURCES_INVALID",
    `The workloads need ${needed} of ${key}${extra}, and the quota allows ${hard[key]}`,
    `Raise the quota of the SecureNamespace or Tenant: quota: { ${QUOTAS[key]}: ${literal} }, or run fewer or smaller pods`,
  );
}

function written(resource: string, billionths: bigint): string {
  const value = Number(billionths) / 1e9;
  if (!/memory|storage/.test(resource)) return String(value);
  const mebibytes = value / 1024 ** 2;
  return mebibytes > 0 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

/** The fields of a Service that count towards a quota. */
export interface CountedService {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly type?: string;
    readonly ports?: readonly unknown[];
    readonly allocateLoadBalancerNodePorts?: boolean;
  };
}

interface HardLimits {
  readonly [resource: string]: string | number;
}

function nodePortsOf({ spec = {} }: CountedService): number {
  const { type, ports = [], allocateLoadBalancerNodePorts: allocates = true } = spec;
  return type === "NodePort" || (type === "LoadBalancer" && allocates) ? ports.length : 0;
}

/** Adds a problem if a namespace has more load balancers or node ports than its quota allows. */
export function checkServices(
  problems: Problems,
  services: readonly CountedService[],
  hard: HardLimits,
): void {
  const loadBalancers = services.filter(({ spec }) => spec?.type === "LoadBalancer");
  const withNodePorts = services.filter((service) => nodePortsOf(service) > 0);
  const ports = services.reduce((sum, service) => sum + nodePortsOf(service), 0);
  const check = (
    key: string,
    [singular, plural]: readonly [string, string],
    count: number,
    counted: readonly CountedService[],
    quota: string,
  ) => {
    const limit = parseQuantity(String(hard[key]));
    if (limit === undefined || BigInt(count) * ONE <= limit) return;
    const names = counted.map(({ metadata }) => metadata.name).sort();
    problems.add(
      "RESOURCES_INVALID",
      `The namespace has ${count} ${count === 1 ? singular : plural} (${names.join(", ")}), and the quota allows ${hard[key]}`,
      `Raise the quota of the SecureNamespace or Tenant: quota: { ${quota}: ${count} }, or remove Services`,
    );
  };
  check(
    "services.loadbalancers",
    ["load balancer", "load balancers"],
    loadBalancers.length,
    loadBalancers,
    "loadBalancers",
  );
  check("services.nodeports", ["node port", "node ports"], ports, withNodePorts, "nodePorts");
}

/** Adds a problem if a namespace has more or larger claims than its quota allows. */
export function checkClaims(problems: Problems, claims: readonly CountedClaims[], hard: Amounts): void {
  const classes = new Set(claims.map(({ storageClassName }) => storageClassName));
  const named = [...classes].filter((name) => name !== undefined).sort();
  const claimsOf = (name: string) => claims.filter(({ storageClassName }) => storageClassName === name);
  for (const [prefix, limited] of [
    ["", claims] as const,
    ...named.map((name) => [classPrefix(name), claimsOf(name)] as const),
  ]) {
    checkLimit(problems, `${prefix}persistentvolumeclaims`, limited, hard, () => ONE);
    checkLimit(problems, `${prefix}requests.storage`, limited, hard, ({ storage }) => amountOrZero(storage));
  }
}

function checkLimit(
  problems: Problems,
  key: string,
  claims: readonly CountedClaims[],
  hard: Amounts,
  amountIn: (claims: CountedClaims) => bigint,
): void {
  const total = claims.reduce((sum, each) => sum + (amountIn(each) * amountOrZero(each.count)) / ONE, 0n);
  if (total <= (quantityOf(hard[key]) ?? total)) return;
  const value = Number(total) / 1e9;
  const owners = claims.map(({ owner }) => owner).sort();
  problems.add(
    "RESOURCES_INVALID",
    `The claims of ${[...new Set(owners)].join(", ")} need ` +
      `${key.endsWith("storage") ? `${value / 1024 ** 3}Gi` : value} of ${key}, and the quota allows ${hard[key]}`,
    "Raise the quota of the SecureNamespace or Tenant, or claim fewer or smaller volumes",
  );
}
