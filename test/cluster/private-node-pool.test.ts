import { Duration, Size } from "cdk8s";
import { TerraformVariable, Testing } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { type PrivateNodePoolProps } from "../../lib/cluster/private-node-pool-props";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const IMAGE = "ocid1.image.oc1.eu-frankfurt-1.test";
const image = NodeImage.of(IMAGE);
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });

function newCluster(stack = newStack(), plan?: SubnetPlan) {
  const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, plan });
  const kubernetesVersion = KubernetesVersion.V1_34;
  return new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion, network });
}

function newPool(props: Partial<PrivateNodePoolProps> = {}, stack = newStack()) {
  const cluster = props.cluster ?? newCluster(stack);
  return new PrivateNodePool(stack, "pool", { cluster, image, shape, size: 3, ...props });
}

describe("a node pool without options", () => {
  const stack = newStack();
  newPool({}, stack);
  const pool = onlyResource(stack, "oci_containerengine_node_pool");

  test("boots a pinned image, with the version of the cluster", () => {
    expect(pool).toMatchObject({
      kubernetes_version: "v1.34.10",
      node_shape: "VM.Standard.E5.Flex",
      node_shape_config: { ocpus: 2, memory_in_gbs: 16 },
      node_source_details: { image_id: IMAGE, source_type: "IMAGE" },
    });
  });

  test("places nodes and pods in their private subnets and groups", () => {
    expect(pool.node_config_details).toMatchObject({
      size: 3,
      nsg_ids: [expect.stringContaining("Workers")],
      node_pool_pod_network_option_details: {
        cni_type: "OCI_VCN_IP_NATIVE",
        max_pods_per_node: 31,
        pod_nsg_ids: [expect.stringContaining("Pods")],
        pod_subnet_ids: [expect.stringContaining("Pods")],
      },
    });
  });

  test("encrypts traffic to volumes, disables the legacy metadata endpoints, and replaces nodes one by one", () => {
    expect(pool).toMatchObject({
      node_config_details: { is_pv_encryption_in_transit_enabled: true },
      node_metadata: { areLegacyImdsEndpointsDisabled: "true" },
      node_pool_cycling_details: {
        is_node_cycling_enabled: true,
        cycle_modes: ["INSTANCE_REPLACE"],
        maximum_surge: "1",
        maximum_unavailable: "0",
      },
      node_eviction_node_pool_settings: {
        eviction_grace_duration: "PT60M",
        is_force_delete_after_grace_duration: false,
      },
    });
  });

  test("spreads nodes over all availability domains of the region, looked up by Terraform", () => {
    const dynamic = pool.node_config_details.dynamic.placement_configs;
    expect(dynamic.for_each).toContain("data.oci_identity_availability_domains");
    expect(dynamic.content.subnet_id).toContain("Workers");
    const [lookup] = Object.values<any>(synthesized(stack).data.oci_identity_availability_domains);
    expect(lookup.depends_on).toEqual([expect.stringContaining("terraform_data")]);
  });

  test("has no SSH key and no public address", () => {
    expect(pool).not.toHaveProperty("ssh_public_key");
    expect(JSON.stringify(pool)).not.toContain("public_ip");
  });
});

describe("a node pool with everything set", () => {
  test("uses every prop, lists in any order", () => {
    const build = (domains: string[], labels: { [key: string]: string }) => {
      const stack = newStack();
      const cluster = newCluster(stack);
      const extra = new NetworkSecurityGroup(stack, "extra", {
        compartmentId: COMPARTMENT,
        vcnId: cluster.network.vcnId,
      });
      newPool(
        {
          cluster,
          kubernetesVersion: KubernetesVersion.V1_33,
          availabilityDomains: domains,
          maxPodsPerNode: 110,
          bootVolumeSize: Size.gibibytes(100),
          evictionGraceDuration: Duration.minutes(30),
          labels,
          securityGroups: [extra],
          podSecurityGroups: [extra],
          nodePoolName: "blue",
          freeformTags: { team: "shop" },
        },
        stack,
      );
      return onlyResource(stack, "oci_containerengine_node_pool");
    };
    const pool = build(["x:AD-2", "x:AD-1"], { "shop.example/tier": "web", arch: "amd64" });
    expect(pool).toEqual(build(["x:AD-1", "x:AD-2"], { arch: "amd64", "shop.example/tier": "web" }));
    expect(pool).toMatchObject({
      name: "blue",
      kubernetes_version: "v1.33.1",
      freeform_tags: { team: "shop" },
      node_source_details: { boot_volume_size_in_gbs: "100" },
      node_eviction_node_pool_settings: { eviction_grace_duration: "PT30M" },
      initial_node_labels: [
        { key: "arch", value: "amd64" },
        { key: "shop.example/tier", value: "web" },
      ],
    });
    expect(pool.node_config_details).toMatchObject({
      nsg_ids: [expect.stringContaining("Workers"), expect.stringContaining("extra")],
      node_pool_pod_network_option_details: {
        pod_nsg_ids: [expect.stringContaining("Pods"), expect.stringContaining("extra")],
      },
      placement_configs: [{ availability_domain: "x:AD-1" }, { availability_domain: "x:AD-2" }],
    });
  });
});

