import { type PracticeId } from "../core/acknowledgement";
import { GuardrailRule, GUARDRAILS } from "../core/guardrail-catalogue";

/** A setting of a workload that contradicts a practice. */
export enum HardeningConflict {
  /** A container adds capabilities; an override removes them. */
  ADDED_CAPABILITIES = "added-capabilities",
  /** AppArmor is disabled; an override removes the profile. */
  APPARMOR_UNCONFINED = "apparmor-unconfined",
  /** A binding grants the role cluster-admin. */
  CLUSTER_ADMIN = "cluster-admin",
  /** A variable or an argument contains a credential. */
  CREDENTIAL_LITERAL = "credential-literal",
  /** A role is granted to everyone, or to unauthenticated users. */
  EVERYONE = "everyone",
  /** A Service claims an external IP; an override removes it. */
  EXTERNAL_IP = "external-ip",
  /**
   * A file is readable by its owner only, and no user is set; an override sets the user and the group of the
   * hardening.
   */
  FILE_MODE = "file-mode",
  /** An object is a Helm hook, which kubectl would apply like any other object; an override leaves it out. */
  HELM_HOOK = "helm-hook",
  /** Pods use the network, process or IPC namespace of their node; an override sets false. */
  HOST_NAMESPACE = "host-namespace",
  /** A volume is a directory of the node; an override replaces it with an emptyDir. */
  HOST_PATH = "host-path",
  /** A container opens a port of the node; an override removes it. */
  HOST_PORT = "host-port",
  /** A Windows container is a process of the node; an override removes that. */
  HOST_PROCESS = "host-process",
  /** An image without a tag, or with the tag latest; `images` replaces it. */
  IMAGE_LATEST = "image-latest",
  /** An image named by its tag alone; `images` replaces it. */
  IMAGE_TAG = "image-tag",
  /**
   * A container without a user does something that only root may do, such as chown; an override sets the user
   * of the hardening.
   */
  IMPLIED_ROOT = "implied-root",
  /** A root container keeps the default capabilities of the runtime; an override drops them. */
  KEPT_CAPABILITIES = "kept-capabilities",
  /** The rules of a load balancer are not managed in network security groups. */
  LOAD_BALANCER_RULES = "load-balancer-rules",
  /** A load balancer does not restrict its clients. */
  LOAD_BALANCER_SOURCES = "load-balancer-sources",
  /** A user or group id is below 10000 and not root; an override sets that of the hardening. */
  LOW_ID = "low-id",
  /** A Service opens a port on every node; an override makes it a ClusterIP Service. */
  NODE_PORT = "node-port",
  /** A container may escalate its privileges; an override sets false. */
  PRIVILEGE_ESCALATION = "privilege-escalation",
  /** A container is privileged; an override sets false. */
  PRIVILEGED = "privileged",
  /** A port is below 1024, which a non-root program can't bind; an override sets the sysctl that allows it. */
  PRIVILEGED_PORT = "privileged-port",
  /** A probe or a hook connects to another host than the pod; an override removes the host. */
  PROBE_HOST = "probe-host",
  /** A container sees all of /proc; an override removes that. */
  PROC_MOUNT = "proc-mount",
  /** A container may run as root; an override sets the user of the hardening. */
  ROOT_USER = "root-user",
  /** Seccomp is disabled; an override sets RuntimeDefault. */
  SECCOMP_UNCONFINED = "seccomp-unconfined",
  /** A variable contains a key of a Secret. */
  SECRET_ENV = "secret-env",
  /** SELinux has a custom user, role or type; an override removes the options. */
  SELINUX_OPTIONS = "selinux-options",
  /** The addresses of all Services are set as variables; an override sets false. */
  SERVICE_LINKS = "service-links",
  /** An unsafe kernel parameter is set; an override removes it. */
  SYSCTL = "sysctl",
  /** Pods mount the token of their service account; an override sets false. */
  TOKEN_AUTOMOUNT = "token-automount",
  /** A Secret holds a token that never expires. */
  TOKEN_SECRET = "token-secret",
  /** An object can't be read or hardened here, such as pods of a custom resource. */
  UNREADABLE = "unreadable",
  /**
   * A volume outlives the pod, and no user is set to own its files; an override sets the user of the
   * hardening.
   */
  VOLUME_OWNER = "volume-owner",
  /** An emptyDir has no size limit; an override sets the limit of the hardening's resources. */
  VOLUME_SIZE = "volume-size",
  /** A volume has a type that the restricted standard rejects. */
  VOLUME_TYPE = "volume-type",
  /** A container may write to its root filesystem; an override sets true. */
  WRITABLE_ROOT_FILESYSTEM = "writable-root-filesystem",
}

