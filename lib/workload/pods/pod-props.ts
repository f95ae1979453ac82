import { type Duration } from "cdk8s";
import { type HardenedContainerProps, type InitContainer, type Sidecar } from "./container-resources";
import { type FetchAtStart } from "./fetch-at-start";
import { type AddedCapability, type SystemUserId } from "./pod-security";
import { type AppProtocol, type NamedPort } from "./ports";
import { type HealthProbe } from "./probe";
import { type Toleration } from "./scheduling";
import { type ApiAccess } from "./service-account";
import { type WritablePath } from "./writable-path";
import { type Egress } from "../../network/egress/egress";

/** Props common to the pods of all hardened workloads. */
export interface HardenedPodProps extends HardenedContainerProps {
  /**
   * Files that are fetched and verified before anything else starts, so that the program's image needs no
   * network tools.
   *
   * @default - none
   */
  readonly fetchAtStart?: FetchAtStart[];
  /**
   * The init containers, which run one after the other, in this order, before the sidecars and the program
   * start.
   *
   * @default - none
   */
  readonly initContainers?: InitContainer[];
  /**
   * The sidecars, which start in this order before the program and run beside it.
   *
   * @default - none
   */
  readonly sidecars?: Sidecar[];
  /**
   * The directories that all containers of a pod share, at the same path in each container.
   *
   * For example, a directory that an init container fills and the program reads.
   *
   * @default - none
   */
  readonly sharedPaths?: WritablePath[];
  /**
   * The id of the user and group of all containers, at least 10000.
   *
   * @default 65532
   */
  readonly user?: number;
  /**
   * The egress of the pods through the network, as `connections.allowEgress` allows it.
   *
   * @default - none
   */
  readonly egress?: Egress[];
  /**
   * The user and group of all containers instead of `user`, if the id must be below 10000.
   *
   * @default - none
   */
  readonly lowUser?: SystemUserId;
  /**
   * Access of the program to the API server: a short-lived token and egress to the API endpoint; other
   * containers get no token.
   *
   * Its permissions come from a role that is granted to the workload.
   *
   * @default - none: no token in any container, and no egress to the API server
   */
  readonly apiAccess?: ApiAccess;
  /** The capability that the program keeps. @default - none */
  readonly addedCapability?: AddedCapability;
  /**
   * The time between the termination signal and the forced end, in whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;
  /**
   * The labels that a node must have to run the pods, such as those of a node pool.
   *
   * @default - any node
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodeselector
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * The taints of nodes that the pods tolerate.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * The name of a PriorityClass, which determines the pods that are evicted if there is no room for all.
   *
   * The two system classes are refused: their pods would preempt the pods of other workloads.
   *
   * @default - the default class of the cluster
   */
  readonly priorityClassName?: string;
  /**
   * The names of the image pull Secrets, of the type `kubernetes.io/dockerconfigjson`, such as `["ocir"]`.
   *
   * They are set on the ServiceAccount of the workload and must be in its namespace. An empty list means that
   * the images need none: they are public, or the nodes may pull them (`NodeRegistryAccess`).
   *
   * @default - the pull Secrets of the namespace that `SecureNamespace` or `Tenant` creates
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
   */
  readonly imagePullSecrets?: string[];
  /**
   * The labels of the workload and its pods.
   *
   * `app.kubernetes.io/name`, `/instance` and `/managed-by` are always set.
   *
   * @default - no further labels
   */
  readonly labels?: { [key: string]: string };
  /** The annotations of the workload and its pods. @default - none */
  readonly annotations?: { [key: string]: string };
}

/** Props of long-running pods, which may listen on ports. */
export interface ListeningPodProps extends HardenedPodProps {
  /**
   * The TCP port that the program listens on, 1024 to 65535; with an added capability, 1 to 65535.
   *
   * @default - none; without a port, there are no default probes
   */
  readonly port?: number;
  /**
   * The protocol of the port, without TLS if a load balancer terminates it.
   *
   * @default AppProtocol.HTTP
   */
  readonly protocol?: AppProtocol;
  /**
   * Further TCP ports that the program listens on, such as one for metrics, with names unique in the pod.
   *
   * They allow no connections: allow clients through the `connections` of the workload.
   *
   * @default - none
   */
  readonly ports?: NamedPort[];
  /**
   * The readiness probe, which decides whether a pod receives traffic.
   *
   * @default - with a port, an HTTP GET of / on it, or a TCP connection if the protocol is not HTTP
   */
  readonly readiness?: HealthProbe;
  /**
   * The liveness probe, which restarts a pod after it fails.
   *
   * It must differ from the readiness probe, so that a program that only waits for another one is not
   * restarted.
   *
   * @default - with a port, a TCP connection to it every 15 seconds, with four failures in a row
   */
  readonly liveness?: HealthProbe;
  /**
   * The startup probe, which delays the other probes for a program that starts slowly.
   *
   * @default - none
   */
  readonly startup?: HealthProbe;
  /**
   * The time for which a terminating pod keeps serving, so that no new connections arrive after it ends.
   *
   * Whole seconds; they count towards the grace period and must be fewer than it has.
   *
   * @default - with a port, 5 seconds or half of the grace period, whichever is less; otherwise 0
   */
  readonly stopDelay?: Duration;
}
