import { type Construct } from "constructs";
import { isOlderTraefik } from "./traefik-version";
import { type TraefikIngressProps } from "./traefik-ingress-props";
import { pathOf } from "../../core/construct-path";
import { checkObjectName } from "../../core/kubernetes-names";
import { checkReason } from "../../core/reason";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";
import { balancerSubnetOf } from "../../network/balancer-subnet";
import { chartOf, checkUnused } from "../../workload/chart-objects";
import { ExternalTrafficPolicy } from "../../workload/load-balancer-kinds";
import { choice, kind, shaped } from "../../workload/shapes";
import { TlsVersion } from "../../workload/tls-termination";

const LONGEST_ID = 40;
/**
 * The first release of Traefik 3 that refuses paths which hide a slash, takes wildcard hosts, and is built with the definitions of the
 * Gateway API that are asked for.
 */
const OLDEST_MINOR = 7;

const SHAPES = {
  cluster: kind(["network", "workersSecurityGroup"], "the SecureOkeCluster that Traefik runs in"),
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
  const nodes = problems.collect(() => cluster?.network.workersSubnet.cidr);
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
