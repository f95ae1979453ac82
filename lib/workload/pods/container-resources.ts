import { type EnvironmentValue } from "./environment-value";
import { type ConfigFile, type DownwardApiFiles, type SecretFiles } from "./mounted-files";
import { type AddedCapability } from "./pod-security";
import { type NamedPort } from "./ports";
import { type HealthProbe } from "./probe";
import { type ProjectedToken } from "./service-account";
import { type WritablePath } from "./writable-path";
import { parseQuantity, readBytes, readCpu } from "../../core/quantity";
import {
  type DefaultReader,
  kind,
  mapped,
  objectOf,
  type PropsSchema,
  type Reader,
  withDefault,
} from "../../core/readers";
import { type ContainerImage } from "../images/container-image";

/** The request and the limit of one resource of a container. */
export interface ResourceRange {
  /** The request, which the scheduler reserves. */
  readonly request: string;
  /** The limit, at least the request. */
  readonly limit: string;
}

/**
 * The CPU, memory and ephemeral storage of a container.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
 */
export interface ContainerResourceRanges {
  /**
   * CPU, such as `250m` or `1.5`.
   *
   * @default - request 100m, limit 500m
   */
  readonly cpu?: ResourceRange;
  /**
   * Memory, such as `256Mi`, including in-memory volumes.
   *
   * @default - request and limit 256Mi, so that the memory of a node is never overcommitted
   */
  readonly memory?: ResourceRange;
  /**
   * Ephemeral storage of the node: logs and writable paths.
   *
   * @default - request and limit 256Mi, so that no pod is evicted because of the disk usage of other pods
   */
  readonly ephemeralStorage?: ResourceRange;
}

/** Where Kubernetes reads the termination message of a container. */
export enum TerminationMessagePolicy {
  /** The file /dev/termination-log, which the program may write. */
  FILE = "File",
  /**
   * The file, or if it is empty after an error, the last lines of the log, at most 2048 bytes.
   *
   * Anyone who may read pods then sees these lines, even without permission to read logs.
   */
  FALLBACK_TO_LOGS_ON_ERROR = "FallbackToLogsOnError",
}

/** Props common to all containers of hardened pods. */
export interface HardenedContainerProps {
  /** The image. */
  readonly image: ContainerImage;
  /** The command of the container. @default - the entry point of the image */
  readonly command?: string[];
  /** The arguments of the command. @default - the arguments of the image */
  readonly args?: string[];
  /**
   * Environment variables by name.
   *
   * @default - none
   */
  readonly env?: { [name: string]: EnvironmentValue };
  /**
   * The requests and limits of CPU, memory and ephemeral storage.
   *
   * @default - CPU 100m to 500m, 256Mi of memory, 256Mi of ephemeral storage
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * The directories that only this container may write to; everything else is read-only.
   *
   * @default - none
   */
  readonly writablePaths?: WritablePath[];
  /**
   * The configuration files, mounted read-only.
   *
   * They are kept in an immutable ConfigMap whose name ends in a hash of its content, so that a change rolls
   * the pods.
   *
   * @default - none
   */
  readonly files?: ConfigFile[];
  /**
   * Secret values as files, mounted read-only.
   *
   * @default - none
   */
  readonly secretFiles?: SecretFiles[];
  /**
   * Tokens of the workload's ServiceAccount for audiences other than the API server, mounted read-only as
   * files.
   *
   * @default - none
   */
  readonly projectedTokens?: ProjectedToken[];
  /**
   * Fields of the pod (downward API), mounted read-only as files.
   *
   * @default - none
   */
  readonly podInfoFiles?: DownwardApiFiles[];
  /**
   * Where Kubernetes reads the termination message of the container.
   *
   * @default TerminationMessagePolicy.FILE
   * @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
   */
  readonly terminationMessagePolicy?: TerminationMessagePolicy;
}

/**
 * A container that runs to completion before the program starts, for tasks whose tools the program's image
 * lacks.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
 */
export interface InitContainer extends HardenedContainerProps {
  /** The name of the container: up to 63 lower-case letters, digits and dashes. */
  readonly name: string;
}

