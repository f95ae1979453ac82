import { type IConstruct } from "constructs";
import { shown } from "./display-value";
import { membersOf, PUBLIC_SURFACE, type TypeWord } from "./public-surface";
import { Problems } from "./validation-error";

const EXAMPLES: { readonly [type: string]: string } = {
  string: '"text"',
  number: "1",
  boolean: "true",
  any: "…",
};

/** Examples of texts, by their members. */
const TEXTS: { readonly [member: string]: string } = {
  apiEndpoint: '"10.0.0.10"',
  audience: '"https://vault.example.com"',
  cidr: '"10.0.0.0/16"',
  cidrLabel: '"all-fra-services-in-oracle-services-network"',
  firewallPrivateIpId: '"ocid1.privateip.oc1…"',
  clientId: '"grafana"',
  group: '"apps.example.com"',
  kmsKeyId: '"ocid1.key.oc1…"',
  limit: '"256Mi"',
  name: '"shop"',
  namespace: '"shop"',
  nodeTag: '"Operations.NodeRole"',
  path: '"/tmp"',
  plural: '"widgets"',
  reason: '"Partners call it from the internet"',
  region: '"eu-frankfurt-1"',
  request: '"256Mi"',
  schedule: '"0 3 * * *"',
  secretName: '"web-tls"',
  size: '"50Gi"',
};

/** A type without the brackets around a choice. */
export function inner(type: TypeWord): TypeWord {
  return type.startsWith("(") ? type.slice(1, -1) : type;
}

/** How a program writes a value of a type. */
export function exampleOf(type: TypeWord): string {
  const example = EXAMPLES[type];
  if (example !== undefined) return example;
  if (type.endsWith("[]")) return `[${exampleOf(inner(type.slice(0, -2)))}]`;
  if (type.includes("|")) return exampleOf(inner(type.split("|")[0] ?? "any"));
  if (type.startsWith("{")) return `{ name: ${exampleOf(type.slice(1, -1))} }`;
  const choices = PUBLIC_SURFACE.enums[type];
  if (choices) return `${type}.${Object.keys(choices)[0]}`;
  const required = membersOf(type)?.filter(({ isOptional }) => !isOptional);
  if (required)
    return required.length === 0
      ? "an object of options"
      : `{ ${required.map(({ name }) => name).join(", ")} }`;
  const { writtenAs = [] } = PUBLIC_SURFACE.classes[type] ?? {};
  if (writtenAs.length > 0) return writtenAs.slice(0, 3).join(" or ");
  const { writtenAs: makers = [] } = PUBLIC_SURFACE.interfaces[type] ?? {};
  return makers.length > 0 ? `a ${makers.slice(0, 3).join(" or a ")}` : `a value of the kind ${type}`;
}

/**
 * How a program writes the value of a member, such as `"ocid1.compartment.oc1…"` for `compartmentId`.
 *
 * @param place the member, or a place that ends with it
 * @param type its type; by default that of all members with the name, if programs write them alike
 */
export function exampleOfMember(place: string, type = typeOfMember(place)): string | undefined {
  if (type === undefined) return undefined;
  const member = place.split(".").at(-1) ?? place;
  if (type !== "string") return exampleOf(type);
  const text = TEXTS[member];
  if (text !== undefined) return text;
  const [, kind] = /^([A-Za-z]+)Id$/.exec(member) ?? [];
  return kind === undefined ? exampleOf(type) : `"ocid1.${kind.toLowerCase()}.oc1…"`;
}

/** The fix for a missing value. */
export function missingFix(name: string, example: string | undefined): string {
  if (example === undefined) return `Give a value for ${name}, which has no default`;
  // Only the name of a member can be written with a colon.
  const written = /^[\w.]+$/.test(name) ? `${name.split(".").at(-1)}: ${example}` : example;
  return `Write ${written}; ${name} has no default`;
}

let byMember: ReadonlyMap<string, ReadonlySet<TypeWord>> | undefined;

function typeOfMember(member: string): TypeWord | undefined {
  byMember ??= typesByMember();
  const types = [...(byMember.get(member.split(".").at(-1) ?? member) ?? [])];
  return new Set(types.map(exampleOf)).size === 1 ? types[0] : undefined;
}

function typesByMember(): ReadonlyMap<string, ReadonlySet<TypeWord>> {
  const types = new Map<string, Set<TypeWord>>();
  for (const props of Object.keys(PUBLIC_SURFACE.props)) {
    for (const { name, type, isOptional } of membersOf(props) ?? []) {
      if (!isOptional) types.set(name, (types.get(name) ?? new Set<TypeWord>()).add(type));
    }
  }
  return types;
}

/**
 * Adds a problem for each missing value, as in programs without types.
 *
 * @returns whether all were given
 */
export function checkGiven(problems: Problems, values: { readonly [name: string]: unknown }): boolean {
  const missing = Object.keys(values).filter((name) => values[name] === undefined || values[name] === null);
  for (const name of missing) {
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, missingFix(name, exampleOfMember(name)));
  }
  return missing.length === 0;
}

/**
 * Adds a problem for a value without the expected members; its class is not checked, as it may come from another copy of this library.
 *
 * @param members the names of the expected members
 * @param instead what to write, such as `KubernetesVersion.of("v1.35.2")`
 * @returns whether the value is given and has the members
 */
export function checkMembers(
  problems: Problems,
  name: string,
  value: unknown,
  members: readonly string[],
  instead: string,
): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "object" && members.every((member) => member in value)) return true;
  problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write ${instead}`);
  return false;
}

/** The value of an attribute of an imported construct; throws if it was not given. */
export function requiredAttribute<T>(
  scope: IConstruct,
  factory: string,
  name: string,
  value: T | undefined,
): T {
  if (value !== undefined) return value;
  const problems = new Problems(scope);
  problems.add(
    "ATTRIBUTE_MISSING",
    `${name} was not given to ${factory}`,
    `Give ${factory} the attribute ${name}`,
  );
  return problems.throwAll();
}
