import { App as KubernetesApp, Chart } from "cdk8s";
import { Fn, type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { PodNetworking } from "../../lib/network/vcn/pod-networking";
import { ExternalPeer } from "../../lib/network-policy/external-peer";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { flowsOf } from "../support/rules";
import { COMPARTMENT, newStack } from "../support/stack";
import {
  IMAGE,
  objectOf,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "../workload/support";

const CIDR = "10.0.9.0/24";
const POSTGRES = Port.tcp(5432);
const reason = { reason: "Orders are kept there" };
const ports = [{ port: 5432, protocol: "TCP" }];

function clusterIn(stack: TerraformStack, podNetworking?: PodNetworking) {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    podNetworking,
  });
}

function shop(stack = newStack(), podNetworking?: PodNetworking) {
  const cluster = clusterIn(stack, podNetworking);
  const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  const { vcnId, compartmentId } = cluster.network;
  const databases = new NetworkSecurityGroup(stack, "databases", { compartmentId, vcnId });
  return { stack, cluster, chart, web, databases };
}

const policyOf = (chart: Chart) => objectOf(chart, "NetworkPolicy", "web").spec;
const flowsWith = (stack: TerraformStack, part: string) =>
  flowsOf(stack).filter((flow) => flow.includes(part));

describe("an external peer", () => {
  test("with a group needs one declaration for the policy and the rules of both ends", () => {
    const { stack, cluster, chart, web, databases } = shop();
    const db = new ExternalPeer(stack, "db", { cidr: CIDR, securityGroup: databases });
    web.connections.allowTo(db, POSTGRES, reason);
    cluster.addCdk8sChart("shop", chart);
    expect(policyOf(chart).egress.slice(1)).toEqual([{ to: [{ ipBlock: { cidr: CIDR } }], ports }]);
    expect(policyOf(chart).ingress).toEqual([]);
    expect(flowsWith(stack, "databases")).toEqual([
      "Pods -> databases tcp 5432",
      "databases <- Pods tcp 5432",
    ]);
    expect(Acknowledgements.of(chart)).toEqual([]);
  });

  test("with a group can connect to the workload", () => {
    const { stack, cluster, chart, web, databases } = shop();
    cluster.addCdk8sChart("shop", chart);
    const agents = new ExternalPeer(chart, "agents", { cidr: CIDR, securityGroup: databases });
    web.connections.allowFrom(agents, Port.tcp(8080), reason);
    expect(policyOf(chart).ingress).toEqual([
      { from: [{ ipBlock: { cidr: CIDR } }], ports: [{ port: 8080, protocol: "TCP" }] },
    ]);
    expect(policyOf(chart).egress).toHaveLength(1);
    expect(flowsWith(stack, "databases")).toEqual([
      "Pods <- databases tcp 8080",
      "databases -> Pods tcp 8080",
    ]);
  });

  test("without a group gets a rule of the pods' group for its range", () => {
    const { stack, cluster, chart, web } = shop();
    web.connections.allowTo(new ExternalPeer(chart, "db", { cidr: CIDR }), POSTGRES, reason);
    cluster.addCdk8sChart("shop", chart);
    expect(flowsWith(stack, CIDR)).toEqual([`Pods -> ${CIDR} tcp 5432`]);
  });

  test("is a peer of policies of cdk8s-plus too", () => {
    const { chart } = shop();
    const peer = new ExternalPeer(chart, "db", { cidr: CIDR });
    expect(peer.toNetworkPolicyPeerConfig().ipBlock?.cidr).toBe(CIDR);
    expect(peer.toPodSelector()).toBeUndefined();
  });
});

