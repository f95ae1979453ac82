import * as fc from "fast-check";
import { Size } from "cdk8s";
import { Testing, type TerraformStack } from "cdktf";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PacketRouting, type PacketRoutingOptions } from "../../lib/cluster/packet-routing/packet-routing";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { Port } from "../../lib/core/port";
import { Bastion, BastionClients } from "../../lib/network/bastion/bastion";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress } from "../../lib/network/egress/egress";
import { NetworkPeer } from "../../lib/network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { PodNetworking } from "../../lib/network/vcn/pod-networking";
import { OciProvider } from "../../lib/oci/provider";
import { SecurityAttribute } from "../../lib/network/security-groups/security-attribute";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const TENANCY = "ocid1.tenancy.oc1..example";
const REASON = { reason: "The payment provider" };
const label = (value: string) => SecurityAttribute.of({ key: "app", value });
const options: PacketRoutingOptions = {
  tenancyId: TENANCY,
  network: label("shop-network"),
  apiEndpoint: label("shop-api"),
};
const withNodes = { ...options, nodes: label("shop-nodes") };

function clusterOf(stack: TerraformStack, packetRouting?: PacketRouting, props = {}): SecureOkeCluster {
  const given: SecureOkeClusterProps = {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    packetRouting,
    ...props,
  };
  return new SecureOkeCluster(stack, "cluster", given);
}

function poolOf(stack: TerraformStack, cluster: SecureOkeCluster, egress?: Egress[]): PrivateNodePool {
  return new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 1,
    egress,
  });
}

function policiesOf(stack: TerraformStack): { [what: string]: string[] } {
  const policies = Object.values<any>(resourcesOf(stack, "oci_zpr_zpr_policy"));
  return Object.fromEntries(
    policies.map(({ description, statements }) => [
      description.includes("worker nodes") ? "nodes" : "endpoint",
      statements,
    ]),
  );
}

const IN = "in oracle-zpr.app:shop-network VCN allow";
const API = "oracle-zpr.app:shop-api endpoints";
const NODES = "oracle-zpr.app:shop-nodes endpoints";

describe("a cluster without packet routing", () => {
  const stack = newStack();
  poolOf(stack, clusterOf(stack));

  test("has no security attributes and no policies", () => {
    expect(resourcesOf(stack, "oci_zpr_zpr_policy")).toEqual({});
    expect(JSON.stringify(synthesized(stack))).not.toContain("security_attributes");
  });
});

describe("packet routing for the API endpoint", () => {
  const stack = newStack();
  const access = EndpointAccess.privateFrom(["10.20.0.0/24"]);
  poolOf(stack, clusterOf(stack, PacketRouting.of(options), { endpointAccess: access }));

  test("sets the attributes of the VCN and the endpoint only, in the mode enforce", () => {
    const enforced = (value: string) => ({ "oracle-zpr.app.value": value, "oracle-zpr.app.mode": "enforce" });
    expect(onlyResource(stack, "oci_core_vcn").security_attributes).toEqual(enforced("shop-network"));
    const { endpoint_config } = onlyResource(stack, "oci_containerengine_cluster");
    expect(endpoint_config.security_attributes).toEqual(enforced("shop-api"));
    expect(onlyResource(stack, "oci_containerengine_node_pool")).not.toHaveProperty("primary_vnic");
  });

  test("allows the same connections as the rules of its group, with the port of rules that have one", () => {
    expect(policiesOf(stack)).toEqual({
      endpoint: [
        `${IN} '10.0.2.0/24' to connect to ${API}`,
        `${IN} '10.0.224.0/19' to connect to ${API} with protocol='tcp/12250'`,
        `${IN} '10.0.224.0/19' to connect to ${API} with protocol='tcp/6443'`,
        `${IN} '10.20.0.0/24' to connect to ${API} with protocol='tcp/6443'`,
        `${IN} ${API} to connect to '10.0.2.0/24'`,
        `${IN} ${API} to connect to '10.0.224.0/19'`,
        `${IN} ${API} to connect to 'osn-services-ip-addresses'`,
      ],
    });
  });

  test("creates the policy in the root compartment, before the endpoint has its attribute", () => {
    expect(onlyResource(stack, "oci_zpr_zpr_policy")).toMatchObject({
      compartment_id: TENANCY,
      lifecycle: { ignore_changes: ["name"] },
    });
    const policy = Object.keys(resourcesOf(stack, "oci_zpr_zpr_policy"))[0];
    const { depends_on } = onlyResource(stack, "oci_containerengine_cluster");
    expect(depends_on).toContain(`oci_zpr_zpr_policy.${policy}`);
  });
});

