import { checkPublicBalancer } from "../../network/vcn/cluster-network-base";
import { type Construct } from "constructs";
import { type NativeIngressController } from "../../cluster/native-ingress-controller";
import { pathOf } from "../../core/construct-scope";
import { checkObjectName } from "../../core/kubernetes-names";
import { checkOcidIfGiven } from "../../core/ocid";
import { Problems } from "../../core/validation-error";
import { kind, shaped } from "../../core/value-readers";
import { balancerSubnetOf } from "../../network/vcn/network";
import { isOverlay } from "../../network/vcn/pod-networking";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { type LoadBalancerAccess } from "../load-balancer-access";
import { type LoadBalancerShape } from "../load-balancer-props";

/** Props for OciNativeIngress. */
export interface OciNativeIngressProps {
  /** The native ingress controller of the cluster whose workloads the gateway serves. */
  readonly controller: NativeIngressController;
  /** The clients that may connect to the load balancer. */
  readonly access: LoadBalancerAccess;
  /**
   * The OCID of a Web Application Firewall policy, which the controller attaches to the load balancer.
   *
   * @default - no firewall
   */
  readonly wafPolicyId?: string;
  /**
   * The OCID of a reserved public IP address, for a public load balancer; it can't be changed later.
   *
   * @default - OCI chooses an address
   */
  readonly reservedAddressId?: string;
  /**
   * The bandwidth of the load balancer.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
}

const SHAPES = {
  controller: kind(["cluster", "_statements"], "the NativeIngressController of the cluster"),
  access: kind(
    ["isInternal", "sourceRanges", "_acknowledge"],
    'LoadBalancerAccess.internalFrom(["10.0.0.0/8"])',
  ),
  shape: kind(["minimumMbps", "maximumMbps"], "LoadBalancerShape.flexible(10, 100)"),
};

/** Validates the props; throws an error that lists every problem. */
export function readNativeIngress(scope: Construct, id: string, given: OciNativeIngressProps): void {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["controller", "access"]);
  checkObjectName(problems, "id", id);
  checkUnused(problems, scope, ["IngressClass"], id);
  if (chartOf(scope) && chartOf(scope)?.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, which the parameters of the class are in",
      'Give it one: new Chart(app, "gateway", { namespace: "gateway" })',
    );
  }
  checkOcidIfGiven(problems, "wafPolicyId", props.wafPolicyId, "webappfirewallpolicy");
  checkOcidIfGiven(problems, "reservedAddressId", props.reservedAddressId, "publicip");
  checkCluster(problems, id, props);
  problems.throwIfAny();
}

function checkCluster(problems: Problems, id: string, props: Partial<OciNativeIngressProps>): void {
  const { controller, access, reservedAddressId } = props;
  if (access?.isInternal && reservedAddressId !== undefined) {
    problems.add(
      "INGRESS_INVALID",
      "reservedAddressId is given for an internal load balancer, which has no public address",
      "Leave it out, or take LoadBalancerAccess.publicFrom",
    );
  }
  if (!controller) return;
  const { cluster } = controller;
  if (isOverlay(cluster.podNetworking)) {
    problems.add(
      "INGRESS_INVALID",
      `The load balancer connects to pods, and those of ${cluster.node.path} are in a flannel overlay that only its nodes know`,
      "Take a TraefikIngress with ExternalTrafficPolicy.LOCAL, or a cluster with PodNetworking.vcnNative()",
    );
  }
  problems.collect(() => cluster.podSecurityGroup);
  problems.collect(() => [cluster.network.vcnId, cluster.network.compartmentId]);
  const subnet = problems.collect(() => balancerSubnetOf(cluster.network, access?.isInternal));
  problems.collect(() => subnet?.cidr);
  if (subnet && access && !access.isInternal)
    checkPublicBalancer(problems, cluster.network, cluster.node.path);
  if (cluster.node.tryFindChild("IngressGateways")?.node.tryFindChild(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `${cluster.node.path} has a gateway named ${id} already`,
      "Give each a name of its own: an IngressClass is in no namespace",
    );
  }
}