/**
 * A container that runs beside the program: it starts before the program and ends after it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export interface Sidecar extends HardenedContainerProps {
  /** The name of the container: up to 63 lower-case letters, digits and dashes. */
  readonly name: string;
  /**
   * The TCP port that it listens on, 1024 to 65535 and not the program's; with an added capability, 1 to
   * 65535.
   *
   * @default - none
   */
  readonly port?: number;
  /**
   * Further TCP ports that it listens on, with names unique in the pod.
   *
   * @default - none
   */
  readonly ports?: NamedPort[];
  /** The readiness probe, in addition to the program's own probe. @default - none */
  readonly readiness?: HealthProbe;
  /** The liveness probe; must differ from the readiness probe. @default - restarted only after it exits */
  readonly liveness?: HealthProbe;
  /**
   * The startup probe: the next sidecar, or the program, starts after it succeeds.
   *
   * The kubelet connects to the pod's address, so a container that listens on 127.0.0.1 does not answer.
   *
   * @default - none
   */
  readonly startup?: HealthProbe;
  /** The capability that the container keeps. @default - none */
  readonly addedCapability?: AddedCapability;
}

/** The default resources of a container. */
export const DEFAULT_RESOURCES: Required<ContainerResourceRanges> = {
  cpu: { request: "100m", limit: "500m" },
  memory: { request: "256Mi", limit: "256Mi" },
  ephemeralStorage: { request: "256Mi", limit: "256Mi" },
};

/** Resources as read: the texts, and the limits in billionths. */
export interface ReadResources {
  readonly texts: Required<ContainerResourceRanges>;
  readonly memoryLimit: bigint;
  readonly ephemeralStorageLimit: bigint;
}

const RANGE = kind<ResourceRange>(["request", "limit"], '{ request: "100m", limit: "500m" }');

/** Reads the request and the limit of a resource, whose quantities `read` reads. */
function range(read: typeof readBytes): Reader<ResourceRange> {
  return (problems, name, value) => {
    const texts = RANGE(problems, name, value);
    if (texts === undefined) return undefined;
    const request = read(problems, `${name}.request`, texts.request);
    const limit = read(problems, `${name}.limit`, texts.limit);
    if (request === undefined || limit === undefined) return undefined;
    if (limit >= request) return texts;
    problems.add(
      "RESOURCES_INVALID",
      `${name} has the limit ${texts.limit}, which is below its request ${texts.request}`,
      `Raise ${name}.limit to ${texts.request} or more, or lower ${name}.request`,
    );
    return undefined;
  };
}

const RANGES = {
  cpu: withDefault(range(readCpu), DEFAULT_RESOURCES.cpu),
  memory: withDefault(range(readBytes), DEFAULT_RESOURCES.memory),
  ephemeralStorage: withDefault(range(readBytes), DEFAULT_RESOURCES.ephemeralStorage),
} satisfies PropsSchema<ContainerResourceRanges>;

function withLimits(texts: Required<ContainerResourceRanges>): ReadResources {
  const { memory, ephemeralStorage } = texts;
  const amountOf = ({ limit }: ResourceRange) => parseQuantity(limit) ?? 0n;
  return { texts, memoryLimit: amountOf(memory), ephemeralStorageLimit: amountOf(ephemeralStorage) };
}

const DEFAULTS = withLimits(DEFAULT_RESOURCES);

/** Reads the resources of a container, with their defaults. */
export function containerResources(): DefaultReader<ReadResources> {
  return withDefault(mapped(objectOf(RANGES), withLimits), DEFAULTS);
}

/** The resources in a container's manifest. */
export function resourcesManifest(texts: Required<ContainerResourceRanges>): {
  requests: object;
  limits: object;
} {
  const column = (side: "request" | "limit") => ({
    cpu: texts.cpu[side],
    memory: texts.memory[side],
    "ephemeral-storage": texts.ephemeralStorage[side],
  });
  return { requests: column("request"), limits: column("limit") };
}
