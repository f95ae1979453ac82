import { isDeepStrictEqual } from "node:util";
import { UNKNOWN, Unknown, type Value, type Values } from "./terraform-values";
import { FORCE_NEW } from "./force-new-attributes";
import { type Attribute, type Block } from "./provider-schema";

/** Maps each attribute of a block, including those of nested blocks. */
export function mapAttributes(
  block: Block,
  values: Values,
  change: (value: Value, attribute: Attribute, name: string) => Value,
): Values {
  const mapped = { ...values };
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    mapped[name] = change(values[name] ?? null, attribute, name);
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    const value = values[name];
    // A `dynamic` block over an unknown value is unknown as a whole.
    if (typeof value !== "object" || value === null || value instanceof Unknown) continue;
    if (Array.isArray(value)) {
      mapped[name] = value.map((entry) =>
        isObject(entry) ? mapAttributes(nested.block, entry, change) : entry,
      );
    } else {
      mapped[name] = mapAttributes(nested.block, value, change);
    }
  }
  return mapped;
}

/**
 * The values that Terraform proposes, with unknown values where OCI computes them.
 *
 * Terraform proposes the prior value of a computed attribute where there is one, also in matching elements of sets, and
 * an apply leaves no computed attribute null. So a computed attribute that is null belongs to a new resource or element.
 */
export function planned(block: Block, proposed: Values): Values {
  return mapAttributes(block, proposed, (value, { computed }) =>
    value === null && computed ? UNKNOWN : value,
  );
}

type Step = { attribute_name: string } | { element_key_int: number };

/** The paths of changed attributes that OCI can't update in place. */
export function replacedPaths(type: string, block: Block, prior: Values, next: Values): { steps: Step[] }[] {
  const paths = FORCE_NEW[type] ?? [];
  return paths
    .flatMap((path) => (path === "*" ? configurable(block) : [path]))
    .filter((path) => !isDeepStrictEqual(at(prior, path), at(next, path)))
    .map((path) => ({ steps: steps(path) }));
}

function configurable(block: Block): string[] {
  const attributes = Object.entries(block.attributes ?? {}).filter(
    ([, { required, optional }]) => required ?? optional,
  );
  const blocks = Object.keys(block.block_types ?? {}).filter((name) => name !== "timeouts");
  return [...attributes.map(([name]) => name), ...blocks];
}

/** The value at a path. Nested blocks on the path occur once; Terraform stores them as lists. */
function at(values: Values, path: string): Value {
  return path
    .split(".")
    .reduce<Value>((value, name, depth) => (depth === 0 ? value : value?.[0])?.[name] ?? null, values);
}

function steps(path: string): Step[] {
  return path
    .split(".")
    .flatMap((name, depth) => [...(depth === 0 ? [] : [{ element_key_int: 0 }]), { attribute_name: name }]);
}

function isObject(value: Value): value is Values {
  return typeof value === "object" && value !== null && !(value instanceof Unknown);
}
