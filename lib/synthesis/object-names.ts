import { type Chart } from "cdk8s";
import { apiObjectsIn, dataOf } from "./chart-objects";
import { type Problems } from "../core/validation-error";

/** The name under which the API server stores an object. */
export interface ObjectName {
  /** The key, which is the same for two objects if one would overwrite the other. */
  readonly key: string;
  /** The name in messages. */
  readonly text: string;
}

/** Resolves the references in a name, so that two references to one value are the same name. */
export type ResolveName = (text: string) => string;

interface KubernetesObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
  readonly items?: unknown;
}

// Cluster-scoped kinds: cdk8s adds the namespace of the chart to every object, including these.
const CLUSTER_SCOPED = new Set(
  (
    "APIService CertificateSigningRequest ClusterIssuer ClusterRole ClusterRoleBinding ClusterSecretStore ClusterTrustBundle " +
    "CSIDriver CSINode CustomResourceDefinition DeviceClass FlowSchema GatewayClass IngressClass IPAddress " +
    "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume " +
    "PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass " +
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment " +
    "VolumeAttributesClass"
  ).split(" "),
);

const FIX =
  "Give each a name of its own, make one of them only, or take the whole from one of the two constructs and patch it";

/** The names of objects as plain data, including those in a List; an object whose name the API server generates has none. */
export function namesOf(objects: readonly unknown[], resolve: ResolveName): ObjectName[] {
  return objects.flatMap((object) => {
    const { apiVersion, kind, metadata, items } = (object ?? {}) as KubernetesObject;
    if (String(kind).endsWith("List") && Array.isArray(items)) return namesOf(items, resolve);
    if (typeof metadata?.name !== "string") return [];
    const version = String(apiVersion);
    const group = version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
    const isScoped = CLUSTER_SCOPED.has(String(kind));
    const { namespace = "default" } = metadata;
    const place = isScoped ? "" : resolve(String(namespace ?? "default"));
    const name = resolve(metadata.name);
    const text = `${String(kind)} ${name}${isScoped ? "" : ` of the namespace ${place}`}`;
    return [{ key: JSON.stringify([group, kind, place, name]), text }];
  });
}

/** The constructs of a chart and its nested charts that currently create an object with this name. */
export function makersOf(
  chart: Chart,
  { key }: ObjectName,
  namesIn: (data: unknown) => ObjectName[],
): string[] {
  return apiObjectsIn(chart)
    .filter((object) => namesIn(dataOf(object)).some((name) => name.key === key))
    .map(({ node }) => node.path);
}

/**
 * Adds a problem for each name that two objects of one chart share: kubectl would apply one over the other.
 *
 * @param names the names of all objects of the chart
 */
export function checkNames(
  problems: Problems,
  chart: Chart,
  names: readonly ObjectName[],
  namesIn: (data: unknown) => ObjectName[],
): void {
  const seen = new Set<string>();
  const refused = new Set<string>();
  for (const name of names) {
    if (seen.has(name.key) && !refused.has(name.key)) {
      refused.add(name.key);
      addDuplicate(problems, name, makersOf(chart, name, namesIn));
    }
    seen.add(name.key);
  }
}

export function addDuplicate(problems: Problems, { text }: ObjectName, makers: readonly string[]): void {
  problems.add("NAME_DUPLICATE", `There is more than one ${text}: made by ${makers.join(" and by ")}`, FIX);
}
