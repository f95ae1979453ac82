import { Yaml, JsonPatch, type ApiObject } from "cdk8s";
import { PORTS } from "./prometheus-config";
import { type TraceProtocol, type Traced } from "../../../workload/monitoring";

export const COLLECTOR_FILE = "/etc/collector/config.yaml";
export const JAEGER_FILES = { main: "/etc/jaeger/config.yaml", data: "/var/lib/jaeger" };

/** Attributes of spans that often contain credentials. */
const CREDENTIALS = [
  "http.request.header.authorization",
  "http.request.header.cookie",
  "http.request.header.proxy-authorization",
  "http.request.header.x-api-key",
  "http.response.header.set-cookie",
];

const address = (port: number) => `0.0.0.0:${port}`;

/** The telemetry of both programs, for Prometheus. */
function telemetry(): object {
  const prometheus = { host: "0.0.0.0", port: PORTS.telemetry };
  return {
    logs: { encoding: "json", level: "info" },
    metrics: { readers: [{ pull: { exporter: { prometheus } } }] },
  };
}

function otlpReceiver(...protocols: ("grpc" | "http")[]): object {
  const ports = { grpc: PORTS.otlpGrpc, http: PORTS.otlpHttp };
  return {
    otlp: {
      protocols: Object.fromEntries(
        protocols.map((protocol) => [protocol, { endpoint: address(ports[protocol]) }]),
      ),
    },
  };
}

/**
 * The configuration of the collector: it receives spans, removes credentials from them, and sends them to Jaeger in batches.
 *
 * All its components are in the smallest distribution, `opentelemetry-collector`.
 *
 * @see https://opentelemetry.io/docs/collector/configuration/
 */
export function collectorConfig(jaegerHost: string): string {
  return Yaml.stringify({
    extensions: { health_check: { endpoint: address(PORTS.health) } },
    receivers: otlpReceiver("grpc", "http"),
    processors: {
      // First: spans above the limit are rejected, and the sender retries.
      memory_limiter: { check_interval: "1s", limit_percentage: 75, spike_limit_percentage: 20 },
      attributes: { actions: CREDENTIALS.map((key) => ({ key, action: "delete" })) },
      batch: { timeout: "2s", send_batch_size: 1024, send_batch_max_size: 2048 },
    },
    exporters: {
      otlp_grpc: {
        endpoint: `${jaegerHost}:${PORTS.otlpGrpc}`,
        // Inside of the cluster, where a NetworkPolicy lets the collector alone connect.
        tls: { insecure: true },
        sending_queue: { queue_size: 1000 },
        retry_on_failure: { max_elapsed_time: "300s" },
      },
    },
    service: {
      extensions: ["health_check"],
      pipelines: {
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "attributes", "batch"],
          exporters: ["otlp_grpc"],
        },
      },
      telemetry: telemetry(),
    },
  });
}

/**
 * The configuration of one Jaeger that keeps spans on its volume and shows them.
 *
 * @see https://www.jaegertracing.io/docs/latest/storage/badger/
 */
export function jaegerConfig(retentionHours: number): string {
  const directories = { keys: `${JAEGER_FILES.data}/keys`, values: `${JAEGER_FILES.data}/values` };
  return Yaml.stringify({
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: address(PORTS.health) } },
      jaeger_storage: {
        backends: {
          volume: { badger: { directories, ephemeral: false, ttl: { spans: `${retentionHours}h` } } },
        },
      },
      jaeger_query: {
        storage: { traces: "volume" },
        http: { endpoint: address(PORTS.jaegerQuery) },
        // Only on the pod's own address: Grafana asks over HTTP.
        grpc: { endpoint: "127.0.0.1:16685" },
      },
    },
    receivers: otlpReceiver("grpc"),
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: "volume" } },
    service: {
      extensions: ["healthcheckv2", "jaeger_storage", "jaeger_query"],
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] },
      },
      telemetry: telemetry(),
    },
  });
}

interface Container {
  readonly env?: readonly { readonly name: string }[];
}

interface Runner {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

/** A CronJob. */
interface Schedule {
  readonly spec: { readonly jobTemplate: Runner };
}

/** The endpoint, the protocol and the sampling of the traces of a program. */
export interface TraceEnvironment {
  readonly endpoint: string;
  readonly protocol: TraceProtocol;
  readonly sampledRatio: number;
}

/**
 * Adds the environment variables that every OpenTelemetry library reads to a program, except those that it already has.
 *
 * Metrics are scraped and logs are collected from files, so that both are off here.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function addTraceEnvironment(workload: Traced, environment: TraceEnvironment): void {
  const { endpoint, protocol, sampledRatio } = environment;
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_LOGS_EXPORTER: "none",
    OTEL_METRICS_EXPORTER: "none",
    OTEL_RESOURCE_ATTRIBUTES: `k8s.namespace.name=${workload.namespace ?? ""}`,
    OTEL_SERVICE_NAME: workload.name,
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: String(sampledRatio),
  };
  const object = workload.node.defaultChild as ApiObject;
  const manifest = object.toJson() as Runner | Schedule;
  const [runner, parent] =
    "jobTemplate" in manifest.spec
      ? [manifest.spec.jobTemplate, "/spec/jobTemplate"]
      : [manifest as Runner, ""];
  const [program] = runner.spec.template.spec.containers;
  const taken = (program?.env ?? []).map(({ name }) => name);
  const path = `${parent}/spec/template/spec/containers/0/env`;
  if (!program?.env) object.addJsonPatch(JsonPatch.add(path, []));
  for (const [name, value] of Object.entries(variables)) {
    if (!taken.includes(name)) object.addJsonPatch(JsonPatch.add(`${path}/-`, { name, value }));
  }
}
