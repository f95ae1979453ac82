import { type ContainerResources, type ResourceRange } from "./container-resources";
import { given } from "./chart-objects";
import { readBytes, readCpu } from "../core/quantity";
import { type Problems } from "../core/validation-error";

/** What a container gets that says nothing about its resources. */
export const DEFAULT_RESOURCES: Required<ContainerResources> = {
  cpu: { request: "100m", limit: "500m" },
  memory: { request: "256Mi", limit: "256Mi" },
  ephemeralStorage: { request: "256Mi", limit: "256Mi" },
};

/** Resources as read: the texts, and the limits in billionths where they could be read. */
export interface ReadResources {
  readonly texts: Required<ContainerResources>;
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
export function readResources(problems: Problems, resources: ContainerResources = {}): ReadResources {
  const texts = { ...DEFAULT_RESOURCES, ...given(resources) };
  readRange(problems, "cpu", texts.cpu, readCpu);
  return {
    texts,
    memoryLimit: readRange(problems, "memory", texts.memory, readBytes),
    ephemeralStorageLimit: readRange(problems, "ephemeralStorage", texts.ephemeralStorage, readBytes),
  };
}

/** The resources as a container's manifest has them. */
export function resourcesManifest(texts: Required<ContainerResources>): { requests: object; limits: object } {
  const column = (side: "request" | "limit") => ({
    cpu: texts.cpu[side],
    memory: texts.memory[side],
    "ephemeral-storage": texts.ephemeralStorage[side],
  });
  return { requests: column("request"), limits: column("limit") };
}
