import { type Chart } from "cdk8s";
import { checkClaims, claimsIn } from "./namespace-classes";
import { type Amounts, type CountedContainer, type CountedPods, objectsIn, podsIn } from "./namespace-pods";
import { checkServices, type CountedService } from "./namespace-services";
import { parseQuantity } from "../../core/quantity";
import { type Problems } from "../../core/validation-error";

/** The limits of a LimitRange for a container. */
export interface ContainerLimits {
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly max?: Amounts;
  readonly min?: Amounts;
}

/** The capacity of a namespace, from its objects after all patches. */
export interface NamespaceRoom {
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
const known = (value: string | number | undefined) => parseQuantity(String(value));
const amount = (value: string | number | undefined) => known(value) ?? 0n;
const greater = (a: bigint, b: bigint) => (a > b ? a : b);

/**
 * Adds a problem for each pod that could not start or be replaced in the namespace, and each volume or load
 * balancer that could not be created.
 *
 * For this chart only: another one of the App may be for another cluster.
 */
export function checkRoom(problems: Problems, chart: Chart, room: NamespaceRoom): void {
  const all = podsIn(chart, room.namespace);
  for (const pods of all) checkContainers(problems, pods, room.limits);
  for (const side of ["requests", "limits"] as const) {
    for (const resource of RESOURCES) {
      checkQuota(problems, all, room.hard, `${side}.${resource}`, (pods) =>
        podAmount(pods, (container) => amountOf(container, side, resource, room.limits)),
      );
    }
  }
  checkQuota(problems, all, room.hard, "pods", () => ONE);
  checkClaims(problems, claimsIn(chart, room.namespace, all), room.hard);
  checkServices(problems, objectsIn<CountedService>(chart, room.namespace, "Service", "core"), room.hard);
}

function amountOf(
  { resources = {} }: CountedContainer,
  side: "requests" | "limits",
  resource: string,
  { default: limits = {}, defaultRequest: requests = {} }: ContainerLimits,
): bigint {
  // Kubernetes uses a limit as the request too, before it applies defaults.
  const own = resources[side]?.[resource] ?? (side === "requests" ? resources.limits?.[resource] : undefined);
  return amount(own ?? (side === "requests" ? requests : limits)[resource]);
}

/**
 * The resources of a pod: its containers and sidecars together, or an init container and the sidecars before
 * it.
 */
function podAmount(
  { containers, initContainers }: CountedPods,
  of: (container: CountedContainer) => bigint,
): bigint {
  let [sidecars, most] = [0n, 0n];
  for (const container of initContainers) {
    most = greater(most, sidecars + of(container));
    if (container.restartPolicy === "Always") sidecars += of(container);
  }
  return greater(
    most,
    containers.reduce((sum, container) => sum + of(container), sidecars),
  );
}

function checkContainers(problems: Problems, pods: CountedPods, limits: ContainerLimits): void {
  const { containers, initContainers, owner } = pods;
  const { max = {}, min = {} } = limits;
  for (const container of [...initContainers, ...containers]) {
    for (const resource of RESOURCES) {
      const reserved = amountOf(container, "requests", resource, limits);
      if (reserved < (known(min[resource]) ?? reserved)) {
        problems.add(
          "RESOURCES_INVALID",
          `${container.name} of the ${owner} reserves ${written(resource, reserved)} of ${resource}, and one ` +
            `container of the namespace at least ${min[resource]}`,
          `Raise the request of the container, or lower ${MINIMUMS[resource]} in the limits of the SecureNamespace or Tenant`,
        );
      }
      const own = amountOf(container, "limits", resource, limits);
      if (own <= (known(max[resource]) ?? own)) continue;
      problems.add(
        "RESOURCES_INVALID",
        `${container.name} of the ${owner} may use ${written(resource, own)} of ${resource}, and one ` +
          `container of the namespace at most ${max[resource]}`,
        `Raise it in the limits of the SecureNamespace or Tenant, limits: { ${MAXIMUMS[resource]}: "${written(resource, own)}" }, or lower the limit of the container`,
      );
    }
  }
}

function checkQuota(
  problems: Problems,
  pods: readonly CountedPods[],
  hard: Amounts,
  key: string,
  of: (pods: CountedPods) => bigint,
): void {
  const all = pods.reduce((sum, one) => sum + (of(one) * amount(one.count)) / ONE, 0n);
  const surge = pods.filter(({ needsSurge }) => needsSurge).reduce((most, one) => greater(most, of(one)), 0n);
  if (all + surge <= (known(hard[key]) ?? all + surge)) return;
  const needed = written(key, all + surge);
  const literal = key === "pods" ? needed : JSON.stringify(needed);
  const further = surge > 0n ? " with the one pod that a rolling update makes before it ends another" : "";
  problems.add(
    "RESOURCES_INVALID",
    `The workloads take ${needed} of ${key}${further}, and the quota has ${hard[key]}`,
    `Raise it in the quota of the SecureNamespace or Tenant, quota: { ${QUOTAS[key]}: ${literal} }, or run fewer or smaller pods`,
  );
}

function written(resource: string, billionths: bigint): string {
  const value = Number(billionths) / 1e9;
  if (!/memory|storage/.test(resource)) return String(value);
  const mebibytes = value / 1024 ** 2;
  return mebibytes > 0 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}
