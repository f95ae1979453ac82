import { type ApiObject, type Chart, Lazy } from "cdk8s";
import { type IConstruct } from "constructs";
import { type Tags, tagsOfScopes } from "../../core/tagging";
import { byKey } from "../../core/stable-order";
import { apiObjectsIn, dataOf } from "../../synthesis/chart-objects";
import { forgetObjects } from "../../synthesis/rendering";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";
import { createdClusterOf, type ISecureOkeCluster } from "../cluster-base";

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
