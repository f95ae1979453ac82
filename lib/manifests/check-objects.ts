import { Token, type TerraformStack } from "cdktf";
import { isPlainObject } from "./plain";
import { holdsMisplacedReference } from "./references";
import { misplacedField } from "./reference-places";
import { secretsIn } from "./secret-references";
import { checkConfigMapEntry } from "../core/credential-literal";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

interface KubernetesObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly data?: object;
  readonly stringData?: object;
  readonly items?: readonly unknown[];
}

const KEEP_IN_VAULT =
  "Keep the value in OCI Vault and let the cluster read it (Secrets Store CSI driver or External Secrets)";

/** Finds what must not be in a manifest, or could not be written into one. */
export function checkObjects(problems: Problems, objects: readonly unknown[]): void {
  for (const object of objects) {
    checkSecret(problems, object);
    checkConfigMap(problems, object);
    if (!isPlainObject(object) && holdsMisplacedReference(object)) {
      problems.add(
        "MANIFEST_REFERENCES",
        `${describe(object)} has in ${misplacedField(object)} a reference to a Terraform value as the key of a map, ` +
          "a reference to a list or a map as a part of something, or one to a boolean in a JSON patch",
        "Use references as values only; join a list into text with Fn.join, put lists together with Fn.concat, " +
          "and give a patch Token.asAnyMap(reference)",
      );
    }
  }
}

function checkSecret(problems: Problems, object: unknown): void {
  const { kind, data, stringData, items } = object as KubernetesObject;
  if (Array.isArray(items)) items.forEach((item) => checkSecret(problems, item ?? {}));
  const keys = Object.keys({ ...data, ...stringData });
  if (kind === "Secret" && keys.length > 0) {
    problems.add("MANIFEST_SECRET", `${describe(object)} has the keys ${keys.join(", ")}`, KEEP_IN_VAULT);
  }
}

// What Terraform will write there is not known yet, and is a reference and no literal.
const REFERENCE = /\$\{TfToken\[[^\]]*\]\}/g;

function checkConfigMap(problems: Problems, object: unknown): void {
  const { kind, data, items } = object as KubernetesObject;
  if (Array.isArray(items)) items.forEach((item) => checkConfigMap(problems, item ?? {}));
  if (kind !== "ConfigMap") return;
  for (const [key, value] of Object.entries(data ?? {}) as [string, unknown][]) {
    // The API server takes no other key, and of such a key no word says anything.
    if (typeof value !== "string" || !/^[-._a-zA-Z0-9]+$/.test(key)) continue;
    const text = value.replace(REFERENCE, "${reference}");
    checkConfigMapEntry(problems, `The key ${key} of ${describe(object).replace("The", "the")}`, key, text);
  }
}

/** Finds a secret value on the way into a manifest; Terraform itself forgets between stacks what is sensitive. */
export function checkExpression(problems: Problems, expression: string, stack: TerraformStack): void {
  for (const secret of secretsIn(expression, stack)) {
    problems.add(
      "MANIFEST_SECRET",
      `${expression} has the value of ${secret}, which is sensitive`,
      KEEP_IN_VAULT,
    );
  }
}

/** An object as a message names it. */
export function describe(object: unknown): string {
  const { kind, metadata } = object as KubernetesObject;
  const { name = "without a name" } = metadata ?? {};
  return `The ${kind} ${Token.isUnresolved(name) ? `named by ${shown(name)}` : name}`;
}
