import { type Duration } from "cdk8s";
import { type NamedPort } from "./ports";
import { checked } from "../../core/checked";
import { checkArguments } from "../../core/credential-literal";
import { IpProtocol } from "../../core/port";
import {
  checkedBy,
  listOf,
  matching,
  optional,
  portNumber,
  type PropsSchema,
  readProps,
  text,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

/** The timing and the threshold of a probe. */
export interface HealthProbeOptions {
  /**
   * The time before the first probe, in whole seconds.
   *
   * @default Duration.seconds(0)
   */
  readonly initialDelay?: Duration;
  /**
   * The time between probes: whole seconds, at least 1.
   *
   * @default Duration.seconds(10)
   */
  readonly period?: Duration;
  /**
   * The time after which a probe counts as failed: whole seconds, at least 1.
   *
   * @default Duration.seconds(2)
   */
  readonly timeout?: Duration;
  /**
   * The number of failures in a row, at least 1.
   *
   * @default 3
   */
  readonly failureThreshold?: number;
}

/** Options of a gRPC probe. */
export interface GrpcHealthProbeOptions extends HealthProbeOptions {
  /**
   * The name of the service in the program's health service.
   *
   * @default - the program as a whole
   */
  readonly service?: string;
}

/** The timing of a probe, as its manifest has it. */
interface ProbeTiming {
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

const seconds = (least: number) => wholeDuration("seconds", { least, most: 2 ** 31 - 1 });

const TIMING = {
  initialDelay: withDefault(seconds(0), 0),
  period: withDefault(seconds(1), 10),
  timeout: withDefault(seconds(1), 2),
  failureThreshold: withDefault(
    wholeNumber({
      least: 1,
      code: "PROBE_INVALID",
      fix: "Give a whole number from 1 on, for example 3",
    }),
    3,
  ),
} satisfies PropsSchema<HealthProbeOptions>;

const GRPC = {
  ...TIMING,
  service: optional(text('a text, for example "shop.v1.Orders"')),
} satisfies PropsSchema<GrpcHealthProbeOptions>;

type TimingParts = ReturnType<typeof readProps<typeof TIMING>>;

const PATH = matching(/^\/[\x21-\x7e]*$/, 'Begin with a slash, without blanks, for example "/healthz"', {
  code: "PROBE_INVALID",
});
const PORT = optional(portNumber("Give a whole number from 1 to 65535, for example 8080"));
const COMMAND = checkedBy(
  listOf(text(), 'a list of texts, for example ["/app/healthy", "--quick"]'),
  (problems, name, command) => {
    checkArguments(problems, name, command);
    if ((command[0] ?? "") !== "") return;
    problems.add(
      "PROBE_INVALID",
      `${name} is empty`,
      'Give the program and its arguments, for example ["/app/healthy"]',
    );
  },
);

/**
 * A probe that the kubelet repeatedly runs against a container.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
@checked
export class HealthProbe {
  /**
   * An HTTP GET, which succeeds with a status from 200 to 399.
   *
   * @param path such as `/healthz`
   * @param port one of the container's ports; by default its own
   */
  public static fromHttpGet(path: string, port?: number, options: HealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromHttpGet");
    PATH(problems, "path", path);
    return HealthProbe.read(problems, port, readProps(problems, options, TIMING), (at) => ({
      httpGet: { path, port: at },
    }));
  }

  /**
   * An HTTP GET over TLS, which succeeds with a status from 200 to 399; the kubelet accepts any certificate.
   *
   * @param path such as `/healthz`
   * @param port one of the container's ports; by default its own
   */
  public static fromHttpsGet(path: string, port?: number, options: HealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromHttpsGet");
    PATH(problems, "path", path);
    return HealthProbe.read(problems, port, readProps(problems, options, TIMING), (at) => ({
      httpGet: { path, port: at, scheme: "HTTPS" },
    }));
  }

  /**
   * A request to the gRPC health service, which succeeds with SERVING; without TLS, which the kubelet does
   * not support here.
   *
   * @param port one of the container's ports; by default its own
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-a-grpc-liveness-probe
   */
  public static fromGrpc(port?: number, options: GrpcHealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromGrpc");
    const { service, ...timing } = readProps(problems, options, GRPC);
    const named = service === undefined ? {} : { service };
    return HealthProbe.read(problems, port, timing, (at) => ({ grpc: { port: at, ...named } }));
  }

  /**
   * A TCP connection, which succeeds if it is accepted.
   *
   * @param port one of the container's ports; by default its own
   */
  public static fromTcpSocket(port?: number, options: HealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromTcpSocket");
    return HealthProbe.read(problems, port, readProps(problems, options, TIMING), (at) => ({
      tcpSocket: { port: at },
    }));
  }

  /**
   * A command in the container, which succeeds with exit code 0.
   *
   * @param command the program and its arguments; no shell is involved
   */
  public static fromCommand(command: string[], options: HealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromCommand");
    const words = COMMAND(problems, "command", command);
    return HealthProbe.read(
      problems,
      undefined,
      readProps(problems, options, TIMING),
      () => ({ exec: { command: words } }),
      false,
    );
  }

  private static read(
    problems: Problems,
    port: number | undefined,
    timing: TimingParts,
    action: (port: number) => object,
    usesPort = true,
  ): HealthProbe {
    PORT(problems, "port", port);
    const { initialDelay, period, timeout, failureThreshold } =
      problems.resolved<Required<TimingParts>>(timing);
    return new HealthProbe(
      port,
      {
        initialDelaySeconds: initialDelay,
        periodSeconds: period,
        timeoutSeconds: timeout,
        failureThreshold,
      },
      action,
      usesPort,
    );
  }

  private constructor(
    private readonly port: number | undefined,
    private readonly timing: ProbeTiming,
    private readonly action: (port: number) => object,
    private readonly usesPort: boolean,
  ) {}

  /** @internal */
  public _check(
    problems: Problems,
    name: string,
    workloadPort: number | undefined,
    further: readonly NamedPort[],
  ): void {
    if (!this.usesPort) return;
    const port = this.port ?? workloadPort;
    if (port === undefined) {
      problems.add(
        "PROBE_INVALID",
        `${name} has no port, and the container has none either`,
        'Give the container a port, or give the probe one, for example HealthProbe.fromHttpGet("/healthz", 9090)',
      );
      return;
    }
    const listed = further.filter((namedPort) => namedPort.port === port);
    if (port === workloadPort || listed.some(({ transport }) => transport !== IpProtocol.UDP)) return;
    problems.add(
      "PROBE_INVALID",
      `${name} uses port ${port}, which ${listed.length > 0 ? "is a UDP port" : "the container does not list"}`,
      `Add it: ports: [{ name: "health", port: ${port} }], or remove the port from the probe to use the container's own`,
    );
  }

  /** @internal */
  public _equals(other: HealthProbe, workloadPort: number | undefined): boolean {
    return JSON.stringify(this._toManifest(workloadPort)) === JSON.stringify(other._toManifest(workloadPort));
  }

  /** @internal */
  public _toManifest(workloadPort: number | undefined): object {
    return { ...this.action(this.port ?? workloadPort ?? 0), ...this.timing };
  }
}
