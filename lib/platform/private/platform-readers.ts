import { type Construct, type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { Acknowledgements } from "../../core/acknowledgement";
import { shown } from "../../core/display-value";
import { checkObjectName } from "../../core/kubernetes-names";
import { checkedBy, type Reader, valueOf } from "../../core/readers";
import { checkReason } from "../../core/reason";
import { type Problems } from "../../core/validation-error";
import { type IngressOptions } from "../../exposure/ingress-gateway";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { ContainerImage } from "../../workload/images/container-image";

const MAX_ID_LENGTH = 30;

/**
 * Reads the namespace of the chart, which the construct has to itself; undefined, with a problem, if there is no chart or no namespace.
 *
 * @param purpose why the construct needs it, as the end of a sentence, such as `which the driver creates`
 * @param example the name of such a namespace
 */
export function readOwnNamespace(
  problems: Problems,
  scope: Construct,
  id: string,
  purpose: string,
  example: string,
): string | undefined {
  const chart = chartOf(scope);
  if (!chart) checkUnused(problems, scope, [], id);
  else if (chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `The chart has no namespace, ${purpose}`,
      `Give it a namespace that nothing else uses: new Chart(app, "${example}", { namespace: "${example}" })`,
    );
  }
  return chart?.namespace;
}

/** Adds a problem if an id can't begin the names of objects of the whole cluster. */
export function checkClusterWideId(problems: Problems, id: string): void {
  checkObjectName(problems, "id", id);
  if (typeof id !== "string" || id.length <= MAX_ID_LENGTH) return;
  problems.add(
    "NAME_INVALID",
    `id has ${id.length} characters, and cluster-scoped objects have names that begin with it`,
    `Give it at most ${MAX_ID_LENGTH}`,
  );
}

/** Reads a cluster whose API endpoint has a known range. */
export function clusterWithEndpoint(): Reader<ISecureOkeCluster> {
  return checkedBy(valueOf<ISecureOkeCluster>("ISecureOkeCluster"), (problems, _, { network }) => {
    problems.collect(() => network.apiEndpointSubnet.cidr);
  });
}

/** Reads an image whose tag, if it has one, must be that of the version that the manifests are written for. */
export function imageOfVersion(version: string): Reader<ContainerImage> {
  return checkedBy(valueOf(ContainerImage), (problems, name, { tag }) => {
    if (typeof tag !== "string" || tag.replace(/^v/, "") === version.replace(/^v/, "")) return;
    problems.add(
      "IMAGE_INVALID",
      `${name} has the tag ${shown(tag)}, and the manifests are written for ${version}`,
      `Use the image of ${version}; a reference by digest without a tag is not checked`,
    );
  });
}

/** The exposure of a program that shows logs or metrics. */
export interface DashboardExposure {
  readonly exposure?: IngressOptions;
  readonly publicReason?: string;
}

const isPublic = ({ exposure }: DashboardExposure) => exposure?.gateway?.access?.isInternal === false;

/** Adds a problem for a public load balancer without a reason: only a password then protects all logs or metrics. */
export function checkPublicExposure(problems: Problems, program: string, props: DashboardExposure): void {
  if (isPublic(props) || props.publicReason !== undefined)
    checkReason(problems, `${program} behind a public load balancer`, props.publicReason, "publicReason");
}

/** Records the reason for a public load balancer. */
export function acknowledgePublicExposure(
  scope: IConstruct,
  program: string,
  props: DashboardExposure,
): void {
  if (isPublic(props))
    Acknowledgements._record(
      scope,
      "exposure",
      `${program} behind a public load balancer`,
      props.publicReason ?? "",
    );
}
