import { Size } from "cdk8s";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";
import { PodNetworking } from "../../lib/network/vcn/pod-networking";
import { COMPARTMENT, newStack, problemCodesOf, synthesized } from "../support/stack";

const { YES, NO } = Verdict;

function reach(props: Partial<SecureOkeClusterProps> = {}) {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    ...props,
  });
  new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 1,
  });
  const answers = Reachability.fromTexts({ terraform: [JSON.stringify(synthesized(stack))], manifests: [] });
  return (from: Endpoint, to: Endpoint, port: Port) => answers.ask(from, to, port).verdict;
}

const [API, NODES, PODS] = [Endpoint.apiEndpoint(), Endpoint.nodes(), Endpoint.pods()];
const EXPORTER = { port: Port.tcp(9100), reason: "Prometheus reads the node exporters" };

describe("nodes", () => {
  test.each([Port.tcp(9100), Port.tcp(4240), Port.udp(8472), Port.icmp(8, 0)])(
    "reach each other on every port, such as %s",
    (port) => {
      expect(reach()(NODES, NODES, port)).toBe(YES);
    },
  );
});

describe("the ObservabilityAgent add-on", () => {
  const AGENT = Port.tcp(9995);

  test("is reached by the control plane where it was asked for, and by nobody else", () => {
    expect(reach()(API, NODES, AGENT)).toBe(NO);
    const ask = reach({ observabilityAgent: true });
    expect(ask(API, NODES, AGENT)).toBe(YES);
    expect(ask(API, NODES, Port.tcp(9996))).toBe(NO);
    expect(ask(PODS, NODES, AGENT)).toBe(NO);
  });

  test("is reached in an overlay anyway", () => {
    const podNetworking = PodNetworking.flannelOverlay();
    expect(reach({ podNetworking })(API, NODES, AGENT)).toBe(YES);
  });
});

describe("pods", () => {
  test("reach of the nodes the kubelets, and what was named", () => {
    const ask = reach({ podsToNodes: [EXPORTER] });
    expect([10250, 9100, 9101].map((port) => ask(PODS, NODES, Port.tcp(port)))).toEqual([YES, YES, NO]);
    expect(reach()(PODS, NODES, Port.tcp(9100))).toBe(NO);
  });

  test("of an overlay take the option too, and reach the nodes with and without", () => {
    const podNetworking = PodNetworking.flannelOverlay();
    expect(reach({ podNetworking, podsToNodes: [EXPORTER] })(PODS, NODES, Port.tcp(9100))).toBe(YES);
  });
});

test.each<[string, any, string[]]>([
  ["no list of ports", { podsToNodes: EXPORTER }, ["VALUE_INVALID"]],
  ["a number instead of a Port", { podsToNodes: [{ ...EXPORTER, port: 9100 }] }, ["VALUE_INVALID"]],
  ["ICMP", { podsToNodes: [{ ...EXPORTER, port: Port.pathMtuDiscovery() }] }, ["PORT_INVALID"]],
  ["a port without a reason", { podsToNodes: [{ port: Port.tcp(1) }] }, ["REASON_MISSING"]],
  ["nothing in the list", { podsToNodes: [null] }, ["ATTRIBUTE_MISSING"]],
  ["a word for the add-on", { observabilityAgent: "yes" }, ["VALUE_INVALID"]],
])("a cluster is refused %s", (_, props, codes) => {
  expect(problemCodesOf(() => reach(props))).toEqual(codes);
});
