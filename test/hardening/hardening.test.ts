import { ApiObject, App, Chart, JsonPatch, Testing, Yaml } from "cdk8s";
import * as plus from "cdk8s-plus-27";
import { TerraformStack, Testing as TerraformTesting, TerraformVariable } from "cdktf";
import * as fc from "fast-check";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { HardeningConflict } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { IMAGE } from "../workload/support";
import { againstRestricted, bare, podsOf, WORKLOADS } from "./hardening-cases";
import { workload } from "../guardrails/support";

const chartOf = (make: (chart: Chart) => void): Chart => {
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  make(chart);
  return chart;
};

const add = (chart: Chart, spec: object = {}, container: object = {}, id = "web", kind = "Deployment") => {
  const { metadata, ...rest } = workload(kind, "shop", bare(spec, container), id);
  return new ApiObject(chart, id, { ...rest, metadata });
};

/** The pod of one workload, hardened. */
function hardened(spec: object = {}, container: object = {}, options: HardeningOptions = {}) {
  const chart = chartOf((element) => add(element, spec, container));
  const report = Hardening.of(chart, options).apply();
  const [only] = podsOf(Testing.synth(chart));
  return { report, pod: only!.pod, container: only!.pod.spec.containers[0] };
}

const warnings = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
beforeEach(() => warnings.mockClear());
afterAll(() => warnings.mockRestore());

describe.each(Object.entries(WORKLOADS))("%s", (_, make) => {
  test("passes the restricted standard only after it is hardened", () => {
    const before = podsOf(Testing.synth(chartOf(make)));
    expect(before.flatMap(({ pod }) => againstRestricted(pod))).not.toEqual([]);
    const chart = chartOf(make);
    Hardening.of(chart).apply();
    const pods = podsOf(Testing.synth(chart));
    expect(pods.map(({ of, pod }) => [of, againstRestricted(pod)])).toEqual(before.map(({ of }) => [of, []]));
    for (const { spec } of pods.map(({ pod }) => pod)) {
      expect(spec).toMatchObject({ automountServiceAccountToken: false, hostNetwork: false, hostPID: false });
      for (const element of [...spec.containers, ...(spec.initContainers ?? [])]) {
        expect(element.securityContext.readOnlyRootFilesystem).toBe(true);
        for (const side of ["requests", "limits"])
          expect(Object.keys(element.resources[side]).sort()).toEqual(["cpu", "ephemeral-storage", "memory"]);
      }
    }
  });

  test("is not changed by a second hardening, and has the same bytes", () => {
    const chart = chartOf(make);
    const hardening = Hardening.of(chart);
    const first = hardening.apply();
    const bytes = Yaml.stringify(...objectsOf(chart));
    const again = [hardening.apply(), Hardening.of(chart).apply()];
    expect(first.changes).not.toEqual([]);
    expect(again.map(({ changes }) => changes)).toEqual([[], []]);
    for (const { findings } of again) expect(findings).toEqual(first.findings);
    expect(Yaml.stringify(...objectsOf(chart))).toBe(bytes);
    const other = chartOf(make);
    Hardening.of(other).apply();
    expect(Yaml.stringify(...(Testing.synth(other) as unknown[]))).toBe(
      Yaml.stringify(...(Testing.synth(chart) as unknown[])),
    );
  });

  test("keeps every existing value", () => {
    const before: any = Testing.synth(chartOf(make));
    const chart = chartOf(make);
    Hardening.of(chart).apply();
    expect(Testing.synth(chart)).toMatchObject(withoutDrops(before));
  });
});

/** Objects without lists of dropped capabilities, to which ALL is added. */
function withoutDrops(value: any): any {
  return JSON.parse(JSON.stringify(value, (key, entry: unknown) => (key === "drop" ? undefined : entry)));
}

test("the cases include more than twenty workloads", () => {
  expect(Object.keys(WORKLOADS).length).toBeGreaterThanOrEqual(35);
});

