import { type ApiObject, type Chart, Lazy } from "cdk8s";
import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { byKey } from "../../core/stable-order";
import { type Tags, tagsOfScopes } from "../../core/tagging";
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
import { forgetObjects } from "../../synthesis/rendering";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";
import { createdClusterOf, type ISecureOkeCluster } from "../cluster-base";

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

/** The number of rules in the workers' group; with preserved client addresses, it has one more for each port and range. */
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

const OCI = "oci.oraclecloud.com";
const NLB = "oci-network-load-balancer.oraclecloud.com";
const NATIVE_INGRESS = "oci-native-ingress.oraclecloud.com";

/** The resources that a controller creates for an object, by the annotations for their tags. */
enum RunTimeResource {
  LOAD_BALANCER = "lb",
  NETWORK_LOAD_BALANCER = "nlb",
  NATIVE_INGRESS = "native-ingress",
}

interface TagAnnotations {
  readonly freeform: string;
  readonly defined: string;
  /** The annotation for the security attribute of packet routing, see `PacketRouting`. */
  readonly label: string;
  /** Older names of the annotation, which the controller reads if it finds no newer one. */
  readonly older?: readonly string[];
}

/** @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengtaggingclusterresources.htm */
const ANNOTATIONS: { readonly [K in RunTimeResource]: TagAnnotations } = {
  [RunTimeResource.LOAD_BALANCER]: {
    label: `${OCI}/security-attributes`,
    freeform: `${OCI}/initial-freeform-tags-override`,
    defined: `${OCI}/initial-defined-tags-override`,
  },
  [RunTimeResource.NETWORK_LOAD_BALANCER]: {
    label: `${OCI}/security-attributes`,
    freeform: `${NLB}/initial-freeform-tags-override`,
    defined: `${NLB}/initial-defined-tags-override`,
    older: [`${NLB}/freeform-tags`, `${NLB}/defined-tags`],
  },
  [RunTimeResource.NATIVE_INGRESS]: {
    label: `${NATIVE_INGRESS}/security-attributes`,
    freeform: `${NATIVE_INGRESS}/freeform-tags`,
    defined: `${NATIVE_INGRESS}/defined-tags`,
  },
};

/** Annotations of an object; cdk8s omits undefined ones when it writes the object. */
export interface RunTimeAnnotations {
  [name: string]: string;
}

/**
 * The annotations that make the cloud controller apply the tags of the cluster to the load balancer of a Service.
 *
 * Evaluated when the chart is written, because tags may be added to a stack or a cluster until then; without tags there are none. Tags
 * that the library sets on its own resources are left out: the controller creates the load balancer.
 *
 * @param service the Service, or the construct that creates it
 */
export function runTimeAnnotations(
  service: IConstruct,
  cluster: ISecureOkeCluster,
  isNetworkLoadBalancer: boolean,
): RunTimeAnnotations {
  const { LOAD_BALANCER, NETWORK_LOAD_BALANCER } = RunTimeResource;
  const { freeform, defined, label } =
    ANNOTATIONS[isNetworkLoadBalancer ? NETWORK_LOAD_BALANCER : LOAD_BALANCER];
  const tags = () => tagsOfScopes(service, cluster);
  return {
    [freeform]: later(() => textOf(tags().freeformTags)),
    [defined]: later(() => textOf(byNamespace(tags().definedTags))),
    [label]: later(() => labelOf(cluster)),
  };
}

/** The fields of an object that show what a controller creates for it. */
interface Manifest {
  readonly metadata?: { readonly annotations?: { readonly [name: string]: unknown } };
  readonly spec?: { readonly type?: unknown; readonly controller?: unknown };
}

/** Applies the tags of the cluster to the resources that controllers create for the objects of a chart, whoever wrote the objects. */
export function tagObjectsOf(cluster: ISecureOkeCluster, chart: Chart): void {
  checkAtSynthesis(chart, () => {
    const objects = apiObjectsIn(chart).filter(({ kind }) => kind === "Service" || kind === "IngressClass");
    for (const object of objects) tagObject(cluster, object);
  });
}

function tagObject(cluster: ISecureOkeCluster, object: ApiObject): void {
  const { freeformTags, definedTags } = tagsOfScopes(object, cluster);
  if (Object.keys({ ...freeformTags, ...definedTags }).length === 0 && labelOf(cluster) === undefined) return;
  const { metadata: { annotations = {} } = {}, spec } = dataOf(object) as Manifest;
  const resource = resourceOf(object.kind, annotations, spec);
  if (resource === undefined) return;
  const missing = missingRunTimeTags(object, cluster, resource, annotations);
  const [{ label }, text] = [ANNOTATIONS[resource], labelOf(cluster)];
  if (text !== undefined && !(label in annotations)) missing.push([label, text]);
  if (missing.length === 0) return;
  for (const [name, value] of missing) object.metadata.addAnnotation(name, value);
  // The object was rendered above, without the annotations.
  forgetObjects([object]);
}

function resourceOf(
  kind: string,
  annotations: { readonly [name: string]: unknown },
  spec: Manifest["spec"],
): RunTimeResource | undefined {
  if (kind === "IngressClass") {
    const isNative = spec?.controller === "oci.oraclecloud.com/native-ingress-controller";
    return isNative ? RunTimeResource.NATIVE_INGRESS : undefined;
  }
  if (spec?.type !== "LoadBalancer") return undefined;
  const type = String(annotations["oci.oraclecloud.com/load-balancer-type"]).toLowerCase();
  return type === "nlb" ? RunTimeResource.NETWORK_LOAD_BALANCER : RunTimeResource.LOAD_BALANCER;
}

/** The annotations that an object lacks. */
function missingRunTimeTags(
  object: IConstruct,
  cluster: ISecureOkeCluster,
  resource: RunTimeResource,
  annotations: { readonly [name: string]: unknown },
): [string, string][] {
  const { freeform, defined, older = [] } = ANNOTATIONS[resource];
  // Tags of a Service replace all others, so a mixture of its own tags and ours would be neither.
  if ([freeform, defined, ...older].some((name) => name in annotations)) return [];
  const { freeformTags, definedTags } = tagsOfScopes(object, cluster);
  const texts = [
    [freeform, textOf(freeformTags)],
    [defined, textOf(byNamespace(definedTags))],
  ] as const;
  return texts.flatMap(([name, text]): [string, string][] => (text === undefined ? [] : [[name, text]]));
}

/** The security attribute of a cluster's load balancers in the format of the annotation. */
function labelOf(cluster: ISecureOkeCluster): string | undefined {
  return createdClusterOf(cluster)?._packetRouting?.loadBalancerAnnotation;
}

/** A value that is evaluated when cdk8s writes the object. */
function later(produce: () => string | undefined): string {
  return Lazy.any({ produce }) as string;
}

function textOf(tags: object): string | undefined {
  const sorted = Object.entries(tags).sort(byKey);
  return sorted.length === 0 ? undefined : JSON.stringify(Object.fromEntries(sorted));
}

/** Defined tags in the format of the API: grouped by namespace. */
function byNamespace(tags: Tags): { [namespace: string]: Tags } {
  const found: { [namespace: string]: { [key: string]: string } } = {};
  for (const [name, value] of Object.entries(tags).sort(byKey)) {
    const [namespace = "", key = ""] = name.split(".");
    found[namespace] = { ...found[namespace], [key]: value };
  }
  return found;
}
