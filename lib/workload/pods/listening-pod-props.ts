import { AppProtocol, portName } from "./app-protocol";
import { type HardenedPodProps } from "./hardened-pod-props";
import { type NamedPort } from "./named-port";
import { type HardenedPod } from "./private/hardened-pod";
import { type AnyContainer } from "./private/read-container";
import { DEFAULT_GRACE, type PodPlace, readPod } from "./private/read-pod";
import { HealthProbe } from "./probe";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";

/** Props of long-running pods, which may listen on ports. */
export interface ListeningPodProps extends HardenedPodProps {
  /**
   * The TCP port that the program listens on, 1024 to 65535; with an added capability, 1 to 65535.
   *
   * @default - none; without a port, there are no default probes
   */
  readonly port?: number;
  /**
   * The protocol of the port, without TLS if a load balancer terminates it.
   *
   * @default AppProtocol.HTTP
   */
  readonly protocol?: AppProtocol;
  /**
   * Further TCP ports that the program listens on, such as one for metrics, with names unique in the pod.
   *
   * They allow no connections: allow clients through the `connections` of the workload.
   *
   * @default - none
   */
  readonly ports?: NamedPort[];
  /**
   * The readiness probe, which decides whether a pod receives traffic.
   *
   * @default - with a port, an HTTP GET of / on it, or a TCP connection if the protocol is not HTTP
   */
  readonly readiness?: HealthProbe;
  /**
   * The liveness probe, which restarts a pod after it fails.
   *
   * It must differ from the readiness probe, so that a program that only waits for another one is not
   * restarted.
   *
   * @default - with a port, a TCP connection to it every 15 seconds, with four failures in a row
   */
  readonly liveness?: HealthProbe;
  /**
   * The startup probe, which delays the other probes for a program that starts slowly.
   *
   * @default - none
   */
  readonly startup?: HealthProbe;
  /**
   * The number of seconds for which a terminating pod keeps serving, so that no new connections arrive after
   * it ends.
   *
   * At least 0; they count towards the grace period and must be fewer than it has.
   *
   * @default - with a port, 5 or half of the grace period, whichever is less; otherwise 0
   */
  readonly stopDelaySeconds?: number;
}

/** Reads the props of pods that may listen on a port, and adds their problems. */
export function readListeningPod(
  problems: Problems,
  place: PodPlace,
  props: ListeningPodProps,
  further: Partial<AnyContainer> = {},
): HardenedPod {
  checkStopDelay(problems, props);
  const { port, protocol = AppProtocol.HTTP } = props;
  const answers = protocol === AppProtocol.HTTP ? HealthProbe.fromHttpGet("/") : HealthProbe.fromTcpSocket();
  // Twice as patient as readiness: a program that is only busy loses its traffic first, and has time to
  // recover.
  const patient = HealthProbe.fromTcpSocket(undefined, { periodSeconds: 15, failureThreshold: 4 });
  return readPod(problems, place, props, {
    ...props,
    ...further,
    portName: portName(protocol),
    stopDelaySeconds: stopDelay(props),
    readiness: props.readiness ?? (port === undefined ? undefined : answers),
    liveness: props.liveness ?? (port === undefined ? undefined : patient),
  });
}

/** The number of seconds for which a terminating pod keeps serving. */
function stopDelay(props: ListeningPodProps): number {
  const { port, terminationGracePeriodSeconds: grace = DEFAULT_GRACE, stopDelaySeconds } = props;
  return stopDelaySeconds ?? (port === undefined ? 0 : Math.min(5, Math.floor(grace / 2)));
}

function checkStopDelay(problems: Problems, props: ListeningPodProps): void {
  const { terminationGracePeriodSeconds: grace = DEFAULT_GRACE } = props;
  // An invalid grace period was reported already.
  if (!Number.isInteger(grace) || grace < 0) return;
  const delay = stopDelay(props);
  if (Number.isInteger(delay) && delay >= 0 && !(delay > 0 && delay >= grace)) return;
  problems.add(
    "COUNT_INVALID",
    `stopDelaySeconds is ${shown(delay)}, and terminationGracePeriodSeconds ${shown(grace)}`,
    "Give a whole number from 0 on that leaves the program some of the grace period, or leave it out",
  );
}
