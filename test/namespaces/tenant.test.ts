import { App, ApiObject, Chart, JsonPatch, Yaml } from "cdk8s";
import { Namespaces, NetworkPolicyIpBlock } from "cdk8s-plus-27";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { Tenant, type TenantProps } from "../../lib/namespaces/tenant";
import { COMPARTMENT, newStack } from "../support/stack";
import { IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "../workload/support";

const ADMINS = "ocid1.group.oc1..admins";
const DEVELOPERS = "ocid1.group.oc1..developers";
const VIEWERS = "ocid1.group.oc1..viewers";

function tenants(...all: [string, TenantProps?][]): { [name: string]: HardenedDeployment } {
  const app = new App();
  const made = all.map(([name, props]) => {
    const chart = new Chart(app, name, { namespace: name });
    new Tenant(chart, "tenant", props);
    return [name, new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 })];
  });
  return Object.fromEntries(made) as { [name: string]: HardenedDeployment };
}

/** What is refused when the chart of a workload is synthesized, with all charts of its App. */
function refusals(workload: HardenedDeployment): string {
  try {
    Chart.of(workload).toJson();
    return "";
  } catch (error) {
    return String(error);
  }
}

describe("a tenant", () => {
  test("creates a secure namespace without roles by default", () => {
    const chart = newChart("shop");
    const tenant = new Tenant(chart, "tenant");
    expect(tenant.name).toBe("shop");
    expect(chart.toJson().map(({ kind }) => kind as string)).not.toContain("Role");
    expect(objectOf(chart, "Namespace").metadata.name).toBe("shop");
    expect(tenant.node.defaultChild).toBe(tenant.namespace.node.defaultChild);
    expect(Acknowledgements.of(chart)).toEqual([]);
  });

  test("has its groups, registries and limits as properties", () => {
    const tenant = new Tenant(newChart("shop"), "tenant", {
      admins: [ADMINS],
      viewers: [VIEWERS, DEVELOPERS],
      quota: { pods: 20 },
      allowedRegistries: ["fra.ocir.io/acme"],
      allowedPeers: ["billing"],
    });
    expect(tenant).toMatchObject({
      admins: [ADMINS],
      developers: [],
      viewers: [VIEWERS, DEVELOPERS],
      allowedRegistries: ["fra.ocir.io/acme"],
      allowedPeers: ["billing"],
    });
    expect(tenant.namespace.quota).toMatchObject({ pods: 20, loadBalancers: 2 });
    expect(tenant.namespace.limits.maximumCpu).toBe("4");
  });

  test("contains all its props", () => {
    const chart = newChart("shop");
    new Tenant(chart, "tenant", {
      admins: [ADMINS],
      developers: [DEVELOPERS],
      viewers: [VIEWERS, DEVELOPERS],
      quota: { pods: 20 },
      limits: { maximumCpu: "2" },
      costLabels: { "cost-center": "4711" },
      allowedRegistries: ["fra.ocir.io/acme"],
      allowedPeers: ["billing"],
    });
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("allows nobody to read Secrets, run commands, or change roles, quota, or limits", () => {
    const chart = newChart("shop");
    new Tenant(chart, "tenant", { admins: [ADMINS], developers: [DEVELOPERS], viewers: [VIEWERS] });
    const roles = chart.toJson().filter(({ kind }) => kind === "Role");
    expect(roles.map(({ metadata }) => metadata.name as string)).toEqual([
      "tenant-admins",
      "tenant-developers",
      "tenant-viewers",
    ]);
    for (const { apiGroups, resources, verbs } of roles.flatMap(({ rules }) => rules)) {
      expect(resources).not.toContain("secrets");
      expect(resources.join()).not.toMatch(/exec|attach|portforward|proxy|ephemeral|token/);
      if (apiGroups[0] === "rbac.authorization.k8s.io" || /quotas|limitranges/.test(resources.join())) {
        expect(verbs).toEqual(["get", "list", "watch"]);
      }
    }
  });

  test("records an acknowledgement for its admins only", () => {
    const chart = newChart("shop");
    new Tenant(chart, "tenant", { developers: [DEVELOPERS], viewers: [VIEWERS] });
    expect(Acknowledgements.of(chart)).toEqual([]);
    const other = newChart("bank");
    new Tenant(other, "tenant", { admins: [ADMINS] });
    const taken = Acknowledgements.of(other);
    expect(taken.map(({ what }) => what).join()).toMatch(/every Secret and service account of the namespace/);
    expect(new Set(taken.map(({ reason }) => reason))).toEqual(
      new Set(["The admins of the tenant bank deploy its workloads"]),
    );
  });

  test("allows images of its registries only", () => {
    const { shop } = tenants(["shop", { allowedRegistries: ["fra.ocir.io/other"] }]);
    expect(refusals(shop!)).toContain("IMAGE_NOT_ALLOWED");
    expect(refusals(tenants(["shop", { allowedRegistries: ["fra.ocir.io/acme"] }]).shop!)).toBe("");
  });

  test("can connect its workloads, external ranges, and DNS without peers", () => {
    const { shop } = tenants(["shop"]);
    const chart = Chart.of(shop!);
    const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8081 });
    shop!.connections.allowTo(api, Port.tcp(8081));
    shop!.connections.allowTo(NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24"), Port.tcp(5432));
    expect(refusals(shop!)).toBe("");
  });

  test("can't allow a range with pods of the cluster", () => {
    const cluster = new SecureOkeCluster(newStack(), "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const opened = (cidr: string, except?: string[]) => {
      const { shop } = tenants(["shop"]);
      const chart = Chart.of(shop!);
      const peer = NetworkPolicyIpBlock.ipv4(chart, "peer", cidr, except);
      shop!.connections.allowFrom(peer, Port.tcp(8080));
      cluster.addCdk8sChart(`shop-${cidr.replace(/\W/g, "-")}-${except?.length ?? 0}`, chart);
      return refusals(shop!);
    };
    const pods = cluster.network.podSubnet.cidr;
    expect(opened("10.0.0.0/8")).toMatch(/PEER_NOT_ALLOWED.*10\.0\.0\.0\/8/);
    expect(opened(pods)).toContain("PEER_NOT_ALLOWED");
    expect(opened("10.0.0.0/9", [pods])).toBe("");
    expect(opened("10.200.0.0/16")).toBe("");
  });

  test("can connect with another tenant only if both list each other", () => {
    const connected = (shopPeers: string[], bankPeers: string[]) => {
      const { shop, bank } = tenants(
        ["shop", { allowedPeers: shopPeers }],
        ["bank", { allowedPeers: bankPeers }],
      );
      shop!.connections.allowTo(bank!, Port.tcp(8080));
      return refusals(shop!);
    };
    expect(connected(["bank"], ["shop"])).toBe("");
    expect(connected([], []).match(/PEER_NOT_ALLOWED/g)).toHaveLength(2);
    expect(connected(["bank"], [])).toContain("tenant bank allows the namespace shop");
    expect(connected([], ["shop"])).toContain("tenant shop allows the namespace bank");
    expect(connected(["other"], ["shop"])).toContain('allowedPeers: ["bank","other"]');
  });

  test.each<[string, object]>([
    ["all namespaces", [{ namespaceSelector: {} }]],
    ["namespaces of a label", [{ namespaceSelector: { matchLabels: { team: "bank" } } }]],
    ["everybody, by naming nobody", []],
    [
      "two namespaces",
      [
        {
          namespaceSelector: {
            matchExpressions: [
              { key: "kubernetes.io/metadata.name", operator: "In", values: ["shop", "bank"] },
            ],
          },
        },
      ],
    ],
    [
      "all but one",
      [
        {
          namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["bank"] }],
          },
        },
      ],
    ],
  ])("can't be opened by a patch or a third-party policy to %s", (_, peers) => {
    for (const side of ["from", "to"]) {
      const { shop } = tenants(["shop"]);
      const rule = side === "from" ? { ingress: [{ from: peers }] } : { egress: [{ to: peers }] };
      new ApiObject(Chart.of(shop!), "policy", {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "open" },
        spec: { podSelector: {}, ...rule },
      });
      expect(refusals(shop!)).toContain("PEER_NOT_ALLOWED");
    }
    const { shop } = tenants(["shop"]);
    const policy = Chart.of(shop!)
      .node.findChild("tenant")
      .node.findChild("Namespace")
      .node.findChild("DenyAll");
    (policy as ApiObject).addJsonPatch(JsonPatch.add("/spec/ingress", [{ from: peers }]));
    expect(refusals(shop!)).toContain("PEER_NOT_ALLOWED");
  });

  test("can't be opened by a rule without peers, or to other system pods", () => {
    const { shop } = tenants(["shop"]);
    shop!.connections.allowTo(
      Namespaces.select(Chart.of(shop!), "system", { names: ["kube-system"] }),
      Port.tcp(443),
    );
    expect(refusals(shop!)).toContain("the namespace kube-system");
    const open = tenants(["shop"]).shop!;
    new ApiObject(Chart.of(open), "policy", {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "open" },
      spec: { podSelector: {}, ingress: [{}] },
    });
    expect(refusals(open)).toContain("allows any namespace");
  });
});

