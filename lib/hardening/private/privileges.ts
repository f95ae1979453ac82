import {
  entriesOf,
  type Fields,
  fieldsOf,
  isMissing,
  isReference,
  type Place,
  valueAt,
} from "./manifest-fields";
import { allContainers, type Container, type Pod } from "./pods";
import { Standing, type Standings } from "./user-ids";
import { installsPackages } from "./user-needs";
import { PORT_SYSCTL, UNPRIVILEGED_PORTS } from "../../workload/pods/pod-security";
import { HardeningConflict } from "../conflict";

const PRACTICE = "non-root";
// The types that the baseline standard allows.
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_syncookies",
];
const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Records a conflict whose override removes the value. */
function findRemovable(place: Place, conflict: HardeningConflict, key: string, isFound: boolean): void {
  if (!isFound) return;
  const override = () => {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete place.fields[key];
    return undefined;
  };
  place.found(conflict, { field: key, value: place.fields[key], override });
}

/** Records a conflict whose override sets another value. */
function findSettable(
  place: Place,
  conflict: HardeningConflict,
  key: string,
  unsafe: unknown,
  safe: unknown,
): void {
  if (place.fields[key] !== unsafe) return;
  place.found(conflict, { field: key, value: unsafe, override: () => (place.fields[key] = safe) });
}

/** Finds the privileges of a container beyond its own files and processes. */
export function checkPrivileges(pod: Pod): void {
  if (pod.context) checkContext(pod.context);
  checkPodPrivileges(pod);
  for (const container of allContainers(pod)) {
    const context = container.below("securityContext");
    if (!context) continue;
    checkContext(context);
    findSettable(context, HardeningConflict.PRIVILEGED, "privileged", true, false);
    const capabilities = context.below("capabilities");
    if (capabilities) {
      const isFound = listOf(capabilities.fields.add).length > 0;
      findRemovable(capabilities, HardeningConflict.ADDED_CAPABILITIES, "add", isFound);
    }
  }
}

/**
 * Fills the settings that restrict privileges, as far as the user of each container allows: root without
 * capabilities can't even chown, and a container that may be root keeps what it may need.
 *
 * @param binding containers that bind a low port by a capability, which they would lose
 */
export function fillPrivileges(pod: Pod, standings: Standings, binding: ReadonlySet<Container>): void {
  pod.context?.fill("seccompProfile", { type: "RuntimeDefault" }, PRACTICE);
  for (const container of allContainers(pod)) {
    const context = container.within("securityContext");
    if (!context) continue;
    const standing = standings.byContainer.get(container);
    fillCapabilities(context, standing);
    fillEscalation(context, binding.has(container));
    findSettable(context, HardeningConflict.WRITABLE_ROOT_FILESYSTEM, "readOnlyRootFilesystem", false, true);
    findRemovable(
      context,
      HardeningConflict.PROC_MOUNT,
      "procMount",
      !isMissing(context.fields.procMount) && context.fields.procMount !== "Default",
    );
    // A container that installs packages writes to its image; that is a finding already.
    if (standing === Standing.KEPT && installsPackages(container)) continue;
    context.fill("readOnlyRootFilesystem", true, "immutable-containers");
  }
}

/** Checks the fields that both pods and containers have. */
function checkContext(context: Place): void {
  const { fields } = context;
  const profile = context.below("seccompProfile");
  if (profile)
    findSettable(profile, HardeningConflict.SECCOMP_UNCONFINED, "type", "Unconfined", "RuntimeDefault");
  findRemovable(
    context,
    HardeningConflict.APPARMOR_UNCONFINED,
    "appArmorProfile",
    valueAt(fields, "appArmorProfile", "type") === "Unconfined",
  );
  const selinux = fieldsOf(fields.seLinuxOptions);
  findRemovable(
    context,
    HardeningConflict.SELINUX_OPTIONS,
    "seLinuxOptions",
    selinux !== undefined && !isSafeSelinux(selinux),
  );
  findRemovable(
    context,
    HardeningConflict.HOST_PROCESS,
    "windowsOptions",
    valueAt(fields, "windowsOptions", "hostProcess") === true,
  );
}

