import { type IConstruct } from "constructs";
import { checkHostPath, checkHostPorts } from "./host-access-checks";
import { checkMountPath, mountPathOf } from "./mount-path";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { type PracticeId } from "../core/practices";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

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

  private constructor(
    /** What is reached: `path`, `network` or `root`. */
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
    const [practice, what]: [PracticeId, string] =
      this.hostAccessKind === "network"
        ? ["network-layers", `network of the node, ports ${this._ports.join(", ") || "none"}`]
        : [
            "non-root",
            this.hostAccessKind === "root" ? "user root" : `path ${this._path} of the node, read-only`,
          ];
    Acknowledgements._record(scope, practice, what, this.reason);
  }
}
