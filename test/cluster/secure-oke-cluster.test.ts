import { Size } from "cdk8s";
import { TerraformVariable } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { SubnetExposure } from "../../lib/network/vcn/cluster-subnet";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { OciProvider } from "../../lib/oci/provider";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { flowsOf, rulesOf } from "../support/rules";

const minimal: SecureOkeClusterProps = {
  compartmentId: COMPARTMENT,
  kubernetesVersion: KubernetesVersion.V1_34,
};
const KEY = "ocid1.key.oc1.eu-frankfurt-1.vault.test";

describe("a cluster without options", () => {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", minimal);
  const resource = onlyResource(stack, "oci_containerengine_cluster");

  test("is enhanced, private and VCN-native, without dashboard, Tiller and public key discovery", () => {
    expect(resource).toMatchObject({
      type: "ENHANCED_CLUSTER",
      kubernetes_version: "v1.34.10",
      cluster_pod_network_options: [{ cni_type: "OCI_VCN_IP_NATIVE" }],
      endpoint_config: { is_public_ip_enabled: false },
      options: {
        add_ons: { is_kubernetes_dashboard_enabled: false, is_tiller_enabled: false },
        open_id_connect_discovery: { is_open_id_connect_discovery_enabled: false },
      },
    });
  });

  test("can't be destroyed by Terraform, nor can its keys, its vault, and the archive of its logs", () => {
    const types = ["oci_containerengine_cluster", "oci_kms_key", "oci_kms_vault", "oci_objectstorage_bucket"];
    const all = types.map((type) => Object.values(resourcesOf(stack, type)));
    expect(all.map((each) => each.length)).toEqual([1, 2, 1, 1]);
    for (const { lifecycle } of all.flat()) expect(lifecycle).toMatchObject({ prevent_destroy: true });
  });

  test("encrypts its Secrets with its own AES-256 key in an HSM, granted before the cluster is created", () => {
    const [[keyId, key]] = Object.entries(resourcesOf(stack, "oci_kms_key")).filter(([id]) =>
      id.includes("Encryption"),
    );
    expect(key).toMatchObject({ protection_mode: "HSM", key_shape: { algorithm: "AES", length: 32 } });
    expect(resource.kms_key_id).toBe(`\${oci_kms_key.${keyId}.id}`);
    const [policy] = resource.depends_on;
    const grant = resourcesOf(stack, "oci_identity_policy")[policy.split(".")[1]];
    expect(grant.statements).toEqual([
      `Allow any-user to use keys in compartment id ${COMPARTMENT} where all {request.principal.type = 'cluster', ` +
        `request.principal.compartment.id = '${COMPARTMENT}', target.key.id = '\${oci_kms_key.${keyId}.id}'}`,
    ]);
  });

  test("may manage the groups of its load balancers, and nothing else in the VCN", () => {
    const policies = Object.entries(resourcesOf(stack, "oci_identity_policy"));
    // The archive and the alarms have policies of their own.
    const ofCluster = policies.filter(([id]) => !/_(?:AuditArchive|Alarms)_/.test(id));
    expect(ofCluster).toHaveLength(policies.length - 4);
    const all = ofCluster.flatMap(([, policy]) => policy.statements as string[]);
    // What scans the nodes has statements of its own.
    const statements = all.filter((s) => !s.includes("service vulnerability-scanning-service"));
    expect(all).toHaveLength(statements.length + 4);
    expect(statements.filter((s) => s.includes("vcns"))).toEqual([
      expect.stringContaining("request.operation = 'CreateNetworkSecurityGroup'"),
    ]);
    for (const statement of statements) {
      expect(statement).toContain("request.principal.type = 'cluster'");
      expect(statement).not.toMatch(/in tenancy|all-resources|manage cluster-family/);
    }
    expect(statements).toHaveLength(3);
  });

  test("has the tag ManagedBy on the workers' group only", () => {
    const groups = Object.entries(resourcesOf(stack, "oci_core_network_security_group"));
    const tagged = groups.filter(([, group]) => group.freeform_tags.ManagedBy !== undefined);
    expect(tagged).toEqual([[expect.stringContaining("Workers"), expect.anything()]]);
  });

  test("places load balancers in their subnet and their rules in the workers' group", () => {
    expect(resource.options.service_lb_subnet_ids).toEqual([expect.stringContaining("LoadBalancers")]);
    expect(resource.options.service_lb_config.backend_nsg_ids).toEqual([expect.stringContaining("Workers")]);
    expect(resource.endpoint_config.nsg_ids).toEqual([expect.stringContaining("ApiEndpoint")]);
  });

  test("tags everything that can have tags", () => {
    const untagged = Object.entries<any>(synthesized(stack).resource)
      .flatMap(([type, all]) => Object.values<any>(all).map((entry) => ({ type, entry })))
      .filter(({ entry }) => entry.freeform_tags?.["managed-by"] !== "secure-oke")
      .map(({ type }) => type);
    expect([...new Set(untagged)].sort()).toEqual([
      "oci_core_network_security_group_security_rule",
      "oci_kms_key_version",
      "oci_objectstorage_object_lifecycle_policy",
      "terraform_data",
    ]);
  });

  test("opens exactly the flows that a private cluster needs", () => {
    expect(flowsOf(stack)).toMatchInlineSnapshot(`
     [
       "ApiEndpoint -> Pods tcp 1-65535",
       "ApiEndpoint -> RegionServices icmp 3/4",
       "ApiEndpoint -> RegionServices tcp 443",
       "ApiEndpoint -> Workers icmp 3/4",
       "ApiEndpoint -> Workers tcp 10250",
       "ApiEndpoint <- Pods tcp 12250",
       "ApiEndpoint <- Pods tcp 6443",
       "ApiEndpoint <- Workers icmp 3/4",
       "ApiEndpoint <- Workers tcp 12250",
       "ApiEndpoint <- Workers tcp 6443",
       "Pods -> ApiEndpoint tcp 12250",
       "Pods -> ApiEndpoint tcp 6443",
       "Pods -> Pods all",
       "Pods -> RegionServices icmp 3/4",
       "Pods -> RegionServices tcp 443",
       "Pods -> Workers tcp 10250",
       "Pods <- ApiEndpoint tcp 1-65535",
       "Pods <- Pods all",
       "Pods <- Workers all",
       "Workers -> ApiEndpoint icmp 3/4",
       "Workers -> ApiEndpoint tcp 12250",
       "Workers -> ApiEndpoint tcp 6443",
       "Workers -> Pods all",
       "Workers -> RegionServices icmp 3/4",
       "Workers -> RegionServices tcp 443",
       "Workers -> Workers all",
       "Workers <- ApiEndpoint icmp 3/4",
       "Workers <- ApiEndpoint tcp 10250",
       "Workers <- Pods tcp 10250",
       "Workers <- Workers all",
     ]
    `);
  });

  test("has no rule with an address range and no stateless rule", () => {
    for (const rule of rulesOf(stack)) {
      expect(rule.source_type ?? rule.destination_type).toMatch(
        /^(NETWORK_SECURITY_GROUP|SERVICE_CIDR_BLOCK)$/,
      );
      expect(rule.stateless).toBe(false);
      expect(rule.description).not.toBe("");
    }
  });

  test("acknowledges nothing, and its default child is the cluster", () => {
    expect(Acknowledgements.of(stack)).toEqual([]);
    expect(cluster.node.defaultChild).toBe(cluster.node.findChild("Resource"));
  });
});

