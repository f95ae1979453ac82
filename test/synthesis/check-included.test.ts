import * as fs from "node:fs";
import * as path from "node:path";
import { ApiObject, App, Chart, Include, Yaml } from "cdk8s";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { validationProblemsOf } from "../support/stack";

function written(make: (chart: Chart) => unknown): {
  readonly stack: TerraformStack;
  readonly write: () => any;
} {
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  make(chart);
  const stack = new TerraformStack(Testing.app(), "stack");
  new ChartOutput(stack, "shop", chart);
  return { stack, write: () => JSON.parse(Testing.synth(stack)) };
}

const including = (yaml: string) => (chart: Chart) => {
  const file = Yaml.tmp([]);
  fs.writeFileSync(file, yaml);
  new Include(chart, "included", { url: file });
  fs.rmSync(path.dirname(file), { recursive: true });
};
const object = (props: any) => (chart: Chart) => new ApiObject(chart, "object", props);
const pod = (container: object, rest: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: { containers: [{ name: "web", image: "a/b:1", ...container }], ...rest },
});
const config = (rest: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "files" },
  ...rest,
});
const refused = (make: (chart: Chart) => unknown) =>
  validationProblemsOf(written(make).write).map(({ code, what }) => `${code} ${what}`);

const RELAY = `
apiVersion: v1
kind: Pod
metadata: { name: relay, annotations: { released: 2024-05-06 } }
spec:
  containers:
    - { name: relay, image: "a/b:1", args: [--publish, 22:22], env: [{ name: AT, value: 12:30:45 }] }
`;

describe("numbers and booleans where Kubernetes takes text only", () => {
  test("are refused, each with its field and the quotes that are missing", () => {
    expect(refused(including(RELAY))).toEqual([
      "MANIFEST_TYPE spec.containers[relay].args[1] of the Pod relay is 1342, where Kubernetes takes text only",
      "MANIFEST_TYPE spec.containers[relay].env[AT] of the Pod relay is 45045, where Kubernetes takes text only",
    ]);
    const [problem] = validationProblemsOf(written(including(RELAY)).write);
    expect(problem!.fix).toContain("quotes");
  });

  test.each<[string, any, string]>([
    ["a command", pod({ command: ["sleep", 5] }), "spec.containers[web].command[1]"],
    [
      "an argument of an init container",
      pod({}, { initContainers: [{ name: "a", args: [true] }] }),
      "spec.initContainers[a].args[0]",
    ],
    [
      "a label",
      { ...pod({}), metadata: { name: "web", labels: { version: 1.1 } } },
      "metadata.labels.version",
    ],
    ["a selector of nodes", pod({}, { nodeSelector: { gpu: true } }), "spec.nodeSelector.gpu"],
    ["a file", config({ data: { port: 8080 } }), "data.port"],
    [
      "a label of a template",
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: { template: { metadata: { labels: { app: 1 } }, spec: { containers: [] } } },
      },
      "spec.template.metadata.labels.app",
    ],
    [
      "a schedule",
      { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "web" }, spec: { schedule: 5 } },
      "spec.schedule",
    ],
    [
      "a selector of a Service",
      { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { track: 2 } } },
      "spec.selector.track",
    ],
  ])("are found in %s", (_, props, field) => {
    expect(refused(object(props))).toEqual([
      expect.stringContaining(`MANIFEST_TYPE ${field} of the ${props.kind}`),
    ]);
  });

  test("are found in a List too", () => {
    const list = { apiVersion: "v1", kind: "List", metadata: { name: "all" }, items: [pod({ args: [1] })] };
    expect(refused(object(list))).toHaveLength(1);
  });

  test("may stand where numbers may, and where nothing is known of the kind", () => {
    const port = pod(
      { ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } } },
      { priority: 5 },
    );
    const custom = {
      apiVersion: "acme.example/v1",
      kind: "Deployment",
      metadata: { name: "a" },
      spec: { template: { spec: { containers: [{ args: [1] }] } } },
    };
    for (const props of [port, custom, pod({ args: [null], env: [{ name: "A", value: null }] })])
      expect(() => written(object(props)).write()).not.toThrow();
  });

  test("may be references to Terraform values", () => {
    const { stack, write } = written((chart) => chart);
    const variable = new TerraformVariable(stack, "port", { type: "number" });
    const chart = new Chart(new App(), "other");
    new ApiObject(chart, "object", pod({ args: ["--port", variable.numberValue] }));
    new ChartOutput(stack, "other", chart);
    expect(write).not.toThrow();
  });
});

describe("dates", () => {
  const DATED =
    "apiVersion: v1\nkind: Service\nmetadata: { name: web, annotations: { released: 2024-05-06 } }\n";
  const messagesOf = (make: (chart: Chart) => unknown) => {
    const { stack, write } = written(make);
    write();
    write();
    return stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .map(({ data }) => String(data));
  };

  test("without quotes are a warning of the stack, once, where they were read from YAML", () => {
    const messages = messagesOf(including(DATED)).filter((one) => one.includes("2024-05-06T00:00:00.000Z"));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain("metadata.annotations.released of the Service web");
  });

  test("that a program wrote are none", () => {
    const annotations = { released: "2024-05-06T00:00:00.000Z" };
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web", annotations } };
    expect(messagesOf(object(service)).join()).not.toContain("quotes");
  });
});

describe("sizes", () => {
  const MEBIBYTE = 1024 * 1024;

  test("of a ConfigMap are its data and what its binary data is without base64", () => {
    const just = config({ data: { a: "x".repeat(MEBIBYTE) } });
    expect(() => written(object(just)).write()).not.toThrow();
    expect(refused(object(config({ data: { a: "x".repeat(MEBIBYTE), b: "y" } })))).toEqual([
      `CONFIG_TOO_LARGE The data of the ConfigMap files has ${MEBIBYTE + 1} bytes, and a ConfigMap holds ${MEBIBYTE}`,
    ]);
    const binaryData = { a: Buffer.alloc(MEBIBYTE + 3).toString("base64") };
    expect(refused(object(config({ binaryData })))).toHaveLength(1);
    const fits = { a: Buffer.alloc(MEBIBYTE - 3).toString("base64") };
    expect(() => written(object(config({ binaryData: fits }))).write()).not.toThrow();
  });

  test("of annotations are those of an object together", () => {
    const annotations = { a: "x".repeat(150_000), b: "x".repeat(150_000) };
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web", annotations } };
    expect(refused(object(service))).toEqual([
      "LABEL_INVALID The annotations of the Service web have 300002 bytes",
    ]);
  });
});
