import { JsonPatch, type ApiObject } from "cdk8s";
import { type Traced, type TraceProtocol } from "../../../workload/monitoring";

interface Container {
  readonly env?: readonly { readonly name: string }[];
}

interface Runner {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

/** What a CronJob creates at each run. */
interface Schedule {
  readonly spec: { readonly jobTemplate: Runner };
}

/** Where, and how, a program sends its traces. */
export interface TraceEnvironment {
  readonly endpoint: string;
  readonly protocol: TraceProtocol;
  readonly sampledRatio: number;
}

/**
 * Gives a program the environment variables that every OpenTelemetry library reads; those that it has already stay as they are.
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
