import { isIP } from "node:net";
import { Token } from "cdktf";
import { SYSTEM_NAMESPACES } from "./guardrail-exception";
import { EVERYONE, GROUPS, INTERNAL, RULE_MODE, TRUE } from "./object-guardrails";
import { GuardrailRule } from "../core/guardrail-catalogue";
import { referenceOf } from "../manifests/references";

/** What an object that is no workload says against a guardrail. */
export interface ObjectOffence {
  readonly rule: GuardrailRule;
  /** The field in the object. */
  readonly field: string;
  /** What stands there. */
  readonly value: unknown;
}

interface Fields {
  readonly [key: string]: unknown;
}

// The widest ranges of an internal load balancer, as the guardrail has them.
const WIDEST = { 4: 8, 6: 19 } as const;

const mapOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
// Of a reference to a Terraform value nothing is known, so nothing is against a rule.
const isUnknown = (value: unknown) => Token.isUnresolved(value) || referenceOf(value) !== undefined;
const groupOf = ({ apiVersion }: Fields) =>
  String(apiVersion).includes("/") ? String(apiVersion).split("/")[0] : "";

/** Whether an internal load balancer may not serve a range; what is no range is none that it may. */
function isTooWide(range: unknown): boolean {
  if (isUnknown(range)) return false;
  const [, address = "", prefix = ""] = /^([^/]+)\/(\d{1,3})$/.exec(String(range).trim()) ?? [];
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || (family === 6 && address.includes("."))) return true;
  return Number(prefix) < WIDEST[family] || Number(prefix) > (family === 4 ? 32 : 128);
}

function offencesOfService({ metadata, spec }: Fields): ObjectOffence[] {
  const annotations = mapOf(mapOf(metadata).annotations);
  const { type, externalIPs, loadBalancerSourceRanges: ranges } = mapOf(spec);
  const found: ObjectOffence[] = [];
  const add = (rule: GuardrailRule, field: string, value: unknown) => found.push({ rule, field, value });
  if (listOf(externalIPs).length > 0) add(GuardrailRule.NO_EXTERNAL_IP, "spec.externalIPs", externalIPs);
  if (type === "NodePort") add(GuardrailRule.NO_NODE_PORT, "spec.type", type);
  if (type !== "LoadBalancer") return found;
  const mode = annotations[RULE_MODE] ?? "";
  const hasGroups = GROUPS.some((key) => String(annotations[key] ?? "").trim() !== "");
  if (!isUnknown(mode) && String(mode).toLowerCase() !== "nsg" && !(mode === "None" && hasGroups)) {
    const field = `metadata.annotations.${RULE_MODE}`;
    add(GuardrailRule.LOAD_BALANCER_RULES, field, mode === "" ? undefined : mode);
  }
  const isInternal = INTERNAL.some((key) => TRUE.includes(String(annotations[key] ?? "")));
  if (isUnknown(ranges)) return found;
  const all = listOf(ranges);
  if (all.length === 0 || (isInternal && all.some(isTooWide)))
    add(GuardrailRule.LOAD_BALANCER_SOURCES, "spec.loadBalancerSourceRanges", ranges);
  return found;
}

/** The range by which everyone may connect to a public load balancer, where a Service has one. */
export function openRangeOf({ apiVersion, kind, metadata, spec }: Fields): string | undefined {
  const { type, loadBalancerSourceRanges: ranges } = mapOf(spec);
  if (apiVersion !== "v1" || kind !== "Service" || type !== "LoadBalancer") return undefined;
  const annotations = mapOf(mapOf(metadata).annotations);
  const internal = INTERNAL.map((key) => annotations[key] ?? "");
  if (isUnknown(ranges) || internal.some((text) => isUnknown(text) || TRUE.includes(String(text))))
    return undefined;
  const texts = listOf(ranges).filter(
    (range): range is string => typeof range === "string" && !isUnknown(range),
  );
  return texts.find((range) => /\/0+$/.test(range.trim()));
}

function isOfSystem(subject: unknown): boolean {
  const { kind, namespace } = mapOf(subject);
  return kind === "ServiceAccount" && SYSTEM_NAMESPACES.includes(String(namespace));
}

function offencesOfBinding({ kind, roleRef, subjects }: Fields): ObjectOffence[] {
  const found: ObjectOffence[] = [];
  const all = listOf(subjects);
  const role = mapOf(roleRef);
  const isSpared = kind === "ClusterRoleBinding" && all.length > 0 && all.every(isOfSystem);
  if (role.kind === "ClusterRole" && role.name === "cluster-admin" && !isSpared)
    found.push({ rule: GuardrailRule.NO_CLUSTER_ADMIN, field: "roleRef.name", value: role.name });
  const everyone = all.map((one) => mapOf(one).name).filter((name) => EVERYONE.includes(String(name)));
  if (everyone.length > 0)
    found.push({ rule: GuardrailRule.NO_EVERYONE, field: "subjects", value: everyone });
  return found;
}

/** What an object that is no workload says against the guardrails, judged as they would judge it at admission. */
export function objectOffences(object: Fields): ObjectOffence[] {
  const group = groupOf(object);
  const { kind, type } = object;
  if (group === "" && kind === "Service") return offencesOfService(object);
  if (group === "" && kind === "Secret" && type === "kubernetes.io/service-account-token")
    return [{ rule: GuardrailRule.NO_TOKEN_SECRET, field: "type", value: type }];
  const isBinding = kind === "ClusterRoleBinding" || kind === "RoleBinding";
  return isBinding && group === "rbac.authorization.k8s.io" ? offencesOfBinding(object) : [];
}
