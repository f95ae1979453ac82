import { ApiObject, type Chart, JsonPatch, Yaml } from "cdk8s";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { parseQuantity } from "../../lib/core/quantity";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { type SecureNamespaceProps } from "../../lib/namespaces/secure-namespace";
import {
  containerOf,
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  problemCodesOf,
} from "../workload/support";

describe("a secure namespace", () => {
  test("with a name creates these objects", () => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", { name: "shop" });
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("contains all its props", () => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", {
      name: "shop",
      podSecurityVersion: KubernetesVersion.V1_34,
      labels: { team: "shop" },
      quota: {
        cpuRequests: "1",
        cpuLimits: "2",
        memoryRequests: "2Gi",
        memoryLimits: "4Gi",
        ephemeralStorageRequests: "1Gi",
        ephemeralStorageLimits: "2Gi",
        pods: 10,
        loadBalancers: 1,
        nodePorts: 3,
      },
      limits: { maximumCpu: "1", maximumMemory: "1Gi", maximumEphemeralStorage: "2Gi" },
    });
    expect(objectOf(chart, "Namespace").metadata.labels).toMatchObject({
      team: "shop",
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/enforce-version": "v1.34",
    });
    expect(objectOf(chart, "ResourceQuota").spec.hard).toEqual({
      "requests.cpu": "1",
      "limits.cpu": "2",
      "requests.memory": "2Gi",
      "limits.memory": "4Gi",
      "requests.ephemeral-storage": "1Gi",
      "limits.ephemeral-storage": "2Gi",
      pods: "10",
      "services.loadbalancers": "1",
      "services.nodeports": "3",
    });
    expect(objectOf(chart, "LimitRange").spec.limits[0].max).toEqual({
      cpu: "1",
      memory: "1Gi",
      "ephemeral-storage": "2Gi",
    });
  });

  test("has its props with their defaults as properties", () => {
    const namespace = new SecureNamespace(newChart(), "namespace", {
      name: "shop",
      quota: { loadBalancers: 3 },
      limits: { maximumCpu: "2" },
      allowedStorageClasses: ["oci-bv"],
      allowedPriorityClasses: ["shop-high"],
      imagePullSecrets: ["ocir"],
    });
    expect(namespace.quota).toMatchObject({ pods: 100, cpuLimits: "50", loadBalancers: 3, nodePorts: 3 });
    expect(namespace.limits).toMatchObject({ maximumCpu: "2", maximumMemory: "8Gi", minimumCpu: "10m" });
    expect(namespace).toMatchObject({
      name: "shop",
      podSecurity: { enforcedLevel: "restricted" },
      podSecurityVersion: KubernetesVersion.V1_34,
      allowedStorageClasses: ["oci-bv"],
      allowedPriorityClasses: ["shop-high"],
      imagePullSecrets: ["ocir"],
    });
  });

  test("has container defaults within its limits, for all limits", () => {
    const limitsOf = (limits: object) => {
      const chart = newChart();
      new SecureNamespace(chart, "namespace", { name: "shop", limits });
      return objectOf(chart, "LimitRange").spec.limits[0];
    };
    expect(
      limitsOf({ maximumCpu: "250m", maximumMemory: "64Mi", maximumEphemeralStorage: "1Gi" }),
    ).toMatchObject({
      default: { cpu: "250m", memory: "64Mi", "ephemeral-storage": "256Mi" },
      defaultRequest: { cpu: "100m", memory: "64Mi", "ephemeral-storage": "256Mi" },
    });
    expect(limitsOf({ minimumCpu: "200m", minimumMemory: "1Gi", maximumCpu: "0.2" })).toMatchObject({
      default: { cpu: "0.2", memory: "1Gi" },
      defaultRequest: { cpu: "200m", memory: "1Gi" },
    });
  });

  test.each([undefined, "shop", "other"])("is the same in a chart whose namespace is %s", (namespace) => {
    const chart = newChart(namespace ?? "");
    new SecureNamespace(chart, "namespace", { name: "shop" });
    const [first, ...others] = objectsOf(chart) as any[];
    expect(first.kind).toBe("Namespace");
    expect(first.metadata).not.toHaveProperty("namespace");
    expect(new Set(others.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["shop"]));
  });

  test("allows a hundred pods of the default size", () => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", { name: "shop" });
    new HardenedDeployment(chart, "web", { image: IMAGE });
    const { hard } = objectOf(chart, "ResourceQuota").spec;
    const { resources } = containerOf(chart);
    expect(Number(hard.pods)).toBe(100);
    for (const side of ["requests", "limits"]) {
      for (const [name, amount] of Object.entries<string>(resources[side])) {
        expect(parseQuantity(amount)! * 100n <= parseQuantity(hard[`${side}.${name}`])!).toBe(true);
      }
    }
  });

  test.each([0, 2, 5])(
    "lets Services open ports on nodes for %s load balancers and no more",
    (loadBalancers) => {
      const chart = newChart();
      new SecureNamespace(chart, "namespace", { name: "shop", quota: { loadBalancers } });
      const { hard } = objectOf(chart, "ResourceQuota").spec;
      expect(hard["services.nodeports"]).toBe(hard["services.loadbalancers"]);
    },
  );

  test("mounts no token for the account default", () => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", { name: "shop" });
    expect(objectOf(chart, "ServiceAccount")).toMatchObject({
      metadata: { name: "default", namespace: "shop" },
      automountServiceAccountToken: false,
    });
  });

  test("can be patched", () => {
    const chart = newChart();
    const namespace = new SecureNamespace(chart, "namespace", { name: "shop" });
    ApiObject.of(namespace).addJsonPatch(JsonPatch.add("/metadata/annotations", { owner: "shop" }));
    expect(objectOf(chart, "Namespace").metadata.annotations).toEqual({ owner: "shop" });
  });
});

