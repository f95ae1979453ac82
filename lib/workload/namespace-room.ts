import { ApiObject, type Chart } from "cdk8s";
import { checkServices, type CountedService } from "./namespace-services";
import { parseQuantity } from "../core/quantity";
import { type Problems } from "../core/validation-error";
import { dataOf } from "../manifests/chart-objects";

/** Amounts of resources by their names. */
export interface Amounts {
  readonly [resource: string]: string | number;
}

interface Container {
  readonly name?: string;
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts };
}

interface Deployment {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly replicas?: number;
    readonly strategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: unknown };
    };
    readonly template: {
      readonly spec: { readonly containers?: Container[]; readonly initContainers?: Container[] };
    };
  };
}

/** What a LimitRange says of one container. */
export interface ContainerLimits {
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly max?: Amounts;
  readonly min?: Amounts;
}

/** What a namespace gives its pods, as its objects have it after all patches. */
export interface NamespaceRoom {
  readonly namespace: string;
  readonly hard: Amounts;
  readonly limits: ContainerLimits;
}

const ONE = 1_000_000_000n;
const RESOURCES = ["cpu", "memory", "ephemeral-storage"];
// What is not known yet, such as a reference to a Terraform value, is not judged.
const known = (value: string | number | undefined) => parseQuantity(String(value));
const amount = (value: string | number | undefined) => known(value) ?? 0n;
const greater = (a: bigint, b: bigint) => (a > b ? a : b);

/**
 * Adds a problem for what the namespace would start no pod of, never replace one of, or make no load balancer for.
 *
 * Of this chart only: another one of the App may be for another cluster.
 */
export function checkRoom(problems: Problems, chart: Chart, room: NamespaceRoom): void {
  const objectsOf = (wanted: string, group: string) =>
    chart.node
      .findAll()
      .filter((construct) => ApiObject.isApiObject(construct))
      .filter(({ kind, apiGroup }) => kind === wanted && apiGroup === group)
      .map((object) => dataOf(object) as Deployment & CountedService)
      .filter(({ metadata }) => metadata.namespace === room.namespace);
  const deployments: Deployment[] = objectsOf("Deployment", "apps").filter(hasPods);
  for (const deployment of deployments) checkContainers(problems, deployment, room.limits);
  for (const side of ["requests", "limits"] as const) {
    for (const resource of RESOURCES) {
      checkQuota(problems, deployments, room.hard, `${side}.${resource}`, (deployment) =>
        podAmount(deployment, (container) => amountOf(container, side, resource, room.limits)),
      );
    }
  }
  checkQuota(problems, deployments, room.hard, "pods", () => ONE);
  checkServices(problems, objectsOf("Service", "core"), room.hard);
}

/** Whether an object has what Kubernetes asks for; a raw object of cdk8s may lack it, which the API server refuses. */
function hasPods({ spec }: { readonly spec?: Partial<Deployment["spec"]> }): boolean {
  return spec?.template?.spec !== undefined;
}

function amountOf(
  { resources = {} }: Container,
  side: "requests" | "limits",
  resource: string,
  { default: limits = {}, defaultRequest: requests = {} }: ContainerLimits,
): bigint {
  // Kubernetes takes a limit for the request too, before it looks for defaults.
  const own = resources[side]?.[resource] ?? (side === "requests" ? resources.limits?.[resource] : undefined);
  return amount(own ?? (side === "requests" ? requests : limits)[resource]);
}

/** What a pod takes: its containers and sidecars together, or an init container and the sidecars before it. */
function podAmount({ spec }: Deployment, of: (container: Container) => bigint): bigint {
  const { containers = [], initContainers = [] } = spec.template.spec;
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

function checkContainers(problems: Problems, { metadata, spec }: Deployment, limits: ContainerLimits): void {
  const { containers = [], initContainers = [] } = spec.template.spec;
  const { max = {}, min = {} } = limits;
  for (const container of [...initContainers, ...containers]) {
    for (const resource of RESOURCES) {
      const reserved = amountOf(container, "requests", resource, limits);
      if (reserved < (known(min[resource]) ?? reserved)) {
        problems.add(
          "RESOURCES_INVALID",
          `${container.name} of the Deployment ${metadata.name} reserves ${written(resource, reserved)} of ${resource}, and one ` +
            `container of the namespace at least ${min[resource]}`,
          "Raise the request of the container, or lower it in the limits of the SecureNamespace",
        );
      }
      const own = amountOf(container, "limits", resource, limits);
      if (own <= (known(max[resource]) ?? own)) continue;
      problems.add(
        "RESOURCES_INVALID",
        `${container.name} of the Deployment ${metadata.name} may use ${written(resource, own)} of ${resource}, and one ` +
          `container of the namespace at most ${max[resource]}`,
        "Raise it in the limits of the SecureNamespace, or lower the limit of the container",
      );
    }
  }
}

/** Whether a rolling update can't take a pod away before it has made a new one. */
function needsSurge({ spec }: Deployment): boolean {
  const { type, rollingUpdate } = spec.strategy ?? {};
  const { maxUnavailable } = rollingUpdate ?? {};
  return type !== "Recreate" && !(typeof maxUnavailable === "number" && maxUnavailable > 0);
}

function checkQuota(
  problems: Problems,
  deployments: readonly Deployment[],
  hard: Amounts,
  key: string,
  of: (deployment: Deployment) => bigint,
): void {
  const all = deployments.reduce((sum, one) => sum + (of(one) * amount(one.spec.replicas ?? 1)) / ONE, 0n);
  const surge = deployments.filter(needsSurge).reduce((most, one) => greater(most, of(one)), 0n);
  if (all + surge <= (known(hard[key]) ?? all + surge)) return;
  problems.add(
    "RESOURCES_INVALID",
    `The Deployments take ${written(key, all + surge)} of ${key} with the one pod that a rolling update makes before it ends ` +
      `another, and the quota has ${hard[key]}`,
    "Raise it in the quota of the SecureNamespace, or run fewer or smaller pods",
  );
}

function written(resource: string, billionths: bigint): string {
  const value = Number(billionths) / 1e9;
  return /memory|storage/.test(resource) ? `${value / 1024 ** 2}Mi` : String(value);
}
