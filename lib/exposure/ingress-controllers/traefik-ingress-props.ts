import { readChoice, checkReason, type ReasonedChoice } from "../../core/reason";
import { type Construct } from "constructs";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import { checkObjectName } from "../../core/kubernetes-names";
import {
  any,
  checkedBy,
  choice,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { checkGiven } from "../../core/missing-values";
import { Problems } from "../../core/validation-error";
import { balancerSubnetOf } from "../../network/vcn/network";
import { GATEWAY_API_VERSION } from "../../rbac/rbac-verb";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { type AutoscaleOptions } from "../../workload/autoscaling";
import { type ContainerImage } from "../../workload/images/container-image";
import { splitImage } from "../../workload/images/private/image-reference";
import { TlsVersion, type HttpListener } from "../../workload/pods/load-balancer-listeners";
import { type ContainerResourceRanges } from "../../workload/pods/container-resources";
import { type Toleration } from "../../workload/pods/scheduling";
import { type LoadBalancerAccess, ExternalTrafficPolicy } from "../load-balancer-settings";
import { type LoadBalancerShape } from "../load-balancer-props";
import { type SecurityRuleManagement } from "../security-rule-management";

const MAJOR = 3;
const VERSION = /^v?(\d{1,3})(?:\.(\d{1,3}))?(?!\w)/;

const NAMESPACES = "Reading the Namespaces of the whole cluster";

/**
 * Whether the name and the tag of an image identify it as a Traefik older than a 3.x release; unknown for
 * other images.
 */
function isOlderTraefik({ reference, tag }: ContainerImage, oldestMinor: number): boolean {
  if (typeof reference !== "string" || typeof tag !== "string") return false;
  const repository = splitImage(reference).name.split("/").at(-1) ?? "";
  const [, major, minor] = VERSION.exec(tag) ?? [];
  if (!repository.includes("traefik") || major === undefined) return false;
  // "v3" is the newest 3.x release.
  return Number(major) < MAJOR || (Number(major) === MAJOR && Number(minor ?? oldestMinor) < oldestMinor);
}

/** The kinds of objects that configure Traefik. */
@checked
export class TraefikRouting {
  /**
   * The release of the Gateway API's definitions (standard channel) that the cluster must have for
   * `TraefikRouting.gatewayApi`.
   *
   * @see https://gateway-api.sigs.k8s.io/guides/getting-started/#installing-gateway-api
   */
  public static readonly GATEWAY_API_VERSION: string = GATEWAY_API_VERSION;

  /** Ingress objects, which Traefik reads without permissions outside of its own namespace. */
  public static ingress(): TraefikRouting {
    return new TraefikRouting(false);
  }

  /**
   * Gateway API objects: a GatewayClass, a Gateway with a listener for each host, HTTPRoutes and GRPCRoutes.
   *
   * Traefik then lists the Namespaces and the GatewayClasses of the whole cluster, including their labels and
   * annotations, and writes the status of its own class, Gateway and routes. The reason is recorded as an
   * acknowledgement of its role. It requires Traefik 3.7 or newer, and the definitions of
   * `TraefikRouting.GATEWAY_API_VERSION`, which must be in the cluster first.
   *
   * @see https://gateway-api.sigs.k8s.io/
   */
  public static gatewayApi(choice: ReasonedChoice): TraefikRouting {
    const reason = readChoice("TraefikRouting.gatewayApi", NAMESPACES, choice);
    return new TraefikRouting(true, reason);
  }

  private constructor(
    /** Whether the objects are those of the Gateway API. */
    public readonly isGatewayApi: boolean,
    /** The reason for Traefik's read permissions outside of its namespace, if it has any. */
    public readonly reason?: string,
  ) {}
}

/** Props for TraefikIngress. */
export interface TraefikIngressProps {
  /** The cluster that Traefik runs in and that its chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The clients that may connect to the load balancer; an existing one can't be changed between internal and
   * public.
   */
  readonly access: LoadBalancerAccess;
  /**
   * The image of Traefik, 3.7 or newer, preferably from your own registry.
   *
   * An older version is refused if the image is named after Traefik and its tag begins with the version.
   *
   * @see https://doc.traefik.io/traefik/migrate/v3/
   */
  readonly image: ContainerImage;
  /**
   * The names of the image pull Secrets, such as `["ocir"]`; an empty list means that the image needs none.
   *
   * @default - the pull Secrets of the namespace
   */
  readonly imagePullSecrets?: string[];
  /**
   * The kinds of objects that configure Traefik; a later change replaces all of them.
   *
   * @default TraefikRouting.ingress()
   */
  readonly routing?: TraefikRouting;
  /**
   * The minimum TLS version of clients.
   *
   * @default TlsVersion.V1_2
   */
  readonly minimumVersion?: TlsVersion;
  /**
   * A listener on port 80 without TLS, whose requests Traefik redirects to `https`.
   *
   * @default - none: port 80 has no listener
   */
  readonly httpListener?: HttpListener;
  /**
   * What manages the rules of the network security groups: the cloud controller or Terraform.
   *
   * @default SecurityRuleManagement.cloudManaged()
   */
  readonly securityRules?: SecurityRuleManagement;
  /**
   * The nodes that receive the traffic of the load balancer.
   *
   * @default ExternalTrafficPolicy.CLUSTER
   */
  readonly externalTrafficPolicy?: ExternalTrafficPolicy;
  /**
   * The address of the load balancer: if public, a reserved public IP of OCI; if internal, a reserved private
   * IP of the load balancers' subnet. It can't be changed later.
   *
   * @default - OCI chooses an address
   */
  readonly reservedAddress?: string;
  /**
   * The bandwidth of the load balancer.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
  /**
   * The replica count, at least 2.
   *
   * @default - 2; with `autoscale`, set by the autoscaler
   */
  readonly replicas?: number;
  /**
   * Scales the replica count with a HorizontalPodAutoscaler, at least 2.
   *
   * @default - the fixed replica count of `replicas`
   */
  readonly autoscale?: AutoscaleOptions;
  /**
   * The CPU, memory and ephemeral storage of each pod.
   *
   * @default - CPU 100m to 500m, 256Mi of memory, 256Mi of ephemeral storage
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * The labels that a node must have to run the pods.
   *
   * @default - any node
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * The taints of nodes that the pods tolerate.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * The name of a PriorityClass.
   *
   * @default - the default class of the cluster
   */
  readonly priorityClassName?: string;
}

const MAX_ID_LENGTH = 40;
/**
 * The first Traefik 3 release that refuses paths with an encoded slash, supports wildcard hosts, and is built
 * with the required Gateway API definitions.
 */
const OLDEST_MINOR = 7;

const TRAEFIK = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  access: valueOf<LoadBalancerAccess>("LoadBalancerAccess"),
  image: valueOf<ContainerImage>("ContainerImage"),
  imagePullSecrets: optional(any<string[]>()),
  routing: withDefault(
    checkedBy(valueOf<TraefikRouting>("TraefikRouting"), checkRouting),
    TraefikRouting.ingress(),
  ),
  minimumVersion: withDefault(choice(TlsVersion, "TlsVersion.V1_2 or TlsVersion.V1_3"), TlsVersion.V1_2),
  httpListener: optional(valueOf<HttpListener>("HttpListener")),
  securityRules: optional(valueOf<SecurityRuleManagement>("SecurityRuleManagement")),
  externalTrafficPolicy: optional(
    choice(ExternalTrafficPolicy, "ExternalTrafficPolicy.CLUSTER or ExternalTrafficPolicy.LOCAL"),
  ),
  reservedAddress: optional(text()),
  shape: optional(valueOf<LoadBalancerShape>("LoadBalancerShape")),
  // The Deployment reads these.
  replicas: optional(any<number>()),
  autoscale: optional(any<AutoscaleOptions>()),
  resources: optional(any<ContainerResourceRanges>()),
  nodeSelector: optional(any<{ [key: string]: string }>()),
  tolerations: optional(any<Toleration[]>()),
  priorityClassName: optional(any<string>()),
} satisfies PropsSchema<TraefikIngressProps>;

