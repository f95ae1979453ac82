import { ApiObject, Chart, App } from "cdk8s";
import { type TerraformStack, Testing } from "cdktf";
import { newStack, validationProblemsOf } from "../support/stack";
import { newChart } from "../workload/support";
import { existingCluster, wayIn } from "../exposure/load-balancer-support";

const WORKERS = "ocid1.networksecuritygroup.oc1..workers";
const BACKEND = "oci.oraclecloud.com/oci-backend-network-security-group";

function service(name: string, spec: object = {}, annotations: object = { [BACKEND]: WORKERS }): any {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name,
      annotations: { "oci.oraclecloud.com/security-rule-management-mode": "NSG", ...annotations },
    },
    spec: {
      type: "LoadBalancer",
      ports: [{ port: 443 }],
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      ...spec,
    },
  };
}

/** What is refused of a cluster with these Services in a chart that was not made with the library. */
function problemsOf(
  services: readonly any[],
  make: (stack: TerraformStack, chart: Chart) => void = () => undefined,
) {
  const stack = newStack();
  const cluster = existingCluster(stack);
  const chart = new Chart(new App(), "edge", { namespace: "edge" });
  services.forEach((one, index) => new ApiObject(chart, `service-${index}`, one));
  make(stack, chart);
  cluster.addCdk8sChart("edge", chart);
  return validationProblemsOf(() => Testing.synth(stack));
}

const many = (count: number, spec?: object, annotations?: object) =>
  Array.from({ length: count }, (_, index) => service(`web-${index}`, spec, annotations));

describe("load balancers of included charts", () => {
  test("count towards the 120 rules of the workers' group, two for each port and Service", () => {
    expect(() => problemsOf(many(60))).toThrow("The call threw no error");
    expect(problemsOf(many(61))).toMatchObject([
      {
        code: "COUNT_INVALID",
        what: expect.stringContaining(
          "122 that the cloud controller writes for the Services of included charts (122)",
        ),
      },
    ]);
  });

  test("count in addition to those of the library, each once", () => {
    const stack = newStack();
    const cluster = existingCluster(stack);
    const chart = newChart();
    for (let index = 0; index < 30; index += 1)
      wayIn({ cluster, name: `own-${index}` }, {}, newChart("shop", new App(), `c${index}`));
    for (const one of many(30)) new ApiObject(chart, one.metadata.name, one);
    wayIn({ cluster, name: "last" }, {}, chart);
    cluster.addCdk8sChart("shop", chart);
    // 31 of the library and 30 of others have 122 rules.
    expect(validationProblemsOf(() => Testing.synth(stack))[0]?.what).toContain("would have 122 rules");
  });

  test("have one more rule for each port and range if client addresses are preserved", () => {
    const nlb = { [BACKEND]: WORKERS, "oci.oraclecloud.com/load-balancer-type": "nlb" };
    const ranges = Array.from({ length: 59 }, (_, index) => `10.0.${index}.0/24`);
    const spec = { externalTrafficPolicy: "Local", loadBalancerSourceRanges: ranges };
    expect(() => problemsOf([service("a", spec, nlb)])).toThrow("The call threw no error");
    expect(problemsOf(many(2, spec, nlb))[0]?.what).toContain("122");
  });

  test.each<[string, object, object]>([
    ["another group", {}, { [BACKEND]: "ocid1.networksecuritygroup.oc1..other" }],
    ["no group of the nodes", {}, {}],
    ["another mode", {}, { [BACKEND]: WORKERS, "oci.oraclecloud.com/security-rule-management-mode": "None" }],
    ["another type", { type: "ClusterIP" }, { [BACKEND]: WORKERS }],
  ])("with %s are not counted", (_, spec, annotations) => {
    expect(() => problemsOf(many(130, spec, annotations))).toThrow("The call threw no error");
  });

  test("are refused if their own group would have too many rules", () => {
    const ports = Array.from({ length: 13 }, (_, index) => ({ port: 8000 + index }));
    const ranges = Array.from({ length: 10 }, (_, index) => `10.0.${index}.0/24`);
    expect(problemsOf([service("wide", { ports, loadBalancerSourceRanges: ranges })])).toMatchObject([
      { code: "COUNT_INVALID", what: expect.stringContaining("130 rules for the Service edge/wide") },
    ]);
  });
});
