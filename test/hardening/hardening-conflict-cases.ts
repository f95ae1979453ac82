import { type HardeningConflict } from "../../lib/hardening/conflict";

/** A conflict as a workload has it. */
export interface ConflictCase {
  readonly spec?: object;
  readonly container?: object;
  /** The field, below the pod's spec. */
  readonly field: string;
  /** What stands there; undefined where it is not told. */
  readonly value: unknown;
  /** Conflicts that are found beside it. */
  readonly also?: readonly string[];
  /** What an override makes of it; undefined where it is taken away. */
  readonly after?: unknown;
}

const inContext = (
  securityContext: object,
  field: string,
  value: unknown,
  after?: unknown,
): ConflictCase => ({
  container: { securityContext },
  field: `containers[web].securityContext.${field}`,
  value,
  after,
});
const inPod = (securityContext: object, field: string, value: unknown, after?: unknown): ConflictCase => ({
  spec: { securityContext },
  field: `securityContext.${field}`,
  value,
  after,
});
const ofContainer = (container: object, field: string, value: unknown, after?: unknown): ConflictCase => ({
  container,
  field: `containers[web].${field}`,
  value,
  after,
});
const ofPod = (spec: object, field: string, value: unknown, after?: unknown): ConflictCase => ({
  spec,
  field,
  value,
  after,
});
const volume = (source: object, value: unknown, after?: unknown, below = ""): ConflictCase =>
  ofPod({ volumes: [{ name: "data", ...source }] }, `volumes[data]${below}`, value, after);
const SERVER_TOKEN = { serviceAccountToken: { path: "token" } };
const OTHERS_TOKEN = { serviceAccountToken: { audience: "vault", path: "vault" } };
const probe = (host: string) => ({ livenessProbe: { httpGet: { host, port: 8080 } } });
const SYSCTL = { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] };
const DROPPED = { securityContext: { capabilities: { drop: ["ALL"] } } };
/** A container that keeps the user of its image; an override sets that of the hardening. */
const keepsUser = (container: object, spec: object = {}): ConflictCase => ({
  ...ofContainer(container, "securityContext.runAsUser", undefined, 65532),
  spec,
});
const mounting = (source: object, mount: object = {}) =>
  keepsUser(
    { volumeMounts: [{ name: "data", mountPath: "/data", ...mount }] },
    { volumes: [{ name: "data", ...source }] },
  );
const script = (text: string) => keepsUser({ command: ["sh", "-c", text] });
const unconfined = { type: "Unconfined" };

