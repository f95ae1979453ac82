import { Token } from "cdktf";
import { type Construct } from "constructs";
import { shown } from "./shown";

/**
 * What a construct's path will be.
 *
 * Input is checked before the construct is made: one that was refused leaves no empty node behind that has its id.
 */
export function pathOf(scope: Construct, id: string): string {
  const last = Token.isUnresolved(id) ? `(${shown(id)})` : id;
  return scope.node.path === "" ? last : `${scope.node.path}/${last}`;
}
