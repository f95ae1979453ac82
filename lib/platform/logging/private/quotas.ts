import { type ResolvedStoreInCluster } from "./read-destination";
import { LogOverflow, type LogBuffer } from "../log-buffer";
import { type NamespaceLimits } from "../../../namespaces/namespace-limits";
import { type NamespaceQuota } from "../../../namespaces/namespace-quota";

/** How many nodes a quota for collectors has room for: OKE has no more. */
const MAX_NODES = 1000;
const GIBIBYTE = 1024;
const DEFAULT_MOST = 8 * GIBIBYTE;

interface Room {
  readonly quota: NamespaceQuota;
  readonly limits: NamespaceLimits;
}

/** What one collector takes, in mebibytes and thousandths of a processor. */
export interface CollectorSize {
  readonly memory: number;
  readonly disk: number;
  readonly cpuRequest: number;
  readonly cpuLimit: number;
}

const TEMPORARY = 64;

export function sizeOf(program: string, buffer: LogBuffer): CollectorSize {
  const isFluentd = program === "fluentd";
  return {
    memory: isFluentd ? GIBIBYTE : 256 + mappedBuffer(buffer),
    // The program's own log counts too.
    disk: buffer.volumeMebibytes + 2 * TEMPORARY,
    cpuRequest: 100,
    cpuLimit: isFluentd ? 1000 : 500,
  };
}

/** Fluent Bit maps a buffer that it pauses by, beyond the part that its memory has room for. */
function mappedBuffer({ limitMebibytes, overflow }: LogBuffer): number {
  return overflow === LogOverflow.PAUSE ? limitMebibytes - TEMPORARY : 0;
}

/** Room for a collector on each node of the largest cluster, as nothing else runs in their namespace. */
export function roomForCollectors({ cpuLimit, cpuRequest, disk, memory }: CollectorSize): Room {
  const mebibytes = (each: number) => `${each * MAX_NODES}Mi`;
  return {
    quota: {
      pods: MAX_NODES,
      cpuRequests: `${cpuRequest * MAX_NODES}m`,
      cpuLimits: `${cpuLimit * MAX_NODES}m`,
      ...{ memoryRequests: mebibytes(memory), memoryLimits: mebibytes(memory) },
      ...{ ephemeralStorageRequests: mebibytes(disk), ephemeralStorageLimits: mebibytes(disk) },
      loadBalancers: 0,
    },
    limits: { maximumEphemeralStorage: `${Math.max(disk, DEFAULT_MOST)}Mi` },
  };
}

/** Room for the nodes, an additional one during updates, the dashboards, and the job that writes settings. */
export function roomForStore({ memory: mebibytes }: ResolvedStoreInCluster, nodes: number): Room {
  const memory = `${(nodes + 1) * (mebibytes + TEMPORARY) + 8 * GIBIBYTE}Mi`;
  return {
    quota: { memoryRequests: memory, memoryLimits: memory, loadBalancers: 0 },
    limits: { maximumMemory: `${Math.max(mebibytes, DEFAULT_MOST)}Mi` },
  };
}
