import { type IConstruct } from "constructs";
import { Problems } from "./validation-error";

/** The value of an attribute of an imported construct; throws if it was not given. */
export function given<T>(scope: IConstruct, factory: string, name: string, value: T | undefined): T {
  if (value !== undefined) return value;
  const problems = new Problems(scope);
  problems.add(
    "ATTRIBUTE_MISSING",
    `${name} was not given to ${factory}`,
    `Give ${factory} the attribute ${name}`,
  );
  return problems.throwAll();
}
