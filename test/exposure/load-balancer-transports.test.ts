import { type Chart } from "cdk8s";
import { Testing } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { IpProtocol } from "../../lib/core/port";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import {
  LoadBalancerAccess,
  LoadBalancerType,
  ProxyProtocol,
} from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { SecurityRuleManagement } from "../../lib/exposure/security-rule-management";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { flowsOf } from "../support/rules";
import { newStack, problemCodesOf } from "../support/stack";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { IMAGE, newChart, objectOf } from "../workload/support";
import { existingCluster, REASON } from "./load-balancer-support";

const servicesOf = (chart: Chart) => (objectsOf(chart) as any[]).filter(({ kind }) => kind === "Service");

const PPV2 = "oci-network-load-balancer.oraclecloud.com/is-ppv2-enabled";

/** A DNS server, and what a call to expose it is given. */
function server(protocol = AppProtocol.TCP) {
  const stack = newStack("stack", Testing.app());
  const chart = newChart("dns", undefined, "dns");
  const dns = new HardenedDeployment(chart, "dns", { image: IMAGE, port: 5353, protocol });
  const options: LoadBalancerOptions = {
    cluster: existingCluster(stack),
    port: 53,
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    type: LoadBalancerType.NETWORK_LOAD_BALANCER,
    tls: TlsTermination.none(REASON),
    securityRules: SecurityRuleManagement.terraformManaged(),
  };
  return { stack, chart, dns, options };
}

const both = [IpProtocol.UDP, IpProtocol.TCP];

describe("a load balancer for TCP and UDP", () => {
  test("is one Service with one port number and one node port, TCP first", () => {
    const { chart, dns, options } = server();
    dns.exposeViaLoadBalancer({ ...options, transports: both });
    const { ports } = objectOf(chart, "Service").spec;
    const { nodePort } = ports[0];
    expect(ports).toEqual([
      { name: "tcp", port: 53, targetPort: "tcp", protocol: "TCP", nodePort },
      { name: "udp", port: 53, targetPort: 5353, protocol: "UDP", nodePort },
    ]);
    expect(nodePort).toBeGreaterThanOrEqual(30_000);
    const { ingress } = objectOf(chart, "NetworkPolicy").spec;
    const open = [
      { port: 5353, protocol: "TCP" },
      { port: 5353, protocol: "UDP" },
    ];
    // From the nodes, and from the load balancers.
    expect(ingress.flatMap((rule: any) => rule.ports)).toEqual([...open, ...open]);
  });

  test("has rules for each transport, for clients and nodes", () => {
    const { stack, dns, options } = server();
    dns.exposeViaLoadBalancer({ ...options, transports: both });
    const flows = flowsOf(stack).map((flow) => flow.replace(/ 3\d{4}$/, " node-port"));
    expect(flows).toMatchInlineSnapshot(`
     [
       "dns -> ocid1.networksecuritygroup.oc1..workers tcp 10256",
       "dns -> ocid1.networksecuritygroup.oc1..workers tcp node-port",
       "dns -> ocid1.networksecuritygroup.oc1..workers udp node-port",
       "dns <- 10.0.0.0/8 tcp 53",
       "dns <- 10.0.0.0/8 udp 53",
       "ocid1.networksecuritygroup.oc1..workers <- dns tcp 10256",
       "ocid1.networksecuritygroup.oc1..workers <- dns tcp node-port",
       "ocid1.networksecuritygroup.oc1..workers <- dns udp node-port",
     ]
    `);
  });

  test("terminates TLS in the pod for HTTP/3", () => {
    const { chart, dns, options } = server(AppProtocol.HTTP);
    dns.exposeViaLoadBalancer({ ...options, port: 443, tls: TlsTermination.atPod(), transports: both });
    expect(objectOf(chart, "Service").spec.ports.map(({ name, protocol }: any) => [name, protocol])).toEqual([
      ["https", "TCP"],
      ["udp", "UDP"],
    ]);
  });

  test.each<[string, Partial<LoadBalancerOptions>]>([
    [
      "whose rules the cloud controller would write",
      { securityRules: SecurityRuleManagement.cloudManaged() },
    ],
    ["that is no network load balancer", { type: LoadBalancerType.LOAD_BALANCER }],
    ["with the header of the proxy protocol", { proxyProtocol: ProxyProtocol.V2 }],
    ["that ends TLS", { tls: TlsTermination.atLoadBalancer({ secretName: "tls" }) }],
  ])("%s is rejected", (_, more) => {
    const { dns, options } = server();
    const codes = problemCodesOf(() => dns.exposeViaLoadBalancer({ ...options, ...more, transports: both }));
    expect(new Set(codes)).toEqual(new Set(["LOAD_BALANCER_INVALID"]));
  });

  test.each([["ICMP"], ["tcp"], [6]])("with %s is rejected", (transport) => {
    const { dns, options } = server();
    const call = () => dns.exposeViaLoadBalancer({ ...options, transports: ["TCP", transport] as never });
    expect(problemCodesOf(call)).toEqual(["VALUE_INVALID"]);
  });
});

