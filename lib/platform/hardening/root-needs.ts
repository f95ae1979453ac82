import { entriesOf, isReference, valueAt, type Fields } from "./fields";
import { type Container, type Pod } from "./pods";
import { mountsOf, volumesByName } from "./volumes";

// Whatever stands before a program in a command line or a script, and after it.
const BEFORE = String.raw`(?:^|[\s;&|(\`"'/])`;
const AFTER = String.raw`(?=$|[\s;&|)"'\`])`;
const ROOT_PROGRAMS =
  "chown chgrp chmod chroot umount sysctl iptables ip6tables iptables-restore nft ipset modprobe insmod setcap setfacl mknod " +
  "swapoff sudo gosu su-exec setpriv nsenter useradd usermod userdel adduser groupadd addgroup update-ca-certificates " +
  "update-ca-trust ldconfig losetup mkfs tcpdump ethtool";
const INSTALLERS = String.raw`(?:apt-get|apt|apk|yum|dnf|microdnf|tdnf|zypper)\s+(?:-\S+\s+)*(?:add|install|update|upgrade)`;
const PROGRAM = new RegExp(`${BEFORE}(${ROOT_PROGRAMS.split(" ").join("|")})${AFTER}`);
const INSTALLS = new RegExp(`${BEFORE}(${INSTALLERS})${AFTER}`);
// Programs that need root only with some of their arguments.
const WITH_ARGUMENTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${BEFORE}install\\s[^;&|]*(?:-[a-zA-Z]*[og]\\s|--owner|--group)`), "install with an owner"],
  [new RegExp(`${BEFORE}mount\\s+(?:-|/|\\S+:)`), "mount"],
  [new RegExp(`${BEFORE}su\\s+(?:-|\\w)`), "su"],
  [new RegExp(`${BEFORE}ip\\s+(?:addr|address|link|route|rule|tuntap)${AFTER}`), "ip"],
  [new RegExp(`${BEFORE}tc\\s+(?:qdisc|filter|class)${AFTER}`), "tc"],
  [/(?:>|\btee\s+(?:-a\s+)?)\s*\/(?:proc\/sys|sys)\//, "a write to the kernel's parameters"],
];

/** The command and the arguments of a container as one text; without what is known only later. */
function commandOf({ fields }: Container): string {
  return [fields.command, fields.args]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .filter((one): one is string => typeof one === "string" && !isReference(one))
    .join(" ");
}

/** Whether a container installs packages when it starts, which writes to its image. */
export function installsPackages(container: Container): boolean {
  return INSTALLS.test(commandOf(container));
}

/** What of a container's command only root may do. */
export function rootCommand(container: Container): string | undefined {
  const command = commandOf(container);
  const [, program] = INSTALLS.exec(command) ?? PROGRAM.exec(command) ?? [];
  return program ?? WITH_ARGUMENTS.find(([pattern]) => pattern.test(command))?.[1];
}

/** Capabilities that are added, but for the one to bind low ports. */
export function rootCapabilities(container: Container): unknown[] {
  const added = valueAt(container.fields, "securityContext", "capabilities", "add");
  const isOther = (one: unknown) => one !== "NET_BIND_SERVICE" && one !== "CAP_NET_BIND_SERVICE";
  return Array.isArray(added) ? (added as unknown[]).filter(isOther) : [];
}

/** Why a container that says no user seems to be root; its rights aside, which are found for themselves. */
export function impliedRoot(pod: Pod, container: Container): string | undefined {
  const program = rootCommand(container);
  if (program !== undefined) return `the command has ${program}`;
  const volumes = volumesByName(pod);
  const ofNode = mountsOf(container).find(({ name }) => isOfNode(volumes.get(name)));
  if (ofNode) return `the volume ${String(ofNode.name)} is a directory of the node`;
  if (entriesOf(container.fields.volumeDevices).length > 0) return "it reads a disk without a file system";
  return pod.spec.fields.hostPID === true ? "it sees the processes of the node" : undefined;
}

function isOfNode(volume: Fields | undefined): boolean {
  return volume?.hostPath !== undefined && volume.hostPath !== null;
}
