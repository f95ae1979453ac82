import { type AddedCapability } from "./added-capability";
import { type ConfigFile } from "./config-file";
import { type EnvironmentValue } from "./env-value";
import { type NamedPort } from "./named-port";
import { type DownwardApiFiles } from "./pod-info-files";
import { type HealthProbe } from "./probe";
import { type ProjectedToken } from "./projected-token";
import { type SecretFiles } from "./secret-files";
import { type WritablePath } from "./writable-path";
import { readBytes, readCpu } from "../../core/quantity";
import { type Problems } from "../../core/validation-error";
import { given } from "../../synthesis/chart-objects";
import { type ContainerImage } from "../images/container-image";

/** How much of one resource a container reserves and how much it may use. */
export interface ResourceRange {
  /** What the scheduler reserves. */
  readonly request: string;
  /** What the container may use at most; not below the request. */
  readonly limit: string;
}

/**
 * The processors, memory and disk of a container.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
 */
export interface ContainerResourceRanges {
  /**
   * Processors, such as `250m` or `1.5`.
   *
   * @default - 100m reserved, at most 500m
   */
  readonly cpu?: ResourceRange;
  /**
   * Memory, such as `256Mi`; in-memory volumes count.
   *
   * @default - 256Mi reserved and at most 256Mi, so that a node never runs out of what it promised
   */
  readonly memory?: ResourceRange;
  /**
   * Disk of the node: logs and writable paths.
   *
   * @default - 256Mi reserved and at most 256Mi, so that no pod is evicted for the disk of others
   */
  readonly ephemeralStorage?: ResourceRange;
}

/** Where Kubernetes reads why a container ended. */
export enum TerminationMessagePolicy {
  /** In the file /dev/termination-log, which the program may write. */
  FILE = "File",
  /**
   * In that file, and where it is empty after an error in the last lines of the log, at most 2048 bytes.
   *
   * Whoever may read pods sees them then, also where he may not read logs.
   */
  FALLBACK_TO_LOGS_ON_ERROR = "FallbackToLogsOnError",
}

/** What a container runs, and what it may use. */
export interface HardenedContainerProps {
  /** The image. */
  readonly image: ContainerImage;
  /** The program. @default - the entry point of the image */
  readonly command?: string[];
  /** The arguments of the program. @default - those of the image */
  readonly args?: string[];
  /**
   * Environment variables by name.
   *
   * @default - none
   */
  readonly env?: { [name: string]: EnvironmentValue };
  /**
   * Processors, memory and disk.
   *
   * @default - 100m to 500m processors, 256Mi of memory, 256Mi of disk
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * Directories that this container alone writes to; all others are read-only.
   *
   * @default - none
   */
  readonly writablePaths?: WritablePath[];
  /**
   * Configuration files, mounted read-only.
   *
   * They stand in an immutable ConfigMap whose name ends in a hash of them, so that a change rolls the pods.
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
   * Tokens of the workload's service account for others than the API server, as files, mounted read-only.
   *
   * @default - none
   */
  readonly projectedTokens?: ProjectedToken[];
  /**
   * What the pod says of itself, as files, mounted read-only.
   *
   * @default - none
   */
  readonly podInfoFiles?: DownwardApiFiles[];
  /**
   * Where Kubernetes reads why the container ended.
   *
   * @default TerminationMessagePolicy.FILE
   * @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
   */
  readonly terminationMessagePolicy?: TerminationMessagePolicy;
}

/**
 * A container that runs to its end before the program starts, for what needs tools that the program's image lacks.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
 */
export interface InitContainer extends HardenedContainerProps {
  /** The name in the pod: up to 63 lower-case letters, digits and dashes. */
  readonly name: string;
}

/**
 * A container that runs beside the program: it starts before it and ends after it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export interface Sidecar extends HardenedContainerProps {
  /** The name in the pod: up to 63 lower-case letters, digits and dashes. */
  readonly name: string;
  /**
   * The TCP port that it listens on, 1024 to 65535 and not the program's; with an added capability 1 to 65535.
   *
   * @default - none
   */
  readonly port?: number;
  /**
   * Further TCP ports that it listens on, by names that no other port of the pod has.
   *
   * @default - none
   */
  readonly ports?: NamedPort[];
  /** When the pod gets traffic, the program's own probe aside. @default - at once */
  readonly readiness?: HealthProbe;
  /** When the container is restarted; must differ from the readiness probe. @default - when it ends */
  readonly liveness?: HealthProbe;
  /**
   * When the next sidecar, or the program, is started.
   *
   * The kubelet connects to the pod's address, where a container that listens on 127.0.0.1 does not answer.
   *
   * @default - at once
   */
  readonly startup?: HealthProbe;
  /** The capability that it keeps. @default - none */
  readonly addedCapability?: AddedCapability;
}

/** What a container gets that says nothing about its resources. */
export const DEFAULT_RESOURCES: Required<ContainerResourceRanges> = {
  cpu: { request: "100m", limit: "500m" },
  memory: { request: "256Mi", limit: "256Mi" },
  ephemeralStorage: { request: "256Mi", limit: "256Mi" },
};

/** Resources as read: the texts, and the limits in billionths where they could be read. */
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
      `resources.${name} asks for ${range.request} and is limited to ${range.limit}`,
      `Raise the limit to ${range.request} or more, or ask for less`,
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

/** The resources as a container's manifest has them. */
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
