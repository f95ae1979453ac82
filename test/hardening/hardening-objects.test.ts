import { ApiObject, App, Chart, Include, Testing, Yaml } from "cdk8s";
import { TerraformStack, Testing as TerraformTesting, TerraformVariable } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { HardeningConflict } from "../../lib/hardening/conflict";
import { CONFLICTS } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { validationProblemsOf } from "../support/stack";
import { OBJECT_CASES } from "../guardrails/object-cases";
import { bare } from "./hardening-cases";
import { CONFLICT_OF_RULE, hook, OBJECT_CONFLICT_CASES } from "./hardening-object-cases";
import { loadBalancer, service, workload } from "../guardrails/support";

const reason = "The test says so";
jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);

function chartWith(...objects: any[]): Chart {
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  objects.forEach((object, index) => new ApiObject(chart, `object-${index}`, object));
  return chart;
}

function includeOf(yaml: string): Chart {
  const file = Yaml.tmp([]);
  fs.writeFileSync(file, yaml);
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  new Include(chart, "included", { url: file });
  fs.rmSync(path.dirname(file), { recursive: true });
  return chart;
}

const found = (chart: Chart, options?: HardeningOptions) =>
  Hardening.of(chart, options)
    .apply()
    .findings.map(({ conflict }) => conflict);
const write = (chart: Chart) => {
  const stack = new TerraformStack(TerraformTesting.app(), "stack");
  new ChartOutput(stack, "shop", chart);
  return () => TerraformTesting.synth(stack);
};

describe.each(Object.entries(CONFLICT_OF_RULE))("an object that the guardrail %s", (rule, conflict) => {
  const { pass, deny } = OBJECT_CASES[rule]!;

  test.each(Object.entries(deny))(`rejects is the finding ${conflict}: %s`, (_, object) => {
    expect(found(chartWith(object))).toContain(conflict);
    const [finding] = Hardening.of(chartWith(object))
      .apply()
      .findings.filter((entry) => entry.conflict === (conflict as HardeningConflict));
    expect(finding).toMatchObject({ rule, object: `${object.kind}/${object.metadata.name}` });
  });

  // Somebody else's choice of everyone is found, though the guardrail lets it pass.
  const kept = Object.entries(pass).filter(([what]) => what !== "a public one for everyone");
  test.each(kept)("accepts is not a finding: %s", (_, object) => {
    expect(found(chartWith(object))).not.toContain(conflict);
  });
});

describe.each(Object.entries(OBJECT_CONFLICT_CASES))("%s", (conflict, cases) => {
  test.each(Object.entries(cases))("is accepted with a reason: %s", (_, object) => {
    const conflicts = [conflict as HardeningConflict];
    const report = Hardening.of(chartWith(object), { accept: [{ conflicts, reason }] }).apply();
    expect(report.findings.map((entry) => entry.conflict)).not.toContain(conflict);
    expect(report.accepted).toContainEqual(
      expect.objectContaining({ conflict, reason, ...CONFLICTS[conflict as HardeningConflict] }),
    );
  });
});

describe("an override", () => {
  const after = (object: any, conflict: HardeningConflict): any => {
    const chart = chartWith(object);
    Hardening.of(chart, { override: [{ conflicts: [conflict], reason }] }).apply();
    return Testing.synth(chart)[0];
  };

  test("removes external addresses", () => {
    const { spec } = after(service({ externalIPs: ["203.0.113.9"] }), HardeningConflict.EXTERNAL_IP);
    expect(spec).not.toHaveProperty("externalIPs");
  });

  test("converts a NodePort Service to ClusterIP, without the fields of node ports", () => {
    const ports = [{ port: 443, nodePort: 30443 }];
    const given = service({ type: "NodePort", externalTrafficPolicy: "Local", ports });
    expect(after(given, HardeningConflict.NODE_PORT).spec).toEqual({
      selector: { app: "web" },
      type: "ClusterIP",
      ports: [{ port: 443 }],
    });
  });
});

