import { type IConstruct } from "constructs";
import { Acknowledgements, type PracticeId } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { kindOf, refuseKind } from "../../core/value-readers";
import { volumeName } from "../pods/private/volume-name";
import { checkMountPath, isWithin, mountPathOf } from "../pods/writable-path";

// Neither these, nor what is in them, nor a directory that they are in: who reads them has the node or what runs on it.
const NEVER = [
  "/boot",
  "/dev",
  "/etc/NetworkManager",
  "/etc/cni",
  "/etc/containerd",
  "/etc/containers",
  "/etc/crio",
  "/etc/docker",
  "/etc/gshadow",
  "/etc/krb5.keytab",
  "/etc/kubernetes",
  "/etc/oci",
  "/etc/pki",
  "/etc/shadow",
  "/etc/ssh",
  "/etc/ssl",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/home",
  "/opt/cni",
  "/proc",
  "/root",
  "/run",
  "/var/lib/NetworkManager",
  "/var/lib/cloud",
  "/var/lib/cni",
  "/var/lib/containerd",
  "/var/lib/containers",
  "/var/lib/crio",
  "/var/lib/docker",
  "/var/lib/etcd",
  "/var/lib/kubelet",
  "/var/lib/oracle-cloud-agent",
  "/var/spool/cron",
];
const FIX =
  "Name the one directory that the program reads, for example /var/log; there is no way to the rest of a node";

/** A path as the node has it: /var/run leads to /run everywhere. */
const resolved = (path: string) => path.replace(/^\/var\/run(?=\/|$)/, "/run");

/** Adds a problem for a path of the node that no pod may see. */
function checkHostPath(problems: Problems, path: string): void {
  if (typeof path !== "string") {
    refuseKind(problems, "The path", path, 'a text, for example "/var/log"');
    return;
  }
  const add = (what: string) => {
    problems.add("PATH_INVALID", `${shown(path)} ${what}`, FIX);
  };
  const isSimple = /^(?:\/(?!\.{1,2}(?:\/|$))[^/:\p{Cc}]+)+$/u.test(path) && path.length <= 1000;
  if (path !== "/" && !isSimple) return add("is not an absolute path in its simplest form");
  const own = resolved(path);
  const never = NEVER.find((one) => isWithin(own, one) || isWithin(one, own));
  if (never !== undefined) return add(`${isWithin(own, never) ? "lies in" : "holds"} ${never} of the node`);
  // A read-only mount keeps nobody from talking to what listens there.
  if (path.endsWith(".sock")) add("is a socket");
}

const KUBELET = [10248, 10249, 10250, 10255, 10256];

/** Adds a problem for each port of the node that no pod may listen on. */
function checkHostPorts(problems: Problems, ports: unknown): void {
  if (ports === undefined) return;
  if (!Array.isArray(ports)) {
    problems.add("VALUE_INVALID", `ports is ${kindOf(ports)}`, "Write a list of numbers, for example [9100]");
    return;
  }
  const all = ports as unknown[];
  for (const port of new Set(all)) {
    const add = (code: "NODE_PORT_INVALID" | "PORT_INVALID" | "PORT_PRIVILEGED", what: string) => {
      problems.add(
        code,
        `ports has ${shown(port)}, ${what}`,
        "Give a port from 1024 to 29999, for example 9100",
      );
    };
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535)
      add("PORT_INVALID", "which is none");
    else if (port < 1024) add("PORT_PRIVILEGED", "a port of the node's system");
    else if (port >= 30_000 && port <= 32_767) add("NODE_PORT_INVALID", "a port of Services");
    else if (KUBELET.includes(port)) add("PORT_INVALID", "a port of Kubernetes itself");
  }
  if (new Set(all).size < all.length)
    problems.add("NAME_DUPLICATE", "ports names one twice", "Name each port once");
}

/** Which ports of its node a daemon set listens on, and why. */
export interface HostNetworkChoice extends ReasonedChoice {
  /**
   * All ports that its containers listen on, 1024 to 65535 but for those of the kubelet and node ports.
   *
   * Who reaches the node in its network security groups reaches them; no NetworkPolicy holds there.
   *
   * @default - none
   */
  readonly ports?: number[];
}

