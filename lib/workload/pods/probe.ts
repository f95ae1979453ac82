import { type NamedPort } from "./named-port";
import { checked } from "../../core/checked";
import { checkArguments } from "../../core/credential-literal";
import { shown } from "../../core/display-value";
import { IpProtocol } from "../../core/port";
import { Problems } from "../../core/validation-error";
import { listOf, refuseKind, shaped, text } from "../../core/value-readers";
import { given } from "../../synthesis/chart-objects";

/** The timing and the threshold of a probe. */
export interface HealthProbeOptions {
  /**
   * The number of seconds before the first probe, at least 0.
   *
   * @default 0
   */
  readonly initialDelaySeconds?: number;
  /**
   * The number of seconds between probes, at least 1.
   *
   * @default 10
   */
  readonly periodSeconds?: number;
  /**
   * The number of seconds until a probe times out, at least 1.
   *
   * @default 2
   */
  readonly timeoutSeconds?: number;
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

const LARGEST = 2 ** 31 - 1;
const DEFAULTS: Required<HealthProbeOptions> = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 2,
  failureThreshold: 3,
};

/**
 * A probe that the kubelet repeatedly runs against a container.
 *
 * @see fromHttpsGet://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
@checked
export class HealthProbe {
  /**
   * An HTTP GET, which succeeds with a status from 200 to 399.
   *
   * @param path such as `/healthz`
   * @param port one of the container's ports; by default its own
   * @throws PROBE_INVALID, PORT_INVALID
   */
  public static fromHttpGet(path: string, port?: number, options: HealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromHttpGet");
    checkPath(problems, path);
    return HealthProbe.read(problems, port, options, (at) => ({ httpGet: { path, port: at } }));
  }

  /**
   * An HTTP GET over TLS, which succeeds with a status from 200 to 399; the kubelet accepts any certificate.
   *
   * @param path such as `/healthz`
   * @param port one of the container's ports; by default its own
   * @throws PROBE_INVALID, PORT_INVALID
   */
  public static fromHttpsGet(path: string, port?: number, options: HealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromHttpsGet");
    checkPath(problems, path);
    return HealthProbe.read(problems, port, options, (at) => ({
      httpGet: { path, port: at, scheme: "HTTPS" },
    }));
  }

  /**
   * A request to the gRPC health service, which succeeds with SERVING; without TLS, which the kubelet does
   * not support here.
   *
   * @param port one of the container's ports; by default its own
   * @throws PROBE_INVALID, PORT_INVALID, VALUE_INVALID
   * @see fromHttpsGet://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-a-grpc-liveness-probe
   */
  public static fromGrpc(port?: number, options: GrpcHealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromGrpc");
    const { service, ...timing } = shaped(problems, options, {}) as GrpcHealthProbeOptions;
    if (service !== undefined && typeof service !== "string") {
      refuseKind(problems, "service", service, 'a text, for example "shop.v1.Orders"');
    }
    const named = service === undefined ? {} : { service };
    return HealthProbe.read(problems, port, timing, (at) => ({ grpc: { port: at, ...named } }));
  }

  /**
   * A TCP connection, which succeeds if it is accepted.
   *
   * @param port one of the container's ports; by default its own
   * @throws PROBE_INVALID, PORT_INVALID
   */
  public static fromTcpSocket(port?: number, options: HealthProbeOptions = {}): HealthProbe {
    return HealthProbe.read(new Problems("HealthProbe.fromTcpSocket"), port, options, (at) => ({
      tcpSocket: { port: at },
    }));
  }

  /**
   * A command in the container, which succeeds with exit code 0.
   *
   * @param command the program and its arguments; no shell is involved
   * @throws PROBE_INVALID, VALUE_INVALID, CREDENTIAL_LITERAL
   */
  public static fromCommand(command: string[], options: HealthProbeOptions = {}): HealthProbe {
    const problems = new Problems("HealthProbe.fromCommand");
    const texts = listOf(text(), 'a list of texts, for example ["/app/healthy", "--quick"]');
    const words = (texts(problems, "The command", command) ?? []) as string[];
    checkArguments(problems, "The command", words);
    if (!problems.any && (words[0] ?? "") === "") {
      problems.add("PROBE_INVALID", "The command is empty", 'Name a program, for example ["/app/healthy"]');
    }
    return HealthProbe.read(problems, undefined, options, () => ({ exec: { command: words } }), false);
  }

  private static read(
    problems: Problems,
    port: number | undefined,
    options: HealthProbeOptions,
    action: (port: number) => object,
    asksPort = true,
  ): HealthProbe {
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
      problems.add("PORT_INVALID", `${shown(port)} is not a port`, "Give a whole number from 1 to 65535");
    }
    const timing = { ...DEFAULTS, ...given(shaped(problems, options, {}) as HealthProbeOptions) };
    for (const [name, value] of Object.entries(timing)) {
      const least = name === "initialDelaySeconds" ? 0 : 1;
      if (Number.isInteger(value) && value >= least && value <= LARGEST) continue;
      problems.add("PROBE_INVALID", `${name} is ${shown(value)}`, `Give a whole number from ${least} on`);
    }
    problems.throwIfAny();
    return new HealthProbe(port, timing, action, asksPort);
  }

  private constructor(
    private readonly port: number | undefined,
    private readonly timing: Required<HealthProbeOptions>,
    private readonly action: (port: number) => object,
    private readonly asksPort: boolean,
  ) {}

  /** @internal */
  public _check(
    problems: Problems,
    name: string,
    workloadPort: number | undefined,
    further: readonly NamedPort[],
  ): void {
    if (!this.asksPort) return;
    const port = this.port ?? workloadPort;
    if (port === undefined) {
      problems.add(
        "PROBE_INVALID",
        `${name} has no port, and neither has the workload`,
        "Give the workload its port, or the probe one of its own",
      );
    } else if (
      port !== workloadPort &&
      !further.some((one) => one.port === port && one.transport !== IpProtocol.UDP)
    ) {
      problems.add(
        "PROBE_INVALID",
        `${name} asks port ${port}, which is ${further.some((one) => one.port === port) ? "for UDP" : "none of the container's ports"}`,
        `Name it among them, ports: [{ name: "health", port: ${port} }], or leave it out for the container's own`,
      );
    }
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

function checkPath(problems: Problems, path: string): void {
  if (/^\/[\x21-\x7e]*$/.test(path)) return;
  problems.add(
    "PROBE_INVALID",
    `The path is ${shown(path)}`,
    'Begin with a slash and leave out blanks, for example "/healthz"',
  );
}