describe("a node pool in another stack than its cluster", () => {
  test("makes only its stack depend on the cluster's stack", () => {
    const app = Testing.app();
    const [first, second] = [newStack("first", app), newStack("second", app)];
    const cluster = newCluster(first);
    new PrivateNodePool(second, "pool", { cluster, image, shape, size: 1 });
    app.synth();
    expect(second.dependsOn(first)).toBe(true);
    expect(first.dependsOn(second)).toBe(false);
    expect(onlyResource(second, "oci_containerengine_node_pool").cluster_id).toContain(
      "terraform_remote_state",
    );
    expect(resourcesOf(first, "oci_containerengine_node_pool")).toEqual({});
  });
});

describe("a node pool with references as numbers and lists", () => {
  test("uses them and counts no addresses", () => {
    const stack = newStack();
    const variable = (id: string) => new TerraformVariable(stack, id, {});
    const [size, pods] = ["size", "pods"].map((id) => variable(id).numberValue);
    newPool(
      {
        size,
        maxPodsPerNode: pods,
        availabilityDomains: variable("domains").listValue,
        shape: NodeShape.flexible("VM.Standard.E5.Flex", {
          ocpus: variable("ocpus").numberValue,
          memory: Size.gibibytes(16),
        }),
      },
      stack,
    );
    const pool = onlyResource(stack, "oci_containerengine_node_pool");
    expect(pool).toMatchObject({
      node_shape_config: { ocpus: "${var.ocpus}" },
      node_config_details: {
        size: "${var.size}",
        node_pool_pod_network_option_details: { max_pods_per_node: "${var.pods}" },
        dynamic: {
          placement_configs: {
            for_each: expect.stringContaining("var.domains"),
            content: { availability_domain: "${each.value}" },
          },
        },
      },
    });
  });

  test("counts the nodes if only the number of pods is unknown", () => {
    const stack = newStack();
    const maxPodsPerNode = new TerraformVariable(stack, "pods", {}).numberValue;
    const [problem, ...more] = validationProblemsOf(() => newPool({ size: 270, maxPodsPerNode }, stack));
    expect(more).toEqual([]);
    expect(problem?.what).toMatch(/^The nodes need 271/);
  });

  test("can depend on the size of another pool, which is not counted", () => {
    const stack = newStack();
    const size = new TerraformVariable(stack, "size", {}).numberValue;
    const cluster = newCluster(stack);
    new PrivateNodePool(stack, "unknown", { cluster, image, shape, size });
    expect(() => newPool({ cluster, size: 240 }, stack)).not.toThrow();
  });
});

