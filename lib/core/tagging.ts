import { type IResolvable, TerraformProvider, TerraformStack, Token } from "cdktf";
import { type IConstruct } from "constructs";
import { MarkOn, NoteOn, StateOf } from "./construct-state";
import { shown } from "./display-value";
import { shortHash } from "./resource-name";
import { checkText, literalText } from "./terraform-text";
import { Problems } from "./validation-error";
import { optional, passing } from "./value-readers";
import { addWarning } from "./warnings";

/** Tags by key. */
export interface Tags {
  readonly [key: string]: string;
}

/** The tags of a scope, or of a resource. */
export interface TagSets {
  readonly freeformTags: Tags;
  readonly definedTags: Tags;
}

const NONE: TagSets = { freeformTags: {}, definedTags: {} };
const owners = new NoteOn<IConstruct, IConstruct>();
const byScope = new NoteOn<IConstruct, TagSets>();

/** Adds tags to those of a scope. */
export function setScopeTags(scope: IConstruct, { freeformTags, definedTags }: Partial<TagSets>): void {
  const tags = byScope.get(scope) ?? NONE;
  byScope.set(scope, {
    freeformTags: { ...tags.freeformTags, ...freeformTags },
    definedTags: { ...tags.definedTags, ...definedTags },
  });
}

/** Applies the tags of another construct to a scope as well, such as those of a cluster to its node pool. */
export function setTagOwner(scope: IConstruct, owner: IConstruct): void {
  owners.set(scope, owner);
}

/**
 * The tags of a construct's scopes, with precedence for the nearest; the scopes of an owner count as farther away.
 *
 * @param owner the owner of the construct itself
 */
export function tagsOfScopes(scope: IConstruct, owner?: IConstruct): TagSets {
  const own = scope.node.scopes;
  const all = [owner, ...own.map((each) => owners.get(each))].flatMap((each) => each?.node.scopes ?? []);
  const scopes = new Set([...all, ...own]);
  let found = NONE;
  for (const ancestor of scopes) {
    const tags = byScope.get(ancestor);
    if (!tags) continue;
    found = {
      freeformTags: { ...found.freeformTags, ...tags.freeformTags },
      definedTags: { ...found.definedTags, ...tags.definedTags },
    };
  }
  return found;
}

/** The maximum number of tags on an OCI resource. */
const MAX_FREEFORM = 10;
const MAX_DEFINED = 64;

/** The id of the warning that tag defaults will be removed. */
const DRIFT = "ignore-defined-tags";
const NOT_WRITTEN = "ignored-tag";
const MAX_NAMED = 3;

interface TaggedScope {
  readonly scope: IConstruct;
  readonly tags: () => TagSets;
}

/** A provider, reduced to the tags that it ignores. */
interface IgnoringProvider {
  readonly ignoreDefinedTagsInput?: unknown;
  readonly rawOverrides?: { readonly ignore_defined_tags?: unknown };
}

const watched = new StateOf(watchedIn);
const warned = new MarkOn<TerraformStack>();

/** Checks the tags of a construct's resources when its stack is synthesized: only then all of them are known. */
function watchTags(scope: IConstruct, tags: () => TagSets): void {
  watched.of(TerraformStack.of(scope)).push({ scope, tags });
}

/** The tagged scopes of a stack, which are checked at synthesis. */
function watchedIn(stack: TerraformStack): TaggedScope[] {
  const all: TaggedScope[] = [];
  stack.node.addValidation({
    validate: () => {
      for (const tagged of all) checkCounts(tagged);
      warn(stack, all);
      return [];
    },
  });
  return all;
}

