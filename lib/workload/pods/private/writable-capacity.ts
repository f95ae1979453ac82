import { type Problems } from "../../../core/validation-error";
import { type ReadResources } from "../container-resources";
import { type WritablePath } from "../writable-path";

type Limits = Pick<ReadResources, "memoryLimit" | "ephemeralStorageLimit">;

/** Adds a problem if writable paths exceed the resources of the containers that write to them. */
export function checkCapacity(
  problems: Problems,
  what: string,
  paths: readonly WritablePath[],
  limits: Limits | undefined,
): void {
  if (limits === undefined) return;
  const check = (inMemory: boolean, resource: string, limit: bigint) => {
    const sum = paths
      .filter((path) => path.isInMemory === inMemory)
      .reduce((total, path) => total + path._size(), 0n);
    if (sum <= limit) return;
    problems.add(
      "RESOURCES_INVALID",
      `${what} ${inMemory ? "in memory" : "on disk"} may grow to ${mebibytes(sum)}, and resources.${resource}.limit is ${mebibytes(limit)}`,
      `Raise resources.${resource}.limit, or lower the sizeLimit of the paths`,
    );
  };
  check(true, "memory", limits.memoryLimit);
  check(false, "ephemeralStorage", limits.ephemeralStorageLimit);
}

/** The total resources of containers that run at the same time, if all of them are valid. */
export function togetherOf(resources: readonly (Limits | undefined)[]): Limits | undefined {
  const valid = resources.filter((limits) => limits !== undefined);
  if (valid.length < resources.length) return undefined;
  const sum = (limits: bigint[]) => limits.reduce((total, limit) => total + limit, 0n);
  return {
    memoryLimit: sum(valid.map(({ memoryLimit }) => memoryLimit)),
    ephemeralStorageLimit: sum(valid.map(({ ephemeralStorageLimit }) => ephemeralStorageLimit)),
  };
}

function mebibytes(billionths: bigint): string {
  return `${Number(billionths / 1_000_000_000n) / 1024 ** 2}Mi`;
}
