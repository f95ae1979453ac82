import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import {
  type Collection,
  COLLECTOR_PORT,
  CONTAINER_LOGS,
  FLUENT_BIT_FILES,
  FLUENT_BIT_METRICS,
  fluentBitConfig,
  POD_LOGS,
  type Target,
  IDENTIFY_SCRIPT,
} from "./fluent-bit-config";
import { FLUENTD_FILES, FLUENTD_METRICS, FLUENTD_METRICS_PORT, fluentdConfig } from "./fluentd-config";
import { luaScript, rubyPlugin } from "./redaction-rules";
import { INDEX_PREFIX, type NamespaceCapacity, STORE_PORTS, type StoreProgram } from "./store-parts";
import { type Logging } from "../cluster-logging-props";
import { LogOverflow, type LogBuffer } from "../log-collector";
import { HardenedDaemonSet } from "../../../workload/hardened-daemon-set";
import { HostAccess } from "../../../workload/host-access/host-access";
import { ConfigFile, SecretFiles } from "../../../workload/pods/mounted-files";
import { HealthProbe } from "../../../workload/pods/probe";
import { ApiAccess } from "../../../workload/pods/service-account";
import { WritablePath } from "../../../workload/pods/writable-path";

/** The Secret with the collectors' own certificate, which cert-manager makes. */
export const COLLECTOR_SECRET = "log-collector-tls";

/** The endpoint of a collector's own metrics. */
export function collectorMetrics(program: string): { readonly port: number; readonly path: string } {
  return program === "fluentd"
    ? { port: FLUENTD_METRICS_PORT, path: FLUENTD_METRICS }
    : { port: COLLECTOR_PORT, path: FLUENT_BIT_METRICS };
}

const credentialFiles = ({ path }: SecretFiles) => ({
  credentials: { userFile: `${path}/username`, passwordFile: `${path}/password` },
});

/** The destination of lines, and the secret files that it needs. */
function targetOf({ destination, namespace }: Logging): {
  readonly target: Target;
  readonly secretFiles: SecretFiles[];
} {
  const { _external: external, _inCluster: inCluster } = destination;
  const program = destination.program as StoreProgram;
  if (!external) {
    const path = FLUENT_BIT_FILES.destination;
    const credentials = inCluster?.programs?.collector;
    return {
      target: {
        program,
        host: `${program}.${namespace}.svc`,
        port: STORE_PORTS.http,
        indexPrefix: INDEX_PREFIX,
        authorityFile: `${path}/ca.crt`,
        clientCertificate: { certificate: `${path}/tls.crt`, key: `${path}/tls.key` },
        ...(credentials ? credentialFiles(credentials) : {}),
      },
      secretFiles: [SecretFiles.fromSecret(path, COLLECTOR_SECRET), ...(credentials ? [credentials] : [])],
    };
  }
  const { certificateAuthority, credentials, host, indexPrefix, port } = external;
  return {
    target: {
      ...{ program, host, indexPrefix, port },
      ...(certificateAuthority ? { authorityFile: `${certificateAuthority.path}/ca.crt` } : {}),
      ...credentialFiles(credentials),
    },
    secretFiles: certificateAuthority ? [credentials, certificateAuthority] : [credentials],
  };
}

/**
 * The collector on each node: it reads the log files of containers and nothing else of the node, and writes only to volumes of its own pod.
 */
