import { entriesOf, type Fields, fieldsOf, isMissing, isReference, valueAt } from "./manifest-fields";
import { type Container, type Pod } from "./pods";

// The text that may precede or follow a program in a command line or a script, including its folder.
const BEFORE = String.raw`(?:^|[\s;&|(\`"'])(?:/[\w./-]*/|/)?`;
const AFTER = String.raw`(?=$|[\s;&|)"'\`])`;
const ROOT_PROGRAMS =
  "chown chgrp chmod chroot umount sysctl ip6?tables(?:-\\w+)* ebtables nft ipset ipvsadm modprobe insmod setcap setfacl mknod " +
  "swapoff sudo doas gosu su-exec runuser chpst setuidgid s6-setuidgid start-stop-daemon setpriv nsenter unshare useradd usermod " +
  "userdel adduser groupadd addgroup update-ca-certificates update-ca-trust ldconfig losetup mkfs(?:\\.\\w+)? mount\\.\\w+ tcpdump " +
  "ethtool";
const INSTALLERS = String.raw`(?:apt-get|apt|apk|yum|dnf|microdnf|tdnf|zypper)\s+(?:-\S+\s+)*(?:add|install|update|upgrade)`;
const PROGRAM = new RegExp(`${BEFORE}(${ROOT_PROGRAMS.split(" ").join("|")})${AFTER}`);
const INSTALLS = new RegExp(`${BEFORE}(${INSTALLERS})${AFTER}`);
const ROOT_HOME = /(?:^|[\s;&|="'])\/root\//;
// Programs that need root only with some arguments.
const WITH_ARGUMENTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${BEFORE}install\\s[^;&|]*(?:-[a-zA-Z]*[og]\\s|--owner|--group)`), "install with an owner"],
  [new RegExp(`${BEFORE}mount\\s+(?:-|/|\\S+:)`), "mount"],
  [new RegExp(`${BEFORE}su\\s+(?:-|\\w)`), "su"],
  [new RegExp(`${BEFORE}ip\\s+(?:addr|address|link|route|rule|tuntap)${AFTER}`), "ip"],
  [new RegExp(`${BEFORE}tc\\s+(?:qdisc|filter|class)${AFTER}`), "tc"],
  [/(?:>|\btee\s+(?:-a\s+)?)\s*\/(?:proc\/sys|sys)\//, "a write to the kernel's parameters"],
];

/** The command and the arguments of a container as one text; without values unknown at synthesis. */
function commandOf({ fields }: Container): string {
  return [fields.command, fields.args]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .filter((argument): argument is string => typeof argument === "string" && !isReference(argument))
    .join(" ");
}

/** Whether a container installs packages at its start, which writes to its image. */
export function installsPackages(container: Container): boolean {
  return INSTALLS.test(commandOf(container));
}

/** The part of a container's command that needs root, if any. */
export function rootCommand(container: Container): string | undefined {
  const command = commandOf(container);
  const [, program] = INSTALLS.exec(command) ?? PROGRAM.exec(command) ?? [];
  return program ?? WITH_ARGUMENTS.find(([pattern]) => pattern.test(command))?.[1];
}

/** Whether capabilities are added that imply root: a non-root program has them only if its file carries them. */
function addsCapabilities(container: Container): boolean {
  const added = valueAt(container.fields, "securityContext", "capabilities", "add");
  const impliesRoot = (capability: unknown) =>
    capability !== "NET_BIND_SERVICE" && capability !== "CAP_NET_BIND_SERVICE";
  return Array.isArray(added) && (added as unknown[]).some(impliesRoot);
}

/**
 * Whether a container has privileges that only root can use, so that the user of its image must be root; the
 * privileges are separate findings.
 */
export function hasRootRights(pod: Pod, container: Container): boolean {
  const volumes = volumesByName(pod);
  return (
    valueAt(container.fields, "securityContext", "privileged") === true ||
    addsCapabilities(container) ||
    pod.spec.fields.hostPID === true ||
    mountsOf(container).some(({ name }) => isHostPath(volumes.get(name)))
  );
}

/** The reason why a container without a user seems to be root. */
export function impliedRoot(container: Container): string | undefined {
  const program = rootCommand(container);
  if (program !== undefined) return `the command runs ${program}`;
  const home = mountsOf(container).find(({ mountPath }) => ROOT_HOME.test(`${String(mountPath)}/`));
  if (home) return `it mounts ${String(home.mountPath)}, in a directory that only root can enter`;
  if (ROOT_HOME.test(commandOf(container))) return "the command is in /root, which only root can enter";
  return entriesOf(container.fields.volumeDevices).length > 0 ? "it uses a raw block device" : undefined;
}

function isHostPath(volume: Fields | undefined): boolean {
  return volume?.hostPath !== undefined && volume.hostPath !== null;
}

// Created for each pod, or read-only; the files of all other volumes have an owner already.
const OF_POD = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "hostPath",
  "image",
  "projected",
  "secret",
];
const OF_FILES = ["configMap", "downwardAPI", "projected", "secret"];
const GROUP_READS = 0o040;

/** The volumes of a pod by their names. */
export function volumesByName(pod: Pod): ReadonlyMap<unknown, Fields> {
  return new Map(entriesOf(pod.spec.fields.volumes).map((volume) => [volume.name, volume]));
}

/** The mounts of a container. */
export function mountsOf({ fields }: Container): Fields[] {
  return entriesOf(fields.volumeMounts);
}

/** The first volume of a container that outlives the pod, or is claimed by a StatefulSet. */
export function persistentVolume(pod: Pod, container: Container): string | undefined {
  const volumes = volumesByName(pod);
  const kept = [...mountsOf(container), ...entriesOf(container.fields.volumeDevices)].find(({ name }) => {
    const volume = volumes.get(name);
    if (!volume) return pod.claims.includes(name);
    const [type] = Object.keys(volume).filter((key) => key !== "name" && !isMissing(volume[key]));
    return type !== undefined && !OF_POD.includes(type);
  });
  return kept && String(kept.name);
}

/** The first volume of a container with files that only their owner, root, may read. */
export function ownerOnlyVolume(pod: Pod, container: Container): string | undefined {
  const volumes = volumesByName(pod);
  const mount = mountsOf(container).find(({ name }) => {
    const volume = volumes.get(name);
    return OF_FILES.some((type) => modesOf(fieldsOf(volume?.[type])).some(isOwnersOnly));
  });
  return mount && String(mount.name);
}

/** The explicit modes of the volume and its files. */
function modesOf(source: Fields | undefined): unknown[] {
  if (!source) return [];
  const parts = entriesOf(source.sources).flatMap((entry) =>
    OF_FILES.flatMap((type) => itemModes(fieldsOf(entry[type]))),
  );
  return [source.defaultMode, ...itemModes(source), ...parts];
}

const itemModes = (source: Fields | undefined) => entriesOf(valueAt(source, "items")).map(({ mode }) => mode);

function isOwnersOnly(mode: unknown): boolean {
  return typeof mode === "number" && mode >= 0 && (mode & GROUP_READS) === 0;
}
