import { asList, type Json } from "./terraform-model";
import { not, Tri, when } from "./three-valued-logic";

/** Where the cloud controller writes rules: in groups, in the lists of load balancer and nodes, in that of the load balancer, nowhere. */
export type RuleMode = "NSG" | "All" | "Frontend" | "None";

/** A possible interpretation of a LoadBalancer Service. */
export interface ServiceReading {
  readonly isNetwork: boolean;
  readonly mode: RuleMode;
  /** Whether the load balancer has a public address, as far as the Service determines it. */
  readonly isPublic: Tri;
  /** Whether nodes see the clients' source addresses. */
  readonly preservesSource: Tri;
}

/** The cloud controller's interpretation of a Service; several if it is ambiguous. */
export interface ControllerService {
  readonly readings: readonly ServiceReading[];
  /** The reason why the interpretation may differ. */
  readonly doubt?: string;
  /** The ranges of the clients, or their placeholders. */
  readonly sources: readonly Json[];
  /** The OCIDs of the groups besides the controller's own, by the type of load balancer. */
  readonly groups: (isNetwork: boolean) => readonly string[];
}

interface Annotations {
  readonly [key: string]: string | undefined;
}

const OCI = "oci.oraclecloud.com/";
const LB = "service.beta.kubernetes.io/oci-load-balancer-";
const NLB = "oci-network-load-balancer.oraclecloud.com/";
const MODES: readonly RuleMode[] = ["NSG", "All", "Frontend", "None"];
const MODE_WORDS: { readonly [word: string]: RuleMode | undefined } = {
  nsg: "NSG",
  "sl-all": "All",
  "sl-frontend": "Frontend",
};
const EVERYONE = "0.0.0.0/0";
const MAX_GROUPS = 5;

/** Whether a value is known only after Terraform runs. */
const isReference = (text: string | undefined): boolean => text !== undefined && text.includes("${");

/**
 * Reads a Service like the cloud controller, with the same case sensitivity for each value.
 *
 * The answer is never "no" for a Service that the controller rejects: a load balancer that it created earlier
 * stays unchanged.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/v1.35.0/pkg/cloudprovider/providers/oci/load_balancer_spec.go
 */
export function readControllerService(service: Json): ControllerService {
  const annotations = annotationsOf(service);
  const type = annotations[`${OCI}load-balancer-type`];
  const types = isReference(type) ? [false, true] : [type?.toLowerCase() === "nlb"];
  const read = types.map((isNetwork) => readAs(isNetwork, service, annotations));
  const rejection = read.map((reading) => reading.rejection).find((reason) => reason !== undefined);
  const readings = read.flatMap((reading) => reading.readings);
  const doubt =
    rejection === undefined
      ? "annotations of the Service are unknown until Terraform has run"
      : `the cloud controller rejects the Service: ${rejection}`;
  return {
    readings,
    ...(readings.length > 1 || rejection !== undefined ? { doubt } : {}),
    sources: sourcesOf(service, annotations),
    groups: (isNetwork) => listOf(annotations[groupsKey(isNetwork)]),
  };
}

/** The OCIDs of a list in an annotation, without blanks. */
export function listOf(text: string | undefined): string[] {
  return (text ?? "").replace(/ /g, "").split(",").filter(Boolean);
}

function annotationsOf(service: Json): Annotations {
  const all = Object.entries((service.metadata?.annotations ?? {}) as object);
  return Object.fromEntries(
    all.flatMap(([key, value]) => (value === undefined || value === null ? [] : [[key, String(value)]])),
  );
}

const groupsKey = (isNetwork: boolean) => `${isNetwork ? NLB : OCI}oci-network-security-groups`;

/** Parses a value like Go's `strconv.ParseBool`; undefined for an invalid one. */
export function parseBool(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined;
}

interface ReadService {
  readonly readings: readonly ServiceReading[];
  readonly rejection?: string;
}

function readAs(isNetwork: boolean, service: Json, annotations: Annotations): ReadService {
  const internal = readBoolean(annotations[isNetwork ? `${NLB}internal` : `${LB}internal`], false);
  const preserves = preservesSource(service, annotations);
  const modes = modesOf(isNetwork, annotations);
  const rejection = [
    internal === undefined ? "it can't parse the annotation for an internal load balancer" : undefined,
    preserves === undefined ? "is-preserve-source is invalid for this Service" : undefined,
    modes === undefined ? "its rule management mode is invalid" : undefined,
    service.spec?.loadBalancerClass === undefined
      ? undefined
      : "its loadBalancerClass belongs to another controller",
    rejectedPorts(isNetwork, service, annotations),
    rejectedLists(isNetwork, service, annotations),
  ].find((reason) => reason !== undefined);
  const isKnown = rejection === undefined;
  const readings = (isKnown && modes ? modes : MODES).map((mode) => ({
    isNetwork,
    mode,
    isPublic: isKnown && internal !== undefined ? not(internal) : Tri.MAYBE,
    preservesSource: isKnown && preserves !== undefined ? preserves : Tri.MAYBE,
  }));
  return { readings, rejection };
}