/** Adds a problem for resources with too many tags: scopes and constructs can each be within the limit, but not together. */
function checkCounts({ scope, tags }: TaggedScope): void {
  const problems = new Problems(scope);
  const { freeformTags, definedTags } = tags();
  for (const [name, { length: count }, most] of [
    ["free-form", Object.keys(freeformTags), MAX_FREEFORM],
    ["defined", Object.keys(definedTags), MAX_DEFINED],
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
  if (!warned.once(stack)) return;
  const tagged = all.map(({ scope, tags }) => ({ scope, keys: Object.keys(tags().definedTags) }));
  const paths = [
    ...new Set(tagged.filter(({ keys }) => keys.length > 0).map(({ scope }) => scope.node.path)),
  ];
  if (paths.length === 0) return;
  const keys = new Set(tagged.flatMap((resource) => resource.keys));
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
  const named = paths.slice(0, MAX_NAMED).join(", ");
  const more = paths.length > MAX_NAMED ? ` and ${paths.length - MAX_NAMED} more` : "";
  return (
    `[${DRIFT}] ${provider.node.path} ignores no tags, and definedTags are given to ${named}${more}. Where the tenancy has tag ` +
    "defaults, as most have, every plan would take them away again. Name them: new OciProvider(stack, id, { ignoreDefinedTags: " +
    '["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"] }), or write ignoreDefinedTags: [] where the tenancy has none'
  );
}

function providersOf(stack: TerraformStack): TerraformProvider[] {
  return stack.node
    .findAll()
    .filter((construct): construct is TerraformProvider => TerraformProvider.isTerraformProvider(construct))
    .filter(({ terraformResourceType }) => terraformResourceType === "oci");
}

/** The tags that a provider ignores, in lower case; empty for a reference, undefined without the setting. */
function ignoredBy(provider: TerraformProvider): string[] | undefined {
  const { rawOverrides, ignoreDefinedTagsInput } = provider as unknown as IgnoringProvider;
  const ignored = rawOverrides?.ignore_defined_tags ?? ignoreDefinedTagsInput;
  if (ignored === undefined || ignored === null) return undefined;
  if (!Array.isArray(ignored) || Token.isUnresolved(ignored)) return [];
  return ignored.filter((tag): tag is string => typeof tag === "string").map((tag) => tag.toLowerCase());
}

/** Props for the tags of the OCI resources that a construct creates. */
export interface TaggingProps {
  /**
   * Free-form tags for every taggable resource; use `ResourceTags` to set them for a whole stack.
   *
   * At most eight besides the library's own two, and seven for constructs that create the security groups of a cluster, one of which gets
   * a third tag; a key has up to 100 characters without blanks and periods, a value up to 256 characters.
   *
   * @default - only `managed-by: secure-oke` and `construct`, the path of the construct
   * @see https://docs.oracle.com/iaas/Content/Tagging/Concepts/taggingoverview.htm
   */
  readonly freeformTags?: { [key: string]: string };

  /**
   * Defined tags for every taggable resource, from `namespace.key` to value.
   *
   * The namespaces and keys must exist in the tenancy. At most 64; a value has up to 256 characters.
   *
   * Most tenancies have tag defaults, such as `Oracle-Tags.CreatedBy` and `Oracle-Tags.CreatedOn`, which OCI adds to each new resource.
   * If a resource has defined tags in the program, every plan would remove the tag defaults: list them in `ignoreDefinedTags:
   * ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"]` of each `OciProvider` of the stack. A provider without the setting gives a
   * warning; an empty list declares that the tenancy has no tag defaults. An ignored tag can't be set here, because the provider doesn't
   * write it.
   *
   * @default - none
   */
  readonly definedTags?: { [key: string]: string };
}

/**
 * Free-form tags of the workers' security group, the backends of load balancers.
 *
 * The load balancer controller adds `ManagedBy: CCM` to such a group if it has no tag with this key, and every later plan would remove
 * it. The controller checks the key only, so the library's tag prevents this.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/cloudprovider/providers/oci/load_balancer.go
 */
export const BACKEND_TAGS = { ManagedBy: "secure-oke" } as const;

const MAX_VALUE_LENGTH = 256;
const KEY = /^[!-~]{1,100}$/;

/**
 * Adds a problem for each tag that OCI would reject.
 *
 * @param further the keys of free-form tags that the construct sets on its resources in addition to those of `tagsOf`
 */
export function checkTags(problems: Problems, props: TaggingProps, further: readonly string[] = []): void {
  checkFreeformTags(problems, "freeformTags", props.freeformTags, further);
  checkDefinedTags(problems, "definedTags", props.definedTags);
}

/**
 * The readers of `TaggingProps`, to be spread into the schema of props that extend them.
 *
 * @param further as in `checkTags`
 */
export function taggingReaders(further: readonly string[] = []) {
  return {
    freeformTags: optional(
      passing<Tags>((problems, name, tags) => {
        checkFreeformTags(problems, name, tags, further);
      }),
    ),
    definedTags: optional(passing<Tags>(checkDefinedTags)),
  };
}

function checkFreeformTags(
  problems: Problems,
  name: string,
  value: unknown,
  further: readonly string[],
): void {
  const tags = readTags(problems, name, value);
  const own = [...Object.keys(ownTags("")), ...further].filter((key) => !(key in tags)).length;
  checkCount(problems, name, tags, MAX_FREEFORM - own);
  for (const key of Object.keys(tags).filter((each) => !KEY.test(each) || each.includes("."))) {
    problems.add(
      "TAG_INVALID",
      `${name} has the key ${shown(key)}`,
      "Use 1 to 100 printable ASCII characters without blanks and periods",
    );
  }
  checkValues(problems, name, tags);
}

function checkDefinedTags(problems: Problems, name: string, value: unknown): void {
  const tags = readTags(problems, name, value);
  checkCount(problems, name, tags, MAX_DEFINED);
  for (const key of Object.keys(tags)) {
    const parts = key.split(".");
    if (parts.length === 2 && parts.every((part) => KEY.test(part))) continue;
    problems.add(
      "TAG_INVALID",
      `${name} has the key ${shown(key)}`,
      'Write the namespace, a period and the key, for example "Operations.CostCenter"',
    );
  }
  checkValues(problems, name, tags);
}

/** The tags; none if the value is not an object. */
function readTags(problems: Problems, name: string, tags: unknown): { [key: string]: string } {
  if (tags === undefined || tags === null) return {};
  if (typeof tags === "object" && !Array.isArray(tags) && !Token.isUnresolved(tags)) {
    return tags as { [key: string]: string };
  }
  problems.add("TAG_INVALID", `${name} is ${shown(tags)}`, 'Write an object, for example { team: "shop" }');
  return {};
}

function checkCount(problems: Problems, name: string, tags: { [key: string]: string }, most: number): void {
  const count = Object.keys(tags).length;
  if (count <= most) return;
  problems.add("TAG_INVALID", `${name} has ${count} tags`, `Give at most ${most}`);
}

function checkValues(problems: Problems, name: string, tags: { [key: string]: string }): void {
  for (const [key, value] of Object.entries(tags)) {
    checkText(problems, `The key of a tag in ${name}`, key);
    checkText(problems, `The tag ${Token.isUnresolved(key) ? shown(key) : key} in ${name}`, value);
    if (typeof value === "string" && (Token.isUnresolved(value) || value.length <= MAX_VALUE_LENGTH))
      continue;
    problems.add(
      "TAG_INVALID",
      `${name} gives ${Token.isUnresolved(key) ? shown(key) : key} a value that is not a string, or is longer than ${MAX_VALUE_LENGTH} characters`,
      `Write a text of up to ${MAX_VALUE_LENGTH} characters`,
    );
  }
}

/**
 * The tags of one resource, evaluated whenever the resource is written: the given tags override the tags of the scopes, which override
 * the tags that name the construct.
 *
 * They look like plain objects, because cdktf rejects overrides of a single tag, such as `addOverride("freeform_tags.team", "shop")`, if
 * the tags are a token.
 */
export function tagsOf(scope: IConstruct, source: TaggingProps): TaggingProps {
  const now = () => tagsNow(scope, source);
  watchTags(scope, now);
  const isDefined = () => source.definedTags !== undefined || Object.keys(now().definedTags).length > 0;
  return {
    freeformTags: live(() => now().freeformTags),
    // Without any, the attribute must be left out, and only a token can become undefined later.
    definedTags: isDefined()
      ? live(() => now().definedTags)
      : later(() => (isDefined() ? now().definedTags : undefined)),
  };
}

/** The current tags of one resource. */
export function tagsNow(scope: IConstruct, source: TaggingProps): TagSets {
  const { freeformTags, definedTags } = tagsOfScopes(scope);
  return {
    freeformTags: { ...ownTags(scope.node.path), ...freeformTags, ...source.freeformTags },
    definedTags: { ...definedTags, ...source.definedTags },
  };
}

/** An object whose members are computed whenever they are read. */
function live(compute: () => Tags): { [key: string]: string } {
  return new Proxy<{ [key: string]: string }>(
    {},
    {
      ownKeys: () => Reflect.ownKeys(compute()),
      has: (_, key) => Reflect.has(compute(), key),
      get: (_, key) => Reflect.get(compute(), key) as unknown,
      // Configurable, as the target itself has no such member.
      getOwnPropertyDescriptor: (_, key) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(compute(), key);
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
}

/** Tags that are read at synthesis; without the stack trace that cdktf's own lazy values take, one for each resource. */
function later(produce: () => Tags | undefined): { [key: string]: string } {
  const lazy: IResolvable = {
    creationStack: [],
    resolve: produce,
    toString: () => Token.asString(lazy),
  };
  return lazy as unknown as { [key: string]: string };
}

function ownTags(path: string): { [key: string]: string } {
  const fitting = path.length <= MAX_VALUE_LENGTH ? path : shortened(path);
  return { "managed-by": "secure-oke", construct: literalText(fitting) };
}

/** The end of a path, its most specific part, and a hash that distinguishes it from other paths with the same end. */
function shortened(path: string): string {
  const hash = shortHash(path);
  return `${hash}...${path.slice(-(MAX_VALUE_LENGTH - hash.length - 3))}`;
}
