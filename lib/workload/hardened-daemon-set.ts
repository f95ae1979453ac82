import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { type HardenedDaemonSetProps } from "./hardened-daemon-set-props";
import { checkCount } from "./hardened-job-props";
import { type HostAccess, withHostAccess } from "./host-access/host-access";
import { guardHostAccess } from "./host-access/private/host-access-guard";
import { guardHostPorts } from "./host-access/private/host-ports";
import { ListeningWorkload } from "./listening-workload";
import { readListeningPod } from "./pods/listening-pod-props";
import { type HardenedPod, lateTemplate, podTemplate } from "./pods/private/hardened-pod";
import { LISTENING_SHAPES } from "./pods/private/read-container";
import { checkOverlaps, isWithin } from "./pods/writable-path";
import { addAccountAndFiles, addNetworkPolicy } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { Problems } from "../core/validation-error";
import { kind, listOf, type Reader, shaped } from "../core/value-readers";

const LIST = listOf(
  kind(["hostAccessKind", "asked"], 'HostAccess.readOnlyPath("/var/log", { reason: "..." })'),
  'a list, for example [HostAccess.readOnlyPath("/var/log", { reason: "..." })]',
);

/** The expected shape of a list of host accesses. */
const HOST_ACCESS_SHAPE: Reader = (problems, name, value) => {
  if (Array.isArray(value) && value.length === 0) {
    problems.add("VALUE_INVALID", `${name} is empty`, "Leave it out: pods reach nothing of their node then");
  }
  return LIST(problems, name, value);
};

const ofKind = (all: readonly HostAccess[], wanted: string) =>
  all.filter(({ hostAccessKind }) => hostAccessKind === wanted);

/** Adds a problem for host accesses that conflict with each other or with the other props of the pods. */
function checkHostAccess(problems: Problems, props: HardenedDaemonSetProps): void {
  const { hostAccess } = props;
  if (!hostAccess) return;
  for (const one of ["network", "root"].filter((each) => ofKind(hostAccess, each).length > 1)) {
    problems.add(
      "NAME_DUPLICATE",
      `hostAccess names the ${one} twice`,
      "Name it once, with all ports and reasons",
    );
  }
  const onNode = ofKind(hostAccess, "path");
  const paths = onNode.map(({ _path: path }) => path);
  checkOverlaps(problems, paths);
  if (ofKind(hostAccess, "root").length > 0 && paths.length === 0) {
    problems.add(
      "HOST_ACCESS_INVALID",
      "hostAccess has rootUser without a path of the node, so there is nothing that it could read as root",
      "Leave it out, or name the path: HostAccess.readOnlyPath",
    );
  }
  checkMounts(problems, props, onNode);
  checkListening(problems, props, ofKind(hostAccess, "network")[0]);
}

/** Adds a problem for each mount inside or around a mounted directory of the node. */
function checkMounts(problems: Problems, props: HardenedDaemonSetProps, onNode: readonly HostAccess[]): void {
  const { files = [], secretFiles = [], sharedPaths = [], writablePaths = [] } = props;
  const own = [...files, ...secretFiles, ...sharedPaths, ...writablePaths].map(({ path }) => String(path));
  for (const { _path: hostPath, _mountPath: mountPath } of onNode) {
    for (const path of own.filter((one) => isWithin(one, mountPath) || isWithin(mountPath, one))) {
      problems.add(
        "PATH_INVALID",
        `${path} and ${mountPath}, where ${hostPath} of the node is mounted read-only, lie in one another`,
        `Take another place for ${path}, or for the other: HostAccess.readOnlyPath("${hostPath}", { mountPath: "/host${hostPath}", reason })`,
      );
    }
  }
  const paths = new Set(onNode.map(({ _path: path }) => path));
  // Paths that overlap on the node were reported already.
  if (paths.size === onNode.length && !onNode.some((one) => hasOverlap(one, onNode))) {
    checkOverlaps(
      problems,
      onNode.map(({ _mountPath: path }) => path),
    );
  }
}

