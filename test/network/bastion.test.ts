import { Duration } from "cdk8s";
import { Fn, Testing, type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { resolveReference } from "../../lib/core/terraform-text";
import { Bastion, type BastionProps, BastionClients } from "../../lib/network/bastion/bastion";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { rulesOf } from "../support/rules";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { networkIn } from "./support";

const clients = BastionClients.from(["192.0.2.0/24"]);
const apiEndpoint = "10.0.0.5:6443";

function bastionIn(stack = newStack(), props: Partial<BastionProps> = {}) {
  const { network, api } = networkIn(stack);
  const make = () =>
    new Bastion(stack, "bastion", {
      compartmentId: COMPARTMENT,
      network,
      apiEndpointSecurityGroup: api,
      apiEndpoint,
      clients,
      ...props,
    });
  return { stack, network, api, make };
}

describe("a bastion", () => {
  test("lies in the subnet of the API endpoint, for the clients that were named, with sessions of an hour", () => {
    const { stack, make } = bastionIn();
    make();
    expect(onlyResource(stack, "oci_bastion_bastion")).toMatchObject({
      bastion_type: "STANDARD",
      client_cidr_block_allow_list: ["192.0.2.0/24"],
      dns_proxy_status: "DISABLED",
      max_session_ttl_in_seconds: 3600,
      name: "stack-bastion",
      target_subnet_id: expect.stringMatching(/ApiEndpoint/),
    });
    expect(Acknowledgements.of(stack)).toEqual([]);
  });

  test("reaches the API endpoint on its port by a rule for its one address, and nothing else", () => {
    const { stack, make } = bastionIn();
    make();
    const [rule, ...more] = rulesOf(stack);
    expect(more).toEqual([]);
    expect(rule).toMatchObject({
      network_security_group_id: expect.stringContaining("api"),
      direction: "INGRESS",
      protocol: "6",
      source: expect.stringMatching(/^\$\{oci_bastion_bastion\.\w+\.private_endpoint_ip_address}\/32$/),
      tcp_options: { destination_port_range: { min: 6443, max: 6443 } },
    });
  });

  test("is let out of its subnet, to the API endpoint only, and nothing is let in", () => {
    const { stack, make } = bastionIn();
    make();
    const { ingress_security_rules, egress_security_rules } = onlyResource(stack, "oci_core_security_list");
    expect(ingress_security_rules).toBeUndefined();
    expect(egress_security_rules).toEqual([
      expect.objectContaining({
        protocol: "6",
        stateless: false,
        destination: "10.0.0.0/28",
        tcp_options: { min: 6443, max: 6443 },
      }),
    ]);
    const lists = Object.values(resourcesOf(stack, "oci_core_subnet")).map((subnet) => [
      subnet.display_name,
      subnet.security_list_ids.length,
    ]);
    expect(Object.fromEntries(lists)).toEqual({ "n-api": 2, "n-workers": 1, "n-pods": 1, "n-lb": 1 });
  });

  test("prints the command that opens a session, for an endpoint that is known and one that is not", () => {
    const command = (endpoint: string) => {
      const { stack, make } = bastionIn(newStack(), { apiEndpoint: endpoint });
      make();
      return synthesized(stack).output.bastion_session_command.value;
    };
    expect(command(apiEndpoint)).toMatch(
      /^oci bastion session create-port-forwarding --bastion-id \$\{oci_bastion_bastion\.\w+\.id} --target-private-ip 10\.0\.0\.5 --target-port 6443 --session-ttl 3600 /,
    );
    const reference = Fn.join("", ["10.0.0.5", ":6443"]);
    expect(command(reference)).toContain('--target-private-ip ${element(split(":", join(');
  });

  test("takes everything that can be set", () => {
    const { stack, make } = bastionIn(newStack(), {
      clients: BastionClients.fromWide(["198.18.0.0/15"], { reason: "The whole company" }),
      maxSessionTtl: Duration.hours(3),
      dnsProxy: true,
      bastionName: "shop_api-1",
      freeformTags: { team: "shop" },
      definedTags: { "ops.cost": "42" },
    });
    const { bastionId, bastionName, maxSessionTtl, privateEndpointAddress } = make();
    expect([bastionName, maxSessionTtl.toHours()]).toEqual(["shop_api-1", 3]);
    expect(onlyResource(stack, "oci_bastion_bastion")).toMatchObject({
      client_cidr_block_allow_list: ["198.18.0.0/15"],
      dns_proxy_status: "ENABLED",
      max_session_ttl_in_seconds: 10_800,
      name: "shop_api-1",
      freeform_tags: { team: "shop", construct: "stack/bastion" },
      defined_tags: { "ops.cost": "42" },
    });
    expect([bastionId, privateEndpointAddress].map((value) => resolveReference(stack, value))).toEqual([
      expect.stringContaining(".id}"),
      expect.stringContaining(".private_endpoint_ip_address}"),
    ]);
    expect(Acknowledgements.of(stack)).toMatchObject([
      { practice: "exposure", what: "a bastion for 198.18.0.0/15", reason: "The whole company" },
    ]);
  });

  test("leaves an imported network as it is, and a group of another stack without a rule in that stack", () => {
    const app = Testing.app();
    const platform = newStack("platform", app);
    const group = new NetworkSecurityGroup(platform, "api", {
      compartmentId: COMPARTMENT,
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    });
    const stack = newStack("access", app);
    const network = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
      apiEndpointSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.test", cidr: "10.0.0.0/28" },
    });
    new Bastion(stack, "bastion", {
      compartmentId: COMPARTMENT,
      network,
      apiEndpointSecurityGroup: group,
      apiEndpoint,
      clients,
    });
    app.synth();
    expect(platform.dependencies).toEqual([]);
    expect(stack.dependencies).toEqual([platform]);
    expect(Object.keys(synthesized(stack).resource).sort()).toEqual([
      "oci_bastion_bastion",
      "oci_core_network_security_group_security_rule",
    ]);
  });

  test("is refused with all that is wrong, and leaves nothing behind", () => {
    const { stack, make } = bastionIn(newStack(), {
      compartmentId: "shop",
      apiEndpoint: "https://10.0.0.5",
      clients: { cidrs: ["0.0.0.0/0"], reason: undefined } as any,
      maxSessionTtl: Duration.minutes(1),
      bastionName: "a b",
      freeformTags: { "a b": "c" },
    });
    const before = synthesized(stack);
    expect(problemCodesOf(make)).toEqual([
      "OCID_INVALID",
      "NAME_INVALID",
      "CIDR_TOO_WIDE",
      "DURATION_INVALID",
      "NAME_INVALID",
      "TAG_INVALID",
    ]);
    expect(synthesized(stack)).toEqual(before);
    const any: any = Bastion;
    expect(problemCodesOf(() => new any(stack, "other"))).toHaveLength(5);
    expect(problemCodesOf(() => new any(stack, "other", {}))).toEqual([
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
    ]);
    expect(stack.node.tryFindChild("other")).toBeUndefined();
  });

  test("is refused a subnet that has no address left for it", () => {
    const stack = newStack();
    const { network } = networkIn(stack, {
      plan: SubnetPlan.of({ vcnCidr: "10.1.0.0/26", nodes: 1, pods: 5 }),
    });
    const { api, make } = bastionIn(newStack(), { network });
    expect(api).toBeDefined();
    const [problem, ...more] = validationProblemsOf(make);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "SUBNET_EXHAUSTED", what: expect.stringContaining("1 usable") });
  });
});

