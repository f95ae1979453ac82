import { TerraformVariable } from "cdktf";
import { changedDates, notTexts } from "../../lib/synthesis/check-included";
import { newStack } from "../support/stack";

const pod = (spec: object, container: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: { containers: [{ name: "web", image: "a/b:1", ...container }], ...spec },
});
const fields = (object: object) => notTexts(object).map(({ field }) => field);
const affinity = (values: unknown[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "tier", operator: "In", values }] }],
    },
  },
});

describe("a number or a boolean is found where Kubernetes takes text only:", () => {
  test.each<[string, object, string]>([
    [
      "the command of a probe",
      pod({}, { livenessProbe: { exec: { command: ["check", 10] } } }),
      "spec.containers[web].livenessProbe.exec.command[1]",
    ],
    [
      "a header of a probe",
      pod({}, { startupProbe: { httpGet: { port: 8080, httpHeaders: [{ name: "X-Probe", value: true }] } } }),
      "spec.containers[web].startupProbe.httpGet.httpHeaders[X-Probe]",
    ],
    [
      "the command of a hook",
      pod({}, { lifecycle: { preStop: { exec: { command: ["sleep", 5] } } } }),
      "spec.containers[web].lifecycle.preStop.exec.command[1]",
    ],
    ["a toleration", pod({ tolerations: [{ key: "gpu", value: true }] }), "spec.tolerations[0].value"],
    [
      "an affinity",
      pod({ affinity: affinity(["a", 1]) }),
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[1]",
    ],
    [
      "a parameter of a class of volumes",
      { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", parameters: { vpusPerGB: 10 } },
      "parameters.vpusPerGB",
    ],
  ])("%s", (_, object, field) => {
    expect(fields(object)).toEqual([field]);
  });

  test("and not where numbers belong, nor where a reference to a Terraform value stands", () => {
    const { numberValue } = new TerraformVariable(newStack(), "seconds", {});
    const probe = {
      initialDelaySeconds: 5,
      httpGet: { port: 8080 },
      exec: { command: ["check", numberValue] },
    };
    const spec = { tolerations: [{ key: "gpu", tolerationSeconds: 30 }], affinity: affinity(["1"]) };
    expect(fields(pod(spec, { readinessProbe: probe }))).toEqual([]);
  });
});

describe("dates that a reader of YAML changed are found", () => {
  const AT = "2024-05-06T00:00:00.000Z";

  test("in every object, also as a default of a definition", () => {
    expect(changedDates({ kind: "ConfigMap", data: { at: AT } })).toEqual([{ field: "data.at", value: AT }]);
    expect(changedDates({ kind: "CustomResourceDefinition", spec: { default: AT } })).toHaveLength(1);
  });

  test("and not in the examples of a definition", () => {
    const spec = { properties: { at: { example: AT, description: AT, examples: [{ on: AT }] } } };
    expect(changedDates({ kind: "CustomResourceDefinition", spec })).toEqual([]);
    expect(changedDates({ kind: "Report", spec })).toHaveLength(3);
  });
});
