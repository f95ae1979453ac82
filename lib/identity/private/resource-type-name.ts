import { Token } from "cdktf";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The resource type that includes all others. */
export const ALL_RESOURCES = "all-resources";

/** Whether a text can be the name of a resource type. */
export function isResourceType(name: string): boolean {
  return typeof name === "string" && !Token.isUnresolved(name) && NAME.test(name);
}