test("ranges and modes that are references to Terraform values cause no finding", () => {
  const stack = new TerraformStack(TerraformTesting.app(), "stack");
  const range = new TerraformVariable(stack, "range", {});
  const internal = { "service.beta.kubernetes.io/oci-load-balancer-internal": "true" };
  expect(found(chartWith(loadBalancer([range.stringValue], internal, range.stringValue)))).toEqual([]);
  expect(found(chartWith(loadBalancer(range.listValue, internal)))).toEqual([]);
});

describe("Helm hooks", () => {
  const HELM_HOOK = [HardeningConflict.HELM_HOOK];
  const names = (chart: Chart) => Testing.synth(chart).map(({ metadata }) => metadata.name);
  const accept = [{ conflicts: HELM_HOOK, reason }];

  test("are left out by an override, including later ones and those in a List", () => {
    const chart = chartWith(hook("pre-delete"), service({}));
    const list = { apiVersion: "v1", kind: "List", items: [hook("test", "Pod", "a"), service({})] };
    new ApiObject(chart, "list", { ...list, metadata: { name: "list" } });
    const report = Hardening.of(chart, { override: [{ conflicts: HELM_HOOK, reason }] }).apply();
    expect(report.changes.filter((entry) => entry.reason).map((entry) => entry.object)).toEqual([
      "Job/uninstall",
      "Pod/a",
    ]);
    new ApiObject(chart, "late", hook("test", "Pod", "late"));
    const written: any[] = Testing.synth(chart);
    expect(written.map(({ kind }) => kind)).toEqual(["Service", "List"]);
    expect(written[1].items.map(({ kind }: any) => kind)).toEqual(["Service"]);
  });

  test("of every kind are rejected in a stack", () => {
    for (const hooks of ["pre-delete", "test", "post-install", "pre-upgrade,pre-install"]) {
      const [problem] = validationProblemsOf(write(chartWith(hook(hooks))));
      expect(problem).toMatchObject({ code: "MANIFEST_HOOK", path: "shop/object-0" });
      expect(problem!.what).toContain("Job uninstall");
    }
  });

  test("of an installation are written if they are accepted; those of a removal or a test never", () => {
    const install = chartWith(hook("post-install"));
    Hardening.of(install, { accept }).apply();
    expect(write(install)).not.toThrow();
    const remove = chartWith(hook("pre-delete"));
    Hardening.of(remove, { accept }).apply();
    expect(validationProblemsOf(write(remove)).map(({ code }) => code)).toContain("MANIFEST_HOOK");
  });

  test("that are left out can be written", () => {
    const chart = chartWith(hook("pre-delete"), service({}));
    Hardening.of(chart, { override: [{ conflicts: HELM_HOOK, reason }] }).apply();
    expect(write(chart)).not.toThrow();
    expect(names(chart)).toEqual(["web"]);
  });

  test("do not include crd-install, with which Helm 2 installed definitions", () => {
    expect(found(chartWith(hook("crd-install")))).not.toContain("helm-hook");
  });
});

describe("a value that the YAML parser changed", () => {
  const POD = `
apiVersion: v1
kind: Pod
metadata:
  name: relay
  annotations: { released: 2024-05-06 }
spec:
  containers:
    - name: relay
      image: docker.io/acme/relay:1
      args: [--publish, 22:22]
      env: [{ name: STARTS_AT, value: 12:30:45 }]
`;

  test("is a finding with its field and the missing quotes", () => {
    const findings = Hardening.of(includeOf(POD)).apply().findings;
    const changed = findings.filter(({ conflict }) => conflict === HardeningConflict.UNREADABLE);
    expect(changed.map(({ field, value }) => [field, value])).toEqual([
      ["spec.containers[relay].args[1]", "1342"],
      ["spec.containers[relay].env[STARTS_AT]", "45045"],
      ["metadata.annotations.released", '"2024-05-06T00:00:00.000Z"'],
    ]);
    for (const { fix } of changed) expect(fix).toContain("Quote the value");
  });

  test("does not include dates in strings of a program or in metadata of Kubernetes", () => {
    const date = "2024-05-06T00:00:00.000Z";
    expect(found(chartWith(workload("Pod", "shop", bare({}, { args: [date] }))))).toEqual([]);
    const config = "apiVersion: v1\nkind: Service\nmetadata: {name: a, creationTimestamp: 2024-05-06}\n";
    expect(found(includeOf(config))).toEqual([]);
  });
});

