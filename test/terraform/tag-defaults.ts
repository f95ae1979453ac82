import { isDeepStrictEqual } from "node:util";
import { Unknown, type Values } from "./terraform-values";

/**
 * Plans defined tags as the provider does: ignored tags keep their prior value, and maps that differ only in the case of
 * their keys are equal.
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

/** Adds the tag defaults of the tenancy to a new resource, as OCI does. */
export function addTagDefaults(
  applied: Values,
  planned: Values,
  defaults: { readonly [name: string]: string },
): Values {
  // Existing resources got the tag defaults when they were created, and may have lost them since.
  if (!(planned.id instanceof Unknown)) return applied;
  return { ...applied, defined_tags: { ...defaults, ...applied.defined_tags } };
}

function lower(tags: Values): Values {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]));
}
