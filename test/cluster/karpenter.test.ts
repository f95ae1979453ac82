import { Karpenter, KubernetesVersion, SecureOkeCluster, type KarpenterProps } from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const TENANCY = "ocid1.tenancy.oc1..test";

function stackWithKarpenter(
  props: Partial<KarpenterProps> = {},
  kubernetesVersion = KubernetesVersion.V1_36,
) {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion });
  new Karpenter(stack, "karpenter", {
    cluster,
    tenancyId: TENANCY,
    nodeTag: "Operations.NodeRole",
    ...props,
  });
  return stack;
}

const statements = (stack: ReturnType<typeof newStack>) =>
  Object.entries(resourcesOf(stack, "oci_identity_policy"))
    .filter(([id]) => id.startsWith("karpenter"))
    .flatMap(([, policy]: [string, any]) => policy.statements as string[]);

describe("Karpenter", () => {
  test("has permissions by workload identity, and a tag identifies its nodes", () => {
    const stack = stackWithKarpenter();
    expect(onlyResource(stack, "oci_identity_dynamic_group").matching_rule).toBe(
      `ALL {instance.compartment.id = '${COMPARTMENT}', tag.Operations.NodeRole.value = 'karpenter'}`,
    );
    const all = statements(stack);
    expect(all.filter((one) => one.includes("CLUSTER_JOIN"))).toEqual([
      expect.stringMatching(
        /^Allow dynamic-group id \$\{\S+\} to {CLUSTER_JOIN} in compartment id \S+ where target\.cluster\.id = '\$\{\S+\}'$/,
      ),
    ]);
    const rights = all.filter((one) => one.startsWith("Allow any-user"));
    for (const right of rights)
      expect(right).toMatch(/namespace = 'karpenter', request\.principal\.service_account = 'karpenter'/);
    expect(rights.map((one) => /to ([\w -]+) in/.exec(one)![1]).sort()).toEqual([
      "inspect compartments",
      "manage instance-family",
      "manage volume-attachments",
      "manage volumes",
      "use tag-namespaces",
      "use virtual-network-family",
    ]);
  });

  test("has outputs with its values and the command that installs it", () => {
    const { output } = synthesized(stackWithKarpenter({ namespace: "scaling", chartVersion: "1.4.0" }));
    expect(output.karpenter_karpenter.value).toBe(
      "terraform output -raw karpenter_karpenter_values | helm upgrade --install karpenter karpenter --repo https://oracle.github.io/karpenter-provider-oci/charts " +
        "--version 1.4.0 --namespace scaling --create-namespace --values -",
    );
    expect(output.karpenter_karpenter_values.value).toMatch(
      /^settings:\n {2}clusterCompartmentId: \S+\n {2}vcnCompartmentId: \S+\n {2}apiserverEndpoint: \$\{.*split\(":".*\}\n {2}ociVcnIpNative: true\n$/,
    );
  });

  test("may use reserved capacity and nodes of another compartment on request", () => {
    const all = statements(
      stackWithKarpenter({
        usesCapacityReservations: true,
        nodeCompartmentId: "ocid1.compartment.oc1..nodes",
      }),
    );
    expect(all.filter((one) => one.includes("compartment id ocid1.compartment.oc1..nodes")).length).toBe(5);
    expect(all.join()).toContain(
      "use compute-capacity-reservations in compartment id ocid1.compartment.oc1..nodes",
    );
  });

  test.each([
    [{ nodeTag: "NodeRole" }, "TAG_INVALID"],
    [{ nodeTagValue: "a'b" }, "TAG_INVALID"],
    [{ tenancyId: COMPARTMENT }, "OCID_INVALID"],
    [{ namespace: "Not A Name" }, "NAME_INVALID"],
    [{ chartVersion: "v1.3.0" }, "VALUE_INVALID"],
    [{ chartVersion: "1.2.9" }, "VALUE_INVALID"],
  ])("refuses %j", (props, code) => {
    expect(problemCodesOf(() => stackWithKarpenter(props))).toEqual([code]);
  });

  test("accepts an older chart with an older Kubernetes version", () => {
    expect(() => stackWithKarpenter({ chartVersion: "1.2.9" }, KubernetesVersion.V1_35)).not.toThrow();
    expect(() => stackWithKarpenter({ chartVersion: "1.0.0" }, KubernetesVersion.V1_34)).not.toThrow();
  });
});