describe("arguments", () => {
  const withArgs = (...args: unknown[]) => workload("Pod", "shop", bare({}, { args }));

  test("that are a number are one finding, and the rest of the pod is hardened", () => {
    const { findings, changes } = Hardening.of(chartWith(withArgs("--port", 8080))).apply();
    expect(findings).toMatchObject([{ conflict: "unreadable", field: "spec.containers[web].args[1]" }]);
    expect(changes.length).toBeGreaterThan(10);
  });

  test("that are null are neither unreadable nor a credential", () => {
    expect(found(chartWith(withArgs(null, "--password", null)))).toEqual([]);
  });

  test("that end in a reference to a Terraform value are neither of both", () => {
    const stack = new TerraformStack(TerraformTesting.app(), "stack");
    const { stringValue, numberValue } = new TerraformVariable(stack, "password", {});
    const args = [`--password=${stringValue}`, "--password", stringValue, numberValue];
    expect(found(chartWith(withArgs(...args)))).toEqual([]);
  });

  test("with a credential and a number are two findings", () => {
    expect(found(chartWith(withArgs(8080, "--password=hunter22")))).toEqual([
      "unreadable",
      "credential-literal",
    ]);
  });
});

describe("kinds", () => {
  const spec = {
    hostNetwork: true,
    containers: [{ name: "a", image: `a@${"x"}`, securityContext: { privileged: true } }],
  };

  test("with items that are not lists are checked as objects", () => {
    const { metadata, ...rest } = workload("Deployment", "shop", { metadata: { labels: {} }, spec } as any);
    const conflicts = found(chartWith({ ...rest, metadata, items: [] }));
    expect(conflicts).toEqual(expect.arrayContaining(["host-namespace", "privileged"]));
  });

  test("that end in List and have pods but no items are found", () => {
    const template = { metadata: { labels: {} }, spec };
    const object = {
      apiVersion: "acme.example/v1",
      kind: "WorkerList",
      metadata: { name: "a" },
      spec: { template },
    };
    expect(found(chartWith(object))).toEqual(["unreadable"]);
  });
});

describe("pods of custom resources", () => {
  const custom = (apiVersion: string, kind: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name: "a" },
    spec,
  });
  const image = "docker.io/evil/tool:1";

  test.each<[string, any]>([
    ["an image", custom("monitoring.coreos.com/v1", "Prometheus", { image })],
    ["an image's name", custom("postgresql.cnpg.io/v1", "Cluster", { imageName: image })],
    [
      "an image in parts",
      custom("helm.toolkit.fluxcd.io/v2", "HelmRelease", {
        values: { image: { repository: "a/b", tag: "1" } },
      }),
    ],
    [
      "a container of one",
      custom("argoproj.io/v1alpha1", "CronWorkflow", {
        workflowSpec: { templates: [{ name: "a", container: { image } }] },
      }),
    ],
    [
      "a script",
      custom("argoproj.io/v1alpha1", "Workflow", { templates: [{ name: "a", script: { image } }] }),
    ],
    ["steps", custom("tekton.dev/v1", "Task", { steps: [{ name: "a", image }], sidecars: [] })],
    ["replicas and no image", custom("rabbitmq.com/v1beta1", "RabbitmqCluster", { replicas: 3 })],
    [
      "resources and no image",
      custom("acme.example/v1", "Cache", { resources: { limits: { memory: "1Gi" } } }),
    ],
    [
      "a security context and no image",
      custom("acme.example/v1", "Cache", { node: { securityContext: {} } }),
    ],
    ["containers without images", custom("acme.example/v1", "Cache", { containers: [{ name: "a" }] })],
  ])("are found by %s", (_, object) => {
    expect(found(chartWith(object))).toEqual(["unreadable"]);
  });

  test.each<[string, any]>([
    ["a certificate", custom("cert-manager.io/v1", "Certificate", { secretName: "tls" })],
    [
      "what is watched",
      custom("monitoring.coreos.com/v1", "ServiceMonitor", { selector: { matchLabels: { app: "a" } } }),
    ],
    ["a picture", custom("acme.example/v1", "Theme", { image: "https://acme.example/logo.png" })],
    ["a policy of the network", custom("networking.k8s.io/v1", "NetworkPolicy", { podSelector: {} })],
    [
      "a definition",
      custom("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
        versions: [{ schema: { image: "a/b:1" } }],
      }),
    ],
    ["a file", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { image: "a/b:1" } }],
  ])("are not found in %s", (_, object) => {
    expect(found(chartWith(object))).toEqual([]);
  });
});