/** The resolved props of a Traefik, with the source ranges of its load balancer's connections. */
export type ResolvedTraefik = Resolved<typeof TRAEFIK> & { readonly trustedRanges: readonly string[] };

/** Adds a problem for a routing that no factory would create. */
function checkRouting(problems: Problems, name: string, { isGatewayApi, reason }: TraefikRouting): void {
  if (isGatewayApi) checkReason(problems, NAMESPACES, reason, `${name}.reason`);
}

/** Reads the props; throws an error that lists every problem. */
export function readTraefik(scope: Construct, id: string, props: TraefikIngressProps): ResolvedTraefik {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, TRAEFIK);
  checkObjectName(problems, "id", id);
  if (typeof id === "string" && id.length > MAX_ID_LENGTH) {
    problems.add(
      "NAME_INVALID",
      `id has ${id.length} characters, but the names of Traefik's objects begin with it`,
      `Use at most ${MAX_ID_LENGTH} characters`,
    );
  }
  const { image } = read;
  if (image && isOlderTraefik(image, OLDEST_MINOR)) {
    problems.add(
      "IMAGE_INVALID",
      `image is Traefik ${image.tag}, but the configuration requires 3.${OLDEST_MINOR}`,
      `Use an image of Traefik 3.${OLDEST_MINOR} or newer`,
    );
  }
  const chart = chartOf(scope);
  if (!chart) checkUnused(problems, scope, [], id);
  if (chart && chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, in which Traefik reads Secrets",
      'Give the chart its own namespace: new Chart(app, "gateway", { namespace: "gateway" })',
    );
  }
  const { cluster, access } = read;
  // Either subnet may be the source: a node forwards the traffic of its load balancer, and the policy Local
  // keeps the source.
  const nodes = problems.collect(() => cluster?.network.workerSubnet.cidr);
  const balancers = problems.collect(
    () => cluster && balancerSubnetOf(cluster.network, access?.isInternal)?.cidr,
  );
  if (cluster && !problems.any) {
    checkGiven(problems, {
      "The CIDR of the worker subnet": nodes,
      "The CIDR of the load balancer subnet": balancers,
    });
  }
  const trustedRanges = [...new Set([nodes ?? "", balancers ?? ""])];
  return problems.resolved<ResolvedTraefik>({ ...read, trustedRanges });
}
