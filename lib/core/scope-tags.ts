import { type IConstruct } from "constructs";
import { NoteOn } from "./construct-state";

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
  const known = byScope.get(scope) ?? NONE;
  byScope.set(scope, {
    freeformTags: { ...known.freeformTags, ...freeformTags },
    definedTags: { ...known.definedTags, ...definedTags },
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
  const all = [owner, ...own.map((one) => owners.get(one))].flatMap((one) => one?.node.scopes ?? []);
  const scopes = new Set([...all, ...own]);
  let found = NONE;
  for (const one of scopes) {
    const tags = byScope.get(one);
    if (!tags) continue;
    found = {
      freeformTags: { ...found.freeformTags, ...tags.freeformTags },
      definedTags: { ...found.definedTags, ...tags.definedTags },
    };
  }
  return found;
}
