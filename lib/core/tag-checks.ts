import { TerraformProvider, TerraformStack, Token } from "cdktf";
import { addWarning } from "./warnings";
import { type IConstruct } from "constructs";
import { type TagSets } from "./scope-tags";
import { Problems } from "./validation-error";

/** The most tags that OCI puts on a resource. */
export const MOST_FREEFORM = 10;
export const MOST_DEFINED = 64;

/** The id of the warning that tag defaults will be taken away, in the style of the other warnings. */
const DRIFT = "ignore-defined-tags";
const NOT_WRITTEN = "ignored-tag";
const MOST_NAMED = 3;

interface TaggedScope {
  readonly scope: IConstruct;
  readonly tags: () => TagSets;
}

/** A provider, as far as the tags that it ignores are concerned. */
interface IgnoringProvider {
  readonly ignoreDefinedTagsInput?: unknown;
  readonly rawOverrides?: { readonly ignore_defined_tags?: unknown };
}

const watched = new WeakMap<TerraformStack, TaggedScope[]>();
const warned = new WeakSet<TerraformStack>();

/** Has the tags of a construct's resources looked at when its stack is synthesized: only then all of them are known. */
export function watchTags(scope: IConstruct, tags: () => TagSets): void {
  const stack = TerraformStack.of(scope);
  const known = watched.get(stack);
  if (known) {
    known.push({ scope, tags });
    return;
  }
  const all = [{ scope, tags }];
  watched.set(stack, all);
  stack.node.addValidation({
    validate: () => {
      for (const one of all) checkCounts(one);
      warn(stack, all);
      return [];
    },
  });
}

/** The tags of scopes come together with those of the construct, each within the limit by itself. */
function checkCounts({ scope, tags }: TaggedScope): void {
  const problems = new Problems(scope);
  const { freeformTags, definedTags } = tags();
  for (const [name, { length: count }, most] of [
    ["free-form", Object.keys(freeformTags), MOST_FREEFORM],
    ["defined", Object.keys(definedTags), MOST_DEFINED],
  ] as const) {
    if (count <= most) continue;
    problems.add(
      "TAG_INVALID",
      `A resource would have ${count} ${name} tags, those of ResourceTags and of the library included`,
      `OCI takes ${most}: set fewer`,
    );
  }
  problems.throwIfAny();
}

function warn(stack: TerraformStack, all: readonly TaggedScope[]): void {
  if (warned.has(stack)) return;
  warned.add(stack);
  const tagged = all.map(({ scope, tags }) => ({ scope, keys: Object.keys(tags().definedTags) }));
  const paths = [
    ...new Set(tagged.filter(({ keys }) => keys.length > 0).map(({ scope }) => scope.node.path)),
  ];
  if (paths.length === 0) return;
  const keys = new Set(tagged.flatMap((one) => one.keys));
  for (const provider of providersOf(stack)) {
    const ignored = ignoredBy(provider);
    if (ignored === undefined) addWarning(stack, driftOf(provider, paths));
    const lost = [...keys].filter((key) => ignored?.includes(key.toLowerCase())).sort();
    if (lost.length > 0) {
      addWarning(
        stack,
        `[${NOT_WRITTEN}] ${provider.node.path} ignores ${lost.join(", ")}, so it never writes that tag, though definedTags give it a ` +
          "value: take it out of ignoreDefinedTags, or out of definedTags where a tag default of the tenancy sets it",
      );
    }
  }
}

function driftOf(provider: TerraformProvider, paths: readonly string[]): string {
  const named = paths.slice(0, MOST_NAMED).join(", ");
  const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : "";
  return (
    `[${DRIFT}] ${provider.node.path} ignores no tags, and definedTags are given to ${named}${more}. Where the tenancy has tag ` +
    "defaults, as most have, every plan would take them away again. Name them: new OciProvider(stack, id, { ignoreDefinedTags: " +
    '["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"] }), or write ignoreDefinedTags: [] where the tenancy has none'
  );
}

function providersOf(stack: TerraformStack): TerraformProvider[] {
  return stack.node
    .findAll()
    .filter((one): one is TerraformProvider => TerraformProvider.isTerraformProvider(one))
    .filter(({ terraformResourceType }) => terraformResourceType === "oci");
}

/** The tags that a provider ignores, in lower case; none known where a reference holds them, undefined where it was told of none. */
function ignoredBy(provider: TerraformProvider): string[] | undefined {
  const { rawOverrides, ignoreDefinedTagsInput } = provider as unknown as IgnoringProvider;
  const given = rawOverrides?.ignore_defined_tags ?? ignoreDefinedTagsInput;
  if (given === undefined || given === null) return undefined;
  if (!Array.isArray(given) || Token.isUnresolved(given)) return [];
  return given.filter((tag): tag is string => typeof tag === "string").map((tag) => tag.toLowerCase());
}