describe("the report", () => {
  test("lists a repeated finding once, with its places, the reason, and the fix", () => {
    const objects = ["a", "b", "c"].map((name) =>
      workload("Deployment", "shop", bare({ hostPID: true }), name),
    );
    const { text } = Hardening.of(chartWith(...objects)).apply();
    const [, section = ""] = /Found: 3\n([^]*?)\nAccepted/.exec(text) ?? [];
    const { title, why, fix } = CONFLICTS["host-namespace"];
    expect(section.split("\n")).toEqual([
      `  - ${title}, 3 times:`,
      ...["a", "b", "c"].map((name) => `    - Deployment/${name}: spec.template.spec.hostPID is true`),
      `    Why: ${why}`,
      `    Instead: ${fix}.`,
    ]);
  });

  test("ends with the checks before go-live, for filled values only", () => {
    const { checks, text } = Hardening.of(chartWith(workload("Deployment", "shop", bare()))).apply();
    expect(text.split("\n").slice(-1 - checks.length)).toEqual([
      `Check before go-live: ${checks.length}`,
      ...checks.map((check) => `  ${check}`),
    ]);
    expect(checks[0]).toContain("Deployment/web [web]");
    const explicit = { securityContext: { runAsNonRoot: true } };
    const other = Hardening.of(chartWith(workload("Deployment", "shop", bare(explicit)))).apply();
    expect(other.checks.join()).not.toContain("user that was set");
    expect(Hardening.of(chartWith(service({}))).apply().checks).toEqual([]);
  });
});

describe("a public load balancer of a third-party chart", () => {
  const INTERNAL = "service.beta.kubernetes.io/oci-load-balancer-internal";

  test("for everyone is a finding, which can be accepted", () => {
    const open = () => chartWith(loadBalancer(["203.0.113.0/24", "0.0.0.0/0"]));
    expect(found(open())).toContain("load-balancer-sources");
    expect(found(chartWith(loadBalancer(["::/0"])))).toContain("load-balancer-sources");
  });

  test("is not a finding if its clients are limited, or unknown at synthesis", () => {
    const ranges = [
      new TerraformVariable(new TerraformStack(TerraformTesting.app(), "s"), "r", {}).stringValue,
    ];
    for (const object of [loadBalancer(["203.0.113.0/24"]), loadBalancer(ranges)])
      expect(found(chartWith(object))).not.toContain("load-balancer-sources");
  });

  test("that is internal and for everyone is one finding", () => {
    const all = found(chartWith(loadBalancer(["0.0.0.0/0"], { [INTERNAL]: "true" })));
    expect(all.filter((entry) => entry === "load-balancer-sources")).toHaveLength(1);
  });
});