export function addCollector(scope: Construct, logging: Logging): HardenedDaemonSet {
  const { buffer, cluster, collector, nodesNamespace, nodeTolerations, redaction } = logging;
  const { secretFiles, target } = targetOf(logging);
  const name = collector.program;
  const isFluentd = name === "fluentd";
  const collection: Collection = {
    ...logging,
    target,
    isRedacted: redaction.isOn,
    collector: { namespace: nodesNamespace, name },
  };
  const volume = `${buffer.volumeMebibytes}Mi`;
  const size = sizeOf(name, buffer);
  const [memory, disk] = [`${size.memory}Mi`, `${size.disk}Mi`];
  return new HardenedDaemonSet(scope, name, {
    image: collector.image,
    ...(isFluentd ? fluentdParts(collection, redaction) : fluentBitParts(collection, redaction)),
    secretFiles,
    writablePaths: [
      WritablePath.of(isFluentd ? FLUENTD_FILES.state : FLUENT_BIT_FILES.state, { sizeLimit: volume }),
      ...(isFluentd ? [WritablePath.of("/tmp", { sizeLimit: "64Mi" })] : []),
    ],
    port: COLLECTOR_PORT,
    liveness: HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(30), failureThreshold: 6 }),
    terminationGracePeriod: Duration.minutes(1),
    resources: {
      cpu: { request: `${size.cpuRequest}m`, limit: `${size.cpuLimit}m` },
      memory: { request: memory, limit: memory },
      ephemeralStorage: { request: disk, limit: disk },
    },
    tolerations: nodeTolerations,
    apiAccess: ApiAccess._of(cluster),
    hostAccess: [
      HostAccess.readOnlyPath(CONTAINER_LOGS, {
        reason:
          "The collector finds the log files of containers by their names, which contain the pod and the namespace",
      }),
      HostAccess.readOnlyPath(POD_LOGS, { reason: "The collector reads the log files of containers" }),
      HostAccess.rootUser({
        reason: "The log files of containers belong to root, and nobody else may read them",
      }),
    ],
  });
}

function fluentBitParts(collection: Collection, redaction: Logging["redaction"]) {
  return {
    command: ["/fluent-bit/bin/fluent-bit"],
    args: ["-c", FLUENT_BIT_FILES.main],
    files: [
      ConfigFile.of(FLUENT_BIT_FILES.main, fluentBitConfig(collection)),
      ConfigFile.of(FLUENT_BIT_FILES.identity, IDENTIFY_SCRIPT),
      ...(redaction.isOn ? [ConfigFile.of(FLUENT_BIT_FILES.redaction, luaScript(redaction))] : []),
    ],
    readiness: HealthProbe.fromHttpGet("/api/v1/health"),
  };
}

function fluentdParts(collection: Collection, redaction: Logging["redaction"]) {
  return {
    command: ["fluentd"],
    args: ["-c", FLUENTD_FILES.main, "-p", FLUENTD_FILES.plugins],
    files: [
      ConfigFile.of(FLUENTD_FILES.main, fluentdConfig(collection)),
      ...(redaction.isOn ? [ConfigFile.of(FLUENTD_FILES.redaction, rubyPlugin(redaction))] : []),
    ],
    ports: [{ name: "metrics", port: FLUENTD_METRICS_PORT }],
    readiness: HealthProbe.fromHttpGet("/api/plugins.json"),
  };
}

/** The largest cluster of OKE, for whose nodes the quota of collectors suffices. */
const MAX_NODES = 1000;
const MEBIBYTES_PER_GIBIBYTE = 1024;
/** The size of a small file system or of the other memory of a program, in mebibytes. */
const SMALL_MEBIBYTES = 64;
/** The default maximum of NamespaceLimits. */
const DEFAULT_MAX_DISK = 8 * MEBIBYTES_PER_GIBIBYTE;

/** The resources of one collector, in mebibytes and thousandths of a CPU. */
export interface CollectorSize {
  readonly memory: number;
  readonly disk: number;
  readonly cpuRequest: number;
  readonly cpuLimit: number;
}

/** The resources that a collector needs with a buffer. */
export function sizeOf(program: string, buffer: LogBuffer): CollectorSize {
  const isFluentd = program === "fluentd";
  return {
    memory: isFluentd ? MEBIBYTES_PER_GIBIBYTE : 256 + mappedBuffer(buffer),
    // The program's own log counts too.
    disk: buffer.volumeMebibytes + 2 * SMALL_MEBIBYTES,
    cpuRequest: 100,
    cpuLimit: isFluentd ? 1000 : 500,
  };
}

/** With LogOverflow.PAUSE, Fluent Bit maps the whole buffer: the part that exceeds its usual memory. */
function mappedBuffer({ limitMebibytes, overflow }: LogBuffer): number {
  return overflow === LogOverflow.PAUSE ? limitMebibytes - SMALL_MEBIBYTES : 0;
}

/** The capacity of the collectors' namespace: one collector on each node of the largest cluster, and nothing else. */
export function collectorCapacity({ cpuLimit, cpuRequest, disk, memory }: CollectorSize): NamespaceCapacity {
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
    limits: { maximumEphemeralStorage: `${Math.max(disk, DEFAULT_MAX_DISK)}Mi` },
  };
}