/** Where a directory of the node is mounted, and why. */
export interface HostPathChoice extends ReasonedChoice {
  /**
   * Where the program finds it: an absolute path outside of the system directories of its image.
   *
   * Symbolic links keep their targets: those in `/var/log/containers` lead to `/var/log/pods`, and lead nowhere where `/var/log` is
   * mounted elsewhere.
   *
   * @default - the path that it has on the node; `/host` before it where an image has a system directory of that name, such as `/sys`
   */
  readonly mountPath?: string;
}

/** What a HostAccess asks for; its other members are for the library. */
interface Asked {
  readonly path?: string;
  readonly mountPath?: string;
  readonly ports?: readonly number[];
}

/**
 * One thing that the pods of a daemon set reach of their node, with the reason for it.
 *
 * There is no privileged container, no path that can be written to, no process of the node and no socket of the container
 * runtime: each of them is the node itself. Each access is kept as an acknowledgement.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
 */
@checked
export class HostAccess {
  /**
   * The program reads a directory of the node, with all that is mounted in it, at the same path as on the node or at `mountPath`.
   *
   * Refused are the root, what belongs to Kubernetes and the container runtime, users' homes, devices, processes and sockets.
   * Files that only root may read need `rootUser` too.
   *
   * @param path an absolute path, which must be there: pods wait for it
   * @throws REASON_MISSING, PATH_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   * @see https://kubernetes.io/docs/concepts/storage/volumes/#recursive-read-only-mounts
   */
  public static readOnlyPath(path: string, choice: HostPathChoice): HostAccess {
    const problems = new Problems("HostAccess.readOnlyPath");
    checkReason(problems, "A path of the node", choice?.reason);
    checkHostPath(problems, path);
    if (choice?.mountPath !== undefined) checkMountPath(problems, choice.mountPath);
    problems.throwIfAny();
    return new HostAccess("path", choice.reason, { path, mountPath: choice.mountPath ?? mountPathOf(path) });
  }

  /**
   * The pods have the addresses and ports of their node instead of their own.
   *
   * NetworkPolicies don't hold for such pods: they reach what the node reaches, its instance metadata too.
   *
   * @throws REASON_MISSING, PORT_INVALID, PORT_PRIVILEGED, NODE_PORT_INVALID, NAME_DUPLICATE, VALUE_INVALID
   * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
   */
  public static network(choice: HostNetworkChoice): HostAccess {
    const problems = new Problems("HostAccess.network");
    checkReason(problems, "The network of the node", choice?.reason);
    checkHostPorts(problems, choice?.ports);
    problems.throwIfAny();
    return new HostAccess("network", choice.reason, { ports: [...(choice.ports ?? [])] });
  }

  /**
   * The program runs as root, without any capability, to read files of the node that belong to root alone, such as logs.
   *
   * It needs a `readOnlyPath`; the other containers stay without root.
   *
   * @throws REASON_MISSING
   */
  public static rootUser(choice: ReasonedChoice): HostAccess {
    const problems = new Problems("HostAccess.rootUser");
    checkReason(problems, "Root for files of the node", choice?.reason);
    problems.throwIfAny();
    return new HostAccess("root", choice.reason, {});
  }

  /**
   * A folder that no daemon set of a program may read, for a construct of this library that knows what it reads there.
   *
   * @internal
   */
  public static _ofNode(path: string, reason: string): HostAccess {
    return new HostAccess("path", reason, { path, mountPath: path });
  }

  /**
   * The processes of the node, which a construct of this library reads the arguments of.
   *
   * @internal
   */
  public static _processes(reason: string): HostAccess {
    return new HostAccess("processes", reason, {});
  }

  private constructor(
    /** What is reached: `path`, `network`, `root` or `processes`. */
    public readonly hostAccessKind: string,
    /** Why. */
    public readonly reason: string,
    private readonly asked: Asked,
  ) {}

