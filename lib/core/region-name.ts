import { Token } from "cdktf";
import { shown } from "./display-value";
import { type Problems } from "./validation-error";

const REGION = /^[a-z]{2,3}-[a-z]+-\d+$/;

/** Adds a problem where a text is not the name of a region, such as `eu-frankfurt-1`; a reference passes. */
export function checkRegionName(problems: Problems, name: string, region: unknown): void {
  if (typeof region === "string" && (Token.isUnresolved(region) || REGION.test(region))) return;
  problems.add(
    "VALUE_INVALID",
    `${name} is ${shown(region)}`,
    "Give the name of a region, for example eu-frankfurt-1",
  );
}