describe("a namespace is refused with", () => {
  test.each<[string, Partial<SecureNamespaceProps>, string[]]>([
    ["an empty name", { name: "" }, ["NAME_INVALID"]],
    ["capitals", { name: "Shop" }, ["NAME_INVALID"]],
    ["64 characters", { name: "a".repeat(64) }, ["NAME_INVALID"]],
    ["default", { name: "default" }, ["NAME_INVALID"]],
    ["kube-system", { name: "kube-system" }, ["NAME_INVALID"]],
    ["a label's value", { labels: { a: "b c" } }, ["LABEL_INVALID"]],
    [
      "a weaker standard",
      { labels: { "pod-security.kubernetes.io/enforce": "baseline" } },
      ["LABEL_INVALID"],
    ],
    ["an invalid quota", { quota: { memoryLimits: "many" } }, ["QUANTITY_INVALID"]],
    ["limits below requests", { quota: { cpuRequests: "4", cpuLimits: "2" } }, ["RESOURCES_INVALID"]],
    ["no pods", { quota: { pods: 0 } }, ["COUNT_INVALID"]],
    ["half a load balancer", { quota: { loadBalancers: 0.5 } }, ["COUNT_INVALID"]],
    ["fewer node ports than load balancers", { quota: { nodePorts: 1 } }, ["COUNT_INVALID"]],
    ["a maximum below the least", { limits: { maximumMemory: "8Mi" } }, ["RESOURCES_INVALID"]],
    ["a minimum above the most", { limits: { minimumCpu: "5" } }, ["RESOURCES_INVALID"]],
    [
      "several at once",
      { name: "Shop", labels: { " ": "b" }, quota: { pods: -1 } },
      ["COUNT_INVALID", "LABEL_INVALID", "NAME_INVALID"],
    ],
  ])("%s", (_, props, codes) => {
    const chart: Chart = newChart();
    expect(
      problemCodesOf(() => new SecureNamespace(chart, "namespace", { name: "shop", ...props })).sort(),
    ).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });

  test("the name of another namespace of the chart", () => {
    const chart = newChart();
    new SecureNamespace(chart, "one", { name: "shop" });
    expect(problemCodesOf(() => new SecureNamespace(chart, "two", { name: "shop" }))).toEqual([
      "NAME_DUPLICATE",
    ]);
  });
});

describe("with incomplete objects", () => {
  test("a namespace can be synthesized: objects without a spec, and removed limits", () => {
    const chart = newChart();
    const namespace = new SecureNamespace(chart, "namespace", { name: "shop" });
    new ApiObject(chart, "raw", { apiVersion: "apps/v1", kind: "Deployment" });
    new ApiObject(chart, "empty", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      spec: { template: { spec: {} } },
    } as never);
    (namespace.node.findChild("Limits") as ApiObject).addJsonPatch(JsonPatch.remove("/spec/limits"));
    (namespace.node.findChild("Quota") as ApiObject).addJsonPatch(JsonPatch.remove("/spec"));
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });
});
