import { checkPair } from "./read-range";
import { parseQuantity, readBytes, readCpu } from "../../core/quantity";
import { kind, type Reader } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import {
  DEFAULT_RESOURCES,
  type ResourceRange,
  resourcesManifest,
} from "../../workload/pods/container-resources";
import { type NamespaceLimits } from "../namespace-limits";

/** Reads limits as the spec of a LimitRange. */
export function namespaceLimits(): Reader<object> {
  const object = kind<NamespaceLimits>([], 'an object, for example { maximumMemory: "16Gi" }');
  return (problems, name, value) => {
    const limits = object(problems, name, value);
    return limits && limitsSpec(problems, limits);
  };
}

/** The limits of a namespace without its own. */
export function defaultLimits(): object {
  return limitsSpec(new Problems("limits"), {});
}

function limitsSpec(problems: Problems, limits: NamespaceLimits): object {
  const { maximumCpu = "4", maximumMemory = "8Gi", maximumEphemeralStorage = "8Gi" } = limits;
  const { minimumCpu = "10m", minimumMemory = "16Mi", minimumEphemeralStorage = "1Mi" } = limits;
  const check = (read: typeof readBytes, resource: string, minimum: string, maximum: string) => {
    checkPair(problems, read, [`limits.minimum${resource}`, minimum], [`limits.maximum${resource}`, maximum]);
  };
  check(readCpu, "Cpu", minimumCpu, maximumCpu);
  check(readBytes, "Memory", minimumMemory, maximumMemory);
  check(readBytes, "EphemeralStorage", minimumEphemeralStorage, maximumEphemeralStorage);
  const { cpu, memory, ephemeralStorage } = DEFAULT_RESOURCES;
  const defaults = resourcesManifest({
    cpu: clampRange(cpu, minimumCpu, maximumCpu),
    memory: clampRange(memory, minimumMemory, maximumMemory),
    ephemeralStorage: clampRange(ephemeralStorage, minimumEphemeralStorage, maximumEphemeralStorage),
  });
  return {
    limits: [
      {
        type: "Container",
        default: defaults.limits,
        defaultRequest: defaults.requests,
        max: { cpu: maximumCpu, memory: maximumMemory, "ephemeral-storage": maximumEphemeralStorage },
        min: { cpu: minimumCpu, memory: minimumMemory, "ephemeral-storage": minimumEphemeralStorage },
      },
    ],
  };
}

/**
 * The defaults of one resource, adjusted to the limits of the namespace: Kubernetes rejects defaults outside
 * of them.
 */
function clampRange({ request, limit }: ResourceRange, least: string, most: string): ResourceRange {
  const clamp = (text: string) => {
    const value = parseQuantity(text) ?? 0n;
    if (value < (parseQuantity(least) ?? value)) return least;
    return value > (parseQuantity(most) ?? value) ? most : text;
  };
  return { request: clamp(request), limit: clamp(limit) };
}
