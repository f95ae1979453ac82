/** What a workload says that is the opposite of a practice. */
export enum HardeningConflict {
  /** A container adds capabilities; an override takes them away. */
  ADDED_CAPABILITIES = "added-capabilities",
  /** AppArmor is switched off; an override takes the profile away. */
  APPARMOR_UNCONFINED = "apparmor-unconfined",
  /** A variable or an argument holds a credential. */
  CREDENTIAL_LITERAL = "credential-literal",
  /** Pods use the network, the processes or the shared memory of their node; an override sets false. */
  HOST_NAMESPACE = "host-namespace",
  /** A volume is a directory of the node; an override makes an emptyDir of it. */
  HOST_PATH = "host-path",
  /** A container opens a port of the node; an override takes it away. */
  HOST_PORT = "host-port",
  /** A container of Windows is a process of the node; an override takes that away. */
  HOST_PROCESS = "host-process",
  /** An image without a tag, or with the tag latest; `images` replaces it. */
  IMAGE_LATEST = "image-latest",
  /** An image named by its tag alone; `images` replaces it. */
  IMAGE_TAG = "image-tag",
  /** A user or a group below 10000 that is not root; an override sets that of the hardening. */
  LOW_ID = "low-id",
  /** A container may get more rights than it started with; an override sets false. */
  PRIVILEGE_ESCALATION = "privilege-escalation",
  /** A container is root on its node; an override sets false. */
  PRIVILEGED = "privileged",
  /** A port below 1024, which a program without root can't open; an override sets the sysctl that lets it. */
  PRIVILEGED_PORT = "privileged-port",
  /** A probe or a hook connects to another host than the pod; an override takes the host away. */
  PROBE_HOST = "probe-host",
  /** A container sees all of /proc; an override takes that away. */
  PROC_MOUNT = "proc-mount",
  /** A container may run as root; an override sets the user of the hardening. */
  ROOT_USER = "root-user",
  /** Seccomp is switched off; an override sets RuntimeDefault. */
  SECCOMP_UNCONFINED = "seccomp-unconfined",
  /** A variable holds a key of a Secret. */
  SECRET_ENV = "secret-env",
  /** SELinux is told another user, role or kind of process; an override takes the options away. */
  SELINUX_OPTIONS = "selinux-options",
  /** The addresses of all Services become variables; an override sets false. */
  SERVICE_LINKS = "service-links",
  /** A parameter of the kernel that is not safe to set; an override takes it away. */
  SYSCTL = "sysctl",
  /** Pods get the token of their service account; an override sets false. */
  TOKEN_AUTOMOUNT = "token-automount",
  /** What can't be read or hardened here, such as pods of a custom resource. */
  UNREADABLE = "unreadable",
  /** A volume of a type that the restricted standard refuses. */
  VOLUME_TYPE = "volume-type",
  /** A container may write to its root filesystem; an override sets true. */
  WRITABLE_ROOT_FILESYSTEM = "writable-root-filesystem",
}

/** All conflicts, sorted. */
export const ALL_CONFLICTS: readonly HardeningConflict[] = Object.values(HardeningConflict).sort();

// For these there is no one value that would be right in every workload.
const NO_SAFE_VALUE: readonly HardeningConflict[] = [
  HardeningConflict.CREDENTIAL_LITERAL,
  HardeningConflict.IMAGE_LATEST,
  HardeningConflict.IMAGE_TAG,
  HardeningConflict.SECRET_ENV,
  HardeningConflict.UNREADABLE,
  HardeningConflict.VOLUME_TYPE,
];

/** Whether there is a value that an override could set. */
export function hasSafeValue(conflict: HardeningConflict): boolean {
  return !NO_SAFE_VALUE.includes(conflict);
}
