import { type Construct } from "constructs";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import { checkObjectName } from "../../core/kubernetes-names";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";
import { choice, kind, shaped } from "../../core/value-readers";
import { balancerSubnetOf } from "../../network/vcn/network";
import { GATEWAY_API_VERSION } from "../../rbac/private/gateway-api";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { type AutoscaleOptions } from "../../workload/autoscale";
import { type ContainerImage } from "../../workload/images/container-image";
import { splitImage } from "../../workload/images/private/image-reference";
import { TlsVersion } from "../../workload/pods/cipher-suites";
import { type ContainerResourceRanges } from "../../workload/pods/container-resources";
import { type HttpListener } from "../../workload/pods/http-listener";
import { type Toleration } from "../../workload/pods/toleration";
import { type LoadBalancerAccess } from "../load-balancer-access";
import { ExternalTrafficPolicy } from "../load-balancer-kinds";
import { type LoadBalancerShape } from "../load-balancer-props";
import { type SecurityRuleManagement } from "../security-rule-management";

const MAJOR = 3;
const VERSION = /^v?(\d{1,3})(?:\.(\d{1,3}))?(?!\w)/;

/** Whether an image says by its own name and tag that it is a Traefik older than a release of 3; of others nothing is known. */
function isOlderTraefik({ reference, tag }: ContainerImage, oldestMinor: number): boolean {
  if (typeof reference !== "string" || typeof tag !== "string") return false;
  const repository = splitImage(reference).name.split("/").at(-1) ?? "";
  const [, major, minor] = VERSION.exec(tag) ?? [];
  if (!repository.includes("traefik") || major === undefined) return false;
  // "v3" is whatever is the newest of them.
  return Number(major) < MAJOR || (Number(major) === MAJOR && Number(minor ?? oldestMinor) < oldestMinor);
}

/** The kinds of objects that configure a Traefik. */
@checked
export class TraefikRouting {
  /**
   * The release of the Gateway API's definitions, its standard channel, that must be in the cluster for `TraefikRouting.gatewayApi`.
   *
   * @see https://gateway-api.sigs.k8s.io/guides/getting-started/#installing-gateway-api
   */
  public static readonly GATEWAY_API_VERSION: string = GATEWAY_API_VERSION;

  /** Ingress objects, which Traefik reads with no right outside of its own namespace. */
  public static ingress(): TraefikRouting {
    return new TraefikRouting(false);
  }

  /**
   * Objects of the Gateway API: a GatewayClass and a Gateway with a listener for each host, HTTPRoutes, and GRPCRoutes.
   *
   * Traefik then lists the Namespaces and the GatewayClasses of the whole cluster, their labels and annotations too, and writes into the
   * status of its own class, Gateway and routes. The reason is kept as an acknowledgement of its role. It takes Traefik 3.7 or newer, and the
   * definitions of `TraefikRouting.GATEWAY_API_VERSION`, which must be in the cluster before.
   *
   * @throws REASON_MISSING
   * @see https://gateway-api.sigs.k8s.io/
   */
  public static gatewayApi(choice: ReasonedChoice): TraefikRouting {
    const problems = new Problems("TraefikRouting.gatewayApi");
    checkReason(problems, "Reading the Namespaces of the whole cluster", choice?.reason);
    problems.throwIfAny();
    return new TraefikRouting(true, choice.reason);
  }

  private constructor(
    /** Whether they are those of the Gateway API. */
    public readonly isGatewayApi: boolean,
    /** Why Traefik may read what they need outside of its namespace, where it may. */
    public readonly reason?: string,
  ) {}
}

