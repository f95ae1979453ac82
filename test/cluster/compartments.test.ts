import { Size } from "cdk8s";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type ExistingVcnNetworkProps } from "../../lib/network/vcn/existing-vcn-props";
import { Testing, TerraformVariable, type TerraformStack } from "cdktf";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NativeIngressController } from "../../lib/cluster/native-ingress-controller";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { UNOBSERVED } from "../support/unobserved";

const NETWORK = "ocid1.compartment.oc1..network";
const KEYS = "ocid1.compartment.oc1..keys";
const kubernetesVersion = KubernetesVersion.V1_34;

function newCluster(stack: TerraformStack, compartmentId: string, networkCompartmentId: string) {
  const network = new ClusterNetwork(stack, "network", { compartmentId: networkCompartmentId });
  return new SecureOkeCluster(stack, "cluster", { ...UNOBSERVED, compartmentId, kubernetesVersion, network });
}

function newPool(stack: TerraformStack, cluster: SecureOkeCluster) {
  return new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 3,
  });
}

/** What a cluster takes of its own compartment once a load balancer has its network in another one. */
const BALANCERS = (compartment: string) =>
  ["load-balancers", "network-load-balancers"].map((what) => `manage ${what} @ ${compartment}`);

/** The policies beside those of the key and of the scanning of nodes: where each is attached, and what it lets the cluster do where. */
function grants(stack: TerraformStack): [string, string[]][] {
  return Object.values(resourcesOf(stack, "oci_identity_policy"))
    .filter((policy) => !/key|scan/.test(policy.description))
    .map(({ compartment_id, statements }): [string, string[]] => [
      compartment_id,
      statements.map((statement: string) =>
        /to (.*) in compartment id (\S+) where/.exec(statement)!.slice(1).join(" @ "),
      ),
    ])
    .sort();
}

describe("a cluster whose network is in another compartment", () => {
  const stack = newStack();
  newPool(stack, newCluster(stack, COMPARTMENT, NETWORK));
  const policies = resourcesOf(stack, "oci_identity_policy");

  test("has a policy in each compartment, which refers only to that compartment", () => {
    expect(grants(stack)).toEqual([
      [
        NETWORK,
        [
          `manage network-security-groups @ ${NETWORK}`,
          `manage vcns @ ${NETWORK}`,
          `use subnets @ ${NETWORK}`,
          `use private-ips @ ${NETWORK}`,
          `read vcns @ ${NETWORK}`,
        ],
      ],
      [
        COMPARTMENT,
        [
          `manage network-security-groups @ ${COMPARTMENT}`,
          ...BALANCERS(COMPARTMENT),
          `manage instances @ ${COMPARTMENT}`,
        ],
      ],
    ]);
  });

  test("gets only the rights in the VCN that creating and deleting groups requires, for itself only", () => {
    const statements = Object.values(policies).flatMap((policy) => policy.statements as string[]);
    expect(statements.filter((text) => text.includes("manage vcns"))).toEqual([
      expect.stringMatching(
        /any {request\.operation = 'CreateNetworkSecurityGroup', request\.operation = 'DeleteNetworkSecurityGroup'}}$/,
      ),
    ]);
    for (const text of statements.filter((one) => !/keys|service vulnerability/.test(one))) {
      expect(text).toContain("request.principal.id = '${oci_containerengine_cluster.");
    }
  });

  test("creates its nodes after both policies, without which pods get no addresses", () => {
    const { depends_on } = onlyResource(stack, "oci_containerengine_node_pool");
    const attached = depends_on.map((address: string) => policies[address.split(".")[1]!].compartment_id);
    expect(attached.sort()).toEqual([NETWORK, COMPARTMENT]);
  });

  test("makes the stack of its nodes depend on the stack of the cluster", () => {
    const app = Testing.app();
    const [first, second] = [newStack("first", app), newStack("second", app)];
    newPool(second, newCluster(first, COMPARTMENT, NETWORK));
    app.synth();
    expect(onlyResource(second, "oci_containerengine_node_pool")).not.toHaveProperty("depends_on");
    expect(second.dependsOn(first)).toBe(true);
  });
});

