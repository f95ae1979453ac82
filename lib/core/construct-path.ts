import { Token } from "cdktf";
import { type Construct } from "constructs";
import { shown } from "./shown";

/**
 * What a construct's path will be.
 *
 * Input is checked before the construct is made: one that was refused leaves no empty node behind that has its id.
 */
export function pathOf(scope: Construct | undefined, id: string): string {
  const path = scope?.node?.path ?? "";
  const last = typeof id !== "string" || Token.isUnresolved(id) ? `(${shown(id)})` : id;
  return path === "" ? last : `${path}/${last}`;
}