describe("two calls that differ in transport and name only", () => {
  const calls = (first: IpProtocol, more: Partial<LoadBalancerOptions> = {}) => {
    const made = server();
    const second = first === IpProtocol.TCP ? IpProtocol.UDP : IpProtocol.TCP;
    const { dns, options } = made;
    const one = dns.exposeViaLoadBalancer({ ...options, name: "dns-one", transport: first });
    const two = dns.exposeViaLoadBalancer({ ...options, name: "dns-two", transport: second, ...more });
    return { ...made, one, two };
  };

  test.each([[IpProtocol.TCP], [IpProtocol.UDP]])("share the load balancer of the first, %s", (first) => {
    const { chart, stack, one, two } = calls(first);
    expect(servicesOf(chart).map(({ metadata }: any) => metadata.name)).toEqual(["dns-one"]);
    const { metadata, spec } = objectOf(chart, "Service");
    expect(spec.ports.map(({ protocol }: any) => protocol)).toEqual(["TCP", "UDP"]);
    expect(new Set(spec.ports.map(({ nodePort }: any) => nodePort)).size).toBe(1);
    expect(metadata.annotations[PPV2]).toBe("false");
    expect(two.name).toBe("dns-one");
    expect(two.securityGroup).toBe(one.securityGroup);
    expect(two.node.defaultChild).toBe(one.node.defaultChild);
    const alone = server();
    alone.dns.exposeViaLoadBalancer({ ...alone.options, name: "dns-one", transports: both });
    // The same flows, from and to the same groups, as one call for both makes.
    const words = (of: typeof stack) => flowsOf(of).map((flow) => flow.replace(/ 3\d{4}$/, " node-port"));
    expect(words(stack)).toEqual(words(alone.stack));
  });

  test("keep the reasons of both", () => {
    const tls = TlsTermination.none({ reason: "Signed by DNSSEC" });
    const { chart } = calls(IpProtocol.TCP, { tls });
    const reasons = Acknowledgements.of(chart).map(({ path, reason }) => [path, reason]);
    expect(reasons).toContainEqual(["dns/dns/LoadBalancer-dns-two", "Signed by DNSSEC"]);
  });

  test.each<[string, Partial<LoadBalancerOptions>]>([
    ["the clients", { access: LoadBalancerAccess.internalFrom(["10.1.0.0/16"]) }],
    ["the port", { port: 5300 }],
    ["the address", { reservedAddress: "10.0.1.9" }],
    ["the nodes", { nodeLabels: { pool: "edge" } }],
  ])("and %s have separate load balancers", (_, more) => {
    const { chart, two } = calls(IpProtocol.TCP, more);
    expect(servicesOf(chart)).toHaveLength(2);
    expect(two.name).toBe("dns-two");
  });

  test("have separate load balancers for two workloads", () => {
    const { chart, dns, options } = server();
    const other = new HardenedDeployment(chart, "other", { image: IMAGE, port: 5353 });
    dns.exposeViaLoadBalancer({ ...options });
    other.exposeViaLoadBalancer({ ...options, transport: IpProtocol.UDP });
    expect(servicesOf(chart)).toHaveLength(2);
  });

  test("share a reserved address", () => {
    const { chart, dns, options } = server();
    const reserved = { ...options, reservedAddress: "10.0.1.9" };
    dns.exposeViaLoadBalancer({ ...reserved, name: "a" });
    dns.exposeViaLoadBalancer({ ...reserved, name: "b", transport: IpProtocol.UDP });
    expect(servicesOf(chart)).toHaveLength(1);
  });
});

test("two calls with one transport have separate load balancers", () => {
  const { chart, dns, options } = server();
  dns.exposeViaLoadBalancer({ ...options, name: "a" });
  dns.exposeViaLoadBalancer({ ...options, name: "b" });
  expect(servicesOf(chart)).toHaveLength(2);
});

test("a second transport is rejected if its rules exceed the limit of the group", () => {
  const ranges = Array.from({ length: 60 }, (_, index) => `10.${index}.0.0/24`);
  const { dns, options } = server();
  const many = { ...options, access: LoadBalancerAccess.internalFrom(ranges) };
  dns.exposeViaLoadBalancer({ ...many, name: "a" });
  const second = () => dns.exposeViaLoadBalancer({ ...many, name: "b", transport: IpProtocol.UDP });
  expect(problemCodesOf(second)).toEqual(["COUNT_INVALID"]);
});
