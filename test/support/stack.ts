import { type App, TerraformStack, Testing } from "cdktf";
import { type ErrorCode } from "../../lib/core/error-codes";
import { ValidationError, type Problem } from "../../lib/core/validation-error";
import { OciProvider } from "../../lib/oci/provider";

export const COMPARTMENT = "ocid1.compartment.oc1..test";

/** A stack of an app that writes no files. */
export function newStack(id = "stack", app: App = Testing.app()): TerraformStack {
  const stack = new TerraformStack(app, id);
  new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  return stack;
}

/** The Terraform JSON of a stack. */
export function synthesized(stack: TerraformStack): any {
  return JSON.parse(Testing.synth(stack, false));
}

/** The resources of one type, by their logical ids. */
export function resourcesOf(stack: TerraformStack, type: string): { [id: string]: any } {
  return synthesized(stack).resource?.[type] ?? {};
}

/** The only resource of a type. */
export function onlyResource(stack: TerraformStack, type: string): any {
  const all = Object.values(resourcesOf(stack, type));
  expect(all).toHaveLength(1);
  return all[0];
}

/** The problems of the ValidationError that a call throws. */
export function validationProblemsOf(call: () => unknown): readonly Problem[] {
  try {
    call();
  } catch (error) {
    if (ValidationError.isValidationError(error)) return error.problems;
    throw error;
  }
  throw new Error("The call threw no error");
}

/** The codes of these problems, in order. */
export function problemCodesOf(call: () => unknown): ErrorCode[] {
  return validationProblemsOf(call).map((problem) => problem.code);
}
