import { App, Chart } from "cdk8s";
import { type App as TerraformApp, Testing } from "cdktf";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { ValidationErrors } from "../../lib/core/validation-errors";
import { Tenant } from "../../lib/namespaces/tenant";
import { newStack } from "../support/stack";
import { problemsAtSynthesis } from "../workload/support";
import { existingCluster } from "../exposure/load-balancer-support";

const tenant = (app: App, id: string, namespace = "shop"): Chart => {
  const chart = new Chart(app, id, { namespace });
  new Tenant(chart, "tenant");
  return chart;
};

/** What is refused when charts were added to clusters, with the stack of each cluster synthesized. */
function refusalOf(...added: [ISecureOkeCluster, Chart][]): string[] {
  for (const [cluster, chart] of added) cluster.addCdk8sChart(chart.node.id, chart);
  try {
    (added[0]![0].node.root as TerraformApp).synth();
    return [];
  } catch (error) {
    const problems = ValidationErrors.problemsOf(error);
    if (problems.length === 0) throw error;
    return problems.map(({ code, path, what }) => `${code} ${path}: ${what}`);
  }
}

describe("two tenants with one name", () => {
  const expected = "NAME_DUPLICATE b/tenant: The cluster already has the tenant shop: a/tenant";

  test("are refused in two charts of one cluster, once, whichever is added first", () => {
    for (const order of [0, 1]) {
      const cluster = existingCluster();
      const app = new App();
      const charts = [tenant(app, "a"), tenant(app, "b")];
      if (order === 1) charts.reverse();
      expect(refusalOf(...charts.map((chart) => [cluster, chart] as [ISecureOkeCluster, Chart]))).toEqual([
        expected,
      ]);
    }
  });

  test("are refused in two Apps of cdk8s whose charts are added to one cluster", () => {
    const cluster = existingCluster();
    const refused = refusalOf([cluster, tenant(new App(), "a")], [cluster, tenant(new App(), "b")]);
    expect(refused.join("\n")).toContain("more than one Namespace shop");
  });

  test("are refused if one cluster is imported into two stacks", () => {
    const app = Testing.app();
    const clusters = ["one", "two"].map((id) => existingCluster(newStack(id, app)));
    const charts = new App();
    expect(refusalOf([clusters[0]!, tenant(charts, "a")], [clusters[1]!, tenant(charts, "b")])).toEqual([
      expected,
    ]);
  });

  test("are refused in an App of cdk8s without a cluster", () => {
    const app = new App();
    tenant(app, "a");
    const second = tenant(app, "b");
    expect(problemsAtSynthesis(second).map(({ code, path }) => `${code} ${path}`)).toEqual([
      "NAME_DUPLICATE b/tenant",
    ]);
  });

  test("are accepted in two clusters, as are two names in one cluster", () => {
    const app = Testing.app();
    const [entry, two] = ["one", "two"].map((id, index) => {
      const cluster = existingCluster(newStack(id, app));
      return Object.assign(cluster, { clusterId: `ocid1.cluster.oc1..${index}` });
    });
    const charts = new App();
    expect(
      refusalOf(
        [entry!, tenant(charts, "a")],
        [two!, tenant(charts, "b")],
        [two!, tenant(charts, "c", "bank")],
      ),
    ).toEqual([]);
  });
});
