import * as plus from "cdk8s-plus-27";
import { ApiObject, App, Chart } from "cdk8s";
import { TerraformStack, TerraformVariable, Testing, Token } from "cdktf";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { type NamespaceQuota } from "../../lib/namespaces/namespace-resources";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { Construct } from "constructs";
import { fakeCluster, IMAGE, newChart, problemsAtSynthesis, validationProblemsOf } from "../workload/support";

function balancers(count: number, quota: NamespaceQuota = {}): Chart {
  const chart = newChart();
  new SecureNamespace(chart, "namespace", { name: "shop", quota });
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  for (let index = 0; index < count; index++) expose(web, fakeCluster(), `web-${index}`);
  return chart;
}

function expose(web: HardenedDeployment, cluster: ISecureOkeCluster, name?: string): void {
  const access = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
  web.exposeViaLoadBalancer({
    cluster,
    access,
    tls: TlsTermination.atLoadBalancer({ secretName: "tls" }),
    name,
  });
}

describe("the quota for load balancers", () => {
  test("allows two by default", () => {
    expect(problemsAtSynthesis(balancers(2))).toEqual([]);
    expect(problemsAtSynthesis(balancers(3))).toMatchObject([
      {
        code: "RESOURCES_INVALID",
        path: "shop/namespace",
        what: expect.stringContaining("3 load balancers (web-0, web-1, web-2)"),
        fix: expect.stringContaining("loadBalancers: 3"),
      },
      { code: "RESOURCES_INVALID", what: expect.stringContaining("3 node ports") },
    ]);
  });

  test("counts load balancers and node ports", () => {
    expect(problemsAtSynthesis(balancers(3, { loadBalancers: 3 }))).toEqual([]);
    const chart = balancers(1, { loadBalancers: 1 });
    new plus.Service(chart, "extra", {
      type: plus.ServiceType.NODE_PORT,
      ports: [{ port: 1 }, { port: 2, name: "b" }],
    });
    expect(problemsAtSynthesis(chart)).toMatchObject([{ what: expect.stringContaining("3 node ports") }]);
    const elsewhere = balancers(1, { loadBalancers: 1 });
    const metadata = { name: "other", namespace: "other" };
    new ApiObject(elsewhere, "extra", {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "LoadBalancer" },
    });
    expect(problemsAtSynthesis(elsewhere)).toEqual([]);
  });
});

describe("the namespace of a chart with a SecureNamespace", () => {
  test.each<[string, string | undefined]>([
    ["another namespace", "shopp"],
    ["missing", ""],
  ])("can't be %s", (_, namespace) => {
    const chart = newChart(namespace);
    new SecureNamespace(chart, "namespace", { name: "shop" });
    expect(problemsAtSynthesis(chart)).toEqual([]);
    new HardenedDeployment(chart, "web", { image: IMAGE });
    expect(problemsAtSynthesis(chart)).toMatchObject([
      { code: "NAME_INVALID", path: "shop", fix: expect.stringContaining('{ namespace: "shop" }') },
    ]);
  });

  test("can be one of several, and pods and nested charts can use others", () => {
    const chart = newChart("jobs");
    for (const name of ["shop", "jobs"]) new SecureNamespace(chart, name, { name });
    new HardenedDeployment(chart, "web", { image: IMAGE });
    new HardenedDeployment(new Chart(chart, "inner", { namespace: "other" }), "web", { image: IMAGE });
    expect(problemsAtSynthesis(chart)).toEqual([]);
    const platform = newChart("");
    new SecureNamespace(platform, "namespace", { name: "team" });
    const spec = { containers: [] };
    new ApiObject(platform, "pod", { apiVersion: "v1", kind: "Pod", metadata: { namespace: "tools" }, spec });
    expect(problemsAtSynthesis(platform)).toEqual([]);
  });
});

function clusterIn(stack: TerraformStack, id: string, clusterId: string): ISecureOkeCluster {
  const { network, workerSecurityGroup } = fakeCluster();
  return Object.assign(new Construct(stack, id), { network, workerSecurityGroup, clusterId }) as never;
}

describe("the cluster of a load balancer", () => {
  test("must be the cluster of its chart, also for a nested chart", () => {
    for (const isInner of [false, true]) {
      const stack = new TerraformStack(Testing.app(), "stack");
      const [home, other] = ["a", "b"].map((id) => clusterIn(stack, id, `ocid1.cluster.oc1..${id}`));
      const outer = newChart();
      const chart = isInner ? new Chart(outer, "inner") : outer;
      expose(new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 }), other!);
      new ChartOutput(home as never, "shop", outer);
      expect(validationProblemsOf(() => Testing.synth(stack))).toMatchObject([
        {
          code: "LOAD_BALANCER_INVALID",
          what: expect.stringMatching(/^cluster is stack\/b, but the chart .*was added to stack\/a$/),
        },
      ]);
    }
  });

  test("can be given by another reference to the same cluster", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const made = new TerraformVariable(stack, "cluster_id", {});
    const [home, again] = ["a", "b"].map((name) => clusterIn(stack, name, made.stringValue));
    expect((home as any).clusterId).not.toBe((again as any).clusterId);
    const chart = newChart();
    expose(new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 }), again!);
    new ChartOutput(home as never, "shop", chart);
    expect(Testing.synth(stack)).toContain("oci-load-balancer");
  });

  test("can be the cluster of the chart, also imported, or any cluster for a chart that is not added", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const id = Token.asString({ resolve: () => "id", creationStack: [] });
    const [home, again] = ["a", "b"].map((name) => clusterIn(stack, name, id));
    const chart = newChart("shop", new App());
    const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
    expose(web, home!);
    expect(problemsAtSynthesis(chart)).toEqual([]);
    expose(web, again!, "again");
    new ChartOutput(home as never, "shop", chart);
    expect(Testing.synth(stack)).toContain("oci-load-balancer");
  });
});