describe("an invalid connection to an external peer is rejected", () => {
  test("without a reason, which is the description of its rules", () => {
    const { chart, web } = shop();
    const db = new ExternalPeer(chart, "db", { cidr: CIDR });
    expect(problemCodesOf(() => web.connections.allowTo(db, POSTGRES))).toEqual(["REASON_MISSING"]);
    expect(problemCodesOf(() => web.connections.allowTo(db, POSTGRES, { reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(
      problemCodesOf(() => web.connections.allowFrom(db, POSTGRES, { reason: "x".repeat(256) })),
    ).toEqual(["RULE_REASON_LENGTH"]);
    expect(policyOf(chart)).toMatchObject({ ingress: [], egress: [expect.anything()] });
  });

  test("outside of the VCN, when the chart is added", () => {
    const { cluster, chart, web } = shop();
    web.connections.allowTo(new ExternalPeer(chart, "db", { cidr: "10.9.0.0/24" }), POSTGRES, reason);
    const [problem] = validationProblemsOf(() => cluster.addCdk8sChart("shop", chart));
    expect(problem).toMatchObject({ code: "EGRESS_INVALID", fix: expect.stringContaining("allowEgress") });
  });

  test.each(["10.0.0.0/16", "10.0.224.0/19", "10.0.2.0/28"])(
    "that is a part of the cluster itself, or holds one, such as %s",
    (cidr) => {
      const { cluster, chart, web } = shop();
      web.connections.allowFrom(new ExternalPeer(chart, "own", { cidr }), POSTGRES, reason);
      const [problem] = validationProblemsOf(() => cluster.addCdk8sChart("shop", chart));
      expect(problem).toMatchObject({
        code: "EGRESS_INVALID",
        what: expect.stringContaining("the cluster's own"),
      });
    },
  );

  test("to pods in an overlay", () => {
    const { stack, cluster, chart, web } = shop(newStack(), PodNetworking.flannelOverlay());
    cluster.addCdk8sChart("shop", chart);
    const before = flowsOf(stack);
    const agents = new ExternalPeer(chart, "agents", { cidr: CIDR });
    const [problem] = validationProblemsOf(() => web.connections.allowFrom(agents, Port.tcp(8080), reason));
    expect(problem).toMatchObject({ code: "EGRESS_INVALID", fix: expect.stringContaining("LOCAL") });
    expect(flowsOf(stack)).toEqual(before);
    expect(() => web.connections.allowTo(agents, POSTGRES, reason)).not.toThrow();
  });

  test("of another VCN", () => {
    const { stack, cluster, chart, web } = shop();
    const foreign = new NetworkSecurityGroup(stack, "foreign", {
      compartmentId: COMPARTMENT,
      vcnId: "ocid1.vcn.oc1..other",
    });
    const known = new SecureOkeCluster(stack, "other", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const db = new ExternalPeer(stack, "db", { cidr: CIDR, securityGroup: known.workerSecurityGroup });
    web.connections.allowTo(db, POSTGRES, reason);
    expect(problemCodesOf(() => cluster.addCdk8sChart("shop", chart))).toEqual(["NSG_OTHER_VCN"]);
    expect(foreign._vcnId).toBe("ocid1.vcn.oc1..other");
  });

  test("at synthesis if its chart was not added to a cluster", () => {
    const { chart, web } = shop();
    web.connections.allowTo(new ExternalPeer(chart, "db", { cidr: CIDR }), POSTGRES, reason);
    expect(problemsAtSynthesis(chart).map(({ code, path }) => `${code} ${path}`)).toEqual([
      "EGRESS_INVALID shop/web",
    ]);
  });

  test.each([
    ["nothing", undefined, ["ATTRIBUTE_MISSING"]],
    ["no range", {}, ["ATTRIBUTE_MISSING"]],
    ["a text that is none", { cidr: "db" }, ["CIDR_INVALID"]],
    ["host bits", { cidr: "10.0.9.1/24" }, ["CIDR_HOST_BITS"]],
    ["IPv6", { cidr: "2001:db8::/64" }, ["CIDR_IPV6"]],
    ["a wide range", { cidr: "10.0.0.0/7" }, ["CIDR_TOO_WIDE"]],
    ["a reference", { cidr: Fn.cidrsubnet("10.0.0.0/16", 8, 9) }, ["CIDR_INVALID"]],
    ["no group", { cidr: CIDR, securityGroup: "ocid1.networksecuritygroup.oc1..x" }, ["VALUE_INVALID"]],
  ])("of %s", (_, props, codes) => {
    const { chart } = shop();
    expect(problemCodesOf(() => new ExternalPeer(chart, "db", props as never))).toEqual(codes);
    expect(chart.node.tryFindChild("db")).toBeUndefined();
  });

  test("without a scope, or with a duplicate id", () => {
    const { chart } = shop();
    const peer = (scope: unknown, id: unknown) => () =>
      new ExternalPeer(scope as never, id as never, { cidr: CIDR });
    expect(problemCodesOf(peer(undefined, undefined))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(peer({}, "db"))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(peer(chart, 1))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(peer(chart, "web"))).toEqual(["NAME_DUPLICATE"]);
  });
});
