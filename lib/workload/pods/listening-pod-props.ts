import { Duration } from "cdk8s";
import { AppProtocol } from "./app-protocol";
import { type HardenedPodProps } from "./hardened-pod-props";
import { type NamedPort } from "./named-port";
import { type HardenedPod } from "./private/hardened-pod";
import { LISTENER } from "./private/read-container";
import { completePod, POD, type PodParts, type PodPlace } from "./private/read-pod";
import { HealthProbe } from "./probe";
import { choice, optional, type PropsSchema, wholeDuration, withDefault } from "../../core/readers";
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
   * The time for which a terminating pod keeps serving, so that no new connections arrive after it ends.
   *
   * Whole seconds; they count towards the grace period and must be fewer than it has.
   *
   * @default - with a port, 5 seconds or half of the grace period, whichever is less; otherwise 0
   */
  readonly stopDelay?: Duration;
}

/** How the props of long-running pods are read. */
export const LISTENING_POD = {
  ...POD,
  ...LISTENER,
  protocol: withDefault(
    choice(AppProtocol, "AppProtocol.HTTP, AppProtocol.GRPC or AppProtocol.TCP"),
    AppProtocol.HTTP,
  ),
  stopDelay: optional(wholeDuration("seconds", { least: 0 })),
} satisfies PropsSchema<ListeningPodProps>;

const HTTP_GET = HealthProbe.fromHttpGet("/");
const TCP_SOCKET = HealthProbe.fromTcpSocket();
// Twice as patient as readiness: a program that is only busy loses its traffic first, and has time to recover.
const LIVENESS = HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(15), failureThreshold: 4 });

/** Completes long-running pods, with the default probes of their port. */
export function completeListeningPod(problems: Problems, place: PodPlace, parts: PodParts): HardenedPod {
  if (parts.port === undefined) return completePod(problems, place, parts);
  const { readiness = parts.protocol === AppProtocol.HTTP ? HTTP_GET : TCP_SOCKET, liveness = LIVENESS } =
    parts;
  return completePod(problems, place, { ...parts, readiness, liveness });
}
