import { Chart } from "cdk8s";
import { type Construct, type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { Acknowledgements } from "../../core/acknowledgement";
import { shown } from "../../core/display-value";
import { type ErrorCode } from "../../core/error-codes";
import { checkObjectName } from "../../core/kubernetes-names";
import { checkedBy, type Reader, valueOf } from "../../core/readers";
import { checkReason } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { type IngressOptions } from "../../exposure/ingress-gateway";
import { needCluster } from "../../synthesis/chart-guards";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { isSameCluster, scopeOf } from "../../synthesis/chart-scopes";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";
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
interface DashboardExposure {
  readonly exposure?: IngressOptions;
  readonly publicReason?: string;
}

const isPublic = ({ exposure }: DashboardExposure) => exposure?.gateway?.access?.isInternal === false;

/**
 * Adds a problem for a public load balancer without a reason: only a password then protects all logs or metrics.
 *
 * @param at the place of the props, such as `dashboards`; by default they are the props of the construct
 */
export function checkPublicExposure(
  problems: Problems,
  program: string,
  props: DashboardExposure,
  at?: string,
): void {
  if (!isPublic(props) && props.publicReason === undefined) return;
  const property = at === undefined ? "publicReason" : `${at}.publicReason`;
  checkReason(problems, `${program} behind a public load balancer`, props.publicReason, property);
}

/** Records the reason for a public load balancer. */
export function acknowledgePublicExposure(
  scope: IConstruct,
  program: string,
  props: DashboardExposure,
): void {
  if (!isPublic(props)) return;
  const what = `${program} behind a public load balancer`;
  Acknowledgements._record(scope, "exposure", what, props.publicReason ?? "");
}

const isGiven = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);

/**
 * Adds a problem unless exactly one of two props was given; a prop with an invalid value was given, too.
 *
 * @param result the result of giving neither, as the end of a sentence, such as `so no collector reaches the host`
 */
export function checkOneGiven<P>(
  problems: Problems,
  props: P | undefined,
  [first, second]: readonly [keyof P & string, keyof P & string],
  { code, fix, result }: { readonly code: ErrorCode; readonly fix: string; readonly result?: string },
): void {
  const count = [first, second].filter((name) => isGiven(props?.[name])).length;
  const neither = `${first} and ${second} were not given${result === undefined ? "" : `, ${result}`}`;
  if (count === 0) problems.add(code, neither, fix);
  else if (count === 2) problems.add(code, `${first} and ${second} were both given`, fix);
}

/** Adds a problem if only one of two props was given. */
export function checkGivenTogether<P>(
  problems: Problems,
  props: P | undefined,
  names: readonly [keyof P & string, keyof P & string],
  fix: string,
): void {
  const missing = names.filter((name) => props?.[name] === undefined);
  if (missing.length !== 1) return;
  const present = names.find((name) => !missing.includes(name));
  problems.add("ATTRIBUTE_MISSING", `${missing[0]} was not given, and ${present} was`, fix);
}

/** Checks at synthesis that the chart of a construct was added to the cluster of its props. */
export function checkChartCluster(construct: Construct, cluster: ISecureOkeCluster): void {
  const chart = Chart.of(construct);
  const check = () => {
    const home = scopeOf(chart);
    if (home && isSameCluster(home, cluster)) return;
    const problems = new Problems(construct);
    problems.add(
      home ? "PEER_ELSEWHERE" : "CHART_NOT_ADDED",
      home
        ? `The chart was added to ${home.node.path}, and cluster is ${cluster.node.path}`
        : `The chart ${chart.node.path || chart.node.id} was added to no cluster`,
      `Call addCdk8sChart("${chart.node.id}", chart) of ${cluster.node.path}`,
    );
    problems.throwIfAny();
  };
  checkAtSynthesis(construct, check);
  needCluster(chart, check);
}
