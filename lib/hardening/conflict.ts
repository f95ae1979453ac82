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
  /** A user or group ID is below 10000 and not root; an override sets that of the hardening. */
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

/** Whether an override can set a safe value. */
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

/** The texts of a guardrail, with another title and fix. */
function ofGuardrail(rule: GuardrailRule, title: string, fix: string = GUARDRAILS[rule].fix): ConflictText {
  const { why, practice } = GUARDRAILS[rule];
  return { title, why, fix, practice, rule };
}

const HOST = GuardrailRule.NO_HOST_ACCESS;
const NON_ROOT = "non-root";
const VAULT =
  "Store the value in OCI Vault, mount it as a file with the Secrets Store CSI driver or from a Secret of External Secrets, " +
  "and read the file in the program";

/** The texts of all conflicts. */
export const CONFLICTS: { readonly [conflict in HardeningConflict]: ConflictText } = {
  "added-capabilities": ofGuardrail(GuardrailRule.DROPPED_CAPABILITIES, "Container adds capabilities"),
  "apparmor-unconfined": {
    title: "AppArmor is disabled",
    why: "The profile of the runtime denies access to kernel files that no program needs.",
    fix: "Remove the profile, or set RuntimeDefault if the nodes have AppArmor",
    practice: NON_ROOT,
  },
  "cluster-admin": ofGuardrail(GuardrailRule.NO_CLUSTER_ADMIN, "Binding to cluster-admin"),
  "credential-literal": {
    title: "Credential in the manifest",
    why: "Everyone who can read the chart, the object or the environment of the program can use the credential until it expires.",
    fix: VAULT,
    practice: "credential-exposure",
  },
  everyone: ofGuardrail(GuardrailRule.NO_EVERYONE, "Role for everyone"),
  "external-ip": ofGuardrail(GuardrailRule.NO_EXTERNAL_IP, "Service with an external IP"),
  "file-mode": {
    title: "File that only its owner can read",
    why: "The files belong to root, so another user can't read them; with fsGroup they become readable for a group, which programs such as ssh reject.",
    fix: "Set runAsUser and fsGroup in the chart and make the file readable for the group (mode 0440), or override the conflict with a reason",
    practice: NON_ROOT,
  },
  "helm-hook": {
    title: "Helm hook",
    why: "Helm runs and deletes hooks at defined times; kubectl applies them like all other objects, including those for removal or tests.",
    fix: "Render the chart with --no-hooks, or override the conflict to leave the object out, or accept it if it may run at every apply",
    practice: "least-privilege",
  },
  "host-namespace": ofGuardrail(HOST, "Pods share a namespace of the node"),
  "host-path": ofGuardrail(HOST, "Volume is a directory of the node"),
  "host-port": ofGuardrail(HOST, "Container opens a port of the node"),
  "host-process": ofGuardrail(HOST, "Container is a process of the node"),
  "image-latest": ofGuardrail(GuardrailRule.IMAGE_DIGEST, "Image without a version"),
  "image-tag": ofGuardrail(GuardrailRule.IMAGE_DIGEST, "Image without a digest"),
  "implied-root": {
    title: "Container that seems to need root",
    why: "It sets no user and does something that only root may do; as another user without capabilities, it would fail at startup.",
    fix: "Replace the container by fsGroup, the image or the platform; or accept the conflict if it must be root, or override it",
    practice: NON_ROOT,
    rule: GuardrailRule.NON_ROOT,
  },
  "kept-capabilities": ofGuardrail(
    GuardrailRule.DROPPED_CAPABILITIES,
    "Root container keeps the default capabilities of the runtime",
    "Drop ALL and add the capabilities that the program needs, or override the conflict if it needs none: root then can't even chown",
  ),
  "load-balancer-rules": ofGuardrail(
    GuardrailRule.LOAD_BALANCER_RULES,
    "Load balancer whose rules are not in network security groups",
    'Create it with exposeViaLoadBalancer; or set the annotations oci.oraclecloud.com/security-rule-management-mode: "NSG" and ' +
      "oci.oraclecloud.com/oci-backend-network-security-group with the workers' group, whose rules otherwise deny the traffic",
  ),
  "load-balancer-sources": ofGuardrail(
    GuardrailRule.LOAD_BALANCER_SOURCES,
    "Load balancer without limited source ranges",
  ),
  "low-id": {
    title: "User or group ID below 10000",
    why: "A low ID may belong to an account of the node, whose files a container could access after an escape.",
    fix: "Use an ID of at least 10000 that can read the files of the image",
    practice: NON_ROOT,
  },
  "node-port": ofGuardrail(GuardrailRule.NO_NODE_PORT, "Service of type NodePort"),
  "privilege-escalation": ofGuardrail(
    GuardrailRule.NO_PRIVILEGE_ESCALATION,
    "Container can escalate its privileges",
  ),
  privileged: ofGuardrail(GuardrailRule.NO_PRIVILEGE_ESCALATION, "Container is privileged"),
  "privileged-port": {
    title: "Port below 1024 in a non-root container",
    why: "A non-root process can't bind the port and may crash at startup; programs that a shell or an init program starts lose the capability.",
    fix: "Listen on a port of at least 1024 and keep the Service's port, or override the conflict to set the safe sysctl net.ipv4.ip_unprivileged_port_start",
    practice: NON_ROOT,
  },
  "probe-host": {
    title: "Probe or hook that connects to another host",
    why: "The kubelet connects from the node, so the author of the chart can reach everything that the node reaches.",
    fix: "Remove the host, so that the kubelet connects to the pod; set a host name for HTTP in the header Host",
    practice: "network-layers",
  },
  "proc-mount": {
    title: "Container sees all of /proc",
    why: "By default, the runtime hides parts of /proc that expose or change the node.",
    fix: "Remove procMount",
    practice: NON_ROOT,
  },
  "root-user": ofGuardrail(GuardrailRule.NON_ROOT, "Container may run as root"),
  "seccomp-unconfined": {
    title: "Seccomp is disabled",
    why: "The profile of the runtime denies system calls that escapes use.",
    fix: "Set seccompProfile.type to RuntimeDefault, or to Localhost with your own profile",
    practice: NON_ROOT,
  },
  "secret-env": {
    title: "Secret in an environment variable",
    why: "Crash reports and child processes contain the environment, but not a mounted file.",
    fix: "Mount the Secret as a file, and read the file in the program",
    practice: "credential-exposure",
  },
  "selinux-options": {
    title: "Custom SELinux options",
    why: "Another SELinux user, role or type weakens the isolation of the container from the node.",
    fix: "Remove seLinuxOptions, or set only the type, to container_t, container_init_t, container_kvm_t or container_engine_t",
    practice: NON_ROOT,
  },
  "service-links": {
    title: "Addresses of all Services in environment variables",
    why: "They show an attacker the other Services, and collide with the program's own variables.",
    fix: "Set enableServiceLinks to false, and look up Services in DNS",
    practice: "least-privilege",
  },
  sysctl: {
    title: "Unsafe kernel parameter",
    why: "Unsafe parameters affect other pods or the node.",
    fix: "Remove the sysctl, or set it on the nodes of a separate pool",
    practice: NON_ROOT,
  },
  "token-automount": ofGuardrail(
    GuardrailRule.NO_TOKEN_AUTOMOUNT,
    "Pods mount the token of their service account",
  ),
  "token-secret": ofGuardrail(GuardrailRule.NO_TOKEN_SECRET, "Secret with a token that never expires"),
  unreadable: {
    title: "Object that can't be hardened",
    why: "An object that can't be read is not hardened, and nothing else reports it.",
    fix: "Follow the practices in the object, and enforce them with AdmissionGuardrails and the restricted standard of the namespace",
    practice: NON_ROOT,
  },
  "volume-owner": {
    title: "Volume with an unknown owner",
    why: "Its files belong to the user of the image; another user can't write to them, and databases fail to start.",
    fix: "Set the user of the image: users: [{ objects, user }], or lowUser for an ID below 10000; or set runAsUser and fsGroup in the chart",
    practice: NON_ROOT,
    rule: GuardrailRule.NON_ROOT,
  },
  "volume-size": {
    title: "emptyDir without a size limit",
    why: "It can fill the disk of its node, and a container limit below its size would evict the pod.",
    fix: "Set sizeLimit of the emptyDir, for example 256Mi",
    practice: "least-privilege",
  },
  "volume-type": {
    title: "Volume type that the restricted standard rejects",
    why: "The node mounts the volume with its own permissions, from a server that the author of the chart chooses.",
    fix: "Use a persistentVolumeClaim, whose volume the platform team creates",
    practice: NON_ROOT,
  },
  "writable-root-filesystem": ofGuardrail(
    GuardrailRule.READ_ONLY_ROOT_FILESYSTEM,
    "Writable root filesystem",
    "Set readOnlyRootFilesystem to true, and list the directories that the program writes to in writablePaths of the hardening",
  ),
};
