import * as fc from "fast-check";
import { Testing, type TerraformStack } from "cdktf";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { Port } from "../../lib/core/port";
import { resolveReference } from "../../lib/core/terraform-text";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkPeer } from "../../lib/network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { HttpListener } from "../../lib/workload/pods/load-balancer-listeners";
import {
  LoadBalancerAccess,
  ExternalTrafficPolicy,
  LoadBalancerType,
} from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { SecurityRuleManagement } from "../../lib/exposure/security-rule-management";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf, resourcesOf } from "../support/stack";
import { newChart } from "../workload/support";
import { existingCluster, REASON, wayIn } from "./load-balancer-support";

const RULE = "oci_core_network_security_group_security_rule";
const httpListener = HttpListener.redirectedByWorkload(REASON);

const ranges = (count: number) => Array.from({ length: count }, (_, index) => `10.0.${index}.0/24`);

/** A way in whose rules the cloud controller writes, in a chart of its own. */
function cloud(cluster: ISecureOkeCluster, name: string, options: Partial<LoadBalancerOptions> = {}) {
  return wayIn({ cluster, name, ...options }, {}, newChart());
}

const preserving = (count: number): Partial<LoadBalancerOptions> => ({
  type: LoadBalancerType.NETWORK_LOAD_BALANCER,
  tls: TlsTermination.atPod(),
  externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
  preserveSource: true,
  access: LoadBalancerAccess.internalFrom(ranges(count)),
});

const problemsOf = (stack: TerraformStack) => validationProblemsOf(() => Testing.synth(stack, true));

