import { Size } from "cdk8s";
import { type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { type PrivateNodePoolProps } from "../../lib/cluster/private-node-pool-props";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { Egress } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { routesOf } from "../network/support";
import { flowsOf } from "../support/rules";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const BANK = "203.0.113.0/24";
const HTTPS = Port.tcp(443);
const reason = { reason: "The bank's API" };
const toBank = Egress.to(BANK, HTTPS, reason);
const toVcn = Egress.to("10.0.7.0/24", HTTPS, reason);
const image = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test");
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });

function clusterIn(stack: TerraformStack, props: Partial<SecureOkeClusterProps> = {}) {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    ...props,
  });
}

function poolIn(stack: TerraformStack, props: Partial<PrivateNodePoolProps> = {}, id = "pool") {
  const cluster = props.cluster ?? clusterIn(stack);
  return new PrivateNodePool(stack, id, { cluster, image, shape, size: 3, ...props });
}

const rangeFlows = (stack: TerraformStack) => flowsOf(stack).filter((flow) => /\d+\/\d+ /.test(flow));
const gatewayRoutes = (stack: TerraformStack) =>
  Object.entries(routesOf(stack))
    .flatMap(([subnet, routes]) => routes.map((route) => `${subnet}: ${route}`))
    .filter((route) => route.endsWith("nat_gateway"))
    .sort();

describe("a cluster with an egress", () => {
  test("adds rules to the groups of its nodes and pods, routes to their subnets, and one NAT gateway", () => {
    const stack = newStack();
    clusterIn(stack, { egress: [toBank] });
    expect(rangeFlows(stack)).toEqual([`Pods -> ${BANK} tcp 443`, `Workers -> ${BANK} tcp 443`]);
    expect(gatewayRoutes(stack)).toEqual([
      `stack-cluster-pods: ${BANK} > nat_gateway`,
      `stack-cluster-workers: ${BANK} > nat_gateway`,
    ]);
    onlyResource(stack, "oci_core_nat_gateway");
  });

  test("does not depend on the order, and changes nothing if the list is empty", () => {
    const bytes = (egress?: Egress[]) => {
      const stack = newStack();
      clusterIn(stack, { egress });
      return synthesized(stack);
    };
    const other = Egress.to("198.51.100.7/32", Port.tcp(25), { reason: "Mail" });
    expect(bytes([toBank, other])).toEqual(bytes([other, toBank]));
    expect(bytes([])).toEqual(bytes());
  });

  test("records the reason for every address", () => {
    const stack = newStack();
    clusterIn(stack, { egress: [Egress.toAnywhere(HTTPS, { reason: "Packages" })] });
    const kept = Acknowledgements.of(stack).map(({ practice, reason: why }) => `${practice} ${why}`);
    expect(kept).toEqual(["exposure Packages", "exposure Packages"]);
  });

  test("is refused before anything is created: inside the VCN, invalid, or too wide together", () => {
    const attempt = (egress: unknown) => {
      const stack = newStack();
      const codes = problemCodesOf(() => clusterIn(stack, { egress: egress as Egress[] }));
      expect(stack.node.tryFindChild("cluster")).toBeUndefined();
      return codes;
    };
    expect(attempt([toVcn])).toEqual(["EGRESS_INVALID"]);
    expect(attempt([{ cidr: BANK }, null])).toEqual(["VALUE_INVALID", "ATTRIBUTE_MISSING"]);
    expect(attempt("203.0.113.0/24")).toEqual(["VALUE_INVALID"]);
    expect(attempt(null)).toEqual(["VALUE_INVALID"]);
    expect(attempt([11, 12, 13, 14, 15].map((byte) => Egress.to(`${byte}.0.0.0/8`, HTTPS, reason)))).toEqual([
      "CIDR_TOO_WIDE",
    ]);
  });
});

describe("a node pool with an egress", () => {
  test("has its own group for its nodes and pods, the only one with the rule", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    poolIn(stack, { cluster, egress: [toBank] });
    poolIn(stack, { cluster }, "other");
    expect(rangeFlows(stack)).toEqual([`Egress -> ${BANK} tcp 443`]);
    expect(gatewayRoutes(stack)).toEqual([
      `stack-cluster-pods: ${BANK} > nat_gateway`,
      `stack-cluster-workers: ${BANK} > nat_gateway`,
    ]);
    const groups = Object.values(resourcesOf(stack, "oci_containerengine_node_pool")).map(
      ({ name, node_config_details: { nsg_ids, node_pool_pod_network_option_details } }) => [
        name,
        nsg_ids.length,
        node_pool_pod_network_option_details.pod_nsg_ids.length,
      ],
    );
    expect(groups).toEqual([
      ["other", 1, 1],
      ["pool", 2, 2],
    ]);
  });

  test("keeps its security group without rules for an empty list, because existing nodes are still in it", () => {
    const stack = newStack();
    poolIn(stack, { egress: [] });
    expect(rangeFlows(stack)).toEqual([]);
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
    const groups = Object.values(resourcesOf(stack, "oci_core_network_security_group"));
    expect(groups.find(({ display_name }) => display_name === "pool-egress")).toMatchObject({
      lifecycle: { create_before_destroy: true },
    });
  });

  test("uses one of the five groups of a VNIC", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const { compartmentId, vcnId } = cluster.network;
    const groups = ["a", "b", "c", "d"].map(
      (id) => new NetworkSecurityGroup(stack, id, { compartmentId, vcnId }),
    );
    const [problem] = validationProblemsOf(() =>
      poolIn(stack, { cluster, egress: [toBank], podSecurityGroups: groups }),
    );
    expect(problem).toMatchObject({
      code: "NSG_LIMIT",
      fix: expect.stringContaining("at most 3 additional groups"),
    });
    poolIn(stack, { cluster, egress: [toBank], podSecurityGroups: groups.slice(1) });
  });

  test("is refused before anything is created: inside the VCN, invalid, or without a known network", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    expect(problemCodesOf(() => poolIn(stack, { cluster, egress: [toVcn] }))).toEqual(["EGRESS_INVALID"]);
    expect(problemCodesOf(() => poolIn(stack, { cluster, egress: [{}] as never }))).toEqual([
      "VALUE_INVALID",
    ]);
    expect(problemCodesOf(() => poolIn(stack, { cluster, egress: toBank as never }))).toEqual([
      "VALUE_INVALID",
    ]);
    expect(stack.node.tryFindChild("pool")).toBeUndefined();
    const imported = SecureOkeCluster.fromClusterAttributes(stack, "imported", {
      clusterId: "ocid1.cluster.oc1..test",
      compartmentId: COMPARTMENT,
    });
    expect(problemCodesOf(() => poolIn(stack, { cluster: imported, egress: [toBank] }))).toContain(
      "ATTRIBUTE_MISSING",
    );
  });
});
