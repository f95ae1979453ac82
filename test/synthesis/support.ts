import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ApiObject, App as KubernetesApp, Chart } from "cdk8s";
import { App, TerraformStack } from "cdktf";
import { CoreVcn } from "../../lib/oci/core-vcn";
import { OciProvider } from "../../lib/oci/provider";

/** A stack with something to refer to, and a chart of an app of its own. */
export interface Program {
  readonly app: App;
  readonly stack: TerraformStack;
  readonly vcn: CoreVcn;
  readonly kubernetes: KubernetesApp;
  readonly chart: Chart;
}

/** What a program wrote. */
export interface Written {
  /** The manifests of an output, with Terraform's expressions in them. */
  manifests(id?: string, stack?: string): string;
  preview(id?: string, stack?: string): string;
  readonly files: readonly string[];
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-manifests-"));
let programs = 0;

afterAll(() => fs.rmSync(folder, { recursive: true }));

export function newProgram(): Program {
  const outdir = path.join(folder, `${programs++}`);
  const app = new App({ outdir });
  const kubernetes = new KubernetesApp({ outdir: path.join(outdir, "dist") });
  return { app, kubernetes, chart: new Chart(kubernetes, "chart"), ...newStack(app, "stack") };
}

export function newStack(app: App, id: string): { stack: TerraformStack; vcn: CoreVcn } {
  const stack = new TerraformStack(app, id);
  new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const vcn = new CoreVcn(stack, "vcn", {
    compartmentId: "c",
    cidrBlocks: ["10.0.0.0/16"],
    displayName: "n",
  });
  return { stack, vcn };
}

export function configMap(chart: Chart, name: string, content: object): ApiObject {
  return new ApiObject(chart, name, { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...content });
}

export function write({ app }: Program): Written {
  app.synth();
  const read = (file: string) => fs.readFileSync(path.join(app.outdir, file), "utf8");
  return {
    files: fs.readdirSync(app.outdir, { recursive: true, encoding: "utf8" }).sort(),
    manifests: (id = "shop", stack = "stack") =>
      JSON.parse(read(`stacks/${stack}/cdk.tf.json`)).output[`${id}_manifests`].value,
    preview: (id = "shop", stack = "stack") => read(`manifests/${stack}/${id}.yaml`),
  };
}