/** What a Traefik is made of. */
export interface TraefikIngressProps {
  /** The cluster that Traefik runs in, and that its chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /** Who may connect to its load balancer; whether that is internal or public can't change on an existing one. */
  readonly access: LoadBalancerAccess;
  /**
   * The image of Traefik, 3.7 or newer, best from a registry of your own.
   *
   * An older one is refused where the image is called after Traefik and has a tag that begins with the version.
   *
   * @see https://doc.traefik.io/traefik/migrate/v3/
   */
  readonly image: ContainerImage;
  /**
   * The names of Secrets that the image is pulled with, such as `["ocir"]`; an empty list says that it needs none.
   *
   * @default - those of the namespace
   */
  readonly imagePullSecrets?: string[];
  /**
   * The kinds of objects that configure Traefik; another choice later replaces them all.
   *
   * @default TraefikRouting.ingress()
   */
  readonly routing?: TraefikRouting;
  /**
   * The oldest version of TLS that clients may use.
   *
   * @default TlsVersion.V1_2
   */
  readonly minimumVersion?: TlsVersion;
  /**
   * A listener on port 80 without TLS, whose requests Traefik itself answers with redirects to `https`.
   *
   * @default - none: nothing listens on port 80
   */
  readonly httpListener?: HttpListener;
  /**
   * Who writes the rules of the network security groups.
   *
   * @default SecurityRuleManagement.cloudManaged()
   */
  readonly securityRules?: SecurityRuleManagement;
  /**
   * Which nodes take the traffic of the load balancer.
   *
   * @default ExternalTrafficPolicy.CLUSTER
   */
  readonly externalTrafficPolicy?: ExternalTrafficPolicy;
  /**
   * The address of the load balancer: public, a reserved public IP of OCI; internal, a reserved private IP of the load
   * balancers' subnet. It can't change later.
   *
   * @default - OCI chooses one
   */
  readonly reservedAddress?: string;
  /**
   * The bandwidth of the load balancer.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
  /**
   * How many pods run, 2 or more.
   *
   * @default - 2; with `autoscale` as many as it says
   */
  readonly replicas?: number;
  /**
   * Lets a HorizontalPodAutoscaler say how many pods run, 2 or more.
   *
   * @default - as many as `replicas`, always
   */
  readonly autoscale?: AutoscaleOptions;
  /**
   * Processors, memory and disk of each pod.
   *
   * @default - 100m to 500m processors, 256Mi of memory, 256Mi of disk
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * Labels that a node must have to run the pods.
   *
   * @default - every node
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Taints of nodes that the pods may run in spite of.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * The name of a PriorityClass.
   *
   * @default - that of the cluster
   */
  readonly priorityClassName?: string;
}

const LONGEST_ID = 40;
/**
 * The first release of Traefik 3 that refuses paths which hide a slash, takes wildcard hosts, and is built with the definitions of the
 * Gateway API that are asked for.
 */
const OLDEST_MINOR = 7;

const SHAPES = {
  cluster: kind(["network", "workerSecurityGroup"], "the SecureOkeCluster that Traefik runs in"),
  access: kind(
    ["isInternal", "sourceRanges", "_acknowledge"],
    'LoadBalancerAccess.internalFrom(["10.0.0.0/8"])',
  ),
  image: kind(["reference", "_acknowledge"], 'ContainerImage.of("fra.ocir.io/acme/traefik@sha256:…")'),
  routing: kind(["isGatewayApi", "reason"], "TraefikRouting.ingress() or .gatewayApi({ reason })"),
  minimumVersion: choice(TlsVersion, "TlsVersion.V1_2 or TlsVersion.V1_3"),
  httpListener: kind(["port", "reason"], "HttpListener.redirectedByWorkload({ reason })"),
  externalTrafficPolicy: choice(ExternalTrafficPolicy, "ExternalTrafficPolicy.CLUSTER or .LOCAL"),
};

/** Validates what the parts of a Traefik don't; answers the ranges that connections of its load balancer come from. */
export function readTraefik(scope: Construct, id: string, given: TraefikIngressProps): readonly string[] {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["cluster", "access", "image"]);
  checkObjectName(problems, "id", id);
  if (typeof id === "string" && id.length > LONGEST_ID) {
    problems.add(
      "NAME_INVALID",
      `id has ${id.length} characters, and the names of what belongs to Traefik begin with it`,
      `Give it at most ${LONGEST_ID}`,
    );
  }
  const { image, routing } = props;
  if (image && isOlderTraefik(image, OLDEST_MINOR)) {
    problems.add(
      "IMAGE_INVALID",
      `The image is Traefik ${image.tag}, and older ones than 3.${OLDEST_MINOR} do not know all that they are told here`,
      `Take 3.${OLDEST_MINOR} or newer`,
    );
  }
  // A value of another copy of this library, or of JavaScript, may have none.
  if (routing?.isGatewayApi)
    checkReason(problems, "Reading the Namespaces of the whole cluster", routing.reason);
  const chart = chartOf(scope);
  if (!chart) checkUnused(problems, scope, [], id);
  if (chart && chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, and Traefik reads the Secrets of its own",
      'Give it one that nothing else is in: new Chart(app, "gateway", { namespace: "gateway" })',
    );
  }
  const { cluster, access } = props;
  // Either may be the sender: a node passes on what its load balancer sent, and the policy Local leaves that as it came.
  const nodes = problems.collect(() => cluster?.network.workerSubnet.cidr);
  const balancers = problems.collect(
    () => cluster && balancerSubnetOf(cluster.network, access?.isInternal)?.cidr,
  );
  if (cluster && !problems.any) {
    checkGiven(problems, {
      "The range of the nodes' subnet": nodes,
      "The range of the load balancers' subnet": balancers,
    });
  }
  problems.throwIfAny();
  return [...new Set([nodes ?? "", balancers ?? ""])];
}
