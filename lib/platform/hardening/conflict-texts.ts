import { type HardeningConflict } from "./conflict";
import { GUARDRAILS, GuardrailRule } from "../../core/guardrail-catalogue";
import { type PracticeId } from "../../core/practices";

/** What people read of a conflict. */
export interface ConflictText {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly practice: PracticeId;
  /** The rule that finds the same at admission. */
  readonly rule?: GuardrailRule;
}

/** The text of a guardrail, with what differs here. */
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
