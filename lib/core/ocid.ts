import { TerraformStack, Token } from "cdktf";
import { type IConstruct } from "constructs";
import { shown } from "./display-value";
import { resolveReference } from "./terraform-text";
import { type Problems } from "./validation-error";
import { passing, type Reader } from "./value-readers";

const OCID = /^ocid1\.([a-z0-9_-]+)\.(oc\d+)\.([a-z0-9-]*)\.[A-Za-z0-9._-]+$/;

// The OCID of a resource that the stack creates; two resources of a type are always different. Data sources have an address of three parts.
const RESOURCE_ID = /^\$\{(oci_\w+)\.[\w-]+\.id\}$/;

/**
 * Adds a problem for a value that is missing or not an OCID of one of the kinds.
 *
 * References to Terraform values pass, as their values are unknown.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm
 */
export function checkOcid(
  problems: Problems,
  name: string,
  value: string | undefined,
  ...kinds: readonly string[]
): void {
  if (value !== undefined && value !== null) return checkOcidIfGiven(problems, name, value, ...kinds);
  problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fixOf(kinds));
}

/** Like `checkOcid`, for a value that may be left out. */
export function checkOcidIfGiven(
  problems: Problems,
  name: string,
  value: string | undefined,
  ...kinds: readonly string[]
): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  const kind = typeof value === "string" ? OCID.exec(value)?.[1] : undefined;
  if (kind && kinds.includes(kind)) return;
  const got = kind ? `an OCID of the kind ${kind}` : "not an OCID";
  problems.add("OCID_INVALID", `${name} is ${shown(value)}, ${got}`, fixOf(kinds));
}

/** Reads an OCID of one of the kinds, or a reference to a Terraform value. */
export function ocid(...kinds: readonly string[]): Reader<string> {
  return passing<string>((problems, name, value) => {
    checkOcid(problems, name, value, ...kinds);
  });
}

function fixOf(kinds: readonly string[]): string {
  return `Give an OCID that begins with ${kinds.map((each) => `ocid1.${each}.`).join(" or ")}`;
}

/** An OCID or a reference to one, as it is used in a construct. */
export interface OcidIn {
  readonly scope: IConstruct;
  readonly id: string;
}

/** Whether two OCIDs are the same, as far as it is known; a reference may be any OCID. */
export function compareOcids(one: OcidIn, other: OcidIn): "same" | "different" | "unknown" {
  if (one.id === other.id) return "same";
  const references = [one, other].filter(({ id }) => Token.isUnresolved(id));
  if (references.length === 0) return "different";
  // Each is resolved where it is used, so that comparing adds no reference from stack to stack.
  if (references.length === 1 || TerraformStack.of(one.scope) !== TerraformStack.of(other.scope)) {
    return "unknown";
  }
  const [first, second] = [one, other].map(({ scope, id }) => resolveReference(scope, id));
  if (first === second) return "same";
  const kinds = [first, second].map((text) => RESOURCE_ID.exec(text ?? "")?.[1]);
  return kinds[0] !== undefined && kinds[0] === kinds[1] ? "different" : "unknown";
}