describe("a cluster with everything set", () => {
  const stack = newStack();
  const home = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
  const network = new ClusterNetwork(stack, "network", {
    compartmentId: "ocid1.compartment.oc1..network",
    plan: SubnetPlan.of({ vcnCidr: "10.8.0.0/16" }),
    apiEndpointExposure: SubnetExposure.publicWith({ reason: "No VPN yet" }),
  });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    ...minimal,
    clusterName: "shop",
    network,
    endpointAccess: EndpointAccess.publicFrom(["198.51.100.0/24", "192.0.2.10/32"], {
      reason: "No VPN yet",
    }),
    encryption: new ClusterEncryption(stack, "key", {
      compartmentId: "ocid1.compartment.oc1..keys",
      clusterCompartmentId: COMPARTMENT,
      existingKeyId: KEY,
      homeRegionProvider: home,
    }),
    servicesCidr: "10.97.0.0/16",
    homeRegionProvider: home,
    freeformTags: { team: "shop" },
  });
  const resource = onlyResource(stack, "oci_containerengine_cluster");

  test("uses the given values and creates nothing twice", () => {
    expect(resource).toMatchObject({
      name: "shop",
      kms_key_id: KEY,
      vcn_id: expect.stringContaining("network"),
      options: { kubernetes_network_config: { services_cidr: "10.97.0.0/16" } },
      freeform_tags: { team: "shop" },
    });
    expect(resourcesOf(stack, "oci_kms_key")).toEqual({});
    expect(Object.keys(resourcesOf(stack, "oci_core_vcn"))).toHaveLength(1);
    expect(cluster.network).toBe(network);
  });

  test("allows ingress from the declared ranges on the API's port only, with the reason", () => {
    const fromRanges = rulesOf(stack).filter((rule) => rule.source_type === "CIDR_BLOCK");
    expect(fromRanges.map((rule) => [rule.source, rule.tcp_options.destination_port_range.min])).toEqual([
      ["192.0.2.10/32", 6443],
      ["198.51.100.0/24", 6443],
    ]);
    expect(fromRanges[0]).toMatchObject({ description: "No VPN yet", direction: "INGRESS" });
    expect(resource.endpoint_config.is_public_ip_enabled).toBe(true);
    expect(Acknowledgements.of(stack).map((entry) => entry.what)).toEqual([
      "a public API endpoint",
      "a public subnet",
    ]);
  });

  test("writes every policy through the home region's provider", () => {
    const policies = Object.values(resourcesOf(stack, "oci_identity_policy"));
    expect(policies.map((policy) => policy.provider)).toEqual(Array(10).fill("oci.home"));
  });
});

