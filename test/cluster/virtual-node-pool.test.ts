import {
  CredentialRotation,
  KubernetesVersion,
  NodeTaint,
  PodNetworking,
  SecureOkeCluster,
  VirtualNodeEndorsement,
  VirtualNodePool,
  type VirtualNodePoolProps,
} from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

function newCluster(stack = newStack(), podNetworking?: PodNetworking) {
  const kubernetesVersion = KubernetesVersion.V1_35;
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion,
    podNetworking,
  });
}

function newPool(props: Partial<VirtualNodePoolProps> = {}, stack = newStack()) {
  return new VirtualNodePool(stack, "virtual", {
    cluster: props.cluster ?? newCluster(stack),
    size: 2,
    ...props,
  });
}

const endorsementProps = {
  tenancyId: "ocid1.tenancy.oc1..test",
  serviceTenancyId: "ocid1.tenancy.oc1..service",
  serviceCompartmentId: "ocid1.compartment.oc1..service",
};

describe("a pool of virtual nodes", () => {
  test("is private, in the groups of the cluster, spread over all domains", () => {
    const stack = newStack();
    newPool({}, stack);
    const pool = onlyResource(stack, "oci_containerengine_virtual_node_pool");
    expect(pool).toMatchObject({
      size: 2,
      display_name: "virtual",
      nsg_ids: [expect.stringContaining("Workers")],
      pod_configuration: {
        shape: "Pod.Standard.E4.Flex",
        nsg_ids: [expect.stringContaining("Pods")],
        subnet_id: expect.stringContaining("Pods"),
      },
      virtual_node_pool_cycling_details: {
        is_virtual_node_cycling_enabled: true,
        maximum_surge: "1",
        maximum_unavailable: "0",
      },
    });
    expect(pool.dynamic.placement_configurations.content).toMatchObject({
      fault_domain: ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"],
    });
  });

  test("accepts every prop", () => {
    const stack = newStack();
    newPool(
      {
        podShape: "Pod.Standard.E5.Flex",
        availabilityDomains: ["Uocm:EU-FRANKFURT-1-AD-2", "Uocm:EU-FRANKFURT-1-AD-1"],
        faultDomains: ["FAULT-DOMAIN-2"],
        labels: { tier: "web" },
        taints: [NodeTaint.noSchedule("virtual", "true")],
        nodePoolName: "serverless",
        freeformTags: { team: "shop" },
      },
      stack,
    );
    expect(onlyResource(stack, "oci_containerengine_virtual_node_pool")).toMatchObject({
      display_name: "serverless",
      pod_configuration: { shape: "Pod.Standard.E5.Flex" },
      placement_configurations: [
        { availability_domain: "Uocm:EU-FRANKFURT-1-AD-1", fault_domain: ["FAULT-DOMAIN-2"] },
        { availability_domain: "Uocm:EU-FRANKFURT-1-AD-2", fault_domain: ["FAULT-DOMAIN-2"] },
      ],
      initial_virtual_node_labels: [{ key: "tier", value: "web" }],
      taints: [{ key: "virtual", value: "true", effect: "NoSchedule" }],
      virtual_node_tags: { freeform_tags: { team: "shop" } },
      freeform_tags: { team: "shop" },
    });
  });

  test("depends on its endorsement, whose statements are Oracle's", () => {
    const stack = newStack();
    const endorsement = new VirtualNodeEndorsement(stack, "endorsement", endorsementProps);
    newPool({ endorsement }, stack);
    const policies = Object.entries(resourcesOf(stack, "oci_identity_policy"));
    const [id, policy] = policies.find(([name]) => name.startsWith("endorsement"))!;
    expect(policy.compartment_id).toBe(endorsementProps.tenancyId);
    expect(policy.statements).toHaveLength(5);
    expect(policy.statements[0]).toBe("define tenancy ske as ocid1.tenancy.oc1..service");
    expect(policy.statements[2]).toMatch(
      /^endorse any-user to associate compute-container-instances .*request\.principal\.subnet=2\.subnet\.id}$/,
    );
    expect(onlyResource(stack, "oci_containerengine_virtual_node_pool").depends_on).toContain(
      `oci_identity_policy.${id}`,
    );
  });

  test("is refused with flannel", () => {
    const stack = newStack();
    const problems = validationProblemsOf(() =>
      newPool({ cluster: newCluster(stack, PodNetworking.flannelOverlay()) }, stack),
    );
    expect(problems.map(({ code }) => code)).toContain("VIRTUAL_NODES_UNFIT");
    expect(problems[0]!.what).toContain("flannel overlay");
  });

  test("is refused in a cluster with a credential rotation", () => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_35,
      credentialRotation: CredentialRotation.epoch("2026-11"),
    });
    expect(validationProblemsOf(() => newPool({ cluster }, stack))).toMatchObject([
      { code: "VIRTUAL_NODES_UNFIT", property: "cluster" },
    ]);
  });

  test("is refused in a basic cluster", () => {
    const stack = newStack();
    const { network, workerSecurityGroup, podSecurityGroup } = newCluster(stack);
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "imported", {
      clusterId: "ocid1.cluster.oc1..test",
      compartmentId: COMPARTMENT,
      clusterType: "BASIC_CLUSTER",
      network,
      workerSecurityGroup,
      podSecurityGroup,
      podNetworking: PodNetworking.vcnNative(),
      kubernetesVersion: KubernetesVersion.V1_35,
    });
    expect(validationProblemsOf(() => newPool({ cluster }, stack))[0]).toMatchObject({
      code: "ADD_ON_INVALID",
      property: "cluster",
    });
  });

  test.each([
    [{ size: 101 }, "COUNT_INVALID"],
    [{ size: 1.5 }, "COUNT_INVALID"],
    [{ podShape: "VM.Standard.E5.Flex" }, "SHAPE_INVALID"],
    [{ faultDomains: ["1"] }, "NAME_INVALID"],
    [{ labels: { "not a key": "" } }, "LABEL_INVALID"],
    [{ endorsement: "yes" as never }, "VALUE_INVALID"],
  ])("refuses %j", (props, code) => {
    expect(problemCodesOf(() => newPool(props))).toEqual([code]);
  });

  test("has an endorsement with three OCIDs", () => {
    expect(problemCodesOf(() => new VirtualNodeEndorsement(newStack(), "e", {} as never))).toEqual([
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
    ]);
  });
});
