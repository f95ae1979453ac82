import { TerraformVariable } from "cdktf";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { SecretFiles } from "../../lib/workload/pods/mounted-files";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { newStack } from "../support/stack";
import { IMAGE, newChart, validationProblemsOf } from "./support";

const stack = newStack();
const text = new TerraformVariable(stack, "text", {}).stringValue;
const number = new TerraformVariable(stack, "number", {}).numberValue;
const range = { request: text, limit: text };

describe("an unsupported reference to a Terraform value", () => {
  test.each<[string, () => unknown]>([
    ["labels", () => new HardenedDeployment(newChart(), "web", { image: IMAGE, labels: { a: text } })],
    [
      "the key of a label",
      () => new SecureNamespace(newChart(), "n", { name: "n", labels: { [text]: text } }),
    ],
    [
      "quantities",
      () => new HardenedDeployment(newChart(), "web", { image: IMAGE, resources: { memory: range } }),
    ],
    ["the name of a namespace", () => new SecureNamespace(newChart(), "namespace", { name: text })],
    [
      "the quota of a namespace",
      () => new SecureNamespace(newChart(), "n", { name: "n", quota: { pods: number } }),
    ],
    ["the name of a Secret", () => SecretFiles.fromSecret("/run/secrets/db", text)],
    ["the key of a Secret", () => SecretFiles.fromSecret("/run/secrets/db", "db", { keys: [text] })],
    ["an id", () => new HardenedDeployment(newChart(), text, { image: IMAGE })],
    ["the id of a chart", () => new ChartOutput(stack, text, newChart())],
    ["an image", () => ContainerImage.of(text)],
    ["the port of a probe", () => HealthProbe.fromHttpGet("/healthz", number)],
    ["the threshold of a probe", () => HealthProbe.fromTcpSocket(8080, { failureThreshold: number })],
  ])("is reported as a reference and not by its placeholder: %s", (_, make) => {
    const problems = validationProblemsOf(make);
    const all = problems.map(({ path, what, fix }) => `${path} ${what} ${fix}`).join("\n");
    expect(all).toMatch("a reference to a Terraform value");
    expect(all).not.toMatch(/TfToken|e\+\d{3}/);
  });
});

test("invalid options of a probe are reported with their type", () => {
  expect(validationProblemsOf(() => HealthProbe.fromTcpSocket(8080, "x" as never))).toMatchObject([
    { code: "VALUE_INVALID", property: "options" },
  ]);
});
