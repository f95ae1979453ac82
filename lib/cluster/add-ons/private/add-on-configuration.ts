import { Duration } from "cdk8s";
import {
  type AddOnOptions,
  type AddOnResources,
  type AddOnRollingUpdate,
  type AmdGpuPluginOptions,
  type CertManagerAddOnOptions,
  type CoreDnsOptions,
  type DatabaseOperatorOptions,
  type IstioIngressGatewayOptions,
  type IstioOptions,
  type KubeProxyOptions,
  MigStrategy,
  type NvidiaGpuPluginOptions,
  type ReplicatedAddOnOptions,
  type SizedAddOnOptions,
  type SizedReplicatedAddOnOptions,
  type WebLogicOperatorOptions,
} from "../add-on-options";
import { NodeTaint } from "../../node-setup";
import { shown } from "../../../core/display-value";
import { byteQuantity, checkQuantityOrder, cpuQuantity } from "../../../core/quantity";
import {
  annotations,
  boolean,
  checkedBy,
  choice,
  duration,
  labels,
  listOf,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  reasonFor,
  type Resolved,
  text,
  valueOf,
  wholeNumber,
  withDefault,
} from "../../../core/readers";
import { byKey, sortedByKey } from "../../../core/stable-order";
import { type Problems } from "../../../core/validation-error";

/** The annotation that makes a load balancer private. */
const INTERNAL = "service.beta.kubernetes.io/oci-load-balancer-internal";

const replicaLimit = () => wholeNumber({ least: 1, most: 100 });

const CONTAINER = {
  cpuRequest: optional(cpuQuantity()),
  cpuLimit: optional(cpuQuantity()),
  memoryRequest: optional(byteQuantity()),
  memoryLimit: optional(byteQuantity()),
} satisfies PropsSchema<AddOnResources>;

/** Reads the resource requests and limits of a container. */
export function addOnResources(): Reader<AddOnResources> {
  return checkedBy(
    objectOf(CONTAINER),
    (problems, name, { cpuRequest, cpuLimit, memoryRequest, memoryLimit }) => {
      checkOrder(problems, `${name}.cpu`, cpuRequest, cpuLimit);
      checkOrder(problems, `${name}.memory`, memoryRequest, memoryLimit);
    },
  );
}

function checkOrder(problems: Problems, name: string, request?: string, limit?: string): void {
  if (request === undefined || limit === undefined) return;
  checkQuantityOrder(problems, [`${name}Request`, request], [`${name}Limit`, limit]);
}

const podCount = matching(/^\d+%?$/, 'Write a number or a percentage, such as "1" or "25%"', {
  code: "VALUE_INVALID",
});

/** Reads a Kubernetes value whose type is not declared here. */
function plainValue<T>(isValid: (value: unknown) => boolean, instead: string): Reader<T> {
  return (problems, name, value) => {
    if (isValid(value) && isJson(value)) return value as T;
    problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write ${instead}`);
    return undefined;
  };
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** The readers of the common options of most add-ons. */
export const PLACEMENT = {
  nodeSelector: optional(labels()),
  tolerates: optional(listOf(valueOf(NodeTaint), '[NodeTaint.noSchedule("workload", "batch")]')),
  affinity: optional(plainValue<object>(isPlain, "an object, as in the spec of a pod")),
  topologySpreadConstraints: optional(
    plainValue<object[]>(
      (value) => Array.isArray(value) && value.every(isPlain),
      "a list of objects, as in the spec of a pod",
    ),
  ),
  rollingUpdate: optional(
    objectOf({
      maxSurge: optional(podCount),
      maxUnavailable: optional(podCount),
    } satisfies PropsSchema<AddOnRollingUpdate>),
  ),
} satisfies PropsSchema<AddOnOptions>;

const RESOURCES = optional(addOnResources());

/** The readers of the options of add-ons with one container whose resources can be set. */
export const SIZED = { ...PLACEMENT, resources: RESOURCES } satisfies PropsSchema<SizedAddOnOptions>;

const REPLICATED = {
  ...PLACEMENT,
  replicas: withDefault(wholeNumber({ least: 1, most: 10 }), 2),
} satisfies PropsSchema<ReplicatedAddOnOptions>;

/** The readers of the options of add-ons with a replica count and one such container. */
export const SIZED_REPLICATED = {
  ...REPLICATED,
  resources: RESOURCES,
} satisfies PropsSchema<SizedReplicatedAddOnOptions>;

export const CORE_DNS = {
  ...SIZED,
  minReplicas: withDefault(replicaLimit(), 2),
  nodesPerReplica: withDefault(wholeNumber({ least: 1, most: 1000 }), 1),
  ownConfigMap: withDefault(boolean(), false),
} satisfies PropsSchema<CoreDnsOptions>;

export const KUBE_PROXY = {
  ...SIZED,
  ownConfigMap: withDefault(boolean(), false),
} satisfies PropsSchema<KubeProxyOptions>;

export const CERT_MANAGER_OPTIONS = {
  ...REPLICATED,
  controllerResources: RESOURCES,
  webhookResources: RESOURCES,
  caInjectorResources: RESOURCES,
} satisfies PropsSchema<CertManagerAddOnOptions>;

export const DATABASE_OPERATOR = {
  ...SIZED_REPLICATED,
  ownCertManager: withDefault(boolean(), false),
} satisfies PropsSchema<DatabaseOperatorOptions>;

export const WEBLOGIC_OPERATOR = {
  ...SIZED_REPLICATED,
  webhookResources: RESOURCES,
} satisfies PropsSchema<WebLogicOperatorOptions>;

/** Reads a text of one or more choices, separated by commas. */
function choicesIn(...choices: readonly string[]): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    if (value.split(",").every((part) => choices.includes(part))) return;
    problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write ${choices.join(" or ")}`);
  });
}