describe("the 120 rules of the workers' group", () => {
  test("hold two rules of the cloud controller for each listener and Service, and no more Services than that", () => {
    const stack = newStack();
    const cluster = existingCluster(stack);
    for (let index = 0; index < 60; index += 1) cloud(cluster, `web-${index}`);
    expect(() => Testing.synth(stack, true)).not.toThrow();
    const { chart } = cloud(cluster, "one-more", { httpListener });
    const [problem, ...others] = problemsOf(stack);
    expect([problem, others]).toMatchObject([
      {
        code: "COUNT_INVALID",
        path: "stack/cluster-workers",
        what:
          "The group of the worker nodes would have 123 rules: 0 of Terraform, and 123 that the cloud controller writes for the " +
          "Services shop/one-more (3), shop/web-0 (2), shop/web-1 (2), shop/web-10 (2), shop/web-11 (2), shop/web-12 (2), " +
          "shop/web-13 (2), shop/web-14 (2), shop/web-15 (2), shop/web-16 (2) and 51 more",
        fix: expect.stringContaining("exposeViaIngress"),
      },
      [],
    ]);
    // Who writes the chart by plain cdk8s is told the same.
    expect(validationProblemsOf(() => chart.toJson())).toMatchObject([
      { code: "COUNT_INVALID", path: "stack/cluster", what: problem?.what },
    ]);
  });

  test("hold one for each range too where nodes see the clients, and Terraform's own beside them", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
      network,
    });
    const id = resolveReference(stack, cluster.workerSecurityGroup.networkSecurityGroupId);
    const own = Object.values(resourcesOf(stack, RULE)).filter(
      (rule) => rule.network_security_group_id === id,
    );
    const room = 120 - own.length;
    cloud(cluster, "udp", preserving(room - 2));
    expect(() => Testing.synth(stack, true)).not.toThrow();
    cluster.workerSecurityGroup.allowFrom(NetworkPeer.cidr("10.9.0.0/16"), Port.tcp(22), REASON);
    expect(problemsOf(stack)[0]?.what).toContain(
      `would have 121 rules: ${own.length + 1} of Terraform, and ${room} that the cloud controller writes for the Services shop/udp (${room})`,
    );
  });

  test("are counted together over the stacks of an app, whatever construct stands for the cluster", () => {
    const app = Testing.app();
    const [one, two] = ["one", "two"].map((id) => newStack(id, app)) as [TerraformStack, TerraformStack];
    const cluster = new SecureOkeCluster(one, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const imported = SecureOkeCluster.fromClusterAttributes(two, "cluster", {
      clusterId: cluster.clusterId,
      network: cluster.network,
      workerSecurityGroup: NetworkSecurityGroup.fromNetworkSecurityGroupId(
        two,
        "workers",
        // Another reference to the same group.
        (cluster.workerSecurityGroup.node.defaultChild as any).id,
      ),
    });
    cloud(cluster, "first", preserving(60));
    expect(() => Testing.synth(one, true)).not.toThrow();
    cloud(imported, "second", preserving(60));
    for (const stack of [one, two]) {
      const [problem] = problemsOf(stack);
      expect(problem?.code).toBe("COUNT_INVALID");
      expect(problem?.what).toContain("for the Services shop/first (62), shop/second (62)");
    }
  });

  test("are counted by cluster", () => {
    const app = Testing.app();
    const stacks = ["one", "two"].map((id) => newStack(id, app));
    for (const [index, stack] of stacks.entries()) {
      const group = NetworkSecurityGroup.fromNetworkSecurityGroupId(
        stack,
        "workers",
        `ocid1.networksecuritygroup.oc1..workers${index}`,
      );
      const { network } = existingCluster(stack, "network-of");
      const clusterId = `ocid1.cluster.oc1..number${index}`;
      const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
        clusterId,
        network,
        workerSecurityGroup: group,
      });
      cloud(cluster, "web", preserving(70));
    }
    for (const stack of stacks) expect(() => Testing.synth(stack, true)).not.toThrow();
  });

  interface Service {
    readonly isCloud: boolean;
    readonly hasHttp: boolean;
    readonly preserved: number;
    readonly stack: number;
  }

  // Terraform's rules are resources, which take their time.
  const services = fc.array(
    fc
      .record({ isCloud: fc.boolean(), hasHttp: fc.boolean(), preserved: fc.nat(70), stack: fc.nat(1) })
      .map((one) => (one.isCloud ? one : { ...one, preserved: one.preserved % 6 })),
    { minLength: 1, maxLength: 6 },
  );

  /** Rule by rule, as the controller's source and our own table write them. */
  function naive({ isCloud, hasHttp, preserved }: Service): string[] {
    if (preserved === 0) {
      return [
        "load balancer -> node port",
        "load balancer -> health",
        ...(hasHttp ? ["-> http node port"] : []),
      ];
    }
    const clients = ranges(preserved).map((range) => `${range} -> node port`);
    return [...clients, "load balancer -> health", ...(isCloud ? ["load balancer -> node port"] : [])];
  }

  function problemOf(all: readonly Service[]): string {
    const app = Testing.app();
    const stacks = ["one", "two"].map((id) => newStack(id, app));
    const clusters = stacks.map((stack) => existingCluster(stack));
    for (const [index, { isCloud, hasHttp, preserved, stack }] of all.entries()) {
      cloud(clusters[stack]!, `s${index}`, {
        // Node ports of our choice, so that no two are one.
        securityRules: isCloud
          ? SecurityRuleManagement.cloudManaged()
          : SecurityRuleManagement.terraformManaged({
              nodePort: 30100 + index,
              ...(hasHttp && preserved === 0 ? { httpNodePort: 30200 + index } : {}),
              ...(preserved > 0 ? { healthCheckNodePort: 30300 + index } : {}),
            }),
        ...(preserved > 0 ? preserving(preserved) : hasHttp ? { httpListener } : {}),
      });
    }
    try {
      Testing.synth(stacks[0]!, true);
      return "";
    } catch (error) {
      return String(error);
    }
  }

  test("are what a count rule by rule says, for any Services in any stack and order, and with one less", () => {
    fc.assert(
      fc.property(services, (all) => {
        for (const some of [all, [...all].reverse(), all.slice(1)]) {
          const count = some.flatMap(naive).length;
          const problem = problemOf(some);
          if (count <= 120) expect(problem).toBe("");
          else expect(problem).toContain(`would have ${count} rules`);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe("the 120 rules of a load balancer's own group", () => {
  test.each([
    [118, {}, undefined],
    [119, {}, "119 ranges, which need 121 rules"],
    [58, { httpListener }, undefined],
    [59, { httpListener }, "59 ranges, which need 121 rules"],
  ])("limit %s ranges for both kinds of rule management", (count, options, what) => {
    for (const securityRules of [
      SecurityRuleManagement.cloudManaged(),
      SecurityRuleManagement.terraformManaged(),
    ]) {
      const access = LoadBalancerAccess.internalFrom(ranges(count));
      const make = () => wayIn({ securityRules, access, ...options });
      if (what === undefined) expect(make).not.toThrow();
      else
        expect(validationProblemsOf(make)).toMatchObject([
          { code: "COUNT_INVALID", what: expect.stringContaining(what) },
        ]);
    }
  });

  test("suggest a firewall for a public load balancer", () => {
    const access = LoadBalancerAccess.publicFrom(ranges(119), REASON);
    const [problem] = validationProblemsOf(() => wayIn({ access }));
    expect(problem?.fix).toContain("NetworkAddressList");
  });

  test("do not count a rejected Service", () => {
    const stack = newStack();
    const cluster = existingCluster(stack);
    cloud(cluster, "udp", preserving(116));
    expect(problemCodesOf(() => cloud(cluster, "bad", { port: 0 }))).toEqual(["PORT_INVALID"]);
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });
});
