import { type IResolveContext } from "cdktf";
import { describe } from "./check-objects";
import { referencePlaces } from "./reference-places";
import { refuseLate, wrongValuesIn } from "../core/late-values";
import { type Problems } from "../core/validation-error";

// A field whose whole value is undefined is left out, as cdk8s does with its own.
const PROMISED = { part: "text", text: "optional text", value: "any" } as const;

/** Adds a problem for each `Lazy` or token of cdktf in an object that turns out to be `null`, or a list in the place of text. */
export function checkLateValues(problems: Problems, object: unknown, context: IResolveContext): void {
  for (const { field, token, in: place } of referencePlaces(object)) {
    for (const wrong of wrongValuesIn(token, context.scope, field, PROMISED[place])) {
      refuseLate(problems, `${wrong.field} of ${describe(object).replace("The", "the")}`, wrong.what);
    }
  }
}
