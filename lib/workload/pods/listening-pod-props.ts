import { AppProtocol, portName } from "./app-protocol";
import { type HardenedPodProps } from "./hardened-pod-props";
import { type NamedPort } from "./named-port";
import { type HardenedPod } from "./private/hardened-pod";
import { type AnyContainer } from "./private/read-container";
import { DEFAULT_GRACE, type PodPlace, readPod } from "./private/read-pod";
import { HealthProbe } from "./probe";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";

/** What the pods of a workload run that goes on running, and may listen on a port. */
export interface ListeningPodProps extends HardenedPodProps {
  /**
   * The TCP port that the program listens on, 1024 to 65535; with an added capability 1 to 65535.
   *
   * @default - none; the workload has no probes then unless it is given some
   */
  readonly port?: number;
  /**
   * What the program speaks on its port, without TLS where a load balancer ends it.
   *
   * @default AppProtocol.HTTP
   */
  readonly protocol?: AppProtocol;
  /**
   * Further TCP ports that the program listens on, such as one for metrics, by names that no other port of the pod has.
   *
   * They open nothing: who may connect is declared on the `connections` of the workload.
   *
   * @default - none
   */
  readonly ports?: NamedPort[];
  /**
   * When a pod gets traffic.
   *
   * @default - with a port, an HTTP GET of / on it; for another protocol than HTTP, a TCP connection
   */
  readonly readiness?: HealthProbe;
  /**
   * When a pod is restarted.
   *
   * Must differ from the readiness probe, so that a program that only waits for another one is not restarted.
   *
   * @default - with a port, a TCP connection to it every 15 seconds, of which four must fail in a row
   */
  readonly liveness?: HealthProbe;
  /**
   * When the other probes begin, for a program that starts slowly.
   *
   * @default - at once
   */
  readonly startup?: HealthProbe;
  /**
   * Seconds for which a pod that is to end goes on serving, so that no new connection is on its way to it when it ends.
   *
   * 0 or more; they count towards the grace period and must be fewer than it has.
   *
   * @default - with a port, 5 or half of the grace period, whichever is less; otherwise 0
   */
  readonly stopDelaySeconds?: number;
}

/** Reads the props of pods that may listen on a port; what is wrong with them goes into the problems. */
export function readListeningPod(
  problems: Problems,
  place: PodPlace,
  props: ListeningPodProps,
  further: Partial<AnyContainer> = {},
): HardenedPod {
  checkStopDelay(problems, props);
  const { port, protocol = AppProtocol.HTTP } = props;
  const answers = protocol === AppProtocol.HTTP ? HealthProbe.fromHttpGet("/") : HealthProbe.fromTcpSocket();
  // Twice as patient as readiness: a program that is only busy loses its traffic first, and gets time to recover.
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

/** How long a pod that is to end goes on serving. */
function stopDelay(props: ListeningPodProps): number {
  const { port, terminationGracePeriodSeconds: grace = DEFAULT_GRACE, stopDelaySeconds } = props;
  return stopDelaySeconds ?? (port === undefined ? 0 : Math.min(5, Math.floor(grace / 2)));
}

function checkStopDelay(problems: Problems, props: ListeningPodProps): void {
  const { terminationGracePeriodSeconds: grace = DEFAULT_GRACE } = props;
  // The grace period has a problem of its own then.
  if (!Number.isInteger(grace) || grace < 0) return;
  const delay = stopDelay(props);
  if (Number.isInteger(delay) && delay >= 0 && !(delay > 0 && delay >= grace)) return;
  problems.add(
    "COUNT_INVALID",
    `stopDelaySeconds is ${shown(delay)}, and terminationGracePeriodSeconds ${shown(grace)}`,
    "Give a whole number from 0 on that leaves the program some of the grace period, or leave it out",
  );
}
