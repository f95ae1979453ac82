import { App as KubernetesApp, Chart, Size } from "cdk8s";
import { Fn, Testing, type TerraformStack, type App } from "cdktf";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import fc from "fast-check";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { Egress } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { HardenedCronJob } from "../../lib/workload/hardened-cron-job";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedJob } from "../../lib/workload/hardened-job";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { services, routesOf } from "../network/support";
import { flowsOf } from "../support/rules";
import { COMPARTMENT, newStack, onlyResource, resourcesOf, synthesized } from "../support/stack";
import {
  IMAGE,
  objectOf,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "../workload/support";

const NODE_IMAGE = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test");
const SHAPE = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 1, memory: Size.gibibytes(8) });
const BANK = "203.0.113.0/24";
const HTTPS = Port.tcp(443);
const reason = { reason: "The bank's API" };
const toBank = Egress.to(BANK, HTTPS, reason);
const ports = [{ port: 443, protocol: "TCP" }];

function clusterIn(stack: TerraformStack, vcn = "10.0.0.0/16") {
  const network = new ClusterNetwork(stack, "network", {
    compartmentId: COMPARTMENT,
    displayName: "n",
    regionServices: services,
  });
  expect(network.vcnCidr).toBe(vcn);
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    network,
  });
}

function newChart(id = "shop", app = new KubernetesApp()): Chart {
  return new Chart(app, id, { namespace: id });
}

const deployment = (chart: Chart, egress?: Egress[]) =>
  new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, egress });

const egressOf = (chart: Chart, name = "web") => objectOf(chart, "NetworkPolicy", name).spec.egress.slice(1);
const rangeFlows = (stack: TerraformStack) => flowsOf(stack).filter((flow) => /\d+\/\d+ /.test(flow));

describe("a workload with an egress", () => {
  test("gets the policy, the rule of the pods' group, the route of the pods' subnet and the NAT gateway from one line", () => {
    const stack = newStack();
    const chart = newChart();
    deployment(chart, [toBank]);
    clusterIn(stack).addCdk8sChart("shop", chart);
    expect(egressOf(chart)).toEqual([{ to: [{ ipBlock: { cidr: BANK } }], ports }]);
    expect(rangeFlows(stack)).toEqual([`Pods -> ${BANK} tcp 443`]);
    expect(routesOf(stack)["n-pods"]).toContain(`${BANK} > nat_gateway`);
    expect(routesOf(stack)["n-workers"]).not.toContain(`${BANK} > nat_gateway`);
    expect(onlyResource(stack, "oci_core_nat_gateway")).toMatchObject({ display_name: "n-nat" });
  });

  test.each([
    ["before the chart is added", true],
    ["after the chart was added", false],
  ])("is the same bytes when it is declared %s, as a prop or by a call", (_, isBefore) => {
    const bytes = (declare: (chart: Chart) => void) => {
      const stack = newStack();
      const chart = newChart();
      const cluster = clusterIn(stack);
      if (isBefore) declare(chart);
      cluster.addCdk8sChart("shop", chart);
      if (!isBefore) declare(chart);
      return synthesized(stack);
    };
    const expected = bytes((chart) => deployment(chart, [toBank]));
    expect(bytes((chart) => deployment(chart).connections.allowEgress(toBank))).toEqual(expected);
    expect(expected.resource.oci_core_nat_gateway).toBeDefined();
  });

  test("works for any kind of workload", () => {
    const stack = newStack();
    const chart = newChart();
    const props = { image: IMAGE, egress: [toBank] };
    new HardenedDaemonSet(chart, "daemons", props);
    new HardenedStatefulSet(chart, "state", { ...props, port: 5432 });
    new HardenedJob(chart, "job", props);
    new HardenedCronJob(chart, "nightly", { ...props, schedule: "0 3 * * *" });
    clusterIn(stack).addCdk8sChart("shop", chart);
    for (const name of ["daemons", "state", "job", "nightly"]) expect(egressOf(chart, name)).toHaveLength(1);
    expect(rangeFlows(stack)).toEqual([`Pods -> ${BANK} tcp 443`]);
  });

  test("in a chart inside of the one that is added gets the same", () => {
    const stack = newStack();
    const outer = newChart();
    deployment(new Chart(outer, "inner", { namespace: "shop" }), [toBank]);
    clusterIn(stack).addCdk8sChart("shop", outer);
    expect(rangeFlows(stack)).toEqual([`Pods -> ${BANK} tcp 443`]);
  });

  test("adds one rule where two workloads of two charts need the same, and names both reasons", () => {
    const stack = newStack();
    const [one, other] = [newChart("one"), newChart("other")];
    deployment(one, [toBank]);
    deployment(other, [Egress.to(BANK, HTTPS, { reason: "Refunds" })]);
    const cluster = clusterIn(stack);
    cluster.addCdk8sChart("one", one);
    cluster.addCdk8sChart("other", other);
    const rules = Object.values(resourcesOf(stack, "oci_core_network_security_group_security_rule"));
    expect(rules.filter(({ destination }) => destination === BANK)).toEqual([
      expect.objectContaining({ description: "Refunds; The bank's API" }),
    ]);
  });

  test("changes nothing in the cluster without one", () => {
    const bytes = (egress?: Egress[]) => {
      const stack = newStack();
      const chart = newChart();
      deployment(chart, egress);
      clusterIn(stack).addCdk8sChart("shop", chart);
      return synthesized(stack);
    };
    expect(bytes([])).toEqual(bytes());
  });

  test("to every address leaves out the VCN and what is link-local, and keeps the reason in both trees", () => {
    const stack = newStack();
    const chart = newChart();
    deployment(chart, [Egress.toAnywhere(HTTPS, { reason: "Webhooks of customers" })]);
    clusterIn(stack).addCdk8sChart("shop", chart);
    expect(egressOf(chart)).toEqual([
      { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/16", "169.254.0.0/16"] } }], ports },
    ]);
    expect(
      Acknowledgements.of(stack)
        .map(({ practice, what, reason: why }) => [practice, what, why])
        .sort(),
    ).toEqual([
      ["exposure", "egress tcp-443 for every address", "Webhooks of customers"],
      ["network-layers", "connections to every address outside of the VCN, tcp-443", "Webhooks of customers"],
    ]);
  });

  test("of an imported cluster gets the rule there, and its owner makes the route", () => {
    const stack = newStack();
    const network = ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
      vcnId: "ocid1.vcn.oc1..test",
    });
    const podSecurityGroup = NetworkSecurityGroup.fromNetworkSecurityGroupId(
      stack,
      "pods",
      "ocid1.networksecuritygroup.oc1..pods",
    );
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
      clusterId: "ocid1.cluster.oc1..test",
      network,
      podSecurityGroup,
    });
    const chart = newChart();
    deployment(chart, [toBank, Egress.toAnywhere(Port.tcp(25), { reason: "Mail" })]);
    cluster.addCdk8sChart("shop", chart);
    expect(flowsOf(stack)).toHaveLength(2);
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
    expect(JSON.stringify(egressOf(chart))).toContain('"except":["169.254.0.0/16"]');
  });

  test("works from a separate stack without a cycle", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const other = newStack("other", stack.node.root as App);
    const imported = SecureOkeCluster.fromClusterAttributes(other, "cluster", {
      clusterId: cluster.clusterId,
      network: cluster.network,
      podSecurityGroup: cluster.podSecurityGroup,
    });
    const chart = newChart();
    deployment(chart, [toBank]);
    imported.addCdk8sChart("shop", chart);
    (stack.node.root as App).synth();
    expect(other.dependencies.map(({ node }) => node.id)).toEqual([]);
    expect(stack.dependencies.map(({ node }) => node.id)).toEqual([]);
    expect(rangeFlows(stack)).toEqual([`Pods -> ${BANK} tcp 443`]);
  });
});

