import { AppProtocol, portName } from "./app-protocol";
import { type HardenedPod } from "./hardened-pod";
import { type ListeningPodProps } from "./listening-pod-props";
import { Probe } from "./probe";
import { type AnyContainer } from "./read-container";
import { type PodPlace } from "./pod-place";
import { DEFAULT_GRACE, readPod } from "./read-pod";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

/** Reads the props of pods that may listen on a port; what is wrong with them goes into the problems. */
export function readListeningPod(
  problems: Problems,
  place: PodPlace,
  props: ListeningPodProps,
  further: Partial<AnyContainer> = {},
): HardenedPod {
  checkStopDelay(problems, props);
  const { port, protocol = AppProtocol.HTTP } = props;
  const answers = protocol === AppProtocol.HTTP ? Probe.http("/") : Probe.tcp();
  // Twice as patient as readiness: a program that is only busy loses its traffic first, and gets time to recover.
  const patient = Probe.tcp(undefined, { periodSeconds: 15, failureThreshold: 4 });
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