function hasOverlap(one: HostAccess, all: readonly HostAccess[]): boolean {
  return all.some((other) => other !== one && isWithin(other._path, one._path));
}

/** Adds a problem for each container port on the node's network that `hostAccess` does not list. */
function checkListening(problems: Problems, props: HardenedDaemonSetProps, network?: HostAccess): void {
  if (!network) return;
  const ports = [props.port, ...(props.sidecars ?? []).map(({ port }) => port)];
  for (const port of ports.filter((one) => one !== undefined && !network._ports.includes(one))) {
    problems.add(
      "HOST_ACCESS_INVALID",
      `Port ${port} of a container is opened on every node, and HostAccess.network does not name it`,
      `Name it: HostAccess.network({ ports: [${port}], reason: "..." })`,
    );
  }
}

/**
 * A DaemonSet that meets the restricted Pod Security Standard: one pod on each eligible node.
 *
 * It has no access to the files or the network of its node, except for what `hostAccess` lists with a reason.
 * There is no PodDisruptionBudget, because draining a node leaves DaemonSet pods running.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
@checked
export class HardenedDaemonSet extends ListeningWorkload {
  /**
   * @param id also the name of the DaemonSet: up to 63 lower-case letters, digits and dashes
   * @throws NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, PORT_PRIVILEGED, USER_INVALID, COUNT_INVALID, QUANTITY_INVALID,
   * RESOURCES_INVALID, PATH_INVALID, PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE, LABEL_INVALID,
   * EGRESS_INVALID, CIDR_TOO_WIDE, ATTRIBUTE_MISSING, VALUE_INVALID, HOST_ACCESS_INVALID, also at synthesis where its
   * namespace refuses what it reaches; at synthesis PORT_INVALID where another one has a port of the same nodes
   */
  constructor(scope: Construct, id: string, props: HardenedDaemonSetProps) {
    const { pod, hostAccess } = read(scope, id, props);
    super(scope, id, props);
    addAccountAndFiles(this, pod);
    const daemonSet = this.addDaemonSet(pod, props, hostAccess);
    this.node.defaultChild = daemonSet;
    if (hostAccess.length > 0) {
      guardHostAccess(this, daemonSet, hostAccess);
      guardHostPorts(this, daemonSet, hostAccess);
    }
    for (const one of hostAccess) one._acknowledge(this);
    addNetworkPolicy(this, pod);
  }

  private addDaemonSet(
    pod: HardenedPod,
    props: HardenedDaemonSetProps,
    hostAccess: readonly HostAccess[],
  ): ApiObject {
    const { labels, name, selectorLabels } = this;
    const annotations = props.annotations ? { annotations: props.annotations } : {};
    return new ApiObject(this, "Resource", {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name, labels, ...annotations },
      spec: {
        selector: { matchLabels: selectorLabels },
        minReadySeconds: 5,
        revisionHistoryLimit: 5,
        // No surge: two pods on one node would conflict.
        updateStrategy: {
          type: "RollingUpdate",
          rollingUpdate: { maxUnavailable: props.maxUnavailable ?? 1, maxSurge: 0 },
        },
        template: lateTemplate(() =>
          withHostAccess(podTemplate(pod, labels, props.annotations, { isSpread: false }), hostAccess),
        ),
      },
    });
  }
}

const SHAPES = { ...LISTENING_SHAPES, hostAccess: HOST_ACCESS_SHAPE };

interface Read {
  readonly pod: HardenedPod;
  readonly hostAccess: readonly HostAccess[];
}

/** Validates the props; throws an error that lists every problem. */
function read(scope: Construct, id: string, given: HardenedDaemonSetProps): Read {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES) as HardenedDaemonSetProps;
  const pod = readListeningPod(problems, { scope, id, kind: "DaemonSet" }, props);
  checkCount(problems, "maxUnavailable", props.maxUnavailable, 1);
  checkHostAccess(problems, props);
  problems.throwIfAny();
  return { pod, hostAccess: props.hostAccess ?? [] };
}
