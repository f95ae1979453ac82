import { type Duration } from "cdk8s";

/** Options of the metrics scrape of a workload, in the Prometheus text format. */
export interface ScrapeOptions {
  /**
   * The TCP port that serves the metrics, one of the workload's ports.
   *
   * @default - the port named `metrics`, otherwise the workload's own port
   */
  readonly port?: number;
  /**
   * The path of the metrics.
   *
   * @default "/metrics"
   */
  readonly path?: string;
  /**
   * The scrape interval, at least 5 seconds.
   *
   * @default - 30 seconds
   */
  readonly interval?: Duration;
  /**
   * The maximum number of samples per scrape; Prometheus drops a scrape that exceeds it.
   *
   * @default 50000
   */
  readonly sampleLimit?: number;
}

/** The protocol by which a program sends spans to the collector. */
export enum TraceProtocol {
  /** OTLP over HTTP, port 4318. */
  HTTP_PROTOBUF = "http/protobuf",
  /** OTLP over gRPC, port 4317. */
  GRPC = "grpc",
}

/** Options of the traces of a workload. */
export interface TraceOptions {
  /**
   * The protocol, one that the program's OpenTelemetry library supports.
   *
   * @default TraceProtocol.HTTP_PROTOBUF
   */
  readonly protocol?: TraceProtocol;
  /**
   * The ratio of sampled traces, from 0 to 1.
   *
   * @default 1
   */
  readonly sampledRatio?: number;
}
