import { type Duration } from "cdk8s";

/** Where a workload serves metrics, in the text format of Prometheus. */
export interface ScrapeOptions {
  /**
   * The TCP port of the pods that serves them, one that the workload names.
   *
   * @default - the port with the name `metrics`, otherwise the workload's own port
   */
  readonly port?: number;
  /**
   * The path.
   *
   * @default "/metrics"
   */
  readonly path?: string;
  /**
   * The time from one scrape to the next, 5 seconds or more.
   *
   * @default - 30 seconds
   */
  readonly interval?: Duration;
  /**
   * The most samples of one scrape; Prometheus takes none of a scrape with more.
   *
   * @default 50000
   */
  readonly sampleLimit?: number;
}

/** How a program sends spans to the collector. */
export enum TraceProtocol {
  /** OTLP over HTTP, port 4318. */
  HTTP_PROTOBUF = "http/protobuf",
  /** OTLP over gRPC, port 4317. */
  GRPC = "grpc",
}

/** How a workload sends traces. */
export interface TraceOptions {
  /**
   * How the program sends them; it must be one that its OpenTelemetry library has.
   *
   * @default TraceProtocol.HTTP_PROTOBUF
   */
  readonly protocol?: TraceProtocol;
  /**
   * The part of all traces that is sent, from 0 to 1.
   *
   * @default 1
   */
  readonly sampledRatio?: number;
}
