import { checked } from "../../core/checked";
import { cidrAt, isInsidePrivate, PRIVATE_RANGES } from "../../core/cidr";
import {
  checkedBy,
  choice,
  cidr,
  type PropsSchema,
  readArguments,
  type Reader,
  valueOf,
  withDefault,
  listOf,
  objectOf,
  ruleReasonFor,
} from "../../core/readers";
import { shown } from "../../core/display-value";
import { hasPorts, IpProtocol, Port } from "../../core/port";

/** The source of pod addresses. */
export enum PodNetworkType {
  /** Pods get addresses from a subnet of the VCN. */
  VCN_NATIVE = "OCI_VCN_IP_NATIVE",
  /** Pods get addresses from a range that is known inside of the cluster only. */
  FLANNEL_OVERLAY = "FLANNEL_OVERLAY",
}

/** Props for the flannel overlay of a cluster. */
export interface FlannelOverlayProps {
  /**
   * The address range of the pods: a private IPv4 range from a /9 to a /24; it can't be changed later.
   *
   * Each node takes a /25 of it, for up to 110 pods: a /16 is enough for 512 nodes. Pods can't reach outside addresses that are also in
   * this range, so it must not overlap the VCN, the Services, or ranges behind a DRG. Several clusters may use the same range.
   *
   * @default "10.244.0.0/16"
   */
  readonly podCidr?: string;
}

/** The prefix of the address block that each node gets. See https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengcidrblocks.htm */
export const NODE_PREFIX = 25;
// 10.244.0.0/16.
const DEFAULT_RANGE = cidrAt(0x0af40000n, 16);
// Kubernetes divides a range into at most 2 ^ 16 node blocks.
const LARGEST = NODE_PREFIX - 16;
// One node, and one more during its replacement.
const SMALLEST = NODE_PREFIX - 1;

const podRange = checkedBy(cidr(), (problems, name, range) => {
  const { text, prefix } = range;
  if (!isInsidePrivate(range)) {
    problems.add(
      "PODS_CIDR_INVALID",
      `${name} is ${text}, which is not part of a private range`,
      `Give a part of ${PRIVATE_RANGES}, such as "${DEFAULT_RANGE.text}"`,
    );
  }
  if (prefix >= LARGEST && prefix <= SMALLEST) return;
  problems.add(
    "PODS_CIDR_INVALID",
    `${name} is ${text}, a /${prefix}`,
    `Give a range from a /${LARGEST} to a /${SMALLEST}, such as "${DEFAULT_RANGE.text}"; each node takes a /${NODE_PREFIX}`,
  );
});

const FLANNEL_OVERLAY = {
  podCidr: withDefault(podRange, DEFAULT_RANGE),
} satisfies PropsSchema<FlannelOverlayProps>;

/**
 * The pod networking of a cluster; it can't be changed after the cluster has been created.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpodnetworking_topic-OCI_CNI_plugin.htm
 */
@checked
export class PodNetworking {
  /**
   * The default: pods have addresses of the VCN and their own security group, separate from that of the nodes.
   *
   * It supports virtual nodes and `preserveSource` to pods, and flow logs show pods. Each pod takes an address of the VCN.
   */
  public static vcnNative(): PodNetworking {
    return new PodNetworking(PodNetworkType.VCN_NATIVE);
  }

  /**
   * Pods have addresses of an overlay that is known inside of the cluster only, and the VCN needs addresses for the nodes only.
   *
   * The disadvantages: pods have no security group, so the VCN sees the traffic of pods as that of their nodes, and an egress that
   * security groups allow for one pod is allowed for all pods and nodes. Only NetworkPolicies distinguish pods. Nodes may connect to each
   * other on every port, for the overlay, and the control plane to every TCP port of the nodes, for webhooks. Load balancers need
   * `ExternalTrafficPolicy.LOCAL`. Virtual nodes are not supported, and flow logs show nodes instead of pods.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpodnetworking_topic-flannel_CNI_plugin.htm
   */
  public static flannelOverlay(props: FlannelOverlayProps = {}): PodNetworking {
    const { podCidr } = readArguments("PodNetworking.flannelOverlay", props, FLANNEL_OVERLAY);
    return new PodNetworking(PodNetworkType.FLANNEL_OVERLAY, podCidr.text);
  }

  private constructor(
    /** The source of pod addresses. */
    public readonly type: PodNetworkType,
    /** The address range of the overlay; undefined without an overlay. */
    public readonly podCidr?: string,
  ) {}
}

/** Whether pods use an overlay; not by default. */
export function isOverlay(podNetworking: PodNetworking | undefined): boolean {
  return podNetworking?.type === PodNetworkType.FLANNEL_OVERLAY;
}

const podNetworkType = choice(PodNetworkType, "PodNetworking.vcnNative() or PodNetworking.flannelOverlay()");

/** Reads a pod networking; again with its range, because a program without types can pass any object. */
export function podNetworking(): Reader<PodNetworking> {
  return checkedBy(valueOf(PodNetworking), (problems, name, { type, podCidr }) => {
    podNetworkType(problems, `${name}.type`, type);
    if (type === PodNetworkType.FLANNEL_OVERLAY) podRange(problems, `${name}.podCidr`, podCidr);
  });
}

/**
 * A port of the nodes that pods may connect to.
 *
 * Pods may always connect to the kubelets, TCP 10250, for the metrics server. List each other port that something on the nodes listens
 * on, such as a node exporter on TCP 9100 or a DaemonSet with host networking. A workload under a NetworkPolicy needs its own rule too.
 */
export interface PodsToNodesAccess {
  /** The port, such as `Port.tcp(9100)`. */
  readonly port: Port;
  /** The client and the purpose of the connection: up to 255 characters, used as the description of the rule. */
  readonly reason: string;
}

const ACCESS = {
  port: checkedBy(valueOf(Port), (problems, name, port) => {
    if (port.protocol !== IpProtocol.ICMP && hasPorts(port)) return;
    problems.add(
      "PORT_INVALID",
      `${name} is ${shown(port)}`,
      "Give a TCP or UDP port, for example Port.tcp(9100)",
    );
  }),
  reason: ruleReasonFor("The access of pods to a port of the nodes"),
} satisfies PropsSchema<PodsToNodesAccess>;

/** Reads the ports of the nodes that pods may connect to. */
export function podsToNodes(): Reader<PodsToNodesAccess[]> {
  return listOf(
    objectOf(ACCESS),
    'a list, for example [{ port: Port.tcp(9100), reason: "Prometheus reads the nodes" }]',
  );
}