describe("bad input of a node pool", () => {
  test.each<[string, Partial<PrivateNodePoolProps>, string[]]>([
    ["nodes newer than the cluster", { kubernetesVersion: KubernetesVersion.V1_35 }, ["VERSION_SKEW"]],
    ["a newer patch", { kubernetesVersion: KubernetesVersion.of("v1.34.11") }, ["VERSION_SKEW"]],
    ["half a node", { size: 1.5 }, ["COUNT_INVALID"]],
    ["too many pods of a node", { maxPodsPerNode: 111 }, ["COUNT_INVALID"]],
    ["a boot volume too small", { bootVolumeSize: Size.gibibytes(10) }, ["SIZE_INVALID"]],
    ["no availability domain", { availabilityDomains: [] }, ["COUNT_INVALID"]],
    ["a grace of hours", { evictionGraceDuration: Duration.hours(2) }, ["DURATION_INVALID"]],
    ["a grace beyond an hour", { evictionGraceDuration: Duration.minutes(61) }, ["DURATION_INVALID"]],
    ["a label that is none", { labels: { "a b": "c" } }, ["LABEL_INVALID"]],
    ["more nodes than addresses", { size: 270 }, ["SUBNET_EXHAUSTED", "SUBNET_EXHAUSTED"]],
  ])("refuses %s", (_, props, codes) => {
    expect(problemCodesOf(() => newPool(props))).toEqual(codes);
  });

  test("keeps an address for the surge of a replacement", () => {
    const plan = SubnetPlan.of({ nodes: 5, workerCidr: "10.0.2.0/29" });
    const pool = (size: number) => newPool({ cluster: newCluster(newStack(), plan), size });
    expect(() => pool(4)).not.toThrow();
    expect(problemCodesOf(() => pool(5))).toEqual(["SUBNET_EXHAUSTED"]);
  });

  test("counts the pods of all pools in the pods' subnet, and the error contains the calculation", () => {
    const stack = newStack();
    const cluster = newCluster(stack, SubnetPlan.of({ nodes: 100, podCidr: "10.0.240.0/22", pods: 1000 }));
    new PrivateNodePool(stack, "blue", { cluster, image, shape, size: 20 });
    const [problem, ...more] = validationProblemsOf(
      () => new PrivateNodePool(stack, "green", { cluster, image, shape, size: 15 }),
    );
    expect(more).toEqual([]);
    expect(problem?.what).toBe(
      "The pods need 1147 addresses (blue (20 + 1) x 31 + green (15 + 1) x 31, with the surge of a replacement), " +
        "but 10.0.240.0/22 has 1024 - 3 = 1021",
    );
  });

  test("counts the pools of all clusters, created or imported, that share the subnets", () => {
    const stack = newStack();
    const cluster = newCluster(stack, SubnetPlan.of({ nodes: 100, podCidr: "10.0.240.0/22", pods: 1000 }));
    const { network, kubernetesVersion, workerSecurityGroup, podSecurityGroup } = cluster;
    const second = new SecureOkeCluster(stack, "second", {
      compartmentId: COMPARTMENT,
      kubernetesVersion,
      network,
    });
    const imported = SecureOkeCluster.fromClusterAttributes(stack, "imported", {
      clusterId: "ocid1.cluster.oc1.fra.test",
      compartmentId: COMPARTMENT,
      kubernetesVersion,
      network,
      workerSecurityGroup,
      podSecurityGroup,
    });
    new PrivateNodePool(cluster, "general", { cluster, image, shape, size: 20 });
    for (const other of [second, imported]) {
      const [problem, ...more] = validationProblemsOf(
        () => new PrivateNodePool(other, "general", { cluster: other, image, shape, size: 15 }),
      );
      expect(more).toEqual([]);
      expect(problem?.what).toContain(
        `stack/cluster/general (20 + 1) x 31 + ${other.node.path}/general (15 + 1) x 31`,
      );
    }
  });

  test("counts nodes and pods together if they share a subnet, and each network separately", () => {
    const stack = newStack();
    const existing = (id: string, subnetId: string) => {
      const subnet = { subnetId, cidr: "10.1.0.0/24" };
      const network = ClusterNetwork.fromClusterNetworkAttributes(stack, `${id}-network`, {
        vcnId: "ocid1.vcn.oc1.fra.test",
        compartmentId: COMPARTMENT,
        workerSubnet: subnet,
        podSubnet: subnet,
      });
      const group = NetworkSecurityGroup.fromNetworkSecurityGroupId(
        stack,
        `${id}-group`,
        "ocid1.networksecuritygroup.oc1.fra.test",
      );
      return SecureOkeCluster.fromClusterAttributes(stack, id, {
        clusterId: "ocid1.cluster.oc1.fra.test",
        compartmentId: COMPARTMENT,
        kubernetesVersion: KubernetesVersion.V1_34,
        network,
        workerSecurityGroup: group,
        podSecurityGroup: group,
      });
    };
    const [one, same, other] = [
      existing("one", "ocid1.subnet.oc1.fra.a"),
      existing("same", "ocid1.subnet.oc1.fra.a"),
      existing("other", "ocid1.subnet.oc1.fra.b"),
    ];
    const pool = (cluster: typeof one, size: number) => () =>
      new PrivateNodePool(cluster, cluster.node.id, { cluster, image, shape, size });
    expect(validationProblemsOf(pool(one, 7))[0]?.what).toMatch(/^The nodes and pods need 256 addresses/);
    expect(pool(one, 6)).not.toThrow();
    expect(problemCodesOf(pool(same, 1))).toEqual(["SUBNET_EXHAUSTED"]);
    expect(pool(other, 6)).not.toThrow();
  });

  test("refuses a sixth group", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const groups = Array.from({ length: 5 }, (_, i) =>
      NetworkSecurityGroup.fromNetworkSecurityGroupId(
        stack,
        `g${i}`,
        `ocid1.networksecuritygroup.oc1.fra.g${i}`,
      ),
    );
    const twice = { cluster, securityGroups: groups, podSecurityGroups: groups };
    expect(problemCodesOf(() => newPool(twice, stack))).toEqual(["NSG_LIMIT", "NSG_LIMIT"]);
  });

  test("rejects invalid images and shapes", () => {
    expect(problemCodesOf(() => NodeImage.of("latest"))).toEqual(["OCID_INVALID"]);
    const size = { ocpus: 2, memory: Size.gibibytes(16) };
    expect(problemCodesOf(() => NodeShape.flexible("VM.Standard2.1", size))).toEqual(["SHAPE_INVALID"]);
    expect(
      problemCodesOf(() => NodeShape.flexible("VM.X.Flex", { ocpus: 0, memory: Size.gibibytes(0) })),
    ).toHaveLength(2);
    expect(
      problemCodesOf(() => NodeShape.flexible("VM.X.Flex", { ocpus: 1, memory: Size.gibibytes(65) })),
    ).toHaveLength(1);
    expect(problemCodesOf(() => NodeShape.fixed("VM.Standard.E5.Flex"))).toEqual(["SHAPE_INVALID"]);
    expect(NodeShape.fixed("BM.Standard.E5.192").size).toBeUndefined();
  });
});
