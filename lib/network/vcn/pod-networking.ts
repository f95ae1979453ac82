import { checked } from "../../core/checked";
import { type Cidr, cidrAt, contains, readIpv4Cidr } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkMembers } from "../../core/required";
import { Problems } from "../../core/validation-error";

/** Where pods have their addresses from. */
export enum PodNetworkType {
  /** From a subnet of the VCN. */
  VCN_NATIVE = "OCI_VCN_IP_NATIVE",
  /** From a range of the cluster's own, which nobody outside of it knows. */
  FLANNEL_OVERLAY = "FLANNEL_OVERLAY",
}

/** The overlay of a cluster. */
export interface FlannelOverlayProps {
  /**
   * The addresses of the pods: a private IPv4 range from a /9 to a /24; can't be changed later.
   *
   * Each node takes a /25 of it, for as many as 110 pods: a /16 is for 512 nodes. It hides what has the same addresses outside,
   * so it may not overlap the VCN, the Services, or what is behind a DRG. Clusters may have the same.
   *
   * @default "10.244.0.0/16"
   */
  readonly podCidr?: string;
}

/** Each node gets as many addresses, in one block. See https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengcidrblocks.htm */
export const NODE_PREFIX = 25;
const DEFAULT_PODS_CIDR = "10.244.0.0/16";
// Kubernetes divides a range into at most 2 ^ 16 blocks for nodes.
const LARGEST = NODE_PREFIX - 16;
// One node, and one more while it is replaced.
const SMALLEST = NODE_PREFIX - 1;
// RFC 1918 and RFC 6598.
const PRIVATE = [
  cidrAt(0x0a000000n, 8),
  cidrAt(0xac100000n, 12),
  cidrAt(0xc0a80000n, 16),
  cidrAt(0x64400000n, 10),
];

/**
 * How pods get their addresses; it can't be changed once the cluster exists.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpodnetworking_topic-OCI_CNI_plugin.htm
 */
@checked
export class PodNetworking {
  /**
   * Pods have addresses of the VCN and a security group of their own, beside that of the nodes: the default.
   *
   * Virtual nodes and `preserveSource` to pods work, and flow logs show pods. It takes an address of the VCN for each pod.
   */
  public static vcnNative(): PodNetworking {
    return new PodNetworking(PodNetworkType.VCN_NATIVE);
  }

  /**
   * Pods have addresses of an overlay that only the cluster knows, and the VCN needs room for the nodes only.
   *
   * What is given up: pods have no security group, so the VCN sees nodes where they talk, and what one pod may reach outside, by
   * the groups, all may, and the nodes too. NetworkPolicies alone tell pods apart. Nodes reach each other on every port, for the
   * overlay; the control plane reaches every TCP port of the nodes, for webhooks. Load balancers need
   * `ExternalTrafficPolicy.LOCAL`. There are no virtual nodes, and flow logs show nodes instead of pods.
   *
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, PODS_CIDR_INVALID, VALUE_INVALID
   * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpodnetworking_topic-flannel_CNI_plugin.htm
   */
  public static flannelOverlay(props: FlannelOverlayProps = {}): PodNetworking {
    const problems = new Problems("PodNetworking.flannelOverlay");
    const podCidr = readPodsCidr(problems, props);
    problems.throwIfAny();
    return new PodNetworking(PodNetworkType.FLANNEL_OVERLAY, podCidr?.text);
  }

  /**
   * The choice, checked again: types hold nobody back from writing an object that looks like one.
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
    /** Where pods have their addresses from. */
    public readonly type: PodNetworkType,
    /** The range of the overlay; undefined where there is none. */
    public readonly podCidr?: string,
  ) {}
}

/** Whether pods are in an overlay; where nothing is said they are not. */
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
