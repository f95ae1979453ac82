import { type Monitored, type ScrapeRequest, type TraceRequest } from "./monitor";
import { type ScrapeOptions, type TraceOptions, TraceProtocol } from "../monitoring-options";
import { choice, kind, shaped } from "../../core/value-readers";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

const PATH = /^\/[\x21-\x7e]*$/;
const MIN_INTERVAL = 5;

/** Validates the scrape options; throws an error that lists every problem. */
export function readScrape(workload: Monitored, options: ScrapeOptions): ScrapeRequest {
  const problems = new Problems(workload);
  const {
    interval,
    path = "/metrics",
    port = portOf(workload),
    sampleLimit,
  } = shaped(problems, options, {
    interval: kind(["toSeconds"], "a duration, for example Duration.seconds(30)"),
  });
  checkServed(problems, workload, port);
  if (typeof path !== "string" || !PATH.test(path) || /[?#]/.test(path)) {
    problems.add(
      "VALUE_INVALID",
      `path is ${shown(path)}`,
      'Begin with a slash and leave out blanks and parameters, for example "/metrics"',
    );
  }
  const intervalSeconds = interval?.toSeconds();
  if (intervalSeconds !== undefined && intervalSeconds < MIN_INTERVAL) {
    problems.add(
      "VALUE_INVALID",
      `interval is ${intervalSeconds} seconds`,
      `Give ${MIN_INTERVAL} seconds or more: Duration.seconds(30)`,
    );
  }
  if (sampleLimit !== undefined && !(Number.isInteger(sampleLimit) && sampleLimit >= 1)) {
    problems.add("COUNT_INVALID", `sampleLimit is ${shown(sampleLimit)}`, "Give a whole number from 1 on");
  }
  problems.throwIfAny();
  return { workload, port: port as number, path, intervalSeconds, sampleLimit };
}

/** Validates the trace options; throws an error that lists every problem. */
export function readTraces(workload: Monitored, options: TraceOptions): TraceRequest {
  const problems = new Problems(workload);
  const protocols = choice(TraceProtocol, "TraceProtocol.HTTP_PROTOBUF or TraceProtocol.GRPC");
  const { protocol = TraceProtocol.HTTP_PROTOBUF, sampledRatio = 1 } = shaped(problems, options, {
    protocol: protocols,
  });
  if (typeof sampledRatio !== "number" || !(sampledRatio >= 0 && sampledRatio <= 1)) {
    problems.add(
      "VALUE_INVALID",
      `sampledRatio is ${shown(sampledRatio)}`,
      "Give a number from 0 to 1, for example 0.1 for a tenth of all traces",
    );
  }
  problems.throwIfAny();
  return { workload, protocol, sampledRatio };
}

function portOf({ port, ports = [] }: Monitored): number | undefined {
  return ports.find(({ name }) => name === "metrics")?.port ?? port;
}

function checkServed(problems: Problems, { port: own, ports = [] }: Monitored, port: unknown): void {
  const served = [...new Set([...(own === undefined ? [] : [own]), ...ports.map((one) => one.port)])];
  if (served.includes(port as number)) return;
  problems.add(
    "PORT_NOT_LISTENED",
    served.length === 0
      ? "The workload names no port, so nothing of it can be scraped"
      : `port is ${shown(port)}, and the workload listens on ${served.join(", ")}`,
    'Name the port among those of the workload: ports: [{ name: "metrics", port: 9090 }]',
  );
}