test("whatever is declared wherever and whenever, each workload reaches what it declared, by both layers, and nothing else", () => {
  const names = ["one", "two", "three"];
  const ways = ["203.0.113.0/24", "198.51.100.7/32", "192.0.2.0/25"].map((cidr) =>
    Egress.to(cidr, HTTPS, reason),
  );
  const declared = fc.record({ ways: fc.subarray(ways), isLate: fc.boolean(), isProp: fc.boolean() });
  fc.assert(
    fc.property(fc.tuple(declared, declared, declared), (all) => {
      const stack = newStack();
      const cluster = clusterIn(stack);
      const texts = names.map((name, index) => {
        const { ways: own, isLate, isProp } = all[index]!;
        const chart = newChart(name);
        if (isLate) cluster.addCdk8sChart(name, chart);
        const web = deployment(chart, isProp ? own : undefined);
        for (const one of isProp ? [] : own) web.connections.allowEgress(one);
        if (!isLate) cluster.addCdk8sChart(name, chart);
        return JSON.stringify(objectsOf(chart));
      });
      new PrivateNodePool(stack, "pool", { cluster, image: NODE_IMAGE, shape: SHAPE, size: 1 });
      const reach = Reachability.fromTexts({ terraform: [Testing.synth(stack)], manifests: texts });
      names.forEach((name, index) => {
        for (const way of ways) {
          const from = Endpoint.workload(name, "web");
          const { verdict } = reach.ask(from, Endpoint.addresses([way.cidr]), HTTPS);
          expect(verdict).toBe(all[index]!.ways.includes(way) ? Verdict.YES : Verdict.NO);
        }
      });
      const pairs = new Set(all.flatMap(({ ways: own }) => own));
      expect(rangeFlows(stack)).toHaveLength(pairs.size);
    }),
    { numRuns: 5 },
  );
});

