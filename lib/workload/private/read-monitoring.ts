import { type Monitored, type ScrapeRequest, type Traced, type TraceRequest } from "./monitor";
import { type ScrapeOptions, type TraceOptions, TraceProtocol } from "../monitoring-options";
import { shown } from "../../core/display-value";
import {
  any,
  choice,
  matching,
  optional,
  type PropsSchema,
  readProps,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

const SCRAPE = {
  port: optional(any<number>()),
  path: withDefault(
    matching(
      /^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/,
      'Begin with a slash, without blanks and parameters, for example "/metrics"',
      {
        code: "VALUE_INVALID",
      },
    ),
    "/metrics",
  ),
  interval: optional(wholeDuration("seconds", { least: 5, example: "Duration.seconds(30)" })),
  sampleLimit: optional(wholeNumber({ least: 1 })),
} satisfies PropsSchema<ScrapeOptions>;

/** Validates the scrape options; throws an error that lists every problem. */
export function readScrape(workload: Monitored, options: ScrapeOptions): ScrapeRequest {
  const problems = new Problems(workload);
  const { interval, path, port = portOf(workload), sampleLimit } = readProps(problems, options, SCRAPE);
  checkServed(problems, workload, port);
  return problems.resolved<ScrapeRequest>({ workload, port, path, intervalSeconds: interval, sampleLimit });
}

const TRACES = {
  protocol: withDefault(
    choice(TraceProtocol, "TraceProtocol.HTTP_PROTOBUF or TraceProtocol.GRPC"),
    TraceProtocol.HTTP_PROTOBUF,
  ),
  sampledRatio: withDefault(any<number>(), 1),
} satisfies PropsSchema<TraceOptions>;

/** Validates the trace options; throws an error that lists every problem. */
export function readTraces(workload: Traced, options: TraceOptions): TraceRequest {
  const problems = new Problems(workload);
  const { protocol, sampledRatio = 1 } = readProps(problems, options, TRACES);
  if (typeof sampledRatio !== "number" || !(sampledRatio >= 0 && sampledRatio <= 1)) {
    problems.add(
      "VALUE_INVALID",
      `sampledRatio is ${shown(sampledRatio)}`,
      "Give a number from 0 to 1, for example 0.1 for a tenth of all traces",
    );
  }
  return problems.resolved<TraceRequest>({ workload, protocol, sampledRatio });
}

function portOf({ port, ports = [] }: Monitored): number | undefined {
  return ports.find(({ name }) => name === "metrics")?.port ?? port;
}

function checkServed(problems: Problems, { port: ownPort, ports = [] }: Monitored, port: unknown): void {
  const served = new Set([...(ownPort === undefined ? [] : [ownPort]), ...ports.map((named) => named.port)]);
  if (served.has(port as number)) return;
  problems.add(
    "PORT_NOT_LISTENED",
    served.size === 0
      ? "port was not given, and the workload has no ports"
      : `port is ${shown(port)}, and the workload listens on ${[...served].join(", ")}`,
    'Add the port to the workload: ports: [{ name: "metrics", port: 9090 }]',
  );
}