/** All conflicts, sorted. */
export const ALL_CONFLICTS: readonly HardeningConflict[] = Object.values(HardeningConflict).sort();

// For these, no single value would be right in every workload.
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

/** Whether an override has a value to set. */
export function hasSafeValue(conflict: HardeningConflict): boolean {
  return !NO_SAFE_VALUE.includes(conflict);
}

/** The texts of a conflict for reports. */
interface ConflictText {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly practice: PracticeId;
  /** The guardrail rule that finds the same at admission. */
  readonly rule?: GuardrailRule;
}

/** The text of a guardrail, with the differences for hardening. */
function of(rule: GuardrailRule, title: string, fix: string = GUARDRAILS[rule].fix): ConflictText {
  const { why, practice } = GUARDRAILS[rule];
  return { title, why, fix, practice, rule };
}

const HOST = GuardrailRule.NO_HOST_ACCESS;
const NON_ROOT = "non-root";
const VAULT =
  "Keep the value in OCI Vault, mount it as a file with the Secrets Store CSI driver or from a Secret of External Secrets, " +
  "and let the program read the file";

/** The texts of all conflicts. */
export const CONFLICTS: { readonly [conflict in HardeningConflict]: ConflictText } = {
  "added-capabilities": of(GuardrailRule.DROPPED_CAPABILITIES, "Capabilities are added"),
  "apparmor-unconfined": {
    title: "AppArmor is switched off",
    why: "The profile of the runtime keeps a program from files of the kernel that none needs.",
    fix: "Leave the profile out, or name RuntimeDefault where the nodes have AppArmor",
    practice: NON_ROOT,
  },
  "cluster-admin": of(GuardrailRule.NO_CLUSTER_ADMIN, "A binding to cluster-admin"),
  "credential-literal": {
    title: "A credential stands in the manifest",
    why: "Whoever reads the chart, the cluster's objects or the program's environment has it, for as long as it is valid.",
    fix: VAULT,
    practice: "credential-exposure",
  },
  everyone: of(GuardrailRule.NO_EVERYONE, "A role for everyone"),
  "external-ip": of(GuardrailRule.NO_EXTERNAL_IP, "A Service that takes an address of its own choice"),
  "file-mode": {
    title: "A file that only its owner may read",
    why: "Such files belong to root: another user can't read them, and the group of the pod makes them readable to a group, which programs such as ssh refuse.",
    fix: "Say runAsUser and fsGroup in the chart and let the group read the file (mode 0440), or override with a reason",
    practice: NON_ROOT,
  },
  "helm-hook": {
    title: "A hook of Helm",
    why: "Helm runs hooks at their time and deletes them; kubectl applies them like all other objects, also those that uninstall or test.",
    fix: "Render the chart with --no-hooks, or override it: the object is left out; accept it where it may run at every apply",
    practice: "least-privilege",
  },
  "host-namespace": of(HOST, "A namespace of the node is shared"),
  "host-path": of(HOST, "A directory of the node is mounted"),
  "host-port": of(HOST, "A port of the node is opened"),
  "host-process": of(HOST, "A process of the node is started"),
  "image-latest": of(GuardrailRule.IMAGE_DIGEST, "The image names no version"),
  "image-tag": of(GuardrailRule.IMAGE_DIGEST, "The image has no digest"),
  "implied-root": {
    title: "A container that seems to need root",
    why: "It says no user and does what only root may do; as another user, without capabilities, it would fail at start.",
    fix: "Let fsGroup, the image or the platform do that work and leave the container out; or accept that it is root, or override",
    practice: NON_ROOT,
    rule: GuardrailRule.NON_ROOT,
  },
  "kept-capabilities": of(
    GuardrailRule.DROPPED_CAPABILITIES,
    "Root keeps the capabilities of the runtime",
    "Drop ALL and add back what the program needs, or override where it needs none: root can then not even chown",
  ),
  "load-balancer-rules": of(
    GuardrailRule.LOAD_BALANCER_RULES,
    "A load balancer whose rules are not in network security groups",
    'Let exposeViaLoadBalancer make it; or write the annotation oci.oraclecloud.com/security-rule-management-mode: "NSG", and in ' +
      "oci.oraclecloud.com/oci-backend-network-security-group the group of the workers, which else let nothing in",
  ),
  "load-balancer-sources": of(
    GuardrailRule.LOAD_BALANCER_SOURCES,
    "A load balancer whose clients are not limited",
  ),
  "low-id": {
    title: "A user or group id below 10000",
    why: "A low id may belong to an account of the node, whose files the container would own after an escape.",
    fix: "Use an id from 10000 on, and let the files of the image be readable to it",
    practice: NON_ROOT,
  },
  "node-port": of(GuardrailRule.NO_NODE_PORT, "A Service that opens a port on every node"),
  "privilege-escalation": of(GuardrailRule.NO_PRIVILEGE_ESCALATION, "Privilege escalation is allowed"),
  privileged: of(GuardrailRule.NO_PRIVILEGE_ESCALATION, "The container is privileged"),
  "privileged-port": {
    title: "A port below 1024 in a container without root",
    why: "Such a process can't bind it and may crash at start; a capability is lost to whatever a shell or an init program starts.",
    fix: "Listen on a port from 1024 on and keep the Service's port, or override: the safe sysctl net.ipv4.ip_unprivileged_port_start works for every entry point",
    practice: NON_ROOT,
  },
  "probe-host": {
    title: "A probe or a hook connects to another host",
    why: "The kubelet connects from the node, so who writes the chart reaches what the node reaches.",
    fix: "Leave the host out: the kubelet then connects to the pod; a name for HTTP goes into the header Host",
    practice: "network-layers",
  },
  "proc-mount": {
    title: "All of /proc is visible",
    why: "The runtime hides parts of /proc that tell of the node and change it.",
    fix: "Leave procMount out",
    practice: NON_ROOT,
  },
  "root-user": of(GuardrailRule.NON_ROOT, "Root is allowed"),
  "seccomp-unconfined": {
    title: "Seccomp is switched off",
    why: "The profile of the runtime refuses the system calls that escapes are made of.",
    fix: "Set seccompProfile.type to RuntimeDefault, or to Localhost with a profile of your own",
    practice: NON_ROOT,
  },
  "secret-env": {
    title: "A Secret becomes a variable",
    why: "The environment ends in crash reports and child processes, a mounted file does not.",
    fix: "Mount the Secret as a file and let the program read it there",
    practice: "credential-exposure",
  },
  "selinux-options": {
    title: "SELinux is told to trust the container",
    why: "Another user, role or kind of process takes away what keeps the container apart from the node.",
    fix: "Leave seLinuxOptions out, or set the type to container_t, container_init_t, container_kvm_t or container_engine_t alone",
    practice: NON_ROOT,
  },
  "service-links": {
    title: "The addresses of all Services become variables",
    why: "They tell whoever breaks in what else there is, and collide with the program's own variables.",
    fix: "Set enableServiceLinks to false and let the program ask DNS",
    practice: "least-privilege",
  },
  sysctl: {
    title: "A parameter of the kernel is set",
    why: "Parameters beside the safe ones reach other pods or the node.",
    fix: "Leave it out, or set it on nodes of a pool of their own",
    practice: NON_ROOT,
  },
  "token-automount": of(GuardrailRule.NO_TOKEN_AUTOMOUNT, "Pods get the token of their service account"),
  "token-secret": of(GuardrailRule.NO_TOKEN_SECRET, "A Secret with a token that never expires"),
  unreadable: {
    title: "This could not be hardened",
    why: "What is not read is not hardened, and nothing else would say so.",
    fix: "Write it as the practices say, and let the API server prove it: AdmissionGuardrails, and the restricted standard of the namespace",
    practice: NON_ROOT,
  },
  "volume-owner": {
    title: "A volume whose owner is not known",
    why: "Its files belong to the user that the image has; another one can't write to them, and databases refuse to start.",
    fix: "Name the user of the image: users: [{ objects, user }], or lowUser for one below 10000; or say runAsUser and fsGroup in the chart",
    practice: NON_ROOT,
    rule: GuardrailRule.NON_ROOT,
  },
  "volume-size": {
    title: "An empty directory without a size",
    why: "It can fill the disk of its node, and a limit of the container that is too low for it would evict the pod.",
    fix: "Set sizeLimit of the emptyDir to what the program needs",
    practice: "least-privilege",
  },
  "volume-type": {
    title: "A volume of a type that the restricted standard refuses",
    why: "Such a volume is mounted by the node with the node's rights, and whoever writes the chart chooses the server.",
    fix: "Use a persistentVolumeClaim, whose volume the platform's people make",
    practice: NON_ROOT,
  },
  "writable-root-filesystem": of(
    GuardrailRule.READ_ONLY_ROOT_FILESYSTEM,
    "The root filesystem may be written to",
    "Set readOnlyRootFilesystem to true, and name where the program writes: writablePaths of the hardening",
  ),
};
