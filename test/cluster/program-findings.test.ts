import { App as KubernetesApp, Chart, Size } from "cdk8s";
import { type App, type TerraformStack } from "cdktf";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NetworkPolicyEngine } from "../../lib/cluster/policy-engine/network-policy-engine";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { type PrivateNodePoolProps } from "../../lib/cluster/private-node-pool-props";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Port } from "../../lib/core/port";
import { regionOf } from "../../lib/core/regions";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { WebApplicationFirewall } from "../../lib/network/waf/web-application-firewall";
import { RoleRule } from "../../lib/rbac/role-rule";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { Subject } from "../../lib/rbac/subject";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";
import { UNOBSERVED } from "../support/unobserved";

const image = ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"0123456789abcdef".repeat(4)}`);

function program(endpointAccess?: EndpointAccess) {
  jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const stack = newStack();
  const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    ...UNOBSERVED,
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine: NetworkPolicyEngine.calico(),
    network,
    endpointAccess,
  });
  const pool = (id: string, props: Partial<PrivateNodePoolProps> = {}) =>
    new PrivateNodePool(stack, id, {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 3,
      ...props,
    });
  const chart = (namespace = "shop", isCreated = true) => {
    const chart = new Chart(new KubernetesApp(), namespace || "none", namespace ? { namespace } : {});
    if (isCreated) new SecureNamespace(chart, "namespace", { name: namespace });
    cluster.addCdk8sChart(namespace || "none", chart);
    return chart;
  };
  return { stack, network, cluster, pool, chart };
}

/** The warnings that the command of cdktf shows, each by its id and its first line, but those of pull Secrets. */
function warnings(stack: TerraformStack): string[] {
  const app = stack.node.root as App;
  app.synth();
  const { annotations } = app.manifest.forStack(stack);
  return annotations
    .map(({ message }) => message.split("\n")[0] as string)
    .filter((line) => !line.startsWith("[image-pull-credentials]"));
}

afterEach(() => jest.restoreAllMocks());

describe("node pools", () => {
  test("with the same name in one cluster are refused", () => {
    const { pool } = program();
    pool("general");
    expect(validationProblemsOf(() => pool("other", { nodePoolName: "general" }))).toMatchObject([
      { code: "NAME_DUPLICATE", path: "stack/other", what: expect.stringContaining("stack/general") },
    ]);
  });

  test("with an image of another region than the provider's are refused at synthesis", () => {
    const { stack, pool } = program();
    pool("general", { image: NodeImage.of("ocid1.image.oc1.iad.test") });
    expect(validationProblemsOf(() => warnings(stack))).toMatchObject([
      {
        code: "OCID_INVALID",
        what: "The image is of the region us-ashburn-1, and the provider of the stack is for eu-frankfurt-1",
      },
    ]);
  });
});

test("regionOf() returns undefined for OCIDs without a region or with an invalid one", () => {
  expect(["ocid1.compartment.oc1..x", "ocid1.image.oc1.example", undefined].map(regionOf)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

describe("a warning is given for", () => {
  test("ranges with access to the private endpoint but without a route; not if a DRG routes to them", () => {
    const { stack } = program(EndpointAccess.privateFrom(["10.200.0.0/24", "10.0.0.0/24"]));
    expect(warnings(stack)).toEqual([
      expect.stringMatching(
        /^\[endpoint-unreachable\] stack\/cluster: clients in 10\.200\.0\.0\/24 can't connect/,
      ),
    ]);
    const routed = program(EndpointAccess.privateFrom(["10.200.0.0/24"]));
    routed.network.attachDrg({
      drgId: "ocid1.drg.oc1.eu-frankfurt-1.test",
      onPremisesCidrs: ["10.200.0.0/16"],
    });
    expect(warnings(routed.stack)).toEqual([]);
  });

  test("a firewall policy that nothing uses; not if something uses it", () => {
    const firewalls = (use: (firewall: WebApplicationFirewall) => unknown) => {
      const stack = program().stack;
      use(new WebApplicationFirewall(stack, "firewall", { compartmentId: COMPARTMENT }));
      return warnings(stack);
    };
    expect(firewalls(() => undefined)).toEqual([
      expect.stringMatching(/^\[firewall-unused\] stack\/firewall/),
    ]);
    expect(firewalls(({ policyId }) => policyId)).toEqual([]);
    expect(firewalls((one) => one.protect("shop", "ocid1.loadbalancer.oc1.eu-frankfurt-1.test"))).toEqual([]);
  });

  test("a nodeSelector that no pool matches; not if a pool matches it or no pool is known", () => {
    const selecting = (labels?: { [key: string]: string }) => {
      const { stack, pool, chart } = program();
      if (labels) pool("general", { labels });
      new HardenedDeployment(chart(), "web", {
        image,
        nodeSelector: { tier: "gpu", "kubernetes.io/arch": "amd64" },
      });
      return warnings(stack);
    };
    expect(selecting({ tier: "cpu" })).toEqual([
      expect.stringMatching(/^\[node-selector\].*Deployment web selects nodes with tier=gpu,/),
    ]);
    expect(selecting({ tier: "gpu" })).toEqual([]);
    expect(selecting()).toEqual([]);
  });

  test("workloads without a namespace, or in one that no chart of the cluster creates", () => {
    const { stack, chart } = program();
    new HardenedDeployment(chart("", false), "web", { image });
    new HardenedDeployment(chart("other", false), "api", { image });
    expect(warnings(stack)).toEqual([
      expect.stringMatching(/^\[chart-namespace\].*Deployment web have no namespace/),
      expect.stringMatching(/^\[chart-namespace\].*no chart of the cluster creates the namespace other/),
    ]);
  });

  test("a role for an account that no chart creates, in a namespace that one creates", () => {
    const { stack, chart } = program();
    const shop = chart();
    const web = new HardenedDeployment(shop, "web", { image });
    const allow = [RoleRule.read(RbacResource.CONFIG_MAPS)];
    new LeastPrivilegeRole(shop, "known", { allow }).grantTo(Subject.serviceAccountOf(web));
    new LeastPrivilegeRole(shop, "lost", { allow }).grantTo(Subject.serviceAccount("wbe"));
    new LeastPrivilegeRole(shop, "foreign", { allow }).grantTo(Subject.serviceAccount("robot", "elsewhere"));
    expect(warnings(stack)).toEqual([
      expect.stringMatching(/^\[role-subject\].*the service account wbe of the namespace shop/),
    ]);
  });

  test("replicas of a StatefulSet that can't connect to each other; not for one replica, or if they can", () => {
    const replicated = (replicas: number, isConnected = false) => {
      const { stack, chart } = program();
      const db = new HardenedStatefulSet(chart(), "db", { image, port: 5432, replicas });
      if (isConnected) db.connections.allowTo(db, Port.tcp(5432));
      return warnings(stack);
    };
    expect(replicated(3)).toEqual([
      expect.stringMatching(/^\[stateful-replicas\].*the 3 replicas of StatefulSet db/),
    ]);
    expect(replicated(1)).toEqual([]);
    expect(replicated(3, true)).toEqual([]);
  });
});
