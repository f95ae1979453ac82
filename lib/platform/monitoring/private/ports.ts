/** The ports of the programs, by their usual numbers. */
export const PORTS = {
  prometheus: 9090,
  alertmanager: 9093,
  kubeStateMetrics: 8080,
  kubeStateMetricsSelf: 8081,
  nodeExporter: 9100,
  grafana: 3000,
  otlpGrpc: 4317,
  otlpHttp: 4318,
  /** The metrics of the collector and of Jaeger. */
  telemetry: 8888,
  health: 13133,
  jaegerQuery: 16686,
  kubelet: 10250,
};
