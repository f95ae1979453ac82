import { type IConstruct } from "constructs";
import { Acknowledgements, type PracticeId } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import {
  any,
  checkedBy,
  listOf,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  reasonFor,
  type Resolved,
  text,
  withDefault,
} from "../../core/readers";
import { readReason, type ReasonedChoice } from "../../core/reason";
import { checkUnique } from "../../core/value-readers";
import { Problems } from "../../core/validation-error";
import { isWithin, mountPath, mountPathOf } from "../pods/writable-path";

// Neither these paths, nor their children, nor their parents: reading them gives control of the node or its
// workloads.
const FORBIDDEN_PATHS = [
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
const FIX = "Give the one directory that the program reads, for example /var/log";

/** Resolves a path as on the node, where /var/run is always a link to /run. */
const resolved = (path: string) => path.replace(/^\/var\/run(?=\/|$)/, "/run");

/** Reads a path of the node that pods may read. */
const HOST_PATH = checkedBy(text('a text, for example "/var/log"'), (problems, name, path) => {
  const add = (what: string) => {
    problems.add("PATH_INVALID", `${name} is ${shown(path)}, which ${what}`, FIX);
  };
  const isSimple = /^(?:\/(?!\.{1,2}(?:\/|$))[^/:\p{Cc}]+)+$/u.test(path) && path.length <= 1000;
  if (path !== "/" && !isSimple) return add("is not an absolute path in its simplest form");
  const target = resolved(path);
  const forbidden = FORBIDDEN_PATHS.find((each) => isWithin(target, each) || isWithin(each, target));
  if (forbidden !== undefined) {
    return add(
      `${isWithin(target, forbidden) ? "is in" : "contains"} ${forbidden}, which gives control of the node`,
    );
  }
  // A read-only mount does not prevent connections to the socket.
  if (path.endsWith(".sock")) add("is a socket");
});

const KUBERNETES_PORTS = [10248, 10249, 10250, 10255, 10256];

/** Reads the ports that pods may listen on in the node's network. */
const HOST_PORTS: Reader<number[]> = checkedBy(
  listOf(any<number>(), "a list of numbers, for example [9100]"),
  (problems, name, ports) => {
    for (const port of new Set(ports)) {
      const add = (code: "NODE_PORT_INVALID" | "PORT_INVALID" | "PORT_PRIVILEGED", what: string) => {
        problems.add(
          code,
          `${name} contains ${shown(port)}, ${what}`,
          "Give ports from 1024 to 29999, for example [9100]",
        );
      };
      if (!Number.isInteger(port) || port < 1 || port > 65535)
        add("PORT_INVALID", "which is not a port number");
      else if (port < 1024) add("PORT_PRIVILEGED", "a port of the node's operating system");
      else if (port >= 30_000 && port <= 32_767) add("NODE_PORT_INVALID", "a node port of Services");
      else if (KUBERNETES_PORTS.includes(port)) add("PORT_INVALID", "a port of Kubernetes");
    }
    checkUnique(problems, name, ports);
  },
);

/** Options of `HostAccess.network`: the ports, and the reason. */
export interface HostNetworkChoice extends ReasonedChoice {
  /**
   * All ports that the containers listen on, 1024 to 65535 except for the kubelet's ports and the node port
   * range.
   *
   * They are reachable from wherever the node's network security groups allow; NetworkPolicies do not apply.
   *
   * @default - none
   */
  readonly ports?: number[];
}

/** Options of `HostAccess.readOnlyPath`: the mount path, and the reason. */
export interface HostPathChoice extends ReasonedChoice {
  /**
   * The absolute mount path, outside the system directories of the image.
   *
   * Symbolic links keep their targets: those in `/var/log/containers` point to `/var/log/pods` and break if
   * `/var/log` is mounted elsewhere.
   *
   * @default - the path on the node; prefixed with `/host` for the name of a system directory of the image,
   * such as `/sys`
   */
  readonly mountPath?: string;
}

const HOST_PATH_CHOICE = {
  mountPath: optional(mountPath()),
  reason: reasonFor("Access to a path of the node"),
} satisfies PropsSchema<HostPathChoice>;

const HOST_NETWORK_CHOICE = {
  ports: withDefault(HOST_PORTS, []),
  reason: reasonFor("Access to the network of the node"),
} satisfies PropsSchema<HostNetworkChoice>;

/** The details of a host access. */
interface HostAccessDetails {
  readonly path?: string;
  readonly mountPath?: string;
  readonly ports?: readonly number[];
}

/**
 * Access of the pods of a daemon set to one resource of their node, with its reason.
 *
 * There is no privileged container, writable path, host process namespace or socket of the container runtime:
 * each of them amounts to control of the node. Each access is recorded as an acknowledgement.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
 */
@checked
export class HostAccess {
  /**
   * Mounts a directory of the node read-only, with everything mounted below it, at the same path as on the
   * node or at `mountPath`.
   *
   * The root, the directories of Kubernetes and the container runtime, home directories, devices, processes
   * and sockets are refused. Files that only root can read also need `rootUser`.
   *
   * @param path an absolute path that exists on the node: pods wait for it
   * @see https://kubernetes.io/docs/concepts/storage/volumes/#recursive-read-only-mounts
   */
  public static readOnlyPath(path: string, choice: HostPathChoice): HostAccess {
    const problems = new Problems("HostAccess.readOnlyPath");
    HOST_PATH(problems, "path", path);
    const { mountPath, reason } = problems.resolved<Resolved<typeof HOST_PATH_CHOICE>>(
      readProps(problems, choice, HOST_PATH_CHOICE),
    );
    return new HostAccess("path", reason, { path, mountPath: mountPath ?? mountPathOf(path) });
  }

  /**
   * Runs the pods in the network namespace of their node.
   *
   * NetworkPolicies do not apply to such pods: they reach everything that the node reaches, including its
   * instance metadata.
   *
   * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
   */
  public static network(choice: HostNetworkChoice): HostAccess {
    const problems = new Problems("HostAccess.network");
    const { ports, reason } = problems.resolved<Resolved<typeof HOST_NETWORK_CHOICE>>(
      readProps(problems, choice, HOST_NETWORK_CHOICE),
    );
    return new HostAccess("network", reason, { ports });
  }

  /**
   * Runs the program as root, without any capability, to read files of the node that only root can read, such
   * as logs.
   *
   * This needs a `readOnlyPath`; the other containers still run without root.
   */
  public static rootUser(choice: ReasonedChoice): HostAccess {
    const problems = new Problems("HostAccess.rootUser");
    const reason = readReason(problems, "A program with the user root", choice);
    problems.throwIfAny();
    return new HostAccess("root", reason, {});
  }

  /**
   * A directory that user-defined daemon sets may not read, for a construct of this library.
   *
   * @internal
   */
  public static _ofNode(path: string, reason: string): HostAccess {
    return new HostAccess("path", reason, { path, mountPath: path });
  }

  /**
   * The process namespace of the node, for a construct of this library that reads the arguments of processes.
   *
   * @internal
   */
  public static _processes(reason: string): HostAccess {
    return new HostAccess("processes", reason, {});
  }

  private constructor(
    /** The kind of access: `path`, `network`, `root` or `processes`. */
    public readonly hostAccessKind: string,
    /** The reason for the access. */
    public readonly reason: string,
    private readonly details: HostAccessDetails,
  ) {}

  /** @internal */
  public get _path(): string {
    return this.details.path ?? "";
  }

  /** @internal */
  public get _mountPath(): string {
    return this.details.mountPath ?? "";
  }

  /** @internal */
  public get _ports(): readonly number[] {
    return this.details.ports ?? [];
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
