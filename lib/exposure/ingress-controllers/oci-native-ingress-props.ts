import { type Construct } from "constructs";
import { type NativeIngressController } from "../../cluster/native-ingress-controller";
import { pathOf } from "../../core/construct-scope";
import { checkObjectName } from "../../core/kubernetes-names";
import {
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  valueOf,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { checkPublicBalancer, balancerSubnetOf } from "../../network/vcn/network";
import { isOverlay } from "../../network/vcn/pod-networking";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { type LoadBalancerAccess } from "../load-balancer-access";
import { LoadBalancerShape } from "../load-balancer-props";

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

const NATIVE_INGRESS = {
  controller: valueOf<NativeIngressController>("NativeIngressController"),
  access: valueOf<LoadBalancerAccess>("LoadBalancerAccess"),
  wafPolicyId: optional(ocid("webappfirewallpolicy")),
  reservedAddressId: optional(ocid("publicip")),
  shape: withDefault(valueOf<LoadBalancerShape>("LoadBalancerShape"), LoadBalancerShape.flexible(10, 100)),
} satisfies PropsSchema<OciNativeIngressProps>;

/** The resolved props of a native ingress gateway. */
export type ResolvedNativeIngress = Resolved<typeof NATIVE_INGRESS>;

/** Reads the props; throws an error that lists every problem. */
export function readNativeIngress(
  scope: Construct,
  id: string,
  props: OciNativeIngressProps,
): ResolvedNativeIngress {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, NATIVE_INGRESS);
  checkObjectName(problems, "id", id);
  checkUnused(problems, scope, ["IngressClass"], id);
  if (chartOf(scope) && chartOf(scope)?.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, which the parameters of the IngressClass need",
      'Give the chart a namespace: new Chart(app, "gateway", { namespace: "gateway" })',
    );
  }
  checkCluster(problems, id, read);
  return problems.resolved<ResolvedNativeIngress>(read);
}

function checkCluster(
  problems: Problems,
  id: string,
  { controller, access, reservedAddressId }: Partial<ResolvedNativeIngress>,
): void {
  if (access?.isInternal && reservedAddressId !== undefined) {
    problems.add(
      "INGRESS_INVALID",
      "reservedAddressId is set for an internal load balancer, which has no public address",
      "Leave reservedAddressId out, or use LoadBalancerAccess.publicFrom",
    );
  }
  if (!controller) return;
  const { cluster } = controller;
  if (isOverlay(cluster.podNetworking)) {
    problems.add(
      "INGRESS_INVALID",
      `controller belongs to ${cluster.node.path}, whose pods are in a flannel overlay that load balancers can't reach`,
      "Use a TraefikIngress with ExternalTrafficPolicy.LOCAL, or a cluster with PodNetworking.vcnNative()",
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
      `id is ${id}, which another gateway of ${cluster.node.path} has`,
      "Give each gateway its own id, as an IngressClass is cluster-scoped",
    );
  }
}
