import { App as KubernetesApp, Chart, Size } from "cdk8s";
import { Testing, type TerraformStack } from "cdktf";
import { type ClusterAttributes } from "../../lib/cluster/imported-cluster";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PacketRouting, type PacketRoutingOptions } from "../../lib/cluster/packet-routing/packet-routing";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { ResourceTags } from "../../lib/core/resource-tags";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { PodNetworking } from "../../lib/network/vcn/pod-networking";
import { SecurityAttribute } from "../../lib/network/security-groups/security-attribute";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { COMPARTMENT, newStack, onlyResource, problemCodesOf, resourcesOf } from "../support/stack";

const TENANCY = "ocid1.tenancy.oc1..test";
const OTHER = "ocid1.compartment.oc1..addresses";
const kubernetesVersion = KubernetesVersion.V1_34;

function clusterIn(stack: TerraformStack, props: Partial<SecureOkeClusterProps> = {}): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion, ...props });
}

/** Statements of all policies that are attached to a compartment. */
function statementsAt(stack: TerraformStack, compartment: string): string[] {
  return Object.values<any>(resourcesOf(stack, "oci_identity_policy"))
    .filter(({ compartment_id }) => compartment_id === compartment)
    .flatMap(({ statements }) => statements);
}

function exposed(cluster: Parameters<HardenedDeployment["exposeViaLoadBalancer"]>[0]["cluster"]): Chart {
  const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
  const web = new HardenedDeployment(chart, "web", {
    image: ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"0123456789abcdef".repeat(4)}`),
    port: 8080,
  });
  web.exposeViaLoadBalancer({
    cluster,
    access: LoadBalancerAccess.internalFrom(["10.9.0.0/16"]),
    tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
  });
  return chart;
}

const warningsOf = (stack: TerraformStack): string[] =>
  stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type.includes("warn"))
    .map(({ data }) => data as string);

describe("reserved addresses of another compartment", () => {
  test("may be used by the load balancers and network load balancers of this cluster", () => {
    const stack = newStack();
    clusterIn(stack, { reservedAddressCompartmentIds: [OTHER, COMPARTMENT] });
    const texts = statementsAt(stack, OTHER);
    expect(texts.map((text) => /to (.*) in/.exec(text)?.[1])).toEqual([
      "read public-ips",
      "manage floating-ips",
      "use private-ips",
      "manage public-ips",
    ]);
    for (const text of texts)
      expect(text).toMatch(/request\.principal\.id = '\$\{oci_containerengine_cluster\./);
    expect(statementsAt(stack, COMPARTMENT).join()).not.toContain("public-ips");
  });

  test("are refused with invalid compartments", () => {
    const withCompartments = (ids: unknown) => () =>
      clusterIn(newStack(), { reservedAddressCompartmentIds: ids as string[] });
    expect(problemCodesOf(withCompartments("ocid1.compartment.oc1..a"))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(withCompartments(["addresses"]))).toEqual(["OCID_INVALID"]);
  });
});

describe("defined tags of a cluster", () => {
  const definedTags = { "Operations.CostCenter": "42" };

  test("may be written at run time by the cluster and its pools, with one policy in the root compartment", () => {
    const stack = newStack();
    clusterIn(stack, { tenancyId: TENANCY });
    ResourceTags.of(stack).add({ definedTags });
    const [ofCluster, ofPools, ...more] = statementsAt(stack, TENANCY);
    expect(more).toEqual([]);
    expect(ofCluster).toMatch(
      /^Allow any-user to use tag-namespaces in tenancy where all \{request\.principal\.type = 'cluster', request/,
    );
    expect(ofCluster).toContain("target.tag-namespace.name = 'Operations'}");
    expect(ofPools).toContain(
      `request.principal.type = 'nodepool', request.principal.compartment.id = '${COMPARTMENT}'`,
    );
  });

  test("create no policy if there are none", () => {
    const stack = newStack();
    clusterIn(stack, { tenancyId: TENANCY });
    expect(statementsAt(stack, TENANCY)).toEqual([]);
    expect(warningsOf(stack)).toEqual([]);
  });

  test("give a warning with the statements if the tenancy is unknown", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    clusterIn(stack, { definedTags });
    app.synth();
    const [warning] = warningsOf(stack).filter((text) => text.startsWith("[tag-namespaces]"));
    expect(warning).toContain("Set tenancyId of the cluster");
    expect(warning).toContain("use tag-namespaces in tenancy");
  });
});

describe("an imported cluster whose load balancers have cloud-managed rules", () => {
  function imported(stack: TerraformStack, attributes: Partial<ClusterAttributes> = {}) {
    const group = (id: string) =>
      NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, id, `ocid1.networksecuritygroup.oc1..${id}`);
    return SecureOkeCluster.fromClusterAttributes(stack, "imported", {
      clusterId: "ocid1.cluster.oc1..test",
      compartmentId: COMPARTMENT,
      network: new ClusterNetwork(stack, "network", { compartmentId: OTHER }),
      workerSecurityGroup: group("workers"),
      podSecurityGroup: group("pods"),
      ...attributes,
    });
  }
  const load = (attributes: Partial<ClusterAttributes> = {}, isExposed = true) => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    const cluster = imported(stack, attributes);
    if (isExposed) cluster.addCdk8sChart("shop", exposed(cluster));
    app.synth();
    return stack;
  };
  const rightsOf = (stack: TerraformStack) =>
    warningsOf(stack).filter((text) => text.startsWith("[load-balancer-rights]"));

  test("gives a warning with the missing statements and the Service that needs them", () => {
    const [warning, ...more] = rightsOf(load());
    expect(more).toEqual([]);
    expect(warning).toContain("shop/web");
    for (const what of [
      `network-security-groups in compartment id ${COMPARTMENT}`,
      `use subnets in compartment id ${OTHER}`,
    ]) {
      expect(warning).toContain(what);
    }
    expect(warning).toContain("request.principal.id = 'ocid1.cluster.oc1..test'");
  });

  test("gets the policies on request, without a warning", () => {
    const stack = load({ loadBalancerRights: true });
    expect(rightsOf(stack)).toEqual([]);
    expect(statementsAt(stack, OTHER).join()).toContain("manage network-security-groups");
    expect(statementsAt(stack, COMPARTMENT).join()).toContain("manage load-balancers");
  });

  test("gives no warning if loadBalancerRights is false or no Service has a load balancer", () => {
    expect(rightsOf(load({ loadBalancerRights: false }))).toEqual([]);
    expect(rightsOf(load({}, false))).toEqual([]);
  });

  test("refuses to create the policies without a compartment", () => {
    const make = () => imported(newStack(), { loadBalancerRights: true, compartmentId: undefined });
    expect(problemCodesOf(make)).toEqual(["ATTRIBUTE_MISSING"]);
  });
});

describe("security attributes of packet routing", () => {
  const label = (value: string, namespace?: string) => SecurityAttribute.of({ namespace, key: "app", value });
  const options: PacketRoutingOptions = {
    tenancyId: TENANCY,
    network: label("net"),
    apiEndpoint: label("api"),
    nodes: label("nodes", "platform"),
    pods: label("pods", "platform"),
    loadBalancers: label("balancers"),
  };
  const routed = (routing: PacketRoutingOptions = options) => {
    const stack = newStack();
    const cluster = clusterIn(stack, { packetRouting: PacketRouting.of(routing) });
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 1,
    });
    return { stack, cluster };
  };
  const policiesOf = (stack: TerraformStack) =>
    Object.fromEntries(
      Object.values<any>(resourcesOf(stack, "oci_zpr_zpr_policy")).map(({ description, statements }) => [
        /to the (.*) of the cluster/.exec(description)?.[1] ?? description,
        statements,
      ]),
    );
  const IN = "in oracle-zpr.app:net VCN allow";
  const [NODES, PODS, BALANCERS] = [
    "platform.app:nodes",
    "platform.app:pods",
    "oracle-zpr.app:balancers",
  ].map((name) => `${name} endpoints`);

  test("may be used by the cluster and its pools, which depend on the policy", () => {
    const { stack } = routed();
    expect(
      statementsAt(stack, TENANCY).map((text) => /type = '(\w+)'.*name = '([\w-]+)'/.exec(text)?.slice(1)),
    ).toEqual([
      ["cluster", "oracle-zpr"],
      ["nodepool", "platform"],
    ]);
    for (const type of ["oci_containerengine_cluster", "oci_containerengine_node_pool"]) {
      expect(onlyResource(stack, type).depends_on.join()).toContain(
        "oci_identity_policy.cluster_PacketRouting_Namespaces",
      );
    }
  });

  test("let nodes connect to each other, and identify pods and load balancers that have attributes", () => {
    const { stack, cluster } = routed();
    exposed(cluster);
    const found = policiesOf(stack);
    expect(found["worker nodes"]).toContain(`${IN} ${NODES} to connect to ${NODES}`);
    expect(found["worker nodes"]).toContain(`${IN} ${BALANCERS} to connect to ${NODES}`);
    expect(found["worker nodes"]).toContain(`${IN} ${NODES} to connect to ${PODS}`);
    expect(found.pods).toContain(`${IN} ${PODS} to connect to ${PODS}`);
    expect(found["load balancers"]).toEqual([
      `${IN} '10.9.0.0/16' to connect to ${BALANCERS} with protocol='tcp/443'`,
    ]);
    expect(JSON.stringify(found)).not.toContain("10.0.224.0");
  });

  test("are on the secondary VNICs of pools, in the pods' subnet and groups", () => {
    const { stack } = routed();
    const { secondary_vnics, node_config_details } = onlyResource(stack, "oci_containerengine_node_pool");
    const [{ create_vnic_details: vnic }] = secondary_vnics;
    const { pod_subnet_ids, pod_nsg_ids, max_pods_per_node } =
      node_config_details.node_pool_pod_network_option_details;
    expect(vnic).toMatchObject({
      subnet_id: pod_subnet_ids[0],
      nsg_ids: pod_nsg_ids,
      ip_count: max_pods_per_node,
    });
    expect(vnic.security_attributes).toEqual({
      "platform.app.value": "pods",
      "platform.app.mode": "enforce",
    });
  });

  test("are set on load balancers as JSON in an annotation of their Service", () => {
    const { cluster } = routed();
    const service: any = (objectsOf(exposed(cluster)) as any[]).find(({ kind }) => kind === "Service");
    expect(JSON.parse(service.metadata.annotations["oci.oraclecloud.com/security-attributes"])).toEqual({
      "oracle-zpr": { app: { mode: "enforce", value: "balancers" } },
    });
  });

  test("are refused for pods of an overlay, and if two kinds of members have the same attribute", () => {
    const make =
      (routing: PacketRoutingOptions, props = {}) =>
      () =>
        clusterIn(newStack(), { packetRouting: PacketRouting.of(routing), ...props });
    const podNetworking = PodNetworking.flannelOverlay();
    expect(problemCodesOf(make(options, { podNetworking }))).toContain("VALUE_INVALID");
    expect(problemCodesOf(make({ ...options, pods: options.nodes }))).toEqual(["NAME_DUPLICATE"]);
  });
});
