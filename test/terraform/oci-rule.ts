import { type Values } from "./terraform-values";
import { type Account } from "./account";

/** The error that OCI returns for an invalid resource. */
export interface Rejection {
  readonly summary: string;
  readonly detail: string;
}

/** A resource that is being planned or applied. */
export interface Candidate {
  readonly type: string;
  readonly values: Values;
  readonly account: Account;
}

/** Returns the reasons why OCI rejects a resource. */
export type Rule = (candidate: Candidate) => Rejection[];

export function rejection(summary: string, detail: string): Rejection {
  return { summary, detail };
}

export function invalid(detail: string): Rejection {
  return rejection("400-InvalidParameter", detail);
}
