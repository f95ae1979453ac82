import * as fc from "fast-check";
import { Testing } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { IpProtocol } from "../../lib/core/port";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { HttpListener } from "../../lib/workload/pods/load-balancer-listeners";
import {
  LoadBalancerAccess,
  ExternalTrafficPolicy,
  LoadBalancerType,
} from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { NodePorts } from "../../lib/exposure/private/load-balancer-claims";
import { SecurityRuleManagement } from "../../lib/exposure/security-rule-management";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { flowsOf, rulesOf } from "../support/rules";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf, resourcesOf } from "../support/stack";
import { newChart, objectOf } from "../workload/support";
import { existingCluster, REASON, wayIn } from "./load-balancer-support";

const RULE = "oci_core_network_security_group_security_rule";
const securityRules = SecurityRuleManagement.terraformManaged();
const network = { type: LoadBalancerType.NETWORK_LOAD_BALANCER, tls: TlsTermination.atPod() };

const groups = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    NetworkSecurityGroup.fromNetworkSecurityGroupId(
      newStack(),
      `g${index}`,
      `ocid1.networksecuritygroup.oc1..g${index}`,
    ),
  );

describe("an invalid exposure is rejected, and a similar valid one is created:", () => {
  test.each<[string, () => Partial<LoadBalancerOptions>, string, () => Partial<LoadBalancerOptions>]>([
    [
      "a port twice on one load balancer",
      () => ({ port: 80, httpListener: HttpListener.redirectedByWorkload(REASON) }),
      "PORT_INVALID",
      () => ({ port: 81, httpListener: HttpListener.redirectedByWorkload(REASON) }),
    ],
    [
      "TLS on UDP",
      () => ({ ...network, securityRules, transport: IpProtocol.UDP }),
      "LOAD_BALANCER_INVALID",
      () => ({ ...network, securityRules, transport: IpProtocol.UDP, tls: TlsTermination.none(REASON) }),
    ],
    [
      "a range as wide as the internet in a list of named ones",
      () => ({ access: LoadBalancerAccess.publicFrom(["0.0.0.0/0"], REASON) }),
      "CIDR_TOO_WIDE",
      () => ({ access: LoadBalancerAccess.publicFromAnywhere(REASON) }),
    ],
    [
      "a range as wide as the internet for an internal one",
      () => ({ access: LoadBalancerAccess.internalFrom(["0.0.0.0/0"]) }),
      "CIDR_TOO_WIDE",
      () => ({ access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]) }),
    ],
    [
      "a node port out of range",
      () => ({ securityRules: SecurityRuleManagement.terraformManaged({ nodePort: 32768 }) }),
      "NODE_PORT_INVALID",
      () => ({ securityRules: SecurityRuleManagement.terraformManaged({ nodePort: 32767 }) }),
    ],
    [
      "more than five groups on a VNIC",
      () => ({ securityGroups: groups(5) }),
      "NSG_LIMIT",
      () => ({ securityGroups: groups(4) }),
    ],
    [
      "the name of a Service that is too long",
      () => ({ name: "a".repeat(64) }),
      "NAME_INVALID",
      () => ({ name: "a".repeat(63) }),
    ],
    [
      "the name of a Secret that is too long",
      () => ({ tls: TlsTermination.atLoadBalancer({ secretName: "a".repeat(254) }) }),
      "NAME_INVALID",
      () => ({ tls: TlsTermination.atLoadBalancer({ secretName: "a".repeat(253) }) }),
    ],
    [
      "a Secret of another namespace that nobody lends",
      () => ({ tls: TlsTermination.atLoadBalancer({ secretName: "tls", secretNamespace: "bank" }) }),
      "REASON_MISSING",
      () => ({
        tls: TlsTermination.atLoadBalancer({
          secretName: "tls",
          secretNamespace: "bank",
          secretGrant: REASON,
        }),
      }),
    ],
    [
      "the pods' Secret of another namespace that nobody lends",
      () => ({
        tls: TlsTermination.reencrypt({
          secretName: "tls",
          backendSecretName: "pod-tls",
          backendSecretNamespace: "bank",
        }),
      }),
      "REASON_MISSING",
      () => ({
        tls: TlsTermination.reencrypt({
          secretName: "tls",
          backendSecretName: "pod-tls",
          backendSecretNamespace: "shop",
        }),
      }),
    ],
    [
      "a Secret that is lent for a blank",
      () => ({
        tls: TlsTermination.atLoadBalancer({
          secretName: "tls",
          secretNamespace: "bank",
          secretGrant: { reason: " \t" },
        }),
      }),
      "REASON_MISSING",
      () => ({ tls: TlsTermination.atLoadBalancer({ secretName: "tls", secretNamespace: "shop" }) }),
    ],
    [
      "a reason of blanks",
      () => ({ access: LoadBalancerAccess.publicFrom(["203.0.113.0/24"], { reason: "\n " }) }),
      "REASON_MISSING",
      () => ({ access: LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON) }),
    ],
  ])("%s", (_, bad, code, good) => {
    const chart = newChart();
    expect(problemCodesOf(() => wayIn(bad(), {}, chart))).toEqual([code]);
    expect(chart.node.tryFindChild("web")?.node.tryFindChild("LoadBalancer-web")).toBeUndefined();
    wayIn(good());
  });

  test("a node port that another Service has, in another stack too", () => {
    const app = Testing.app();
    const [one, two] = ["one", "two"].map((id) => existingCluster(newStack(id, app)));
    const taken = SecurityRuleManagement.terraformManaged({ nodePort: 30443 });
    wayIn({ cluster: one!, name: "first", securityRules: taken }, {}, newChart());
    expect(
      validationProblemsOf(() => wayIn({ cluster: two!, securityRules: taken }, {}, newChart())),
    ).toMatchObject([
      {
        code: "NODE_PORT_INVALID",
        what: "The node port 30443 of shop/web tcp-443 belongs to shop/first tcp-443",
      },
    ]);
  });
});

