import { App as KubernetesApp, Yaml } from "cdk8s";
import { Testing } from "cdktf";
import { newStack, synthesized } from "../support/stack";
import { newChart, problemsAtSynthesis, refusal } from "./support";
import { existingCluster, wayIn } from "./ways-in-support";

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
  test("is refused where Terraform writes a chart beside it for its cluster", () => {
    expect(refusal(() => synthesized(besideAdded().stack))).toMatchObject([
      {
        code: "LOAD_BALANCER_INVALID",
        path: "forgotten/web/LoadBalancer-web",
        what: expect.stringMatching(/chart added beside it.*chart forgotten was added to no cluster/),
        fix: expect.stringContaining('cluster.addCdk8sChart("forgotten", chart)'),
      },
    ]);
  });

  test("is refused in the words of the library alone, though cdktf finds it while it resolves values", () => {
    const { stack } = besideAdded();
    expect(() => synthesized(stack)).toThrow(/^\[LOAD_BALANCER_INVALID\] forgotten\/web/);
    expect(messageOf(() => synthesized(stack))).not.toMatch(/Resolution error|Object creation stack/);
  });

  test("is served once its chart was added too", () => {
    const { stack, cluster, forgotten } = besideAdded();
    cluster.addCdk8sChart("forgotten", forgotten);
    expect(synthesized(stack).output).toHaveProperty("forgotten_manifests");
  });

  test("is written by plain cdk8s as before, beside a chart that was added too", () => {
    const { chart } = wayIn({}, {}, newChart("alone", new KubernetesApp()));
    expect(problemsAtSynthesis(chart)).toEqual([]);
    expect(problemsAtSynthesis(besideAdded().forgotten)).toEqual([]);
    expect(Yaml.stringify(...(chart.toJson() as object[]))).toContain("type: LoadBalancer");
  });

  test("is nothing of the cluster's stack where no chart of its App was added", () => {
    const stack = newStack();
    const { chart } = wayIn({ cluster: existingCluster(stack) }, {}, newChart("gitops", new KubernetesApp()));
    expect(() => Testing.synth(stack, true)).not.toThrow();
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });
});