test("a ManagedBy tag of the user's own stays, on the workers' group too", () => {
  const stack = newStack();
  new SecureOkeCluster(stack, "cluster", { ...minimal, freeformTags: { ManagedBy: "team" } });
  const groups = Object.values(resourcesOf(stack, "oci_core_network_security_group"));
  expect(groups.map((group) => group.freeform_tags.ManagedBy)).toEqual(["team", "team", "team"]);
});

describe("access to the API endpoint", () => {
  test("can be address ranges or groups of your networks", () => {
    const stack = newStack();
    const bastion = new NetworkSecurityGroup(stack, "bastion", {
      compartmentId: COMPARTMENT,
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    });
    new SecureOkeCluster(stack, "a", {
      ...minimal,
      endpointAccess: EndpointAccess.privateFrom(["10.20.0.0/24"]),
    });
    new SecureOkeCluster(stack, "b", {
      ...minimal,
      endpointAccess: EndpointAccess.privateFrom([bastion]),
    });
    new SecureOkeCluster(stack, "c", {
      ...minimal,
      endpointAccess: EndpointAccess.privateFrom([bastion, "10.30.0.0/24"]),
    });
    const rules = rulesOf(stack);
    expect(rules.filter((rule) => rule.source === "10.20.0.0/24")).toHaveLength(1);
    expect(rules.filter((rule) => rule.source === "10.30.0.0/24")).toHaveLength(1);
    expect(rules.filter((rule) => rule.source?.includes("bastion"))).toHaveLength(2);
    expect(rules.filter((rule) => rule.network_security_group_id.includes("bastion"))).toHaveLength(2);
  });

  test.each([
    ["nothing", () => EndpointAccess.privateFrom([]), ["CIDR_LIST_EMPTY"]],
    ["everyone", () => EndpointAccess.publicFrom(["0.0.0.0/0"], { reason: "test" }), ["CIDR_TOO_WIDE"]],
    ["everyone on IPv6", () => EndpointAccess.publicFrom(["::/0"], { reason: "test" }), ["CIDR_IPV6"]],
    [
      "everyone in two halves",
      () => EndpointAccess.publicFrom(["0.0.0.0/1", "128.0.0.0/1"], { reason: "test" }),
      ["CIDR_TOO_WIDE", "CIDR_TOO_WIDE"],
    ],
    [
      "the public without a reason",
      () => EndpointAccess.publicFrom(["192.0.2.0/24"], { reason: "" }),
      ["REASON_MISSING"],
    ],
  ])("can't be %s", (_, access, codes) => {
    expect(problemCodesOf(access)).toEqual(codes);
  });
});

