import { type IResolveContext } from "cdktf";
import { describe } from "./check-objects";
import { referencePlaces } from "./reference-places";
import { refuseLate, wrongValuesIn } from "../core/late-values";
import { type Problems } from "../core/validation-error";

/** Adds a problem for each `Lazy` or token of cdktf in an object that turns out to be `null`, or a list in the place of text. */
export function checkLateValues(problems: Problems, object: unknown, context: IResolveContext): void {
  for (const { field, token, isText } of referencePlaces(object)) {
    for (const wrong of wrongValuesIn(token, context.scope, field, isText ? "text" : "any")) {
      refuseLate(problems, `${wrong.field} of ${describe(object).replace("The", "the")}`, wrong.what);
    }
  }
}