/** What is found, by the conflict that it is. */
export const CONFLICT_CASES: { readonly [conflict: string]: { readonly [what: string]: ConflictCase } } = {
  "added-capabilities": {
    "of a container": inContext({ capabilities: { add: ["NET_ADMIN"] } }, "capabilities.add", ["NET_ADMIN"]),
    "all of them": inContext({ capabilities: { add: ["ALL"] } }, "capabilities.add", ["ALL"]),
  },
  "apparmor-unconfined": {
    "of a pod": inPod({ appArmorProfile: unconfined }, "appArmorProfile", unconfined),
    "of a container": inContext({ appArmorProfile: unconfined }, "appArmorProfile", unconfined),
  },
  "credential-literal": {
    "in a variable": ofContainer(
      { env: [{ name: "PASSWORD", value: "hunter22" }] },
      "env[PASSWORD]",
      undefined,
    ),
    "in an argument": ofContainer({ args: ["--password=hunter22"] }, "args", undefined),
  },
  "file-mode": {
    "of a Secret": mounting({ secret: { secretName: "key", defaultMode: 0o400 } }),
    "of a file of a ConfigMap": mounting({
      configMap: { name: "c", items: [{ key: "a", path: "a", mode: 0o700 }] },
    }),
    "of a projected file": mounting({
      projected: { sources: [{ secret: { name: "key", items: [{ key: "a", path: "a", mode: 0o600 }] } }] },
    }),
  },
  "host-namespace": Object.fromEntries(
    ["hostNetwork", "hostPID", "hostIPC"].map((key) => [key, ofPod({ [key]: true }, key, true, false)]),
  ),
  "host-path": {
    "a directory": volume(
      { hostPath: { path: "/var/log" } },
      { hostPath: { path: "/var/log" } },
      { emptyDir: { sizeLimit: "64Mi" } },
    ),
  },
  "host-port": {
    "of a container": ofContainer(
      { ports: [{ name: "http", containerPort: 8080, hostPort: 8080 }] },
      "ports[http].hostPort",
      8080,
    ),
  },
  "host-process": {
    "of a container": inContext({ windowsOptions: { hostProcess: true } }, "windowsOptions", {
      hostProcess: true,
    }),
  },
  "image-latest": {
    "the tag latest": ofContainer({ image: "redis:latest" }, "image", "redis:latest"),
    "no tag": ofContainer({ image: "registry.example:5000/redis" }, "image", "registry.example:5000/redis"),
  },
  "image-tag": {
    "a tag": ofContainer({ image: "redis:7.4" }, "image", "redis:7.4"),
    "an invalid digest": ofContainer({ image: "redis:7.4@sha256:12" }, "image", "redis:7.4@sha256:12"),
    "of a volume": ofPod(
      { volumes: [{ name: "data", image: { reference: "data:1" } }] },
      "volumes[data].image.reference",
      "data:1",
    ),
  },
  "implied-root": {
    chown: script("chown -R 1001:1001 /data && chmod 0700 /data"),
    "chown as the program": keepsUser({ command: ["/bin/chown", "1001", "/data"] }),
    "install with an owner": script("install -d -o 999 -g 999 /data/db"),
    sysctl: keepsUser({ command: ["sysctl", "-w", "vm.max_map_count=262144"] }),
    iptables: script("set -e; iptables -t nat -A OUTPUT -p tcp -j REDIRECT"),
    "a parameter of the kernel": script("echo never > /sys/kernel/mm/transparent_hugepage/enabled"),
    packages: script("apk add --no-cache curl && exec web"),
    "another user": script("exec gosu redis redis-server"),
    "a directory of root": mounting({ emptyDir: { sizeLimit: "1Gi" } }, { mountPath: "/root/.cache" }),
    "a disk": keepsUser(
      { volumeDevices: [{ name: "data", devicePath: "/dev/xvda" }] },
      { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
    ),
  },
  "kept-capabilities": {
    "of root": {
      ...inContext({ runAsUser: 0 }, "capabilities.drop", undefined, ["ALL"]),
      also: ["root-user"],
    },
    "of root that drops some": {
      ...inContext(
        { runAsUser: 0, capabilities: { drop: ["NET_RAW"] } },
        "capabilities.drop",
        ["NET_RAW"],
        ["NET_RAW", "ALL"],
      ),
      also: ["root-user"],
    },
  },
  "low-id": {
    "a user": inPod({ runAsUser: 999 }, "runAsUser", 999, 65532),
    "the group of root": inContext({ runAsGroup: 0 }, "runAsGroup", 0, 65532),
    "the group of files": inPod({ fsGroup: 2000 }, "fsGroup", 2000, 65532),
    "further groups": inPod(
      { supplementalGroups: [0, 20000] },
      "supplementalGroups",
      [0, 20000],
      [65532, 20000],
    ),
  },
  "privilege-escalation": {
    "of a container": inContext({ allowPrivilegeEscalation: true }, "allowPrivilegeEscalation", true, false),
  },
  privileged: { "a container": inContext({ privileged: true }, "privileged", true, false) },
  "privileged-port": {
    "of a container": ofContainer(
      { ports: [{ name: "http", containerPort: 80 }] },
      "ports[http].containerPort",
      80,
      SYSCTL,
    ),
    "of an argument": ofContainer({ args: ["--http-port=80"] }, "args", 80, SYSCTL),
    "of an address": ofContainer({ args: ["--listen-address", "0.0.0.0:443"] }, "args", 443, SYSCTL),
    "of a probe": ofContainer(
      { readinessProbe: { httpGet: { port: 80 } } },
      "readinessProbe.httpGet.port",
      80,
      SYSCTL,
    ),
    "of a variable": ofContainer({ env: [{ name: "PORT", value: "80" }] }, "env[PORT]", 80, SYSCTL),
  },
  "probe-host": {
    "of a probe": ofContainer(probe("node.example"), "livenessProbe.httpGet.host", "node.example"),
    "of a hook": ofContainer(
      { lifecycle: { preStop: { tcpSocket: { host: "a.example", port: 1 } } } },
      "lifecycle.preStop.tcpSocket.host",
      "a.example",
    ),
  },
  "proc-mount": {
    "of a container": {
      ...inContext({ procMount: "Unmasked" }, "procMount", "Unmasked"),
      // Else Kubernetes refuses it, whatever the standard is.
      spec: { hostUsers: false },
    },
  },
  "root-user": {
    "of a pod": { ...inPod({ runAsUser: 0 }, "runAsUser", 0, 65532), container: DROPPED },
    "of a container": inContext({ runAsUser: 0, ...DROPPED.securityContext }, "runAsUser", 0, 65532),
    "allowed for a pod": {
      ...inPod({ runAsNonRoot: false }, "runAsNonRoot", false, true),
      container: DROPPED,
    },
    "allowed for a container": inContext(
      { runAsNonRoot: false, ...DROPPED.securityContext },
      "runAsNonRoot",
      false,
      true,
    ),
  },
  "seccomp-unconfined": {
    "of a pod": inPod({ seccompProfile: unconfined }, "seccompProfile.type", "Unconfined", "RuntimeDefault"),
    "of a container": inContext(
      { seccompProfile: unconfined },
      "seccompProfile.type",
      "Unconfined",
      "RuntimeDefault",
    ),
  },
  "secret-env": {
    "a key": ofContainer(
      { env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] },
      "env[KEY]",
      "password of db",
    ),
    "all keys": ofContainer({ envFrom: [{ secretRef: { name: "db" } }] }, "envFrom[db]", "all of db"),
  },
  "selinux-options": {
    "a type": inPod({ seLinuxOptions: { type: "spc_t" } }, "seLinuxOptions", { type: "spc_t" }),
    "a user": inContext({ seLinuxOptions: { user: "root" } }, "seLinuxOptions", { user: "root" }),
  },
  "service-links": { "of a pod": ofPod({ enableServiceLinks: true }, "enableServiceLinks", true, false) },
  sysctl: {
    "of a pod": inPod({ sysctls: [{ name: "kernel.msgmax", value: "1" }] }, "sysctls[kernel.msgmax]", "1"),
  },
  "token-automount": {
    "of a pod": ofPod({ automountServiceAccountToken: true }, "automountServiceAccountToken", true, false),
    "of a volume, without an audience": volume(
      { projected: { sources: [OTHERS_TOKEN, SERVER_TOKEN] } },
      [OTHERS_TOKEN, SERVER_TOKEN],
      [OTHERS_TOKEN],
      ".projected.sources",
    ),
  },
  unreadable: {
    Windows: ofPod({ os: { name: "windows" } }, "os.name", "windows"),
    "a boolean as a text": inContext({ privileged: "true" }, "privileged", "true"),
    "a number as a text": inPod({ runAsUser: "0" }, "runAsUser", "0"),
    "groups as texts": inPod({ supplementalGroups: ["0"] }, "supplementalGroups", ["0"]),
    "a namespace of the node as a text": ofPod({ hostPID: "true" }, "hostPID", "true"),
    "a number as an argument": ofContainer({ args: ["--publish", 1342] }, "args[1]", 1342),
    "a number as a variable": ofContainer({ env: [{ name: "AT", value: 45045 }] }, "env[AT]", 45045),
    "a boolean as a selector of nodes": ofPod({ nodeSelector: { fast: true } }, "nodeSelector.fast", true),
    "ports as an object": ofContainer({ ports: { hostPort: 80 } }, "ports", { hostPort: 80 }),
    "init containers as an object": ofPod({ initContainers: { name: "a" } }, "initContainers", { name: "a" }),
  },
  "volume-owner": {
    "of a claim": mounting({ persistentVolumeClaim: { claimName: "data" } }),
    "of a claim that is only read": mounting(
      { persistentVolumeClaim: { claimName: "data" } },
      { readOnly: true },
    ),
  },
  "volume-size": {
    "of a disk": ofPod(
      { volumes: [{ name: "data", emptyDir: {} }] },
      "volumes[data].emptyDir.sizeLimit",
      undefined,
      "256Mi",
    ),
    "of memory": ofPod(
      { volumes: [{ name: "data", emptyDir: { medium: "Memory" } }] },
      "volumes[data].emptyDir.sizeLimit",
      undefined,
      "256Mi",
    ),
  },
  "volume-type": { NFS: volume({ nfs: { server: "nfs.example", path: "/" } }, "nfs") },
  "writable-root-filesystem": {
    "of a container": inContext({ readOnlyRootFilesystem: false }, "readOnlyRootFilesystem", false, true),
  },
};
/** All of them, each with the name of its conflict. */
export const ALL_CASES = Object.entries(CONFLICT_CASES).flatMap(([conflict, cases]) =>
  Object.entries(cases).map(([what, entry]) => ({ conflict: conflict as HardeningConflict, what, ...entry })),
);
