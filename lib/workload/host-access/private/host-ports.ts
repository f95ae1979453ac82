import { type ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { StateOfTree } from "../../../core/construct-state";
import { Problems } from "../../../core/validation-error";
import { isOfSameCluster } from "../../../synthesis/chart-scopes";
import { dataOf } from "../../../synthesis/chart-objects";
import { checkAtSynthesis } from "../../../synthesis/synthesis-checks";
import { type HostAccess } from "../host-access";

interface Selector {
  readonly [label: string]: unknown;
}

interface HostListener {
  readonly workload: IConstruct;
  readonly daemonSet: ApiObject;
  readonly ports: readonly number[];
}

const listeners = new StateOfTree<HostListener[]>(() => []);

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
  const ofTree = listeners.of(workload);
  const earlier = [...ofTree];
  const ports = hostAccess.flatMap(({ _ports }) => _ports);
  ofTree.push({ workload, daemonSet, ports });
  checkAtSynthesis(workload, () => {
    const problems = new Problems(workload);
    for (const other of earlier) {
      const shared = ports.filter((port) => other.ports.includes(port));
      if (shared.length === 0 || !isOfSameCluster(other.workload, workload)) continue;
      if (areDisjoint(selectorOf(daemonSet), selectorOf(other.daemonSet))) continue;
      problems.add(
        "PORT_INVALID",
        `The DaemonSet ${daemonSet.name} uses the port ${shared.join(", ")} of the same nodes as ${other.workload.node.path}`,
        "Give each DaemonSet its own ports, or its own nodes by different values of one label in nodeSelector",
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
function areDisjoint(selector: Selector, other: Selector): boolean {
  return Object.entries(selector).some(([label, value]) => label in other && other[label] !== value);
}
