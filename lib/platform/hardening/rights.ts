import { HardeningConflict } from "./conflict";
import { entriesOf, fieldsOf, isUnsaid, valueAt, type Fields } from "./fields";
import { type Place } from "./place";
import { allContainers, type Container, type Pod } from "./pods";

const PRACTICE = "non-root";
// What the baseline standard allows.
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

/** Takes something away, where that was decided. */
function findRemovable(place: Place, conflict: HardeningConflict, key: string, isFound: boolean): void {
  if (!isFound) return;
  const mend = () => {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete place.fields[key];
    return undefined;
  };
  place.found(conflict, { field: key, value: place.fields[key], mend });
}

function findSettable(
  place: Place,
  conflict: HardeningConflict,
  key: string,
  bad: unknown,
  good: unknown,
): void {
  if (place.fields[key] !== bad) return;
  place.found(conflict, { field: key, value: bad, mend: () => (place.fields[key] = good) });
}

/** What a container may do beyond its own files and processes. */
export function hardenRights(pod: Pod): void {
  if (pod.context) judgeContext(pod.context);
  judgePod(pod);
  pod.context?.fill("seccompProfile", { type: "RuntimeDefault" }, PRACTICE);
  for (const container of allContainers(pod)) {
    const context = container.within("securityContext");
    if (context) hardenContainer(context);
  }
}

/** What a pod and a container can both say. */
function judgeContext(context: Place): void {
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
    selinux !== undefined && !isTame(selinux),
  );
  findRemovable(
    context,
    HardeningConflict.HOST_PROCESS,
    "windowsOptions",
    valueAt(fields, "windowsOptions", "hostProcess") === true,
  );
}

function isTame({ type = "", user = "", role = "" }: Fields): boolean {
  return SELINUX_TYPES.includes(String(type)) && user === "" && role === "";
}

function judgePod({ annotations, context, spec }: Pod): void {
  for (const [key, profile] of Object.entries(annotations)) {
    if (!key.startsWith(APPARMOR) || profile !== "unconfined") continue;
    const mend = () => {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete annotations[key];
      return undefined;
    };
    const container = key.slice(APPARMOR.length);
    const place = spec.enter(spec.fields, "", container);
    place.found(HardeningConflict.APPARMOR_UNCONFINED, { field: `annotations.${key}`, value: profile, mend });
  }
  for (const entry of entriesOf(context?.fields.sysctls)) {
    if (!context || SAFE_SYSCTLS.includes(String(entry.name))) continue;
    const mend = () => {
      context.fields.sysctls = listOf(context.fields.sysctls).filter((one) => one !== entry);
      return undefined;
    };
    context.found(HardeningConflict.SYSCTL, {
      field: `sysctls[${String(entry.name)}]`,
      value: entry.value,
      mend,
    });
  }
}

function hardenContainer(context: Place): void {
  judgeContext(context);
  const { fields } = context;
  findSettable(context, HardeningConflict.PRIVILEGED, "privileged", true, false);
  hardenCapabilities(context);
  hardenEscalation(context);
  findSettable(context, HardeningConflict.WRITABLE_ROOT_FILESYSTEM, "readOnlyRootFilesystem", false, true);
  findRemovable(
    context,
    HardeningConflict.PROC_MOUNT,
    "procMount",
    !isUnsaid(fields.procMount) && fields.procMount !== "Default",
  );
  context.fill("readOnlyRootFilesystem", true, "immutable-containers");
}

/** Kubernetes refuses a privileged container, and one with SYS_ADMIN, that says that it does not escalate. */
function hardenEscalation(context: Place): void {
  const { fields } = context;
  const added = listOf(valueAt(fields, "capabilities", "add"));
  const must =
    fields.privileged === true || added.some((one) => one === "SYS_ADMIN" || one === "CAP_SYS_ADMIN");
  const key = "allowPrivilegeEscalation";
  if (!must) context.fill(key, false, PRACTICE);
  if (fields[key] !== true) return;
  const mend = must ? undefined : () => (fields[key] = false);
  context.found(HardeningConflict.PRIVILEGE_ESCALATION, { field: key, value: true, mend });
}

function hardenCapabilities(context: Place): void {
  const before = context.below("capabilities");
  if (before)
    findRemovable(before, HardeningConflict.ADDED_CAPABILITIES, "add", listOf(before.fields.add).length > 0);
  // Privileged containers have all of them, whatever they drop.
  if (context.fields.privileged === true || listOf(before?.fields.add).includes("ALL")) return;
  const capabilities = context.within("capabilities");
  const drop = capabilities?.fields.drop;
  if (!capabilities || listOf(drop).includes("ALL")) return;
  if (!isUnsaid(drop) && !Array.isArray(drop)) return;
  const all = [...listOf(drop), "ALL"];
  capabilities.fields.drop = all;
  // What was dropped by name still is.
  capabilities.changed("drop", isUnsaid(drop) ? undefined : drop, all, PRACTICE);
}

/** A container as far as its own rights matter to others. */
export function keepsNetBind(container: Container): boolean {
  return listOf(valueAt(container.fields, "securityContext", "capabilities", "add")).includes(
    "NET_BIND_SERVICE",
  );
}