function isSafeSelinux({ type = "", user = "", role = "" }: Fields): boolean {
  return SELINUX_TYPES.includes(String(type)) && user === "" && role === "";
}

function checkPodPrivileges({ annotations, context, spec }: Pod): void {
  for (const [key, profile] of Object.entries(annotations)) {
    if (!key.startsWith(APPARMOR) || profile !== "unconfined") continue;
    const override = () => {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete annotations[key];
      return undefined;
    };
    const container = key.slice(APPARMOR.length);
    const place = spec.enter(spec.fields, "", container);
    place.found(HardeningConflict.APPARMOR_UNCONFINED, {
      field: `annotations.${key}`,
      value: profile,
      override,
    });
  }
  for (const entry of entriesOf(context?.fields.sysctls)) {
    if (!context || SAFE_SYSCTLS.includes(String(entry.name))) continue;
    const override = () => {
      context.fields.sysctls = listOf(context.fields.sysctls).filter((sysctl) => sysctl !== entry);
      return undefined;
    };
    context.found(HardeningConflict.SYSCTL, {
      field: `sysctls[${String(entry.name)}]`,
      value: entry.value,
      override,
    });
  }
}

/**
 * Fills allowPrivilegeEscalation: Kubernetes rejects false for a privileged container, and for one with
 * SYS_ADMIN.
 */
function fillEscalation(context: Place, isKept: boolean): void {
  const { fields } = context;
  const added = listOf(valueAt(fields, "capabilities", "add"));
  const isRequired =
    fields.privileged === true ||
    added.some((capability) => capability === "SYS_ADMIN" || capability === "CAP_SYS_ADMIN");
  const key = "allowPrivilegeEscalation";
  if (!isRequired && !isKept) context.fill(key, false, PRACTICE);
  if (fields[key] !== true) return;
  const override = isRequired ? undefined : () => (fields[key] = false);
  context.found(HardeningConflict.PRIVILEGE_ESCALATION, { field: key, value: true, override });
}

function fillCapabilities(context: Place, standing: Standing | undefined): void {
  const existing = fieldsOf(context.fields.capabilities);
  // Privileged containers have all capabilities, regardless of drop.
  if (context.fields.privileged === true || listOf(existing?.add).includes("ALL")) return;
  const drop = existing?.drop;
  if (listOf(drop).includes("ALL") || (!isMissing(drop) && !Array.isArray(drop))) return;
  if (standing === Standing.KEPT) return;
  // Keeps the capabilities that were dropped by name.
  const all = [...listOf(drop), "ALL"];
  const before = isMissing(drop) ? undefined : drop;
  const set = () => {
    const capabilities = context.within("capabilities");
    if (capabilities) capabilities.fields.drop = all;
    return all;
  };
  if (standing === Standing.ROOT) {
    const field = "capabilities.drop";
    context.found(HardeningConflict.KEPT_CAPABILITIES, { field, value: before, override: set });
    return;
  }
  const capabilities = context.within("capabilities");
  if (!capabilities) return;
  set();
  capabilities.changed("drop", before, all, PRACTICE);
}

/** Whether a container keeps NET_BIND_SERVICE. */
export function keepsNetBind(container: Container): boolean {
  return listOf(valueAt(container.fields, "securityContext", "capabilities", "add")).includes(
    "NET_BIND_SERVICE",
  );
}

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
    const standing = standings.byContainer.get(container);
    if (standing === Standing.ROOT || standing === Standing.KEPT) continue;
    const binds = keepsNetBind(container);
    if (binds && isUnchanged(container, standing)) continue;
    for (const { port, field } of listenersOf(container)) {
      if (port < 1 || port >= Math.min(FIRST_UNPRIVILEGED, lowestPort(pod))) continue;
      const override = isOnHostNetwork ? undefined : () => allowLowPorts(pod);
      container.found(HardeningConflict.PRIVILEGED_PORT, { field, value: port, override });
      if (binds && port < lowestPort(pod)) kept.add(container);
    }
    if (kept.has(container) && standing === Standing.FILLED)
      standings.byContainer.set(container, Standing.KEPT);
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