test("an imported cluster returns its attributes and throws only when a missing one is used", () => {
  const cluster = SecureOkeCluster.fromClusterAttributes(newStack(), "existing", {
    clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
    kubernetesVersion: KubernetesVersion.V1_33,
  });
  expect(cluster.clusterId).toContain("cluster");
  expect(cluster.kubernetesVersion.version).toBe("v1.33.1");
  for (const name of [
    "compartmentId",
    "network",
    "apiEndpointSecurityGroup",
    "workerSecurityGroup",
    "podSecurityGroup",
  ] as const) {
    expect(problemCodesOf(() => cluster[name])).toEqual(["ATTRIBUTE_MISSING"]);
  }
});

test("a cluster and its nodes can be in an imported network with references as attributes", () => {
  const stack = newStack();
  const variable = (id: string) => new TerraformVariable(stack, id, {}).stringValue;
  const subnet = (id: string) => ({ subnetId: variable(id), cidr: variable(`${id}-cidr`) });
  const network = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
    vcnId: variable("vcn"),
    compartmentId: COMPARTMENT,
    vcnCidr: variable("vcn-cidr"),
    apiEndpointSubnet: subnet("api"),
    workerSubnet: subnet("workers"),
    podSubnet: subnet("pods"),
    loadBalancerSubnet: subnet("lb"),
    regionServices: RegionServices.of({ serviceId: variable("services"), cidrLabel: variable("label") }),
  });
  const cluster = new SecureOkeCluster(stack, "cluster", { ...minimal, network });
  new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 500,
  });
  expect(resourcesOf(stack, "oci_core_vcn")).toEqual({});
  expect(onlyResource(stack, "oci_containerengine_cluster")).toMatchObject({
    vcn_id: "${var.vcn}",
    endpoint_config: { subnet_id: "${var.api}" },
    options: { service_lb_subnet_ids: ["${var.lb}"] },
  });
  const services = rulesOf(stack).filter((rule) => rule.destination_type === "SERVICE_CIDR_BLOCK");
  expect(new Set(services.map((rule) => rule.destination))).toEqual(new Set(["${var.label}"]));
});

describe("bad input of a cluster", () => {
  test("reports the missing attributes of an imported network together with the other problems", () => {
    const stack = newStack();
    const vcnId = "ocid1.vcn.oc1.eu-frankfurt-1.test";
    const network = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", { vcnId });
    const make = () => new SecureOkeCluster(stack, "cluster", { ...minimal, compartmentId: "shop", network });
    const problems = validationProblemsOf(make);
    expect(problems[0]).toMatchObject({ code: "OCID_INVALID", path: "stack/cluster" });
    expect(problems.slice(1).map(({ path, what }) => [path, what.split(" ")[0]])).toEqual(
      ["compartmentId", "loadBalancerSubnet", "regionServices", "apiEndpointSubnet", "vcnCidr"].map(
        (name) => ["stack/existing", name],
      ),
    );
  });

  test("is reported all at once, with the path of the cluster", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    const problems = validationProblemsOf(
      () =>
        new SecureOkeCluster(stack, "cluster", {
          compartmentId: "ocid1.user.oc1..test",
          kubernetesVersion: KubernetesVersion.V1_34,
          network,
          endpointAccess: EndpointAccess.publicFrom(["192.0.2.0/24"], { reason: "test" }),
          servicesCidr: "10.0.128.0/17",
        }),
    );
    expect(problems.map((problem) => problem.code)).toEqual([
      "OCID_INVALID",
      "SUBNET_NOT_PUBLIC",
      "SUBNET_OVERLAP",
    ]);
    expect(new Set(problems.map((problem) => problem.path))).toEqual(new Set(["stack/cluster"]));
    expect(problems[1]?.fix).toContain("apiEndpointExposure: SubnetExposure.publicWith({ reason })");
  });

  test("of a key is refused", () => {
    const make = () => new ClusterEncryption(newStack(), "key", { compartmentId: "x", existingKeyId: "y" });
    expect(problemCodesOf(make)).toEqual(["OCID_INVALID", "OCID_INVALID"]);
  });
});