test("a bastion is allowed by the range of its subnet", () => {
  const stack = newStack();
  const cluster = clusterOf(stack, PacketRouting.of(options));
  new Bastion(stack, "bastion", {
    compartmentId: COMPARTMENT,
    cluster,
    clients: BastionClients.from(["192.0.2.0/24"]),
  });
  expect(policiesOf(stack).endpoint).toContain(
    `${IN} '${cluster.network.apiEndpointSubnet.cidr}' to connect to ${API} with protocol='tcp/6443'`,
  );
});

test("policies are created in the home region", () => {
  const stack = newStack();
  const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-zurich-1", alias: "home" });
  clusterOf(stack, PacketRouting.of(options), { homeRegionProvider });
  expect(onlyResource(stack, "oci_zpr_zpr_policy").provider).toBe("oci.home");
});

describe("packet routing for the nodes too", () => {
  const stack = newStack();
  poolOf(stack, clusterOf(stack, PacketRouting.of(withNodes)), [
    Egress.to("203.0.113.0/24", Port.tcp(443), REASON),
  ]);
  const { endpoint = [], nodes = [] } = policiesOf(stack);

  test("sets the attribute of the nodes of every pool after the policies", () => {
    const pool = onlyResource(stack, "oci_containerengine_node_pool");
    expect(pool.primary_vnic.security_attributes).toMatchObject({ "oracle-zpr.app.value": "shop-nodes" });
    expect(pool.depends_on.filter((one: string) => one.startsWith("oci_zpr_zpr_policy."))).toHaveLength(2);
  });

  test("identifies nodes by their attribute, with one statement a pair, load balancers and the egress of pools included", () => {
    expect(endpoint).toContain(`${IN} ${NODES} to connect to ${API}`);
    expect(nodes).toEqual([
      `${IN} '10.0.1.0/24' to connect to ${NODES}`,
      `${IN} '10.0.224.0/19' to connect to ${NODES} with protocol='tcp/10250'`,
      `${IN} ${NODES} to connect to '10.0.224.0/19'`,
      `${IN} ${NODES} to connect to '203.0.113.0/24' with protocol='tcp/443'`,
      `${IN} ${NODES} to connect to 'osn-services-ip-addresses'`,
      `${IN} ${NODES} to connect to ${NODES}`,
    ]);
    expect(nodes.filter((one) => endpoint.includes(one))).toEqual([]);
  });
});

test("pods of an overlay have the addresses of their nodes", () => {
  const stack = newStack();
  clusterOf(stack, PacketRouting.of(withNodes), { podNetworking: PodNetworking.flannelOverlay() });
  expect(policiesOf(stack).nodes).toContain(`${IN} ${NODES} to connect to ${NODES}`);
});

describe("a group that a rule refers to", () => {
  const withGroup = (packetRouting: (group: NetworkSecurityGroup) => PacketRouting) => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      securityAttribute: options.network,
    });
    const { vcnId } = network;
    const mounts = new NetworkSecurityGroup(stack, "mounts", { compartmentId: COMPARTMENT, vcnId });
    const cluster = clusterOf(stack, packetRouting(mounts), { network });
    cluster.workerSecurityGroup.allowTo(mounts, Port.tcp(2049), REASON);
    return stack;
  };

  test("is refused at synthesis if the address ranges of its members are unknown", () => {
    const stack = withGroup(() => PacketRouting.of(withNodes));
    expect(problemCodesOf(() => Testing.synth(stack, true))).toEqual(["PEER_INVALID"]);
  });

  test("is replaced by the addresses of its members", () => {
    const stack = withGroup((securityGroup) =>
      PacketRouting.of({ ...withNodes, ranges: [{ securityGroup, cidr: "10.0.9.0/28" }] }),
    );
    expect(policiesOf(stack).nodes).toContain(
      `${IN} ${NODES} to connect to '10.0.9.0/28' with protocol='tcp/2049'`,
    );
  });
});

test("more statements than OCI allows are refused at synthesis", () => {
  const stack = newStack();
  const cidrs = Array.from({ length: 20 }, (_, index) => `10.20.${index * 2}.0/24`);
  clusterOf(stack, PacketRouting.of(options), { endpointAccess: EndpointAccess.privateFrom(cidrs) });
  expect(problemCodesOf(() => Testing.synth(stack, true))).toEqual(["COUNT_INVALID"]);
});