export const NVIDIA_GPU_PLUGIN = {
  ...SIZED,
  migStrategy: optional(choice(MigStrategy, "one of MigStrategy, for example MigStrategy.SINGLE")),
  deviceListStrategy: optional(choicesIn("envvar", "volume-mounts", "cdi-annotations", "cdi-cri")),
  deviceIdStrategy: optional(choice({ UUID: "uuid", INDEX: "index" }, '"uuid" or "index"')),
  failOnInitError: optional(boolean()),
  driverRoot: optional(text()),
  passDeviceSpecs: optional(boolean()),
  ownConfigMap: optional(boolean()),
} satisfies PropsSchema<NvidiaGpuPluginOptions>;

export const AMD_GPU_PLUGIN = {
  ...SIZED,
  healthCheckInterval: withDefault(duration("seconds", { least: 0, most: 3600 }), Duration.seconds(30)),
} satisfies PropsSchema<AmdGpuPluginOptions>;

const GATEWAY = {
  publicReason: optional(reasonFor("A public load balancer of the ingress gateway")),
  annotations: withDefault(
    checkedBy(annotations(), (problems, name, values) => {
      if (!(INTERNAL in values)) return;
      const fix = "Leave it out: the load balancer is private unless publicReason is given";
      problems.add("VALUE_INVALID", `${name} has ${INTERNAL}`, fix);
    }),
    {},
  ),
  minReplicas: withDefault(replicaLimit(), 2),
  maxReplicas: withDefault(replicaLimit(), 5),
} satisfies PropsSchema<IstioIngressGatewayOptions>;

export const ISTIO = {
  ...SIZED_REPLICATED,
  ingressGateway: optional(
    checkedBy(objectOf(GATEWAY), (problems, name, { minReplicas, maxReplicas }) => {
      if (minReplicas <= maxReplicas) return;
      problems.add(
        "COUNT_INVALID",
        `${name}.minReplicas is ${minReplicas}, more than maxReplicas, ${maxReplicas}`,
        `Give maxReplicas at least ${minReplicas}`,
      );
    }),
  ),
  ownConfigMap: withDefault(boolean(), false),
  maxReplicas: withDefault(replicaLimit(), 5),
} satisfies PropsSchema<IstioOptions>;

/** The configuration of an add-on before it is written; an undefined value keeps Oracle's setting. */
export interface AddOnSettings {
  readonly [key: string]: boolean | number | string | undefined;
}

/** The configuration of an add-on as the texts that OKE expects, sorted by key. */
export function configurationOf(settings: AddOnSettings): { [key: string]: string } {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]): [string, string] => [key, String(value)]).sort(byKey),
  );
}

/** The settings for the scheduling of the pods. */
export function placementOf(options: Partial<Resolved<typeof PLACEMENT>>): AddOnSettings {
  const { nodeSelector, tolerates, affinity, topologySpreadConstraints, rollingUpdate = {} } = options;
  const taints = tolerates?.map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect }));
  const { maxSurge, maxUnavailable } = rollingUpdate as AddOnRollingUpdate;
  return {
    nodeSelectors: nodeSelector && JSON.stringify(sortedByKey(nodeSelector)),
    tolerations: taints && JSON.stringify(taints),
    affinity: affinity && JSON.stringify(affinity),
    topologySpreadConstraints: topologySpreadConstraints && JSON.stringify(topologySpreadConstraints),
    rollingUpdate: jsonOf({ maxSurge: asKubernetes(maxSurge), maxUnavailable: asKubernetes(maxUnavailable) }),
  };
}

function asKubernetes(value: string | undefined): number | string | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : value;
}

/** The resource requests and limits of a container as JSON; undefined if none is given. */
export function resourcesJson(resources: AddOnResources = {}): string | undefined {
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resources;
  return jsonOf({
    limits: orUndefined({ cpu: cpuLimit, memory: memoryLimit }),
    requests: orUndefined({ cpu: cpuRequest, memory: memoryRequest }),
  });
}

/** The settings of the classic ingress gateway, whose load balancer is private by default. */
export function gatewayOf(gateway: Resolved<typeof GATEWAY> | undefined): AddOnSettings {
  if (!gateway) return { enableIngressGateway: false };
  const { publicReason, annotations: further, minReplicas, maxReplicas } = gateway;
  const all = {
    // The cloud controller writes its rules to security groups, as for every other Service of the cluster.
    "oci.oraclecloud.com/security-rule-management-mode": "NSG",
    ...(publicReason === undefined ? { [INTERNAL]: "true" } : {}),
    ...further,
  };
  return {
    enableIngressGateway: true,
    "istio-ingressgateway.Annotations": JSON.stringify(sortedByKey(all)),
    "istio-ingressgateway.HorizontalPodAutoscalerMinReplicas": minReplicas,
    "istio-ingressgateway.HorizontalPodAutoscalerMaxReplicas": maxReplicas,
    "istio-ingressgateway.PodDisruptionBudgetMinAvailable": 1,
  };
}

function jsonOf(object: object): string | undefined {
  const options = orUndefined(object);
  return options && JSON.stringify(options);
}

/** An object; undefined if it has no value. */
function orUndefined(object: object): object | undefined {
  return Object.values(object).some((value) => value !== undefined) ? object : undefined;
}