describe("an invalid egress of a workload is rejected", () => {
  test("at synthesis if its chart was not added to a cluster", () => {
    const app = new KubernetesApp();
    const chart = newChart("shop", app);
    deployment(chart, [toBank]);
    const [problem, ...more] = problemsAtSynthesis(chart);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "EGRESS_INVALID",
      path: "shop/web",
      what: expect.stringMatching(/203\.0\.113\.0\/24.*shop was not added/),
      fix: expect.stringContaining('cluster.addCdk8sChart("shop", chart)'),
    });
  });

  test("if another chart was added and its own was not", () => {
    const app = new KubernetesApp();
    const [added, forgotten] = [newChart("added", app), newChart("forgotten", app)];
    deployment(forgotten, [toBank]);
    const stack = newStack();
    clusterIn(stack).addCdk8sChart("added", added);
    expect(validationProblemsOf(() => synthesized(stack)).map(({ code, path }) => `${code} ${path}`)).toEqual(
      ["EGRESS_INVALID forgotten/web"],
    );
  });

  test("with all problems when the chart is added", () => {
    const stack = newStack();
    const chart = newChart();
    deployment(chart, [Egress.to("10.0.4.0/24", HTTPS, reason)]);
    new HardenedDeployment(chart, "other", {
      image: IMAGE,
      egress: [Egress.to("10.0.0.0/8", HTTPS, reason)],
    });
    const cluster = clusterIn(stack);
    const problems = validationProblemsOf(() => cluster.addCdk8sChart("shop", chart));
    expect(problems.map(({ code, what }) => `${code} ${/is (\S+),/.exec(what)?.[1]}`)).toEqual([
      "EGRESS_INVALID 10.0.4.0/24",
      "EGRESS_INVALID 10.0.0.0/8",
    ]);
    expect(cluster.node.tryFindChild("Manifests-shop")).toBeUndefined();
    expect(rangeFlows(stack)).toEqual([]);
  });

  test("before the workload is created, if its chart was added already", () => {
    const chart = newChart();
    clusterIn(newStack()).addCdk8sChart("shop", chart);
    expect(problemCodesOf(() => deployment(chart, [Egress.to("10.0.4.0/24", HTTPS, reason)]))).toEqual([
      "EGRESS_INVALID",
    ]);
    expect(chart.node.tryFindChild("web")).toBeUndefined();
  });

  test("of a wrong type or protocol", () => {
    const attempt = (egress: unknown) => problemCodesOf(() => deployment(newChart(), egress as Egress[]));
    expect(attempt([{ cidr: BANK, port: HTTPS, reason: "x", isAnywhere: false }])).toEqual(["VALUE_INVALID"]);
    expect(attempt([undefined])).toEqual(["ATTRIBUTE_MISSING"]);
    expect(attempt(toBank)).toEqual(["VALUE_INVALID"]);
    expect(attempt(null)).toEqual(["VALUE_INVALID"]);
    expect(attempt([Egress.to(BANK, Port.icmp(8, 0), reason)])).toEqual(["PORT_INVALID"]);
    const web = deployment(newChart());
    expect(problemCodesOf(() => web.connections.allowEgress(undefined as never))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(problemCodesOf(() => web.connections.allowEgress({} as never))).toEqual(["VALUE_INVALID"]);
    expect(
      problemCodesOf(() => web.connections.allowEgress(Egress.to(BANK, Port.icmp(8, 0), reason))),
    ).toEqual(["PORT_INVALID"]);
  });

  test("if many narrow ones together are too wide", () => {
    const wide = [11, 12, 13, 14, 15].map((byte) => Egress.to(`${byte}.0.0.0/8`, HTTPS, reason));
    expect(problemCodesOf(() => deployment(newChart(), wide))).toEqual(["CIDR_TOO_WIDE"]);
    const web = deployment(newChart());
    for (const one of wide.slice(0, 4)) web.connections.allowEgress(one);
    expect(problemCodesOf(() => web.connections.allowEgress(wide[4]!))).toEqual(["CIDR_TOO_WIDE"]);
  });

  test("if the imported cluster lacks an attribute", () => {
    const cluster = SecureOkeCluster.fromClusterAttributes(newStack(), "cluster", {
      clusterId: "ocid1.cluster.oc1..test",
    });
    const chart = newChart();
    deployment(chart, [toBank]);
    expect(problemCodesOf(() => cluster.addCdk8sChart("shop", chart))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("if its chart was added to another construct than a cluster", () => {
    const stack = newStack();
    const chart = newChart();
    deployment(chart, [toBank]);
    expect(problemCodesOf(() => new ChartOutput(stack, "shop", chart))).toEqual(["VALUE_INVALID"]);
  });

  test("by no reference, as a route is made of it", () => {
    expect(problemCodesOf(() => Egress.to(Fn.join("", ["x"]) as string, HTTPS, reason))).toEqual([
      "CIDR_INVALID",
    ]);
  });
});
