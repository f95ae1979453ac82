import { entriesOf, fieldsOf, isReference, isMissing, valueAt } from "./manifest-fields";
import { type Container, type Pod } from "./pods";
import { keepsNetBind } from "./privileges";
import { Standing, type Standings } from "./user-ids";
import { PORT_SYSCTL, UNPRIVILEGED_PORTS } from "../../workload/pods/pod-security";
import { HardeningConflict } from "../conflict";

const FIRST_UNPRIVILEGED = 1024;
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];
const CONNECTIONS = ["httpGet", "tcpSocket", "grpc"];
// Flags for the port of a program: --port=80, --http-port 80, --listen=:80, --bind-address=0.0.0.0:80.
const PORT_FLAG = /^--?(?:(?:https?|secure|insecure|listen|bind|web|server)[-.]?)?port[= ](\d{1,5})$/;
const ADDRESS_FLAG = /^--?[\w.-]*(?:listen|bind|addr)[\w.-]*[= ][\w.[\]*-]*:(\d{1,5})$/;
const PORT_VARIABLE = /^(?:(?:HTTPS?|LISTEN|SERVER)_)?PORT$/;

/** A port that a container listens on, and the field that names it. */
interface Listener {
  readonly port: number;
  readonly field: string;
}

/** The lowest port that a non-root program may bind in these pods. */
function lowestPort({ context }: Pod): number {
  const sysctl = entriesOf(context?.fields.sysctls).find(({ name }) => name === PORT_SYSCTL);
  return sysctl === undefined ? FIRST_UNPRIVILEGED : Number(sysctl.value);
}

/** The ports that a container listens on, from its ports, probes, arguments and variables. */
function listenersOf({ fields }: Container): Listener[] {
  const declared = entriesOf(fields.ports).map(({ containerPort, name }) => ({
    port: containerPort,
    field: `ports[${String(name ?? containerPort)}].containerPort`,
  }));
  const probed = PROBES.flatMap((probe) =>
    CONNECTIONS.filter((kind) => fieldsOf(valueAt(fields, probe, kind))).map((kind) => ({
      port: valueAt(fields, probe, kind, "port"),
      field: `${probe}.${kind}.port`,
    })),
  );
  const variables = entriesOf(fields.env)
    .filter(({ name }) => typeof name === "string" && PORT_VARIABLE.test(name))
    .map(({ name, value }) => ({ port: numberOf(value), field: `env[${String(name)}]` }));
  const all = [...declared, ...probed, ...argumentPorts(fields.command, "command")];
  const seen = new Set<unknown>();
  return [...all, ...argumentPorts(fields.args, "args"), ...variables].filter(
    (listener): listener is Listener => {
      const { port } = listener;
      if (typeof port !== "number" || isReference(port) || seen.has(port)) return false;
      seen.add(port);
      return true;
    },
  );
}

function argumentPorts(list: unknown, field: string): { port: unknown; field: string }[] {
  const texts = (Array.isArray(list) ? (list as unknown[]) : []).map((argument) =>
    typeof argument === "string" && !isReference(argument) ? argument : "",
  );
  const pairs = texts.map((text, index) => (text.includes("=") ? text : `${text} ${texts[index + 1] ?? ""}`));
  return pairs.flatMap((pair) => {
    const [, port] = PORT_FLAG.exec(pair) ?? ADDRESS_FLAG.exec(pair) ?? [];
    return port === undefined ? [] : [{ port: Number(port), field }];
  });
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : undefined;
}

/**
 * Whether the ability of a container to bind a port is unchanged: its user, and the capabilities that its
 * first program passes on.
 */
function isUnchanged(container: Container, standing: Standing | undefined): boolean {
  const isUser = standing === Standing.EXPLICIT || standing === Standing.IMAGE;
  return isUser && !isMissing(valueAt(container.fields, "securityContext", "allowPrivilegeEscalation"));
}

/**
 * Hardens ports that need root, in containers that do not run as root, or no longer do.
 *
 * Returns the containers that bind such a port by a capability, which they would lose: without privilege
 * escalation, only the first program of a container has its file's capabilities, so a program behind a shell
 * has none. They stay unchanged until somebody decides.
 */
export function hardenPorts(pod: Pod, standings: Standings): ReadonlySet<Container> {
  // Pods on the host network can't set network sysctls.
  const isOnHostNetwork = pod.spec.fields.hostNetwork === true;
  const kept = new Set<Container>();
  for (const container of pod.containers) {
    const standing = standings.of.get(container);
    if (standing === Standing.ROOT || standing === Standing.KEPT) continue;
    const binds = keepsNetBind(container);
    if (binds && isUnchanged(container, standing)) continue;
    for (const { port, field } of listenersOf(container)) {
      if (port < 1 || port >= Math.min(FIRST_UNPRIVILEGED, lowestPort(pod))) continue;
      const override = isOnHostNetwork ? undefined : () => allowLowPorts(pod);
      container.found(HardeningConflict.PRIVILEGED_PORT, { field, value: port, override });
      if (binds && port < lowestPort(pod)) kept.add(container);
    }
    if (kept.has(container) && standing === Standing.FILLED) standings.of.set(container, Standing.KEPT);
  }
  return kept;
}

/** @see https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls */
function allowLowPorts({ context }: Pod): unknown {
  if (!context) return undefined;
  const others = entriesOf(context.fields.sysctls).filter(({ name }) => name !== PORT_SYSCTL);
  context.fields.sysctls = [...others, { ...UNPRIVILEGED_PORTS }];
  return { sysctls: context.fields.sysctls };
}
