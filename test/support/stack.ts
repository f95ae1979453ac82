import { type App, TerraformStack, Testing } from "cdktf";
import { type ErrorCode } from "../../lib/core/error-codes";
import { ValidationError, type Problem } from "../../lib/core/validation-error";
import { OciProvider } from "../../lib/oci/provider";

export const COMPARTMENT = "ocid1.compartment.oc1..test";

/** A stack of an app that writes nowhere. */
export function newStack(id = "stack", app: App = Testing.app()): TerraformStack {
  const stack = new TerraformStack(app, id);
  new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  return stack;
}

/** What Terraform would read. */
export function synthesized(stack: TerraformStack): any {
  return JSON.parse(Testing.synth(stack, false));
}

/** The resources of one type, by their logical ids. */
export function resourcesOf(stack: TerraformStack, type: string): { [id: string]: any } {
  return synthesized(stack).resource?.[type] ?? {};
}

/** The one resource of a type. */
export function onlyResource(stack: TerraformStack, type: string): any {
  const all = Object.values(resourcesOf(stack, type));
  expect(all).toHaveLength(1);
  return all[0];
}

/** The problems that a call is refused with. */
export function refusal(call: () => unknown): readonly Problem[] {
  try {
    call();
  } catch (error) {
    if (ValidationError.isValidationError(error)) return error.problems;
    throw error;
  }
  throw new Error("Nothing was refused");
}

/** The codes that a call is refused with, in order. */
export function refusedCodes(call: () => unknown): ErrorCode[] {
  return refusal(call).map((problem) => problem.code);
}