describe("a cluster in the compartment of its network", () => {
  const ONE = ["manage network-security-groups", "manage vcns"];

  test("gets no rights for its pods", () => {
    const stack = newStack();
    newPool(stack, newCluster(stack, COMPARTMENT, COMPARTMENT));
    expect(grants(stack)).toEqual([[COMPARTMENT, ONE.map((what) => `${what} @ ${COMPARTMENT}`)]]);
    expect(onlyResource(stack, "oci_containerengine_node_pool")).not.toHaveProperty("depends_on");
  });

  test("gets one set of statements if both compartments are the same reference", () => {
    const stack = newStack();
    const variable = new TerraformVariable(stack, "compartment", {});
    newCluster(stack, variable.stringValue, variable.stringValue);
    expect(grants(stack)).toEqual([
      ["${var.compartment}", ONE.map((what) => `${what} @ \${var.compartment}`)],
    ]);
  });

  test("is not assumed for two different references", () => {
    const stack = newStack();
    const [a, b] = ["a", "b"].map((id) => new TerraformVariable(stack, id, {}).stringValue);
    newCluster(stack, a!, b!);
    expect(grants(stack).map(([attached]) => attached)).toEqual(["${var.a}", "${var.b}"]);
  });
});

describe("a cluster with existing subnets", () => {
  const OWNERS = "ocid1.compartment.oc1..owners";
  const subnet = (name: string, cidr: string) => ({
    subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.${name}`,
    cidr,
  });
  const pods = { podSubnet: subnet("pods", "10.20.4.0/22") };
  const balancers = { loadBalancerSubnet: subnet("lb", "10.20.3.0/24") };
  const all = {
    apiEndpointSubnet: subnet("api", "10.20.1.0/28"),
    workerSubnet: subnet("workers", "10.20.2.0/24"),
    ...pods,
    ...balancers,
  };

  function grantsOf(
    props: Partial<ExistingVcnNetworkProps>,
    { compartmentId = COMPARTMENT, ingress = false } = {},
  ) {
    const stack = newStack();
    const network = new ExistingVcnNetwork(stack, "network", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
      vcnCidrs: ["10.20.0.0/16"],
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.of({ vcnCidr: "10.20.8.0/22", nodes: 16, pods: 400 }),
      ...props,
    });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      ...UNOBSERVED,
      compartmentId,
      kubernetesVersion,
      network,
    });
    newPool(stack, cluster);
    if (ingress) new NativeIngressController(stack, "ingress", { cluster });
    const waits = onlyResource(stack, "oci_containerengine_node_pool").depends_on ?? [];
    return { grants: Object.fromEntries(grants(stack).map(([place, what]) => [place, what])), stack, waits };
  }
  const own = (compartment: string) => [
    `manage network-security-groups @ ${compartment}`,
    `manage vcns @ ${compartment}`,
    `manage instances @ ${compartment}`,
  ];

  test("gets its right to pod addresses only in the compartment of their subnet, before its nodes", () => {
    const { grants: found, waits } = grantsOf({ ...pods, subnetCompartmentId: OWNERS });
    expect(found).toEqual({ [COMPARTMENT]: own(COMPARTMENT), [OWNERS]: [`use private-ips @ ${OWNERS}`] });
    expect(waits).toHaveLength(2);
  });

  test("gets its rights to the existing subnet of the load balancers, and to manage load balancers", () => {
    const { grants: found, waits } = grantsOf({ ...all, subnetCompartmentId: OWNERS });
    expect(found).toEqual({
      [COMPARTMENT]: [
        `manage network-security-groups @ ${COMPARTMENT}`,
        `manage vcns @ ${COMPARTMENT}`,
        ...BALANCERS(COMPARTMENT),
        `manage instances @ ${COMPARTMENT}`,
      ],
      [OWNERS]: [`use subnets @ ${OWNERS}`, `use private-ips @ ${OWNERS}`],
    });
    expect(waits).toHaveLength(2);
  });

  test("gets these rights in the compartment of the VCN by default", () => {
    const { grants: found } = grantsOf({ ...all, vcnCompartmentId: OWNERS });
    expect(found).toEqual({
      [COMPARTMENT]: [
        `manage network-security-groups @ ${COMPARTMENT}`,
        ...BALANCERS(COMPARTMENT),
        `manage instances @ ${COMPARTMENT}`,
      ],
      [OWNERS]: [
        `manage vcns @ ${OWNERS}`,
        `use subnets @ ${OWNERS}`,
        `use private-ips @ ${OWNERS}`,
        `read vcns @ ${OWNERS}`,
      ],
    });
  });

  test("gets no rights there for pods if their subnet is created", () => {
    const { grants: found } = grantsOf({ ...balancers, subnetCompartmentId: OWNERS });
    expect(found[OWNERS]).toEqual([`use subnets @ ${OWNERS}`, `use private-ips @ ${OWNERS}`]);
    expect(found[COMPARTMENT]!.join()).not.toMatch(/private-ips|instances/);
  });

  test("may be in a third compartment, and each compartment has only its own statements", () => {
    const { grants: found, waits } = grantsOf(
      { ...pods, subnetCompartmentId: OWNERS, vcnCompartmentId: NETWORK },
      { compartmentId: KEYS },
    );
    expect(found).toEqual({
      [KEYS]: [`manage network-security-groups @ ${KEYS}`, ...BALANCERS(KEYS), `manage instances @ ${KEYS}`],
      [COMPARTMENT]: [
        `manage network-security-groups @ ${COMPARTMENT}`,
        `use subnets @ ${COMPARTMENT}`,
        `use private-ips @ ${COMPARTMENT}`,
      ],
      [NETWORK]: [`manage vcns @ ${NETWORK}`, `read vcns @ ${NETWORK}`],
      [OWNERS]: [`use private-ips @ ${OWNERS}`],
    });
    expect(waits).toHaveLength(3);
  });

  test("lets its ingress controller use the network in the compartment of the load balancers' subnet", () => {
    const family = (compartment: string) => `use virtual-network-family in compartment id ${compartment} `;
    const texts = (props: Partial<ExistingVcnNetworkProps>) =>
      JSON.stringify(resourcesOf(grantsOf(props, { ingress: true }).stack, "oci_identity_policy"));
    const statements = texts({ ...balancers, subnetCompartmentId: OWNERS });
    expect([statements.includes(family(OWNERS)), statements.includes(family(COMPARTMENT))]).toEqual([
      true,
      true,
    ]);
    expect(texts({ ...pods, subnetCompartmentId: OWNERS })).not.toContain(family(OWNERS));
  });

  test("rejects an invalid subnetCompartmentId", () => {
    expect(problemCodesOf(() => grantsOf({ subnetCompartmentId: "owners" }))).toEqual(["OCID_INVALID"]);
  });
});

describe("an existing key of a cluster", () => {
  function give(stack: TerraformStack, compartmentId: string, clusterCompartmentId?: string) {
    const encryption = new ClusterEncryption(stack, "key", { compartmentId: KEYS, clusterCompartmentId });
    return () => new SecureOkeCluster(stack, "cluster", { compartmentId, kubernetesVersion, encryption });
  }

  test("must be granted to the compartment of the cluster, and the error contains the missing clusterCompartmentId", () => {
    for (const granted of [undefined, NETWORK]) {
      const [problem, ...more] = validationProblemsOf(give(newStack(), COMPARTMENT, granted));
      expect(more).toEqual([]);
      expect(problem).toMatchObject({
        code: "KEY_NOT_GRANTED",
        path: "stack/cluster",
        property: "encryption",
        fix: `Set clusterCompartmentId: "${COMPARTMENT}" of that ClusterEncryption`,
      });
    }
    expect(give(newStack(), COMPARTMENT, COMPARTMENT)).not.toThrow();
    expect(give(newStack(), KEYS)).not.toThrow();
  });

  test("may be in another stack, which is then applied first", () => {
    const app = Testing.app();
    const [first, second] = [newStack("first", app), newStack("second", app)];
    const encryption = new ClusterEncryption(first, "key", {
      compartmentId: COMPARTMENT,
      existingKeyId: "ocid1.key.oc1.fra.vault.test",
    });
    new SecureOkeCluster(second, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion, encryption });
    app.synth();
    expect(onlyResource(second, "oci_containerengine_cluster")).not.toHaveProperty("depends_on");
    expect(second.dependsOn(first)).toBe(true);
  });

  test("may be granted to a reference, whose value is unknown", () => {
    const stack = newStack();
    const variable = (id: string) => new TerraformVariable(stack, id, {}).stringValue;
    expect(give(stack, variable("a"), variable("b"))).not.toThrow();
    const other = newStack();
    expect(give(other, COMPARTMENT, new TerraformVariable(other, "c", {}).stringValue)).not.toThrow();
  });
});

test("policies of two clusters with the same name in one compartment have different names", () => {
  const stack = newStack();
  for (const id of ["a b", "a-b", "blue"]) {
    new SecureOkeCluster(stack, id, {
      ...UNOBSERVED,
      compartmentId: COMPARTMENT,
      kubernetesVersion,
      clusterName: "shop",
    });
  }
  const names = Object.values(resourcesOf(stack, "oci_identity_policy")).map(({ name }) => name);
  expect(new Set(names).size).toBe(9);
});
