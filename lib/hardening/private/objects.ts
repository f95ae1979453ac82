import { type Fields, fieldsOf, type Notes, Place } from "./manifest-fields";
import { nameOf, objectsIn } from "./pods";
import { GuardrailRule } from "../../core/guardrail-catalogue";
import {
  type ObjectViolation,
  objectViolations,
  openRangeOf,
} from "../../guardrails/private/object-guardrails";
import { hooksOf, isNeverInstalled, changedDates, notTexts } from "../../synthesis/check-included";
import { HardeningConflict } from "../conflict";
import { type Plan } from "../hardening-options";

const CONFLICT_OF: { readonly [rule: string]: HardeningConflict } = {
  [GuardrailRule.LOAD_BALANCER_RULES]: HardeningConflict.LOAD_BALANCER_RULES,
  [GuardrailRule.LOAD_BALANCER_SOURCES]: HardeningConflict.LOAD_BALANCER_SOURCES,
  [GuardrailRule.NO_CLUSTER_ADMIN]: HardeningConflict.CLUSTER_ADMIN,
  [GuardrailRule.NO_EVERYONE]: HardeningConflict.EVERYONE,
  [GuardrailRule.NO_EXTERNAL_IP]: HardeningConflict.EXTERNAL_IP,
  [GuardrailRule.NO_NODE_PORT]: HardeningConflict.NODE_PORT,
  [GuardrailRule.NO_TOKEN_SECRET]: HardeningConflict.TOKEN_SECRET,
};
const OF_NODE_PORTS = ["externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts"];
const QUOTE =
  "Quote the value in the YAML: cdk8s parses YAML 1.1, in which an unquoted 22:22 is the number 1342";

/** The place of an object, and whether it was read from YAML. */
export interface IncludedObjectProps {
  readonly plan: Plan;
  readonly notes: Notes;
  readonly path: string;
  readonly isIncluded: boolean;
}

/**
 * Checks objects as a whole: Helm hooks, values that a YAML parser changed, and guardrail violations of kinds
 * other than pods.
 */
export function hardenObjects(data: unknown, props: IncludedObjectProps): void {
  for (const { object, field: position } of objectsIn(data)) {
    const place = new Place(object, { ...props, object: nameOf(object), field: position });
    findHook(place, object, position);
    for (const { container, field, value } of notTexts(object)) {
      const title = "Number or boolean where Kubernetes requires a string";
      place
        .enter(object, "", container)
        .found(HardeningConflict.UNREADABLE, { field, value, title, fix: QUOTE });
    }
    for (const { field, value } of props.isIncluded ? changedDates(object) : []) {
      const title = "Date that the YAML parser may have changed";
      place.found(HardeningConflict.UNREADABLE, { field, value, title, fix: QUOTE });
    }
    for (const violation of objectViolations(object)) findViolation(place, object, violation);
    findOpenRange(place, object);
  }
}

function findHook(place: Place, object: Fields, position: string): void {
  const hooks = hooksOf(object);
  if (hooks.length === 0) return;
  const { notes } = place;
  const outcome = place.found(HardeningConflict.HELM_HOOK, {
    field: "metadata.annotations.helm.sh/hook",
    value: hooks.join(","),
    // In a List, the other items stay; its items are filtered when it is written.
    override: () => {
      if (position === "") notes.isLeftOut = true;
      else notes.leftOutItems.add(object);
      return undefined;
    },
  });
  if (outcome === "accepted" && !isNeverInstalled(hooks)) notes.isKeptHook = true;
}

/**
 * Finds a public load balancer for everyone. Guardrails allow one, as it may be intended; in a third-party
 * chart, it is a finding.
 */
function findOpenRange(place: Place, object: Fields): void {
  const value = openRangeOf(object);
  if (value === undefined) return;
  place.found(HardeningConflict.LOAD_BALANCER_SOURCES, {
    field: "spec.loadBalancerSourceRanges",
    value,
    title: "Public load balancer for everyone",
    fix: "Set spec.loadBalancerSourceRanges to the ranges of the clients, or accept the conflict if the Service is for everyone",
  });
}

function findViolation(place: Place, object: Fields, { rule, field, value }: ObjectViolation): void {
  const conflict = CONFLICT_OF[rule];
  if (conflict === undefined) return;
  place.found(conflict, { field, value, override: overrideOf(rule, object) });
}

function overrideOf(rule: GuardrailRule, object: Fields): (() => unknown) | undefined {
  const spec = fieldsOf(object.spec) ?? {};
  if (rule === GuardrailRule.NO_EXTERNAL_IP) {
    return () => {
      delete spec.externalIPs;
      return undefined;
    };
  }
  if (rule === GuardrailRule.NO_NODE_PORT) return () => insideOnly(spec);
  return undefined;
}

/**
 * Converts a Service to a ClusterIP Service, and removes the fields that Kubernetes allows only with node
 * ports.
 */
function insideOnly(spec: Fields): string {
  spec.type = "ClusterIP";
  for (const key of OF_NODE_PORTS) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete spec[key];
  }
  const ports = Array.isArray(spec.ports) ? (spec.ports as unknown[]) : [];
  for (const port of ports.map(fieldsOf)) if (port) delete port.nodePort;
  return "ClusterIP";
}