  /** @internal */
  public get _path(): string {
    return this.asked.path ?? "";
  }

  /** @internal */
  public get _mountPath(): string {
    return this.asked.mountPath ?? "";
  }

  /** @internal */
  public get _ports(): readonly number[] {
    return this.asked.ports ?? [];
  }

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    const [practice, what] = this.effect();
    Acknowledgements._record(scope, practice, what, this.reason);
  }

  private effect(): [practice: PracticeId, what: string] {
    switch (this.hostAccessKind) {
      case "network":
        return ["network-layers", `network of the node, ports ${this._ports.join(", ") || "none"}`];
      case "processes":
        return ["non-root", "processes of the node"];
      case "root":
        return ["non-root", "user root"];
      default:
        return ["non-root", `path ${this._path} of the node, read-only`];
    }
  }
}

interface Container {
  readonly ports?: readonly { readonly containerPort: number }[];
  readonly securityContext: object;
  readonly volumeMounts?: readonly object[];
}

interface Template {
  readonly metadata: object;
  readonly spec: {
    readonly securityContext: object;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly object[];
    readonly [field: string]: unknown;
  };
}

const portsOf = ({ ports = [] }: Container) => ports.map(({ containerPort }) => containerPort);
const byPath = (a: HostAccess, b: HostAccess) => (a._path < b._path ? -1 : 1);

/** The template of pods that reach something of their node; the very same one where they reach nothing. */
export function withHostAccess(template: object, hostAccess: readonly HostAccess[] = []): object {
  if (hostAccess.length === 0) return template;
  const { metadata, spec } = template as Template;
  const paths = hostAccess.filter((one) => one.hostAccessKind === "path").sort(byPath);
  const network = hostAccess.find((one) => one.hostAccessKind === "network");
  const isRoot = hostAccess.some((one) => one.hostAccessKind === "root");
  const [program, ...others] = spec.containers;
  const taken = [...spec.containers, ...(spec.initContainers ?? [])].flatMap(portsOf);
  const free = network?._ports.filter((port) => !taken.includes(port)) ?? [];
  const volumes = paths.map((one) => ({
    name: volumeName("host", one._path),
    hostPath: { path: one._path, type: "Directory" },
  }));
  return {
    metadata,
    spec: {
      ...spec,
      // The pods go on asking the cluster's DNS: with the node's network they would ask the node's.
      ...(network ? { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } : {}),
      ...(network ? { securityContext: withoutSysctls(spec.securityContext) } : {}),
      ...(hostAccess.some((one) => one.hostAccessKind === "processes") ? { hostPID: true } : {}),
      containers: program ? [withAccess(program, paths, network && free, isRoot), ...others] : others,
      ...(volumes.length > 0 ? { volumes: [...(spec.volumes ?? []), ...volumes] } : {}),
    },
  };
}

/** Kubernetes refuses sysctls of the network where the network is the node's. */
function withoutSysctls(context: object): object {
  return Object.fromEntries(Object.entries(context).filter(([key]) => key !== "sysctls"));
}

function withAccess(
  program: Container,
  paths: readonly HostAccess[],
  further: readonly number[] | undefined,
  isRoot: boolean,
): Container {
  const ports = [
    ...(program.ports ?? []),
    ...(further ?? []).map((containerPort) => ({ containerPort, protocol: "TCP" })),
  ].map((port) => (further ? { ...port, hostPort: port.containerPort } : port));
  const mounts = paths.map((one) => ({
    name: volumeName("host", one._path),
    mountPath: one._mountPath,
    readOnly: true,
    // Else what is mounted inside of it on the node could be written to.
    recursiveReadOnly: "IfPossible",
  }));
  return {
    ...program,
    ...(ports.length > 0 ? { ports } : {}),
    ...(mounts.length > 0 ? { volumeMounts: [...(program.volumeMounts ?? []), ...mounts] } : {}),
    securityContext: {
      ...program.securityContext,
      ...(isRoot ? { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 } : {}),
    },
  };
}