test("node ports of a cluster that is made in one stack and imported in another are those of one cluster", () => {
  const app = Testing.app();
  const [one, two] = [newStack("one", app), newStack("two", app)];
  const cluster = new SecureOkeCluster(one, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
  const imported = SecureOkeCluster.fromClusterAttributes(two, "cluster", {
    // Another reference to the same cluster.
    clusterId: (cluster.node.defaultChild as any).id,
    network: cluster.network,
    workerSecurityGroup: cluster.workerSecurityGroup,
  });
  const taken = SecurityRuleManagement.terraformManaged({ nodePort: 30443 });
  wayIn({ cluster, name: "first", securityRules: taken }, {}, newChart());
  const second = () => wayIn({ cluster: imported, securityRules: taken }, {}, newChart());
  expect(problemCodesOf(second)).toEqual(["NODE_PORT_INVALID"]);
});

test("a Secret of another namespace without a reason is refused at its place", () => {
  const tls = TlsTermination.atLoadBalancer({ secretName: "tls", secretNamespace: "bank" });
  expect(validationProblemsOf(() => wayIn({ tls }))).toMatchObject([
    { code: "REASON_MISSING", property: "tls.secretGrant" },
  ]);
});

test("a Secret of another namespace is an acknowledgement", () => {
  const tls = TlsTermination.atLoadBalancer({
    secretName: "tls",
    secretNamespace: "bank",
    secretGrant: { reason: "One certificate for all" },
  });
  const { chart } = wayIn({ tls });
  expect(Acknowledgements.of(chart)).toMatchObject([
    {
      practice: "least-privilege",
      what: "the Secret bank/tls of another namespace",
      reason: "One certificate for all",
    },
  ]);
});

describe("for any Services of a cluster whose rules Terraform manages", () => {
  const options = fc.record({
    port: fc.integer({ min: 1, max: 65535 }).filter((port) => port !== 80),
    hasHttp: fc.boolean(),
    isLocal: fc.boolean(),
    preserves: fc.boolean(),
  });
  const services = fc
    .dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), options, { minKeys: 2, maxKeys: 4 })
    .map((all) => Object.entries(all));
  type Services = readonly (readonly [
    string,
    {
      readonly port: number;
      readonly hasHttp: boolean;
      readonly isLocal: boolean;
      readonly preserves: boolean;
    },
  ])[];

  /** The program with these Services, spread over two stacks that import the cluster; nothing where two come to one port. */
  function program(all: Services) {
    const app = Testing.app();
    const stacks = ["one", "two"].map((id) => newStack(id, app));
    const clusters = stacks.map((stack) => existingCluster(stack));
    const ports = new Map<string, number[]>();
    for (const [name, { port, hasHttp, isLocal, preserves }] of all) {
      const { chart } = wayIn(
        {
          // Where a Service is declared hangs on its name alone.
          cluster: clusters[name.length % 2]!,
          name,
          port,
          securityRules,
          externalTrafficPolicy: isLocal ? ExternalTrafficPolicy.LOCAL : ExternalTrafficPolicy.CLUSTER,
          ...(isLocal && preserves ? { ...network, preserveSource: true } : {}),
          ...(hasHttp && !(isLocal && preserves)
            ? { httpListener: HttpListener.redirectedByWorkload(REASON) }
            : {}),
        },
        {},
        newChart(),
      );
      const { spec } = objectOf(chart, "Service");
      ports.set(name, [
        ...spec.ports.map(({ nodePort }: any) => nodePort),
        ...(spec.healthCheckNodePort === undefined ? [] : [spec.healthCheckNodePort]),
      ]);
    }
    const rules = stacks.flatMap((stack) => Object.entries(resourcesOf(stack, RULE)));
    return { stacks, ports, rules: new Map(rules.map(([id, rule]) => [id, JSON.stringify(rule)])) };
  }

  const withoutClash = services.filter((all) => {
    const used = all.flatMap(([name, { port, hasHttp, isLocal }]) => [
      NodePorts.hashed(`shop/${name} tcp-${port}`),
      ...(hasHttp ? [NodePorts.hashed(`shop/${name} tcp-80`)] : []),
      ...(isLocal ? [NodePorts.hashed(`shop/${name} health`)] : []),
    ]);
    return new Set(used).size === used.length;
  });

  test("node ports stay where Services come, go and change places, and no two are one over stacks", () => {
    fc.assert(
      fc.property(withoutClash, (all) => {
        const before = program(all);
        const taken = [...before.ports.values()].flat();
        expect(new Set(taken).size).toBe(taken.length);
        for (const [name, ports] of program([...all].reverse().slice(1)).ports) {
          expect(ports).toEqual(before.ports.get(name));
        }
      }),
      { numRuns: 6 },
    );
  });

  test("no rule spans more than one node port, and one for nodes names a port of that Service or the health check", () => {
    fc.assert(
      fc.property(withoutClash, (all) => {
        const { stacks, ports } = program(all);
        const known = [10256, ...[...ports.values()].flat()];
        for (const rule of stacks.flatMap(rulesOf)) {
          const { min, max } = (rule.tcp_options ?? rule.udp_options).destination_port_range;
          expect(min).toBe(max);
          const isOfNodes = JSON.stringify([rule.network_security_group_id, rule.destination]).includes(
            "..workers",
          );
          if (isOfNodes) expect(known).toContain(min);
        }
      }),
      { numRuns: 6 },
    );
  });

  test("to remove a Service removes exactly its rules, and leaves every other one as it was", () => {
    fc.assert(
      fc.property(withoutClash, fc.nat(3), (all, index) => {
        const [gone] = all[index % all.length]!;
        const before = program(all);
        const after = program(all.filter(([name]) => name !== gone));
        for (const [id, rule] of after.rules) expect(before.rules.get(id)).toBe(rule);
        const removed = [...before.rules.keys()].filter((id) => !after.rules.has(id));
        const own = [...program(all.filter(([name]) => name === gone)).rules.keys()];
        expect(removed.sort()).toEqual(own.sort());
        expect(flowsOf(before.stacks[gone.length % 2]!).length).toBeGreaterThan(0);
      }),
      { numRuns: 6 },
    );
  });
});
