import { byteQuantity, checkQuantityOrder, cpuQuantity, parseQuantity } from "../../core/quantity";
import {
  checkedBy,
  mapped,
  objectOf,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import {
  DEFAULT_RESOURCES,
  type ResourceRange,
  resourcesManifest,
} from "../../workload/pods/container-resources";
import { type NamespaceLimits } from "../namespace-limits";

const LIMITS = {
  maximumCpu: withDefault(cpuQuantity(), "4"),
  maximumMemory: withDefault(byteQuantity(), "8Gi"),
  maximumEphemeralStorage: withDefault(byteQuantity(), "8Gi"),
  minimumCpu: withDefault(cpuQuantity(), "10m"),
  minimumMemory: withDefault(byteQuantity(), "16Mi"),
  minimumEphemeralStorage: withDefault(byteQuantity(), "1Mi"),
} satisfies PropsSchema<NamespaceLimits>;

type ReadLimits = Resolved<typeof LIMITS>;

/** Reads limits as the spec of a LimitRange. */
export function namespaceLimits(): Reader<object> {
  return mapped(checkedBy(objectOf(LIMITS), checkRanges), limitsSpec);
}

/** The limits of a namespace without its own. */
export function defaultLimits(): object {
  const problems = new Problems("limits");
  return limitsSpec(problems.resolved<ReadLimits>(readProps(problems, {}, LIMITS)));
}

function checkRanges(problems: Problems, name: string, limits: ReadLimits): void {
  for (const resource of ["Cpu", "Memory", "EphemeralStorage"] as const) {
    const [minimum, maximum] = [`minimum${resource}`, `maximum${resource}`] as const;
    checkQuantityOrder(
      problems,
      [`${name}.${minimum}`, limits[minimum]],
      [`${name}.${maximum}`, limits[maximum]],
    );
  }
}

function limitsSpec(limits: ReadLimits): object {
  const { maximumCpu, maximumMemory, maximumEphemeralStorage } = limits;
  const { minimumCpu, minimumMemory, minimumEphemeralStorage } = limits;
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
