/** What a workload says that is the opposite of a practice. */
export enum HardeningConflict {
  /** A container adds capabilities; an override takes them away. */
  ADDED_CAPABILITIES = "added-capabilities",
  /** AppArmor is switched off; an override takes the profile away. */
  APPARMOR_UNCONFINED = "apparmor-unconfined",
  /** A binding gives the role cluster-admin. */
  CLUSTER_ADMIN = "cluster-admin",
  /** A variable or an argument holds a credential. */
  CREDENTIAL_LITERAL = "credential-literal",
  /** A role is given to everyone, or to those who did not log in. */
  EVERYONE = "everyone",
  /** A Service takes an address of its own choice; an override takes it away. */
  EXTERNAL_IP = "external-ip",
  /**
   * A file that only its owner may read, and no user is said; an override sets the user and the group of the hardening.
   */
  FILE_MODE = "file-mode",
  /** A hook of Helm, which kubectl would apply like any other object; an override leaves it out. */
  HELM_HOOK = "helm-hook",
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
  /**
   * A container that says no user and does what only root may do, such as chown; an override sets the user of the hardening.
   */
  IMPLIED_ROOT = "implied-root",
  /** A container that is root keeps the capabilities that the runtime gives; an override drops them. */
  KEPT_CAPABILITIES = "kept-capabilities",
  /** The rules of a load balancer are not in network security groups. */
  LOAD_BALANCER_RULES = "load-balancer-rules",
  /** A load balancer whose clients are not limited. */
  LOAD_BALANCER_SOURCES = "load-balancer-sources",
  /** A user or a group below 10000 that is not root; an override sets that of the hardening. */
  LOW_ID = "low-id",
  /** A Service opens a port on every node; an override makes it one inside of the cluster. */
  NODE_PORT = "node-port",
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
  /** A Secret holds a token that never expires. */
  TOKEN_SECRET = "token-secret",
  /** What can't be read or hardened here, such as pods of a custom resource. */
  UNREADABLE = "unreadable",
  /**
   * A volume that outlives the pod, and no user is said who could own its files; an override sets the user of the hardening.
   */
  VOLUME_OWNER = "volume-owner",
  /** An empty directory without a size; an override sets the limit of the resources of the hardening. */
  VOLUME_SIZE = "volume-size",
  /** A volume of a type that the restricted standard refuses. */
  VOLUME_TYPE = "volume-type",
  /** A container may write to its root filesystem; an override sets true. */
  WRITABLE_ROOT_FILESYSTEM = "writable-root-filesystem",
}

/** All conflicts, sorted. */
export const ALL_CONFLICTS: readonly HardeningConflict[] = Object.values(HardeningConflict).sort();

// For these there is no one value that would be right in every workload.
const NO_SAFE_VALUE: readonly HardeningConflict[] = [
  HardeningConflict.CLUSTER_ADMIN,
  HardeningConflict.CREDENTIAL_LITERAL,
  HardeningConflict.EVERYONE,
  HardeningConflict.IMAGE_LATEST,
  HardeningConflict.IMAGE_TAG,
  HardeningConflict.LOAD_BALANCER_RULES,
  HardeningConflict.LOAD_BALANCER_SOURCES,
  HardeningConflict.SECRET_ENV,
  HardeningConflict.TOKEN_SECRET,
  HardeningConflict.UNREADABLE,
  HardeningConflict.VOLUME_TYPE,
];

/** Whether there is a value that an override could set. */
export function hasSafeValue(conflict: HardeningConflict): boolean {
  return !NO_SAFE_VALUE.includes(conflict);
}
