import { hardenEnvironment } from "./environment";
import { hardenHost } from "./host";
import { hardenImages } from "./images";
import { hardenPaths } from "./writable";
import { fieldsOf, type Fields } from "./fields";
import { hardenObjects } from "./objects";
import { newNotes, type Notes } from "./place";
import { type Plan } from "./plan";
import { podsIn } from "./pods";
import { hardenPorts } from "./ports";
import { hardenResources } from "./resources";
import { fillRights, judgeRights } from "./rights";
import { hardenToken, type Accounts } from "./token";
import { fillUsers, judgeUsers } from "./users";
import { findWrongShapes } from "./wrong-shapes";

/** What is hardened, and where it is from. */
export interface HardenedObject {
  /** The path of the construct. */
  readonly path: string;
  /** Whether it was read from YAML. */
  readonly isIncluded: boolean;
}

/** Hardens an object as plain data, in its place; answers what was changed and found. */
export function harden(data: unknown, plan: Plan, of: HardenedObject, accounts: Accounts): Notes {
  const { path, isIncluded } = of;
  const notes = newNotes(path);
  hardenObjects(data, { plan, notes, path, isIncluded });
  // What is left out needs no other decision.
  if (notes.isLeftOut) return notes;
  leaveOut(data, notes.leftOutItems);
  for (const pod of podsIn(data, { plan, notes, path })) {
    findWrongShapes(pod);
    hardenHost(pod);
    hardenToken(pod, accounts);
    // What was said first: what is filled depends on what of it stays.
    judgeRights(pod);
    const standings = judgeUsers(pod);
    const binding = hardenPorts(pod, standings);
    fillUsers(pod, standings);
    fillRights(pod, standings, binding);
    hardenImages(pod);
    hardenEnvironment(pod);
    hardenPaths(pod);
    hardenResources(pod);
  }
  return notes;
}

/** Takes items out of a List. */
function leaveOut(data: unknown, items: ReadonlySet<Fields>): void {
  const list = fieldsOf(data);
  if (!list || items.size === 0) return;
  list.items = (list.items as unknown[]).filter((item) => !items.has(item as Fields));
}
