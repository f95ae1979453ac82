import { Token } from "cdktf";
import { shown } from "./display-value";
import { type Problems } from "./validation-error";

const EPOCH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Adds a problem for an epoch that can't be a key of `for_each`; Terraform must know all of them while it plans. */
export function checkEpoch(problems: Problems, name: string, epoch: unknown): void {
  if (typeof epoch === "string" && !Token.isUnresolved(epoch) && EPOCH.test(epoch)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(epoch)}`,
    'Write 1 to 64 letters, digits, periods, underscores and dashes, such as "2026-11", as a literal',
  );
}
