/** One thing by which a pod becomes weaker than the restricted standard lets it be. */
export interface Weakness {
  /** What the API server says of it, in words that it uses for nothing else. */
  readonly refusal: RegExp;
  /** Changes a copy of the pod. */
  readonly weaken: (pod: any) => void;
}

const program = (pod: any) => pod.spec.containers[0];
const before = (pod: any) => pod.spec.initContainers?.[0] ?? program(pod);
const context = (pod: any) => program(pod).securityContext;
const volume = (source: object) => (pod: any) => {
  pod.spec.volumes = [...(pod.spec.volumes ?? []), { name: "weak", ...source }];
};

/** Weaknesses by what they are; each must keep a pod out of a restricted namespace. */
export const WEAKNESSES: { readonly [what: string]: Weakness } = {
  "a privileged container": {
    refusal: /privileged \(container/,
    weaken: (pod) => Object.assign(context(pod), { privileged: true, allowPrivilegeEscalation: true }),
  },
  "privilege escalation": {
    refusal: /allowPrivilegeEscalation != false/,
    weaken: (pod) => (before(pod).securityContext.allowPrivilegeEscalation = true),
  },
  "escalation that is not forbidden": {
    refusal: /allowPrivilegeEscalation != false/,
    weaken: (pod) => delete context(pod).allowPrivilegeEscalation,
  },
  "a capability more": {
    refusal: /unrestricted capabilities/,
    weaken: (pod) => (context(pod).capabilities.add = ["SYS_ADMIN"]),
  },
  "capabilities that are kept": {
    refusal: /unrestricted capabilities/,
    weaken: (pod) => delete before(pod).securityContext.capabilities,
  },
  "the user root": {
    refusal: /runAsUser=0/,
    weaken: (pod) => (context(pod).runAsUser = 0),
  },
  "a user that may be root": {
    refusal: /runAsNonRoot != true/,
    weaken: (pod) => (before(pod).securityContext.runAsNonRoot = false),
  },
  "no system call filter": {
    refusal: /seccompProfile/,
    weaken: (pod) => (context(pod).seccompProfile = { type: "Unconfined" }),
  },
  "the network of the node": {
    refusal: /host namespaces/,
    weaken: (pod) => {
      pod.spec.hostNetwork = true;
      // Kubernetes itself accepts no sysctls of the network there.
      delete pod.spec.securityContext?.sysctls;
    },
  },
  "the processes of the node": {
    refusal: /host namespaces/,
    weaken: (pod) => (pod.spec.hostPID = true),
  },
  "a port of the node": {
    refusal: /hostPort/,
    weaken: (pod) => (program(pod).ports = [{ containerPort: 9999, hostPort: 9999 }]),
  },
  "a directory of the node": {
    refusal: /restricted volume type "hostPath"/,
    weaken: volume({ hostPath: { path: "/var/log" } }),
  },
  "a volume of a kind that is not named": {
    refusal: /restricted volume type "nfs"/,
    weaken: volume({ nfs: { server: "10.0.0.1", path: "/" } }),
  },
  "a kernel setting": {
    refusal: /forbidden sysctls/,
    weaken: (pod) => (pod.spec.securityContext.sysctls = [{ name: "kernel.msgmax", value: "1" }]),
  },
  "a label of SELinux": {
    refusal: /seLinuxOptions/,
    weaken: (pod) => (context(pod).seLinuxOptions = { type: "spc_t" }),
  },
};