/** Parses a boolean annotation; undefined if the controller can't parse it. */
function readBoolean(text: string | undefined, otherwise: boolean): Tri | undefined {
  if (text === undefined) return when(otherwise);
  if (isReference(text)) return Tri.MAYBE;
  const value = parseBool(text);
  return value === undefined ? undefined : when(value);
}

/** The possible modes; undefined if the controller rejects the annotations. */
function modesOf(isNetwork: boolean, annotations: Annotations): readonly RuleMode[] | undefined {
  const legacy = legacyModes(isNetwork, annotations);
  // The controller parses the older annotation even if the newer one takes precedence, and fails on it.
  if (legacy === undefined) return undefined;
  const text = annotations[`${OCI}security-rule-management-mode`];
  if (text === undefined) return legacy;
  if (isReference(text)) return MODES;
  const mode = MODE_WORDS[text.toLowerCase()];
  if (mode !== undefined) return [mode];
  return text === "None" ? ["None"] : undefined;
}

/** The values of the older annotation are case-sensitive; for a load balancer, an unknown value means All. */
function legacyModes(isNetwork: boolean, annotations: Annotations): readonly RuleMode[] | undefined {
  const text =
    annotations[isNetwork ? `${NLB}security-list-management-mode` : `${LB}security-list-management-mode`];
  const words: readonly RuleMode[] = ["All", "Frontend", "None"];
  if (text === undefined) return isNetwork ? ["None"] : ["All"];
  if (isReference(text)) return words;
  const matching = words.filter((word) => word === text);
  if (matching.length > 0) return matching;
  return isNetwork ? undefined : ["All"];
}

/**
 * Whether the source is preserved; undefined if the controller rejects the annotations. The type is
 * case-sensitive here, unlike elsewhere.
 */
function preservesSource({ spec }: Json, annotations: Annotations): Tri | undefined {
  const type = annotations[`${OCI}load-balancer-type`];
  if (type !== "nlb" && !isReference(type)) return Tri.NO;
  const text = annotations[`${NLB}is-preserve-source`];
  const isLocal = spec?.externalTrafficPolicy === "Local";
  if (!isLocal) return text === undefined ? Tri.NO : isReference(type) ? Tri.MAYBE : undefined;
  const preserves = readBoolean(text, true);
  return preserves !== undefined && isReference(type) ? Tri.MAYBE : preserves;
}

function rejectedPorts(isNetwork: boolean, { spec }: Json, annotations: Annotations): string | undefined {
  if (!asList(spec?.ports).some((port) => port?.protocol === "UDP")) return undefined;
  if (!isNetwork) return "a load balancer does not support UDP";
  const legacy = legacyModes(isNetwork, annotations);
  return legacy?.includes("None") ? undefined : "UDP requires a mode that writes no security lists";
}

/** Whether a non-empty list has an empty entry, or too many entries. */
function rejectedLists(isNetwork: boolean, service: Json, annotations: Annotations): string | undefined {
  const attached = annotations[groupsKey(isNetwork)];
  const backends = annotations[`${OCI}oci-backend-network-security-group`];
  const hasEmptyEntry = [attached, backends].some(
    (text) => text !== undefined && text !== "" && text.replace(/ /g, "").split(",").includes(""),
  );
  if (hasEmptyEntry) return "a list of groups has an empty entry";
  if (new Set(listOf(attached)).size > MAX_GROUPS) return "a load balancer has at most five groups";
  const sources = sourcesOf(service, annotations);
  return sources.includes("") ? "a list of ranges has an empty entry" : undefined;
}

/**
 * The source ranges: an empty list is ignored, so that an older annotation applies, and without that everyone
 * may connect.
 */
function sourcesOf({ spec }: Json, annotations: Annotations): readonly Json[] {
  const inSpec = asList(spec?.loadBalancerSourceRanges);
  if (inSpec.length > 0)
    return inSpec.map((range: Json) => (typeof range === "string" ? range.trim() : range));
  const annotated = (annotations["service.beta.kubernetes.io/load-balancer-source-ranges"] ?? "").trim();
  return annotated === "" ? [EVERYONE] : annotated.split(",").map((range) => range.trim());
}
