import { isDeepStrictEqual } from "node:util";
import { Unknown, type Values } from "./cty";

/**
 * A planned resource as the provider shows it: defined tags that it ignores stay as they are, and maps that differ in the
 * case of their keys only are the same.
 *
 * See internal/tfresource/tags_helper.go of the provider.
 */
export function withoutIgnored(values: Values, prior: Values | null, ignored: readonly string[]): Values {
  const wanted = values.defined_tags;
  if (typeof wanted !== "object" || wanted === null || wanted instanceof Unknown) return values;
  const before: Values = prior?.defined_tags ?? {};
  const names = new Set(ignored.map((name) => name.toLowerCase()));
  const isIgnored = ([name]: [string, unknown]) => names.has(name.toLowerCase());
  const defined_tags = Object.fromEntries([
    ...Object.entries(wanted).filter((tag) => !isIgnored(tag)),
    ...Object.entries(before).filter(isIgnored),
  ]);
  return {
    ...values,
    defined_tags: isDeepStrictEqual(lower(defined_tags), lower(before)) ? before : defined_tags,
  };
}

/** A resource as OCI keeps it: one that is new has the tag defaults of its tenancy too. */
export function addTagDefaults(
  applied: Values,
  planned: Values,
  defaults: { readonly [name: string]: string },
): Values {
  // What is there was given its tags when it was made; they can be taken away.
  if (!(planned.id instanceof Unknown)) return applied;
  return { ...applied, defined_tags: { ...defaults, ...applied.defined_tags } };
}

function lower(tags: Values): Values {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]));
}