describe("a missing value", () => {
  test("is filled with the value of the library's own workloads", () => {
    const { pod, report } = hardened();
    expect(pod).toMatchSnapshot();
    expect(report.text).toMatchSnapshot();
  });

  test("does not occur in the library's own workloads", () => {
    const chart = chartOf((element) => {
      new SecureNamespace(element, "namespace", { name: "shop" });
      new HardenedDeployment(element, "web", { image: IMAGE, port: 8080 });
    });
    const before = Yaml.stringify(...objectsOf(chart));
    const { changes, findings } = Hardening.of(chart).apply();
    expect({ changes, findings }).toEqual({ changes: [], findings: [] });
    expect(Yaml.stringify(...objectsOf(chart))).toBe(before);
  });

  test("of a group is that of the explicit user, otherwise that of the hardening", () => {
    const explicit = hardened({ securityContext: { runAsUser: 20000 } }).pod.spec.securityContext;
    expect(explicit).toMatchObject({ runAsUser: 20000, runAsGroup: 20000, fsGroup: 20000 });
    const filled = hardened({}, {}, { user: 10000 }).pod.spec.securityContext;
    expect(filled).toMatchObject({ runAsUser: 10000, runAsGroup: 10000, fsGroup: 10000 });
  });

  test("of the group of persistent volumes is filled", () => {
    const claim = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
    const chosen = hardened(claim, {}, { user: 20000 }).pod.spec.securityContext;
    expect(chosen.fsGroupChangePolicy).toBe("OnRootMismatch");
    expect(hardened().pod.spec.securityContext).not.toHaveProperty("fsGroupChangePolicy");
  });

  test.each<[string, object | undefined, object]>([
    [
      "a request above the default",
      { requests: { cpu: 2, memory: "1Gi" } },
      { requests: { cpu: 2, memory: "1Gi" }, limits: { cpu: 2, memory: "1Gi" } },
    ],
    [
      "a small request",
      { requests: { memory: "64Mi" } },
      { requests: { memory: "64Mi" }, limits: { memory: "256Mi" } },
    ],
    ["a limit alone", { limits: { cpu: "2" } }, { requests: { cpu: "2" }, limits: { cpu: "2" } }],
    ["an invalid request", { requests: { cpu: "much" } }, { limits: { cpu: "much" } }],
    ["nothing", undefined, { limits: { cpu: "500m", memory: "256Mi", "ephemeral-storage": "256Mi" } }],
  ])("of the resources is filled beside %s", (_, resources, expected) => {
    expect(hardened({}, { resources }).container.resources).toMatchObject(expected);
  });

  test("of resources is not filled if the pod sets it as a whole", () => {
    const { container } = hardened({ resources: { limits: { cpu: "1", memory: "1Gi" } } });
    expect(container.resources.limits).toEqual({ "ephemeral-storage": "256Mi" });
  });

  test("of resources includes the writable directories", () => {
    const paths = [WritablePath.of("/tmp", { sizeLimit: "1Gi" }), WritablePath.inMemory("/run/web")];
    const { container, pod } = hardened({}, {}, { writablePaths: [{ paths }] });
    expect(container.resources.limits).toMatchObject({ "ephemeral-storage": "1280Mi", memory: "320Mi" });
    expect(container.volumeMounts).toEqual([
      { name: "web--writable-tmp", mountPath: "/tmp" },
      { name: "web--writable-run-web", mountPath: "/run/web" },
    ]);
    expect(pod.spec.volumes).toEqual([
      { name: "web--writable-tmp", emptyDir: { sizeLimit: "1Gi" } },
      { name: "web--writable-run-web", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
    ]);
  });

  test("does not include a directory where an emptyDir is already mounted", () => {
    const volumes = [{ name: "tmp", emptyDir: {} }];
    const volumeMounts = [{ name: "tmp", mountPath: "/tmp/" }];
    const options = { writablePaths: [{ paths: [WritablePath.of("/tmp")] }] };
    const { pod, container } = hardened({ volumes }, { volumeMounts }, options);
    expect([pod.spec.volumes, container.volumeMounts]).toEqual([volumes, volumeMounts]);
  });

  test("does not include resources of ephemeral containers, which Kubernetes would reject", () => {
    const debug = { name: "debug", image: IMAGE.reference };
    const { pod } = hardened({ ephemeralContainers: [debug] });
    expect(pod.spec.ephemeralContainers[0]).not.toHaveProperty("resources");
    expect(againstRestricted(pod)).toEqual([]);
  });
});

describe("a change after apply()", () => {
  test("is hardened, whether a container, a patch or an object", () => {
    const chart = new Chart(new App(), "shop", { namespace: "shop" });
    const web = new plus.Deployment(chart, "web", {
      containers: [{ name: "web", image: IMAGE.reference, securityContext: { user: 20000 } }],
    });
    Hardening.of(chart).apply();
    web.addContainer({ name: "late", image: IMAGE.reference, portNumber: 9000 });
    ApiObject.of(web).addJsonPatch(
      JsonPatch.add("/spec/template/spec/containers/0", { name: "first", image: IMAGE.reference }),
      JsonPatch.replace("/spec/template/spec/securityContext", {}),
    );
    add(chart, {}, {}, "another", "StatefulSet");
    for (const objects of [Testing.synth(chart), objectsOf(chart)]) {
      const pods = podsOf(objects);
      expect(pods).toHaveLength(2);
      expect(pods[0]!.pod.spec.containers.map(({ name }: any) => name)).toEqual(["first", "web", "late"]);
      for (const { pod } of pods) expect(againstRestricted(pod)).toEqual([]);
    }
  });

  test("is hardened in a Deployment that had no container before, which is a finding in the report", () => {
    const chart = new Chart(new App(), "shop");
    const web = new plus.Deployment(chart, "web");
    const { findings } = Hardening.of(chart).apply();
    expect(findings.map(({ conflict, title }) => [conflict, title])).toEqual([
      ["unreadable", expect.stringMatching(/^Object can't be rendered yet: .*container/)],
    ]);
    web.addContainer({ name: "late", image: IMAGE.reference });
    expect(againstRestricted(podsOf(Testing.synth(chart))[0]!.pod)).toEqual([]);
  });

  test("outside of the scope is not hardened", () => {
    const chart = new Chart(new App(), "shop", { namespace: "shop" });
    Hardening.of(add(chart)).apply();
    add(chart, {}, {}, "other");
    const pods = podsOf(Testing.synth(chart));
    expect(pods.map(({ pod }) => againstRestricted(pod).length > 0)).toEqual([false, true]);
  });
});

describe("references to Terraform values", () => {
  test("are kept", () => {
    const stack = new TerraformStack(TerraformTesting.app(), "stack");
    const variable = new TerraformVariable(stack, "value", {});
    const chart = new Chart(new App(), "shop", { namespace: "shop" });
    const securityContext = { runAsUser: variable.numberValue, runAsNonRoot: variable.value };
    const resources = { requests: { memory: variable.stringValue } };
    const env = [{ name: "PASSWORD", value: variable.stringValue }];
    add(chart, {}, { image: `${variable.stringValue}`, securityContext, resources, env });
    const { findings } = Hardening.of(chart).apply();
    new ChartOutput(stack, "shop", chart);
    const { output } = JSON.parse(TerraformTesting.synth(stack));
    const manifests = output.shop_manifests.value;
    expect(findings).toEqual([]);
    for (const field of ["runAsUser", "runAsNonRoot", "image", "memory"])
      expect(manifests).toMatch(
        new RegExp(`${field}: \\$\\{jsonencode\\((?:var.value|try.*var.value\\))\\)\\}`),
      );
  });

  test("instead of a security context can't be hardened, which is a finding", () => {
    const stack = new TerraformStack(TerraformTesting.app(), "stack");
    const variable = new TerraformVariable(stack, "value", {});
    const chart = new Chart(new App(), "shop", { namespace: "shop" });
    add(chart, {}, { securityContext: variable.value });
    const { findings } = Hardening.of(chart).apply();
    expect(new Set(findings.map(({ conflict }) => conflict))).toEqual(new Set(["unreadable"]));
  });
});

describe("security contexts of any kind", () => {
  // cdk8s takes plain objects only.
  const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(model, { noNullPrototype: true });
  const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const CONTEXT = record({
    runAsNonRoot: maybe(true, false),
    runAsUser: maybe(0, 33, 10000, 70000),
    runAsGroup: maybe(0, 33, 10000),
    allowPrivilegeEscalation: maybe(true, false),
    privileged: maybe(true, false),
    readOnlyRootFilesystem: maybe(true, false),
    seccompProfile: maybe({ type: "Unconfined" }, { type: "RuntimeDefault" }),
    capabilities: maybe<object>(
      {},
      { drop: ["KILL"] },
      { add: ["SYS_ADMIN"], drop: ["ALL"] },
      { add: ["ALL"] },
    ),
    procMount: maybe("Unmasked", "Default"),
  });
  const POD = record({
    securityContext: fc.option(
      CONTEXT.map(({ runAsNonRoot, runAsUser, runAsGroup, seccompProfile }) => ({
        runAsNonRoot,
        runAsUser,
        runAsGroup,
        seccompProfile,
      })),
      { nil: undefined },
    ),
    hostNetwork: maybe(true, false),
    hostPID: maybe(true, false),
    automountServiceAccountToken: maybe(true, false),
    containers: fc.array(fc.option(CONTEXT, { nil: undefined }), { minLength: 1, maxLength: 3 }),
    initContainers: fc.array(fc.option(CONTEXT, { nil: undefined }), { maxLength: 2 }),
  });
  const named = (prefix: string, contexts: (object | undefined)[]) =>
    contexts.map((securityContext, index) => ({
      name: `${prefix}-${index}`,
      image: IMAGE.reference,
      securityContext,
    }));
  const made = ({ containers, initContainers, ...rest }: any) => ({
    ...rest,
    containers: named("main", containers),
    initContainers: named("first", initContainers),
  });
  const run = (spec: object, options: HardeningOptions = {}) => {
    const chart = chartOf((element) => add(element, made(spec)));
    const [before] = podsOf(Testing.synth(chart));
    const report = Hardening.of(chart, options).apply();
    return { report, before: before!.pod.spec, after: podsOf(Testing.synth(chart))[0]!.pod, chart };
  };

  test("keep their values, get the missing ones, and fail the standard only with a finding", () => {
    fc.assert(
      fc.property(POD, (spec) => {
        const { before, after, report, chart } = run(spec);
        expect(after.spec).toMatchObject(withoutDrops(before));
        expect(
          report.changes.filter((element) => element.before !== undefined && !element.field.endsWith("drop")),
        ).toEqual([]);
        if (againstRestricted(after).length > 0) expect(report.findings).not.toEqual([]);
        if (report.findings.length === 0) expect(againstRestricted(after)).toEqual([]);
        expect(Hardening.of(chart).apply().changes).toEqual([]);
        for (const element of [...after.spec.containers, ...after.spec.initContainers]) {
          const context = element.securityContext;
          expect(context.readOnlyRootFilesystem).toBeDefined();
          // What the API server refuses whatever the standard is.
          if (context.allowPrivilegeEscalation === false && !saysNoEscalation(before, element.name))
            expect([context.privileged, context.capabilities?.add]).not.toEqual([true, ["SYS_ADMIN"]]);
        }
      }),
    );
  });

  const saysNoEscalation = (spec: any, name: string) =>
    [...spec.containers, ...spec.initContainers].find((element) => element.name === name).securityContext
      ?.allowPrivilegeEscalation === false;

  test("pass the standard if every finding is overridden", () => {
    fc.assert(
      fc.property(POD, (spec) => {
        const override = [{ objects: ["Deployment/web"], reason: "The test says so" }];
        const { report } = run(spec);
        fc.pre(report.findings.length > 0);
        const { after, report: overridden, chart } = run(spec, { override });
        expect(againstRestricted(after)).toEqual([]);
        expect(overridden.findings).toEqual([]);
        const reasons = overridden.changes.filter(({ reason }) => reason !== undefined);
        // Who is not root any more keeps no capabilities.
        const { KEPT_CAPABILITIES } = HardeningConflict;
        const others = report.findings.filter((element) => element.conflict !== KEPT_CAPABILITIES);
        expect(reasons).toHaveLength(others.length);
        expect(Hardening.of(chart, { override }).apply().changes).toEqual([]);
      }),
    );
  });
});

test("an image of the options replaces an image of the chart", () => {
  const images = { "redis:7": ContainerImage.of(IMAGE.reference) };
  const { container, report } = hardened({}, { image: "redis:7" }, { images });
  expect(container.image).toBe(IMAGE.reference);
  expect(report.findings).toEqual([]);
  expect(report.changes).toContainEqual({
    path: "shop/web",
    object: "Deployment/web",
    container: "web",
    field: "spec.template.spec.containers[web].image",
    before: '"redis:7"',
    after: JSON.stringify(IMAGE.reference),
    practice: "immutable-containers",
  });
});
