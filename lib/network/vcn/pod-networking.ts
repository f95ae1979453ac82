import { checked } from "../../core/checked";
import { type Cidr, cidrAt, contains, readIpv4Cidr } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { type Reader } from "../../core/readers";
import { checkMembers } from "../../core/required";
import { Problems } from "../../core/validation-error";

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
const DEFAULT_PODS_CIDR = "10.244.0.0/16";
// Kubernetes divides a range into at most 2 ^ 16 node blocks.
const LARGEST = NODE_PREFIX - 16;
// One node, and one more during its replacement.
const SMALLEST = NODE_PREFIX - 1;
// RFC 1918 and RFC 6598.
const PRIVATE = [
  cidrAt(0x0a000000n, 8),
  cidrAt(0xac100000n, 12),
  cidrAt(0xc0a80000n, 16),
  cidrAt(0x64400000n, 10),
];

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
    const problems = new Problems("PodNetworking.flannelOverlay");
    const podCidr = readPodsCidr(problems, props);
    problems.throwIfAny();
    return new PodNetworking(PodNetworkType.FLANNEL_OVERLAY, podCidr?.text);
  }

  /**
   * Validates the choice again: TypeScript accepts any object of the same shape.
   *
   * @internal
   */
  public static _checked(problems: Problems, value: PodNetworking | undefined): PodNetworking {
    const instead = "PodNetworking.vcnNative() or PodNetworking.flannelOverlay()";
    if (value === null)
      problems.add("VALUE_INVALID", "podNetworking is null", `Write ${instead}, or leave it out`);
    if (!checkMembers(problems, "podNetworking", value, ["type"], instead)) return PodNetworking.vcnNative();
    const { type, podCidr } = value as PodNetworking;
    if (type === PodNetworkType.VCN_NATIVE) return PodNetworking.vcnNative();
    if (type === PodNetworkType.FLANNEL_OVERLAY) {
      const checked = problems.collect(() => PodNetworking.flannelOverlay({ podCidr }));
      return checked ?? PodNetworking.vcnNative();
    }
    problems.add("VALUE_INVALID", `podNetworking.type is ${shown(type)}`, `Write ${instead}`);
    return PodNetworking.vcnNative();
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

function readPodsCidr(problems: Problems, props: FlannelOverlayProps): Cidr | undefined {
  if (typeof props !== "object" || props === null) {
    problems.add(
      "VALUE_INVALID",
      `The overlay is ${shown(props)}`,
      `Write { podCidr: "${DEFAULT_PODS_CIDR}" }`,
    );
    return undefined;
  }
  const cidr = readIpv4Cidr(problems, "podCidr", props.podCidr ?? DEFAULT_PODS_CIDR);
  if (!cidr) return undefined;
  if (!PRIVATE.some((block) => contains(block, cidr))) {
    problems.add(
      "PODS_CIDR_INVALID",
      `podCidr is ${cidr.text}, which is not part of a private range`,
      "Give a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
    );
  }
  if (cidr.prefix < LARGEST || cidr.prefix > SMALLEST) {
    problems.add(
      "PODS_CIDR_INVALID",
      `podCidr is ${cidr.text}, a /${cidr.prefix}`,
      `Give a range from a /${LARGEST} to a /${SMALLEST}, such as "${DEFAULT_PODS_CIDR}"; each node takes a /${NODE_PREFIX}`,
    );
  }
  return cidr;
}

/** Reads a pod networking; again with its range, because a program without types can pass any object. */
export function podNetworking(): Reader<PodNetworking> {
  return (problems, _, value) => {
    const before = problems.count;
    const read = PodNetworking._checked(problems, value as PodNetworking);
    return problems.count === before ? read : undefined;
  };
}
