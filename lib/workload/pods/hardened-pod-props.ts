import { type Duration } from "cdk8s";
import { type AddedCapability } from "./added-capability";
import { type HardenedContainerProps, type InitContainer, type Sidecar } from "./container-resources";
import { type FetchAtStart } from "./fetch-at-start";
import { type SystemUserId } from "./system-user-id";
import { type ApiAccess } from "./api-access";
import { type Toleration } from "./toleration";
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