test("every rule of the endpoint's group has a statement", () => {
  const rule = fc.record({
    cidr: fc.integer({ min: 0, max: 255 }).map((octet) => `10.99.${octet}.0/24`),
    from: fc.integer({ min: 1, max: 30_000 }),
    more: fc.integer({ min: 0, max: 3 }),
    isUdp: fc.boolean(),
    isIn: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 10 }), (rules) => {
      const stack = newStack();
      const group = clusterOf(stack, PacketRouting.of(options)).apiEndpointSecurityGroup;
      for (const { cidr, from, more, isUdp, isIn } of rules) {
        const range = isUdp ? Port.udpRange : Port.tcpRange;
        const peer = NetworkPeer.cidr(cidr);
        if (isIn) group.allowFrom(peer, range(from, from + more), REASON);
        else group.allowTo(peer, range(from, from + more), REASON);
      }
      const { endpoint = [] } = policiesOf(stack);
      for (const { cidr, from, more, isUdp, isIn } of rules) {
        const pair = isIn ? `${IN} '${cidr}' to connect to ${API}` : `${IN} ${API} to connect to '${cidr}'`;
        const exact = `${pair} with protocol='${isUdp ? "udp" : "tcp"}/${from}'`;
        expect(endpoint.some((one) => one === pair || (more === 0 && one === exact))).toBe(true);
        if (endpoint.includes(pair)) expect(endpoint).not.toContain(exact);
      }
    }),
    { numRuns: 15 },
  );
});

describe("bad input", () => {
  test.each<[string, any, string[]]>([
    ["no options", undefined, ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]],
    ["nothing in them", {}, ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]],
    ["a compartment for the tenancy", { ...options, tenancyId: COMPARTMENT }, ["OCID_INVALID"]],
    ["a text for a label", { ...options, apiEndpoint: "app:api" }, ["VALUE_INVALID"]],
    ["null for the nodes", { ...options, nodes: null }, ["VALUE_INVALID"]],
    ["one label for both", { ...options, nodes: options.apiEndpoint }, ["NAME_DUPLICATE"]],
    ["a text for ranges", { ...options, ranges: "10.0.0.0/24" }, ["VALUE_INVALID"]],
    ["null in ranges", { ...options, ranges: [null] }, ["ATTRIBUTE_MISSING"]],
    [
      "a group that is none",
      { ...options, ranges: [{ securityGroup: "x", cidr: "10.0.0.0/24" }] },
      ["VALUE_INVALID"],
    ],
  ])("%s", (_, given, codes) => {
    expect(problemCodesOf(() => PacketRouting.of(given))).toEqual(codes);
  });

  test.each<[string, any, string[]]>([
    ["nothing", undefined, ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]],
    ["a key with a dot", { key: "a.b", value: "x" }, ["NAME_INVALID"]],
    ["a namespace with a blank", { namespace: "a b", key: "app", value: "x" }, ["NAME_INVALID"]],
    ["an empty value", { key: "app", value: "" }, ["VALUE_INVALID"]],
    ["a value of two lines", { key: "app", value: "a\nb" }, ["VALUE_INVALID"]],
    ["a template for a value", { key: "app", value: "${x}" }, ["TEXT_TEMPLATE"]],
    ["a number", { key: "app", value: 1 }, ["VALUE_INVALID"]],
  ])("an attribute of %s", (_, given, codes) => {
    expect(problemCodesOf(() => SecurityAttribute.of(given))).toEqual(codes);
  });

  test("a network with another security attribute, or none", () => {
    for (const securityAttribute of [label("other"), undefined]) {
      const stack = newStack();
      const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, securityAttribute });
      const cluster = () => clusterOf(stack, PacketRouting.of(options), { network });
      expect(problemCodesOf(cluster)).toEqual(["VALUE_INVALID"]);
    }
  });

  test.each([null, {}, "app"])("%p for packet routing, or for the label of a network", (given: any) => {
    const stack = newStack();
    expect(problemCodesOf(() => clusterOf(stack, given))).toEqual(["VALUE_INVALID"]);
    const network = () =>
      new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, securityAttribute: given });
    expect(problemCodesOf(network)).toEqual(["VALUE_INVALID"]);
  });
});

test("a value with blanks or quotes is quoted in policies", () => {
  expect(String(SecurityAttribute.of({ namespace: "acme", key: "app", value: "dev and 'test'" }))).toBe(
    "'acme.app:dev and ''test'''",
  );
});
