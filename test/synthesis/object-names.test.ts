import { ApiObject, App as KubernetesApp, Chart, JsonPatch, Testing as KubernetesTesting } from "cdk8s";
import { Construct } from "constructs";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { guardStaticSynthesis } from "../../lib/synthesis/chart-guards";
import { validationProblemsOf } from "../support/stack";
import { configMap, newProgram, newStack, write, type Program } from "./support";

interface Named {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

function add(scope: Construct, id: string, { apiVersion = "v1", kind = "Service", metadata }: Named = {}) {
  return new ApiObject(scope, id, { apiVersion, kind, metadata: { name: "web", ...metadata } });
}

const refusedIn = (program: Program) => validationProblemsOf(() => program.app.synth());

function cluster(scope: Construct, id: string, clusterId: string): Construct {
  return Object.assign(new Construct(scope, id), { clusterId });
}

const chartOf = (id: string) => new Chart(new KubernetesApp(), id, { namespace: "shop" });

describe("two objects of one chart", () => {
  test("can't have one name, also in charts inside of it, and both paths are named", () => {
    const program = newProgram();
    add(program.chart, "a");
    add(new Chart(program.chart, "inner"), "b");
    new ChartOutput(program.stack, "shop", program.chart);
    expect(refusedIn(program)).toMatchObject([
      {
        code: "NAME_DUPLICATE",
        what: "There is more than one Service web of the namespace default: made by chart/a and by chart/inner/b",
      },
    ]);
  });

  test("are compared by what names refer to", () => {
    const program = newProgram();
    configMap(program.chart, "a", { metadata: { name: program.vcn.id } });
    configMap(program.chart, "b", { metadata: { name: program.vcn.id } });
    configMap(program.chart, "c", { metadata: { name: program.vcn.displayName } });
    new ChartOutput(program.stack, "shop", program.chart);
    const [problem, ...more] = refusedIn(program);
    expect(more).toEqual([]);
    expect(problem?.what).toMatch("ConfigMap ${oci_core_vcn.vcn.id}");
    expect(problem?.what).toMatch("made by chart/a and by chart/b");
  });

  test.each<[string, Named, Named]>([
    ["default and none", {}, { metadata: { namespace: "default" } }],
    [
      "versions of one group",
      { apiVersion: "apps/v1", kind: "Deployment" },
      { apiVersion: "apps/v1beta1", kind: "Deployment" },
    ],
    [
      "namespaces of what is in none",
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { namespace: "a" } },
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { namespace: "b" } },
    ],
  ])("are one with other %s", (_, one, other) => {
    const program = newProgram();
    add(program.chart, "a", one);
    add(program.chart, "b", other);
    new ChartOutput(program.stack, "shop", program.chart);
    expect(refusedIn(program)).toMatchObject([{ code: "NAME_DUPLICATE" }]);
  });

  test.each<[string, Named]>([
    ["kind", { kind: "ConfigMap" }],
    ["group", { apiVersion: "serving.example.com/v1" }],
    ["namespace", { metadata: { namespace: "other" } }],
    ["name", { metadata: { name: "api" } }],
  ])("are two with another %s", (_, other) => {
    const program = newProgram();
    add(program.chart, "a");
    add(program.chart, "b", other);
    new ChartOutput(program.stack, "shop", program.chart);
    expect(write(program).manifests()).toMatch("kind: Service");
  });

  test("can't have one name in a List either, and in plain cdk8s", () => {
    const { chart } = newProgram();
    const item = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
    add(chart, "a");
    new ApiObject(chart, "list", { apiVersion: "v1", kind: "List", items: [item] } as never);
    guardStaticSynthesis(chart);
    expect(validationProblemsOf(() => KubernetesTesting.synth(chart))).toMatchObject([
      { code: "NAME_DUPLICATE", what: expect.stringContaining("chart/a and by chart/list") },
    ]);
  });
});

describe("two charts", () => {
  test("of one cluster can't have an object of one name, which is reported once", () => {
    const program = newProgram();
    const own = cluster(program.stack, "cluster", "ocid1.cluster.oc1..a");
    const [one, other] = [chartOf("one"), chartOf("other")];
    add(one, "a");
    add(other, "b");
    new ChartOutput(own, "one", one);
    new ChartOutput(own, "other", other);
    expect(refusedIn(program)).toMatchObject([
      {
        code: "NAME_DUPLICATE",
        path: "stack/cluster",
        what:
          "There is more than one Service web of the namespace shop: made by one/a of the chart of " +
          "stack/cluster/Manifests-one and by other/b of the chart of stack/cluster/Manifests-other",
      },
    ]);
  });

  test("of one cluster that was imported, by its OCID or by a reference, can't either", () => {
    for (const idOf of [() => "ocid1.cluster.oc1..a", ({ vcn }: Pick<Program, "vcn">) => vcn.id]) {
      const program = newProgram();
      const { stack } = newStack(program.app, "second");
      const [one, other] = [chartOf("one"), chartOf("other")];
      add(one, "a");
      add(other, "b");
      new ChartOutput(cluster(program.stack, "made", idOf(program)), "one", one);
      new ChartOutput(cluster(stack, "imported", idOf(program)), "other", other);
      expect(refusedIn(program)).toMatchObject([{ code: "NAME_DUPLICATE", path: "second/imported" }]);
    }
  });

  test("of two clusters can, and so can those whose objects were renamed between two runs", () => {
    const program = newProgram();
    const [one, other] = [chartOf("one"), chartOf("other")];
    configMap(one, "web", {});
    configMap(other, "web", {});
    new ChartOutput(cluster(program.stack, "a", program.vcn.id), "one", one);
    const second = newStack(program.app, "second");
    new ChartOutput(cluster(second.stack, "b", second.vcn.id), "other", other);
    expect(write(program).manifests("one")).toMatch("name: web");

    const again = newProgram();
    const [first, next] = [chartOf("one"), chartOf("other")];
    const a = configMap(first, "a", {});
    const b = configMap(next, "b", {});
    const own = cluster(again.stack, "a", "ocid1.cluster.oc1..a");
    new ChartOutput(own, "one", first);
    new ChartOutput(own, "other", next);
    write(again);
    a.addJsonPatch(JsonPatch.replace("/metadata/name", "b"));
    b.addJsonPatch(JsonPatch.replace("/metadata/name", "c"));
    expect(write(again).manifests("one")).toMatch("name: b");
  });
});
