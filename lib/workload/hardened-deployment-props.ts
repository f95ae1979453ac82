import { type AddedCapability } from "./added-capability";
import { type AppProtocol } from "./app-protocol";
import { type ContainerProps, type InitContainer, type Sidecar } from "./container-props";
import { type Probe } from "./probe";
import { type WritablePath } from "./writable-path";

/** What a hardened deployment runs. */
export interface HardenedDeploymentProps extends ContainerProps {
  /**
   * The TCP port that the program listens on, 1024 to 65535; with an added capability 1 to 65535.
   *
   * @default - none; the workload has no probes then unless it is given some
   */
  readonly port?: number;
  /**
   * What the program speaks on its port, without TLS where a load balancer ends it.
   *
   * @default AppProtocol.HTTP
   */
  readonly protocol?: AppProtocol;
  /**
   * How many pods run, 2 or more.
   *
   * @default 2
   */
  readonly replicas?: number;
  /**
   * Containers that run one after the other, in this order, before the sidecars and the program start.
   *
   * @default - none
   */
  readonly initContainers?: InitContainer[];
  /**
   * Containers that run beside the program, started in this order before it.
   *
   * @default - none
   */
  readonly sidecars?: Sidecar[];
  /**
   * Directories that all containers of a pod share, each at the same path in every one.
   *
   * Such as one that an init container fills and the program reads.
   *
   * @default - none
   */
  readonly sharedPaths?: WritablePath[];
  /**
   * When a pod gets traffic.
   *
   * @default - with a port, an HTTP GET of / on it; for another protocol than HTTP, a TCP connection
   */
  readonly readiness?: Probe;
  /**
   * When a pod is restarted.
   *
   * Must differ from the readiness probe, so that a program that only waits for another one is not restarted.
   *
   * @default - with a port, a TCP connection to it every 15 seconds, of which four must fail in a row
   */
  readonly liveness?: Probe;
  /**
   * When the other probes begin, for a program that starts slowly.
   *
   * @default - at once
   */
  readonly startup?: Probe;
  /**
   * The id of the user and group that all containers run as, 10000 or more.
   *
   * @default 65532
   */
  readonly user?: number;
  /** The capability that the program keeps. @default - none */
  readonly addedCapability?: AddedCapability;
  /**
   * Seconds for which a pod that is to end goes on serving, so that no new connection is on its way to it when it ends.
   *
   * 0 or more; they count towards the grace period and must be fewer than it has.
   *
   * @default - with a port, 5 or half of the grace period, whichever is less; otherwise 0
   */
  readonly stopDelaySeconds?: number;
  /**
   * Seconds between the request to end and the end by force, 0 or more.
   *
   * @default 30
   */
  readonly terminationGracePeriodSeconds?: number;
  /**
   * Labels of the Deployment and its pods.
   *
   * `app.kubernetes.io/name`, `/instance` and `/managed-by` are set already.
   *
   * @default - none further
   */
  readonly labels?: { [key: string]: string };
  /** Annotations of the Deployment and its pods. @default - none */
  readonly annotations?: { [key: string]: string };
}
