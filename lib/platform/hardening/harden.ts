import { hardenEnvironment } from "./environment";
import { hardenHost } from "./host";
import { hardenImages } from "./images";
import { hardenPaths } from "./writable";
import { type Notes } from "./place";
import { type Plan } from "./plan";
import { podsIn } from "./pods";
import { hardenPorts } from "./ports";
import { hardenResources } from "./resources";
import { hardenRights } from "./rights";
import { hardenToken, type Account } from "./token";
import { hardenUsers } from "./users";
import { findWrongShapes } from "./wrong-shapes";
import { Problems } from "../../core/validation-error";

/** Hardens the pods of an object as plain data, in its place; answers what was changed and found. */
export function harden(data: unknown, plan: Plan, path: string, accounts: readonly Account[]): Notes {
  const notes: Notes = {
    changes: [],
    findings: [],
    accepted: [],
    used: new Set(),
    problems: new Problems(path),
  };
  for (const pod of podsIn(data, { plan, notes, path })) {
    findWrongShapes(pod);
    hardenHost(pod);
    hardenToken(pod, accounts);
    hardenUsers(pod);
    hardenRights(pod);
    hardenPorts(pod);
    hardenImages(pod);
    hardenEnvironment(pod);
    hardenPaths(pod);
    hardenResources(pod);
  }
  return notes;
}