describe("the clients of a bastion", () => {
  test("are sorted, each once", () => {
    expect(BastionClients.from(["198.51.100.0/24", "192.0.2.0/24", "192.0.2.0/24"]).cidrs).toEqual([
      "192.0.2.0/24",
      "198.51.100.0/24",
    ]);
  });

  test.each([
    [["192.0.0.0/16"], ["CIDR_TOO_WIDE"]],
    [["192.0.0.0/17", "192.1.0.0/17"], ["CIDR_TOO_WIDE"]],
    [["0.0.0.0/0"], ["CIDR_TOO_WIDE"]],
    [[], ["CIDR_LIST_EMPTY"]],
    [["192.0.2.1/24"], ["CIDR_HOST_BITS"]],
    [["2001:db8::/64"], ["CIDR_IPV6"]],
    [Array.from({ length: 21 }, (_, i) => `192.0.2.${i}/32`), ["COUNT_INVALID"]],
    [undefined, ["CIDR_INVALID"]],
  ])("are refused where they are %j", (cidrs: any, codes) => {
    expect(problemCodesOf(() => BastionClients.from(cidrs))).toEqual(codes);
  });

  test("are refused references, which could hold anything", () => {
    expect(problemCodesOf(() => BastionClients.from([Fn.join("", ["0.0.0.0/0"])]))).toEqual(["CIDR_INVALID"]);
  });

  test("that are many need a reason, and are not everyone even so", () => {
    expect(problemCodesOf(() => BastionClients.fromWide(["192.0.0.0/16"], { reason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(problemCodesOf(() => (BastionClients as any).fromWide(["192.0.0.0/16"]))).toEqual([
      "REASON_MISSING",
    ]);
    expect(problemCodesOf(() => BastionClients.fromWide(["0.0.0.0/0"], { reason: "All" }))).toEqual([
      "CIDR_TOO_WIDE",
    ]);
  });
});

describe("a bastion of a cluster", () => {
  const clusterIn = (stack: TerraformStack) =>
    new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
  const bytes = (place: (cluster: SecureOkeCluster) => Partial<BastionProps>) => {
    const stack = newStack();
    new Bastion(stack, "bastion", { compartmentId: COMPARTMENT, clients, ...place(clusterIn(stack)) });
    return synthesized(stack);
  };

  test("targets the private endpoint of the cluster, as a bastion with the network, group and endpoint does", () => {
    const expected = bytes((cluster) => ({
      network: cluster.network,
      apiEndpointSecurityGroup: cluster.apiEndpointSecurityGroup,
      apiEndpoint: cluster.privateEndpoint,
    }));
    expect(bytes((cluster) => ({ cluster }))).toEqual(expected);
    expect(JSON.stringify(expected.output)).toMatch(
      /oci_containerengine_cluster\.\w+\.endpoints\[0]\.private_endpoint/,
    );
  });

  test("takes what is given apart before what the cluster has", () => {
    const { output } = bytes((cluster) => ({ cluster, apiEndpoint: "10.0.0.9:6443" }));
    expect(output.bastion_session_command.value).toContain("--target-private-ip 10.0.0.9 ");
  });

  test("is refused with all that an imported cluster lacks, and where none of both is given", () => {
    const stack = newStack();
    const imported = SecureOkeCluster.fromClusterAttributes(stack, "imported", {
      clusterId: "ocid1.cluster.oc1..test",
      privateEndpoint: "10.0.0.5:6443",
    });
    const make = (props: Partial<BastionProps>) => () =>
      new Bastion(stack, "bastion", { compartmentId: COMPARTMENT, clients, ...props });
    expect(problemCodesOf(make({ cluster: imported }))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({ cluster: "ocid1.cluster.oc1..test" as never }))).toEqual(["VALUE_INVALID"]);
    expect(stack.node.tryFindChild("bastion")).toBeUndefined();
  });
});

test("an imported cluster rejects a privateEndpoint that is not an address with a port", () => {
  const attributes = { clusterId: "ocid1.cluster.oc1..test", privateEndpoint: "https://10.0.0.5" };
  expect(
    problemCodesOf(() => SecureOkeCluster.fromClusterAttributes(newStack(), "cluster", attributes)),
  ).toEqual(["NAME_INVALID"]);
});
