import * as fs from "node:fs";
import * as path from "node:path";
import { type Chart } from "cdk8s";
import {
  DefaultTokenResolver,
  Lazy,
  StringConcat,
  TerraformOutput,
  TerraformStack,
  Tokenization,
  type IResolvable,
  type ISynthesisSession,
} from "cdktf";
import { Construct } from "constructs";
import { holdsMisplacedReference, objectsOf } from "./chart-objects";
import { previewYaml, terraformYaml } from "./render";
import { guardStaticSynthesis } from "./static-synthesis";
import { Problems } from "../core/validation-error";

const ID = /^[A-Za-z][A-Za-z0-9_-]*$/;
const added = new WeakMap<Chart, string>();

/**
 * An output of a stack that holds the objects of a chart as YAML.
 *
 * The chart is read when the stack is synthesized, so what is added to it later, and patches of its objects, are there.
 */
export class ChartOutput extends Construct {
  private readonly stack: TerraformStack;

  /** @param name the output is `<name>_manifests`. */
  constructor(
    scope: Construct,
    private readonly name: string,
    private readonly chart: Chart,
  ) {
    const stack = TerraformStack.of(scope);
    checkOutput(scope, stack, name, chart);
    super(scope, `Manifests-${name}`);
    this.stack = stack;
    added.set(chart, this.node.path);
    guardStaticSynthesis(chart);
    const output = new TerraformOutput(this, "Resource", {
      description: `Kubernetes objects of the chart ${chart.node.path || chart.node.id}`,
      value: Lazy.anyValue({
        // Resolved here and not left to cdktf: it would read a literal ${ of a manifest as the start of an expression.
        produce: (context) => terraformYaml(this.objects(), (ref) => context.resolve(ref) as string),
      }),
    });
    output.overrideLogicalId(outputName(name));
    this.writePreviewAtSynthesis();
  }

  private objects(): unknown[] {
    const objects = objectsOf(this.chart);
    const problems = new Problems(this);
    for (const object of objects) checkObject(problems, object);
    problems.throwIfAny();
    return objects;
  }

  private resolve(reference: IResolvable | string): string {
    const resolver = new DefaultTokenResolver(new StringConcat());
    return Tokenization.resolve(reference, { scope: this, resolver, preparing: false }) as string;
  }

  /** Synthesizers are the one hook that cdktf offers for files beside the stack. */
  private writePreviewAtSynthesis(): void {
    const inner = this.stack.synthesizer;
    this.stack.synthesizer = {
      synthesize: (session: ISynthesisSession) => {
        inner.synthesize(session);
        const folder = path.join(session.outdir, "manifests", this.stack.node.id);
        const yaml = previewYaml(this.objects(), (ref) => this.resolve(ref));
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(path.join(folder, `${this.name}.yaml`), yaml);
      },
    };
  }
}

function outputName(name: string): string {
  return `${name}_manifests`;
}

function checkOutput(scope: Construct, stack: TerraformStack, name: string, chart: Chart): void {
  const problems = new Problems(scope);
  if (!ID.test(name)) {
    problems.add(
      "NAME_INVALID",
      `${JSON.stringify(name)} can't name an output of Terraform`,
      "Begin with a letter and use letters, digits, _ and - only",
    );
  }
  const taken = stack.node
    .findAll()
    .find((other) => other instanceof ChartOutput && other.node.id === `Manifests-${name}`);
  if (taken) {
    problems.add(
      "NAME_DUPLICATE",
      `The stack has an output ${outputName(name)} already, made by ${taken.node.path}`,
      "Give each chart of a stack an id of its own",
    );
  }
  const before = added.get(chart);
  if (before !== undefined) {
    problems.add(
      "MANIFEST_DUPLICATE",
      `The chart ${chart.node.path} was added before, as ${before}`,
      "Add a chart once; make a second chart for a second cluster",
    );
  }
  problems.throwIfAny();
}

interface KubernetesObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly data?: object;
  readonly stringData?: object;
}

function checkObject(problems: Problems, object: unknown): void {
  const { kind, metadata, data, stringData } = object as KubernetesObject;
  const keys = Object.keys({ ...data, ...stringData });
  if (kind === "Secret" && keys.length > 0) {
    problems.add(
      "MANIFEST_SECRET",
      `The Secret ${metadata?.name ?? "without a name"} has the keys ${keys.join(", ")}`,
      "Keep the value in OCI Vault and let the cluster read it (Secrets Store CSI driver or External Secrets)",
    );
  }
  if (holdsMisplacedReference(object)) {
    problems.add(
      "MANIFEST_REFERENCES",
      `${kind} ${metadata?.name} has a reference to a Terraform value as the key of a map, ` +
        "or a reference to a list or a map as a part of something",
      "Use references as values only; join a list into text with Fn.join, and put lists together with Fn.concat",
    );
  }
}
