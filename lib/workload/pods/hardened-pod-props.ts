import { type AddedCapability } from "./added-capability";
import { type HardenedContainerProps, type InitContainer, type Sidecar } from "./container-resources";
import { type FetchAtStart } from "./fetch-at-start";
import { type SystemUserId } from "./low-user";
import { type ApiAccess } from "./rbac-api-access";
import { type Toleration } from "./toleration";
import { type WritablePath } from "./writable-path";
import { checkLabels, checkSubdomainName } from "../../core/kubernetes-names";
import { type Problems } from "../../core/validation-error";
import { type Egress } from "../../network/egress/egress";

/** What the pods of any hardened workload run, and where. */
export interface HardenedPodProps extends HardenedContainerProps {
  /**
   * Files that are fetched and verified before all else, so that the program's image needs no network tools.
   *
   * @default - none
   */
  readonly fetchAtStart?: FetchAtStart[];
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
   * The id of the user and group that all containers run as, 10000 or more.
   *
   * @default 65532
   */
  readonly user?: number;
  /**
   * The ways out of the network that the pods take, as `connections.allowEgress` opens them.
   *
   * @default - none
   */
  readonly egress?: Egress[];
  /**
   * The user and group of all containers in place of `user`, where the id must be below 10000.
   *
   * @default - none
   */
  readonly lowUser?: SystemUserId;
  /**
   * Lets the program call the API server: a token that ends soon, and the way there; the other containers get none.
   *
   * What it may do there says a role that is granted to the workload.
   *
   * @default - none: no token in any container, and no way to the API server
   */
  readonly apiAccess?: ApiAccess;
  /** The capability that the program keeps. @default - none */
  readonly addedCapability?: AddedCapability;
  /**
   * Seconds between the request to end and the end by force, 0 or more.
   *
   * @default 30
   */
  readonly terminationGracePeriodSeconds?: number;
  /**
   * Labels that a node must have to run the pods, such as those of a node pool.
   *
   * @default - every node
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodeselector
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Taints of nodes that the pods may run in spite of.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * The name of a PriorityClass, which says whose pods give way where there is no room for all.
   *
   * The two of the system are refused: their pods would end those of others.
   *
   * @default - that of the cluster
   */
  readonly priorityClassName?: string;
  /**
   * The names of Secrets of the type `kubernetes.io/dockerconfigjson` that the images are pulled with, such as `["ocir"]`.
   *
   * They are set on the ServiceAccount of the workload and must be in its namespace. An empty list says that the images need
   * none: they are public, or the nodes may pull them (`NodeRegistryAccess`).
   *
   * @default - those of the namespace that `SecureNamespace` or `Tenant` makes
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
   */
  readonly imagePullSecrets?: string[];
  /**
   * Labels of the workload and its pods.
   *
   * `app.kubernetes.io/name`, `/instance` and `/managed-by` are set already.
   *
   * @default - none further
   */
  readonly labels?: { [key: string]: string };
  /** Annotations of the workload and its pods. @default - none */
  readonly annotations?: { [key: string]: string };
}

/** Adds a problem for what says where pods run and can't. */
export function checkScheduling(problems: Problems, props: HardenedPodProps): void {
  const { nodeSelector, tolerations = [], priorityClassName } = props;
  checkLabels(problems, "nodeSelector", nodeSelector);
  const texts = tolerations.map((one) => JSON.stringify(one._toManifest()));
  for (const text of new Set(texts.filter((one, index) => texts.indexOf(one) !== index))) {
    problems.add("NAME_DUPLICATE", `tolerations has ${text} twice`, "Leave one of them out");
  }
  if (priorityClassName === undefined) return;
  checkSubdomainName(problems, "priorityClassName", priorityClassName);
  refuseSystemClass(problems, "priorityClassName", priorityClassName);
}

/** Whether a priority class is one of Kubernetes itself, whose pods end all others. */
export function isSystemClass(name: unknown): name is string {
  return typeof name === "string" && name.startsWith("system-");
}

/** Adds a problem where a priority class is one of Kubernetes itself. */
export function refuseSystemClass(problems: Problems, property: string, name: unknown): void {
  if (!isSystemClass(name)) return;
  problems.add(
    "NAME_INVALID",
    `${property} is ${name}, a class of the system's own pods`,
    "Make a PriorityClass of your own, below those of the system",
  );
}
