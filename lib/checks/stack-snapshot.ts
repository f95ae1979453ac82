import * as path from "node:path";
import { TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { parseManifests } from "./reachability/private/manifest-model";
import { type Json } from "./reachability/private/terraform-model";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { any, checkedBy, readArgument } from "../core/readers";
import { ChartOutput } from "../synthesis/chart-output";
import { byKey } from "../core/stable-order";

const STACK = checkedBy(any<TerraformStack>(), (problems, name, stack) => {
  if (Construct.isConstruct(stack) && TerraformStack.isStack(stack)) return;
  problems.add("VALUE_INVALID", `${name} is ${shown(stack)}`, "Give a TerraformStack");
});

/**
 * A synthesized stack for snapshot tests: `expect(StackSnapshot.of(stack)).toMatchSnapshot()`.
 *
 * `Testing.synth(stack)` of cdktf shows the manifests of charts as one long string; here, each Kubernetes
 * object is plain data under its kind and name, so that a test diff shows the changed field.
 * Machine-dependent values are left out.
 */
@checked
export class StackSnapshot {
  /**
   * Synthesizes a stack like `Testing.synth`, without writing files.
   *
   * @param stack the stack, with all charts added
   */
  public static of(stack: TerraformStack): StackSnapshot {
    readArgument("StackSnapshot.of", "stack", stack, STACK);
    const terraform = JSON.parse(Testing.synth(stack, true)) as Json;
    const charts = stack.node
      .findAll()
      .filter((construct): construct is ChartOutput => construct instanceof ChartOutput);
    const isManifests = (output: string) => charts.some(({ name }) => output === `${name}_manifests`);
    const outputs = Object.entries(terraform.output ?? {}).filter(([name]) => !isManifests(name));
    if (outputs.length > 0) terraform.output = Object.fromEntries(outputs);
    else delete terraform.output;
    removeLocalState(terraform);
    const manifests = charts.map(({ name, text }) => [name, byName(parseManifests([text]))] as const);
    return new StackSnapshot(terraform, Object.fromEntries(manifests.sort(byKey)));
  }

  private constructor(
    /** The Terraform configuration as plain data, without the outputs that contain the manifests. */
    public readonly terraform: any, // eslint-disable-line @typescript-eslint/no-explicit-any
    /**
     * The Kubernetes objects of each chart that was added to a cluster of the stack, by the name of the
     * chart's output and then by kind and name, such as `manifests.shop["Deployment shop/web"]`. References
     * appear as Terraform addresses.
     */
    public readonly manifests: { [chart: string]: any }, // eslint-disable-line @typescript-eslint/no-explicit-any
  ) {}
}

/** Removes the local state: cdktf keeps the state of a stack without a backend in the working directory. */
function removeLocalState(terraform: Json): void {
  const state: unknown = terraform.terraform?.backend?.local?.path;
  if (typeof state === "string" && path.isAbsolute(state)) delete terraform.terraform.backend;
}

/** Objects by their kubectl name; the API group distinguishes equal kinds. */
function byName(objects: readonly Json[]): { [name: string]: Json } {
  const named: { [name: string]: Json } = {};
  for (const object of objects) {
    const { namespace, name, generateName } = object.metadata ?? {};
    const short =
      `${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${name ?? generateName ?? ""}`.trim();
    named[short in named ? `${short} of ${object.apiVersion}` : short] = object;
  }
  return named;
}
