import { HardeningConflict } from "./conflict";
import { entriesOf } from "./fields";
import { type Pod } from "./pods";
import { keepsNetBind } from "./rights";
import { isRoot } from "./users";

const FIRST_FREE = 1024;
const SYSCTL = "net.ipv4.ip_unprivileged_port_start";

/** The lowest port that a program without root may bind in these pods. */
function lowestPort({ context }: Pod): number {
  const said = entriesOf(context?.fields.sysctls).find(({ name }) => name === SYSCTL);
  return said === undefined ? FIRST_FREE : Number(said.value);
}

/** Ports that need root, in containers that are not root any more. */
export function hardenPorts(pod: Pod): void {
  // Such pods may not set sysctls of the network, which is the node's.
  const isOfNode = pod.spec.fields.hostNetwork === true;
  for (const container of pod.containers) {
    if (isRoot(pod, container) || keepsNetBind(container)) continue;
    for (const { containerPort, name } of entriesOf(container.fields.ports)) {
      if (typeof containerPort !== "number" || containerPort < 1) continue;
      if (containerPort >= Math.min(FIRST_FREE, lowestPort(pod))) continue;
      const mend = isOfNode ? undefined : () => letBind(pod);
      const field = `ports[${String(name ?? containerPort)}].containerPort`;
      container.found(HardeningConflict.PRIVILEGED_PORT, { field, value: containerPort, mend });
    }
  }
}

/** @see https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls */
function letBind({ context }: Pod): unknown {
  if (!context) return undefined;
  const others = entriesOf(context.fields.sysctls).filter(({ name }) => name !== SYSCTL);
  context.fields.sysctls = [...others, { name: SYSCTL, value: "0" }];
  return { sysctls: context.fields.sysctls };
}
