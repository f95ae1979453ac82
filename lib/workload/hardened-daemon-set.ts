import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { LISTENING_SHAPES } from "./container-shapes";
import { type HardenedDaemonSetProps } from "./hardened-daemon-set-props";
import { podTemplate, type HardenedPod } from "./hardened-pod";
import { type HostAccess } from "./host-access";
import { guardHostAccess } from "./host-access-guard";
import { withHostAccess } from "./host-access-manifest";
import { guardHostPorts } from "./host-ports";
import { checkCount } from "./job-spec";
import { ListeningWorkload } from "./listening-workload";
import { readListeningPod } from "./read-listening-pod";
import { checkHostAccess, HOST_ACCESS_SHAPE } from "./read-host-access";
import { shaped } from "./shapes";
import { addAccountAndFiles, addNetworkPolicy } from "./workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-path";
import { Problems } from "../core/validation-error";

/**
 * A DaemonSet that meets the restricted Pod Security Standard: one pod on each node that takes it.
 *
 * It reaches nothing of its node, neither files nor network, but for what `hostAccess` names with a reason. There is no
 * PodDisruptionBudget, as a node that is drained keeps such pods to the end.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
@checked
export class HardenedDaemonSet extends ListeningWorkload {
  /**
   * @param id the name of the DaemonSet too: up to 63 lower-case letters, digits and dashes
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
        // None beyond those of the nodes: two pods of one node would be in each other's way.
        updateStrategy: {
          type: "RollingUpdate",
          rollingUpdate: { maxUnavailable: props.maxUnavailable ?? 1, maxSurge: 0 },
        },
        template: withHostAccess(
          podTemplate(pod, labels, props.annotations, { isSpread: false }),
          hostAccess,
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

/** Validates the props; throws with all that is wrong. */
function read(scope: Construct, id: string, given: HardenedDaemonSetProps): Read {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES) as HardenedDaemonSetProps;
  const pod = readListeningPod(problems, { scope, id, kind: "DaemonSet" }, props);
  checkCount(problems, "maxUnavailable", props.maxUnavailable, 1);
  checkHostAccess(problems, props);
  problems.throwIfAny();
  return { pod, hostAccess: props.hostAccess ?? [] };
}
