import { App as KubernetesApp, Yaml } from "cdk8s";
import { ConfigMap } from "cdk8s-plus-27";
import { type App, Testing, type TerraformStack } from "cdktf";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { Port } from "../../lib/core/port";
import { Egress } from "../../lib/network/egress/egress";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { COMPARTMENT, newStack, synthesized } from "../support/stack";
import { IMAGE, newChart, problemsAtSynthesis, validationProblemsOf } from "./support";
import { existingCluster, wayIn } from "../exposure/load-balancer-support";

/** Two charts of one App with a load balancer each, of which one is added to a cluster. */
function besideAdded() {
  const app = new KubernetesApp();
  const [added, forgotten] = [newChart("added", app, "added"), newChart("forgotten", app, "forgotten")];
  const stack = newStack();
  const cluster = existingCluster(stack);
  wayIn({ cluster }, {}, added);
  wayIn({ cluster }, {}, forgotten);
  cluster.addCdk8sChart("added", added);
  return { app, stack, cluster, added, forgotten };
}

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("a load balancer whose chart was added to no cluster", () => {
  test("is refused if another chart is added to its cluster", () => {
    expect(validationProblemsOf(() => synthesized(besideAdded().stack))).toMatchObject([
      {
        code: "LOAD_BALANCER_INVALID",
        path: "forgotten/web/LoadBalancer-web",
        what: expect.stringMatching(
          /chart forgotten .*was not added to stack\/cluster, but the chart added .*was/,
        ),
        fix: expect.stringContaining('cluster.addCdk8sChart("forgotten", chart)'),
      },
    ]);
  });

  test("is refused with the message of the library only", () => {
    const { stack } = besideAdded();
    expect(() => synthesized(stack)).toThrow(/^\[LOAD_BALANCER_INVALID\] forgotten\/web/);
    expect(messageOf(() => synthesized(stack))).not.toMatch(/Resolution error|Object creation stack/);
  });

  test("is accepted after its chart is added", () => {
    const { stack, cluster, forgotten } = besideAdded();
    cluster.addCdk8sChart("forgotten", forgotten);
    expect(synthesized(stack).output).toHaveProperty("forgotten_manifests");
  });

  test("is written by plain cdk8s, also beside an added chart", () => {
    const { chart } = wayIn({}, {}, newChart("alone", new KubernetesApp()));
    expect(problemsAtSynthesis(chart)).toEqual([]);
    expect(problemsAtSynthesis(besideAdded().forgotten)).toEqual([]);
    expect(Yaml.stringify(...(chart.toJson() as object[]))).toContain("type: LoadBalancer");
  });

  test("does not affect the stack if no chart of its App is added", () => {
    const stack = newStack();
    const { chart } = wayIn({ cluster: existingCluster(stack) }, {}, newChart("gitops", new KubernetesApp()));
    expect(() => Testing.synth(stack, true)).not.toThrow();
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });
});

const newCluster = (stack: TerraformStack, id = "cluster") =>
  new SecureOkeCluster(stack, id, { compartmentId: COMPARTMENT, kubernetesVersion: KubernetesVersion.V1_34 });

const synthAll = (stack: TerraformStack) => (stack.node.root as App).synth();

/** A program with a cluster, and a chart whose workload has the given props. */
function program(props: object = {}) {
  const stack = newStack();
  const cluster = newCluster(stack);
  const app = new KubernetesApp();
  const chart = newChart("shop", app, "shop");
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, ...props });
  return { stack, cluster, app, chart, web };
}

describe("a chart with workloads that was added to no cluster", () => {
  const egress = [Egress.to("203.0.113.0/24", Port.tcp(443), { reason: "Bank" })];

  test("is refused beside an added chart, even without a load balancer or egress", () => {
    const { stack, cluster, app } = program();
    const added = newChart("added", app, "added");
    new SecureNamespace(added, "namespace", { name: "added" });
    cluster.addCdk8sChart("added", added);
    expect(validationProblemsOf(() => synthesized(stack))).toMatchObject([
      {
        code: "CHART_NOT_ADDED",
        path: "shop",
        what: expect.stringContaining("other charts of its App were added"),
        fix: expect.stringContaining('cluster.addCdk8sChart("shop", chart)'),
      },
    ]);
  });

  test("is refused once, for its egress if it has any", () => {
    const { stack, cluster, app } = program({ egress });
    const added = newChart("added", app, "added");
    new SecureNamespace(added, "namespace", { name: "added" });
    cluster.addCdk8sChart("added", added);
    expect(validationProblemsOf(() => synthesized(stack))).toMatchObject([
      { code: "EGRESS_INVALID", path: "shop/web" },
    ]);
  });

  test("is not checked in another App, or with third-party objects only", () => {
    const { stack, cluster, app, chart } = program();
    cluster.addCdk8sChart("shop", chart);
    new ConfigMap(newChart("plain", app, "plain"), "config", { data: { key: "value" } });
    new HardenedDeployment(newChart("gitops", new KubernetesApp(), "gitops"), "web", { image: IMAGE });
    expect(() => synthAll(stack)).not.toThrow();
  });

  test("is refused as the only chart if it needs egress", () => {
    const { stack } = program({ egress });
    expect(validationProblemsOf(() => synthAll(stack))).toMatchObject([
      {
        code: "EGRESS_INVALID",
        path: "shop/web",
        what: expect.stringContaining("the chart shop was not added to one"),
      },
    ]);
  });

  test("is refused as the only chart if it contains a reference to a Terraform value", () => {
    const { stack, cluster, chart } = program();
    new HardenedDeployment(chart, "worker", {
      image: IMAGE,
      env: { CLUSTER: EnvironmentValue.fromValue(cluster.clusterId) },
    });
    expect(validationProblemsOf(() => synthAll(stack))).toMatchObject([
      {
        code: "CHART_NOT_ADDED",
        path: "shop",
        what: expect.stringContaining("references to Terraform values"),
      },
    ]);
  });

  test("is accepted as the only chart if it needs no cluster", () => {
    const { stack, chart } = program();
    expect(() => synthAll(stack)).not.toThrow();
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });

  test("does not affect a program that starts later", () => {
    program({ egress });
    expect(() => synthAll(program().stack)).not.toThrow();
  });
});

test("a chart that is added after app.synth() is refused", () => {
  const { stack, cluster, chart } = program();
  synthAll(stack);
  expect(validationProblemsOf(() => cluster.addCdk8sChart("shop", chart))).toMatchObject([
    {
      code: "CHART_NOT_ADDED",
      what: "The chart shop was added after the stack stack was written, which does not have it",
    },
  ]);
});
