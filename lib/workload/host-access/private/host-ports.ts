import { type ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { Problems } from "../../../core/validation-error";
import { isOfSameCluster } from "../../../exposure/private/same-cluster";
import { dataOf } from "../../../synthesis/chart-objects";
import { checkAtSynthesis } from "../../../synthesis/synthesis-checks";
import { type HostAccess } from "../host-access";

interface Selector {
  readonly [label: string]: unknown;
}

interface Listening {
  readonly workload: IConstruct;
  readonly daemonSet: ApiObject;
  readonly ports: readonly number[];
}

const listening = new WeakMap<IConstruct, readonly Listening[]>();

/**
 * Refuses at synthesis a daemon set if an earlier one uses the same port on the same nodes.
 *
 * The scheduler would place one of the two on each node and leave the other pending.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/overview/#services
 */
export function guardHostPorts(
  workload: IConstruct,
  daemonSet: ApiObject,
  hostAccess: readonly HostAccess[],
): void {
  const { root } = workload.node;
  const before = listening.get(root) ?? [];
  const ports = hostAccess.flatMap(({ _ports }) => _ports);
  listening.set(root, [...before, { workload, daemonSet, ports }]);
  checkAtSynthesis(workload, () => {
    const problems = new Problems(workload);
    for (const other of before) {
      const shared = ports.filter((port) => other.ports.includes(port));
      if (shared.length === 0 || !isOfSameCluster(other.workload, workload)) continue;
      if (areApart(selectorOf(daemonSet), selectorOf(other.daemonSet))) continue;
      problems.add(
        "PORT_INVALID",
        `The DaemonSet ${daemonSet.name} listens on ${shared.join(", ")} of its nodes, as that of ${other.workload.node.path} does`,
        "Give each ports of its own, or nodes of its own: a nodeSelector with another value of the same label",
      );
    }
    problems.throwIfAny();
  });
}

function selectorOf(daemonSet: ApiObject): Selector {
  const { spec } = dataOf(daemonSet) as {
    spec?: { template?: { spec?: { nodeSelector?: Selector } } };
  };
  return spec?.template?.spec?.nodeSelector ?? {};
}

/** Whether no node can have the labels of both selectors. */
function areApart(one: Selector, other: Selector): boolean {
  return Object.entries(one).some(([label, value]) => label in other && other[label] !== value);
}
