/** What may be done with a resource. */
export enum Verb {
  /** Read one object. */
  GET = "get",
  /** Read all objects, whole. */
  LIST = "list",
  /** Be told of every change, with the objects. */
  WATCH = "watch",
  /** Make an object. */
  CREATE = "create",
  /** Write an object anew. */
  UPDATE = "update",
  /** Change a part of an object; with CREATE, apply it. */
  PATCH = "patch",
  /** Delete one object. */
  DELETE = "delete",
  /** Delete all objects at once. */
  DELETE_COLLECTION = "deletecollection",
}

/** All verbs of resources, in the order in which they are written. */
export const VERBS: readonly Verb[] = Object.values(Verb);

/** What reads and changes nothing. */
export const READS: readonly Verb[] = [Verb.GET, Verb.LIST, Verb.WATCH];

/** What makes an object something else than it was. */
export const CHANGES: readonly Verb[] = [Verb.CREATE, Verb.UPDATE, Verb.PATCH];

/** Everything but reading. */
export const WRITES: readonly Verb[] = VERBS.filter((verb) => !READS.includes(verb));

/** What no name can limit: the object has none yet, or all are meant. */
export const NAMELESS: readonly Verb[] = [Verb.CREATE, Verb.DELETE_COLLECTION];
