import { type AddedCapability } from "./added-capability";
import { type ConfigFile } from "./config-file";
import { type EnvironmentValue } from "./environment-value";
import { type NamedPort } from "./named-port";
import { type DownwardApiFiles } from "./downward-api-files";
import { type HealthProbe } from "./probe";
import { type ProjectedToken } from "./projected-token";
import { type SecretFiles } from "./secret-files";
import { type WritablePath } from "./writable-path";
import { readBytes, readCpu } from "../../core/quantity";
import { type Problems } from "../../core/validation-error";
import { given } from "../../synthesis/chart-objects";
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

/** Resources as read: the texts, and the valid limits in billionths. */
export interface ReadResources {
  readonly texts: Required<ContainerResourceRanges>;
  readonly memoryLimit?: bigint;
  readonly ephemeralStorageLimit?: bigint;
}

type Read = typeof readBytes;

function readRange(problems: Problems, name: string, range: ResourceRange, read: Read): bigint | undefined {
  const request = read(problems, `resources.${name}.request`, range.request);
  const limit = read(problems, `resources.${name}.limit`, range.limit);
  if (request !== undefined && limit !== undefined && limit < request) {
    problems.add(
      "RESOURCES_INVALID",
      `resources.${name} has the limit ${range.limit}, which is below its request ${range.request}`,
      `Raise resources.${name}.limit to ${range.request} or more, or lower resources.${name}.request`,
    );
  }
  return limit;
}

/** Reads resources and fills in the defaults. */
export function readResources(problems: Problems, resources: ContainerResourceRanges = {}): ReadResources {
  const texts = { ...DEFAULT_RESOURCES, ...given(resources) };
  readRange(problems, "cpu", texts.cpu, readCpu);
  return {
    texts,
    memoryLimit: readRange(problems, "memory", texts.memory, readBytes),
    ephemeralStorageLimit: readRange(problems, "ephemeralStorage", texts.ephemeralStorage, readBytes),
  };
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
