import { type Values } from "./cty";
import { type World } from "./world";

export interface Refusal {
  readonly summary: string;
  readonly detail: string;
}

/** A resource about to be planned or applied. */
export interface Candidate {
  readonly type: string;
  readonly values: Values;
  readonly world: World;
}

export type Rule = (candidate: Candidate) => Refusal[];

export function refusal(summary: string, detail: string): Refusal {
  return { summary, detail };
}

export function invalid(detail: string): Refusal {
  return refusal("400-InvalidParameter", detail);
}