describe("a tenant is refused with", () => {
  test.each<[string, TenantProps, string[]]>([
    ["an invalid group", { admins: ["admins"] }, ["OCID_INVALID"]],
    ["a group of Kubernetes", { viewers: ["system:authenticated"] }, ["PERMISSION_TOO_WIDE"]],
    ["a group named twice", { developers: [DEVELOPERS, DEVELOPERS] }, ["NAME_DUPLICATE"]],
    ["a group that was not given", { viewers: [undefined as never] }, ["ATTRIBUTE_MISSING"]],
    ["an invalid quota", { quota: { pods: 0 } }, ["COUNT_INVALID"]],
    [
      "a label of pod security",
      { costLabels: { "pod-security.kubernetes.io/enforce": "baseline" } },
      ["LABEL_INVALID"],
    ],
    ["an invalid registry", { allowedRegistries: ["https://fra.ocir.io"] }, ["IMAGE_INVALID"]],
    ["no registry", { allowedRegistries: [] }, ["IMAGE_INVALID"]],
    ["an invalid peer", { allowedPeers: ["*"] }, ["NAME_INVALID"]],
    ["a peer twice", { allowedPeers: ["bank", "bank"] }, ["NAME_DUPLICATE"]],
    ["itself as a peer", { allowedPeers: ["bank", "shop"] }, ["VALUE_INVALID"]],
    ["a peer instead of a list", { allowedPeers: "bank" as never }, ["VALUE_INVALID"]],
    ["a group instead of a list", { admins: ADMINS as never }, ["VALUE_INVALID"]],
    ["null as groups", { viewers: null as never }, ["VALUE_INVALID"]],
    ["a list of labels", { costLabels: ["shop"] as never }, ["VALUE_INVALID"]],
    ["no storage class", { allowedStorageClasses: [] }, ["VALUE_INVALID"]],
    ["an invalid priority class", { allowedPriorityClasses: ["High"] }, ["NAME_INVALID"]],
    [
      "several at once",
      { admins: ["a"], quota: { pods: 0 }, allowedPeers: ["B"] },
      ["COUNT_INVALID", "NAME_INVALID", "OCID_INVALID"],
    ],
  ])("%s", (_, props, codes) => {
    const chart = newChart("shop");
    const found = validationProblemsOf(() => new Tenant(chart, "tenant", props));
    expect([...new Set(found.map(({ code }) => code))].sort()).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });

  test("problems that have the path of its namespace", () => {
    const [problem] = validationProblemsOf(
      () => new Tenant(newChart("shop"), "tenant", { quota: { pods: 0 } }),
    );
    expect(problem?.path).toBe("shop/tenant/Namespace");
  });

  test("another tenant of the chart", () => {
    const chart = newChart("shop");
    new Tenant(chart, "one");
    expect(problemCodesOf(() => new Tenant(chart, "two"))).toEqual(["NAME_DUPLICATE"]);
  });

  test("a chart without a namespace", () => {
    expect(problemCodesOf(() => new Tenant(newChart(""), "tenant"))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test.each(["default", "kube-system"])("the system namespace %s", (namespace) => {
    expect(problemCodesOf(() => new Tenant(newChart(namespace), "tenant"))).toEqual(["NAME_INVALID"]);
  });
});

describe("a problem of a tenant", () => {
  test("has the path of the tenant and the prop of an invalid group", () => {
    const problems = validationProblemsOf(
      () => new Tenant(newChart("shop"), "tenant", { admins: [ADMINS, "admins"] }),
    );
    expect(problems).toMatchObject([{ code: "OCID_INVALID", path: "shop/tenant", property: "admins[1]" }]);
  });

  test("has allowedRegistries in the fix for an image of another registry", () => {
    const { shop } = tenants(["shop", { allowedRegistries: ["registry.example.com/shop"] }]);
    expect(refusals(shop!)).toContain("to allowedRegistries of the Tenant shop/tenant");
    expect(refusals(shop!)).not.toContain("AllowedRegistries.of");
  });
});
