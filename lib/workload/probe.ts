import { given } from "./chart-objects";
import { listOf, shaped, text } from "./shapes";
import { checkArguments } from "../core/credential-literal";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";

/** When a probe is made. */
export interface ProbeOptions {
  /**
   * Seconds before the first one, 0 or more.
   *
   * @default 0
   */
  readonly initialDelaySeconds?: number;
  /**
   * Seconds from one to the next, 1 or more.
   *
   * @default 10
   */
  readonly periodSeconds?: number;
  /**
   * Seconds after which one has failed, 1 or more.
   *
   * @default 2
   */
  readonly timeoutSeconds?: number;
  /**
   * How many must fail in a row, 1 or more.
   *
   * @default 3
   */
  readonly failureThreshold?: number;
}

const DEFAULTS: Required<ProbeOptions> = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 2,
  failureThreshold: 3,
};

/**
 * A question that the kubelet asks a container again and again.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export class Probe {
  /**
   * An HTTP GET, fine when it is answered with a status from 200 to 399.
   *
   * @param path such as `/healthz`
   * @param port the port, if it is not the workload's own
   * @throws PROBE_INVALID, PORT_INVALID
   */
  public static http(path: string, port?: number, options: ProbeOptions = {}): Probe {
    const problems = new Problems("Probe.http");
    if (!/^\/[\x21-\x7e]*$/.test(path)) {
      problems.add(
        "PROBE_INVALID",
        `The path is ${shown(path)}`,
        'Begin with a slash and leave out blanks, for example "/healthz"',
      );
    }
    return Probe.read(problems, port, options, (at) => ({ httpGet: { path, port: at } }));
  }

  /**
   * A TCP connection, fine when it is accepted.
   *
   * @param port the port, if it is not the workload's own
   * @throws PROBE_INVALID, PORT_INVALID
   */
  public static tcp(port?: number, options: ProbeOptions = {}): Probe {
    return Probe.read(new Problems("Probe.tcp"), port, options, (at) => ({ tcpSocket: { port: at } }));
  }

  /**
   * A command in the container, fine when it exits with 0.
   *
   * @param command the program and its arguments; no shell is involved
   * @throws PROBE_INVALID, VALUE_INVALID, CREDENTIAL_LITERAL
   */
  public static command(command: string[], options: ProbeOptions = {}): Probe {
    const problems = new Problems("Probe.command");
    const texts = listOf(text(), 'a list of texts, for example ["/app/healthy", "--quick"]');
    const words = (texts(problems, "The command", command) ?? []) as string[];
    checkArguments(problems, "The command", words);
    if (!problems.any && (words[0] ?? "") === "") {
      problems.add("PROBE_INVALID", "The command is empty", 'Name a program, for example ["/app/healthy"]');
    }
    return Probe.read(problems, 1, options, () => ({ exec: { command: words } }));
  }

  private static read(
    problems: Problems,
    port: number | undefined,
    options: ProbeOptions,
    action: (port: number) => object,
  ): Probe {
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
      problems.add("PORT_INVALID", `${shown(port)} is not a port`, "Give a whole number from 1 to 65535");
    }
    const timing = { ...DEFAULTS, ...given(shaped(problems, options, {}) as ProbeOptions) };
    for (const [name, value] of Object.entries(timing)) {
      const least = name === "initialDelaySeconds" ? 0 : 1;
      if (Number.isInteger(value) && value >= least) continue;
      problems.add("PROBE_INVALID", `${name} is ${shown(value)}`, `Give a whole number from ${least} on`);
    }
    problems.throwIfAny();
    return new Probe(port, timing, action);
  }

  private constructor(
    private readonly port: number | undefined,
    private readonly timing: Required<ProbeOptions>,
    private readonly action: (port: number) => object,
  ) {}

  /** @internal */
  public _check(problems: Problems, name: string, workloadPort: number | undefined): void {
    if (this.port !== undefined || workloadPort !== undefined) return;
    problems.add(
      "PROBE_INVALID",
      `${name} has no port, and neither has the workload`,
      "Give the workload its port, or the probe one of its own",
    );
  }

  /** @internal */
  public _equals(other: Probe, workloadPort: number | undefined): boolean {
    return JSON.stringify(this._toManifest(workloadPort)) === JSON.stringify(other._toManifest(workloadPort));
  }

  /** @internal */
  public _toManifest(workloadPort: number | undefined): object {
    return { ...this.action(this.port ?? workloadPort ?? 0), ...this.timing };
  }
}
