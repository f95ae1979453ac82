import { type AddedCapability } from "./added-capability";
import { checkFiles, ConfigFileSet } from "./config-file-set";
import { type ContainerProps, type Sidecar } from "./container-props";
import { type HardenedContainer } from "./hardened-container";
import { CONTAINER_SHAPES } from "./container-shapes";
import { checkOverlaps } from "./mount-path";
import { type Probe } from "./probe";
import { type ApiAccess } from "./rbac-api-access";
import { readResources } from "./read-resources";
import { shaped } from "./shapes";
import { type VolumeClaim } from "./volume-claim";
import { type WritablePath } from "./writable-path";
import { checkCapacity } from "./writable-capacity";
import { checkArguments } from "../core/credential-literal";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

/** A container of any kind; the program's has a name for its port, a delay before it ends, and volumes that stay. */
export type AnyContainer = ContainerProps &
  Partial<Sidecar> & {
    readonly portName?: string;
    readonly stopDelaySeconds?: number;
    readonly apiAccess?: ApiAccess;
    readonly volumeClaims?: readonly VolumeClaim[];
  };

/** Where a container is. */
export interface ContainerPlace {
  readonly workload: string;
  /** The name of the container, where it is not the program's. */
  readonly owner?: string;
  readonly sharedPaths: readonly WritablePath[];
}

/** Reads the props of a container; what is wrong with them goes into the problems. */
export function readContainer(
  problems: Problems,
  place: ContainerPlace,
  given: AnyContainer,
): HardenedContainer {
  const props = shaped(problems, given, CONTAINER_SHAPES, ["image"]) as AnyContainer;
  const {
    env = {},
    writablePaths = [],
    files = [],
    secretFiles = [],
    volumeClaims = [],
    port,
    readiness,
    liveness,
    startup,
  } = props;
  checkPort(problems, port, props.addedCapability);
  for (const [name, value] of Object.entries(env)) value._check(problems, name);
  checkArguments(problems, "command", props.command ?? []);
  checkArguments(problems, "args", props.args ?? []);
  const resources = readResources(problems, props.resources);
  checkCapacity(problems, "The writable paths", writablePaths, resources);
  checkOverlaps(
    problems,
    [...place.sharedPaths, ...writablePaths, ...files, ...secretFiles, ...volumeClaims].map(
      ({ path }) => path,
    ),
  );
  checkFiles(problems, files);
  for (const [name, probe] of Object.entries({ readiness, liveness, startup })) {
    probe?._check(problems, name, port);
  }
  checkDifferent(problems, readiness, liveness, port);
  return {
    ...props,
    name: place.owner ?? place.workload,
    owner: place.owner,
    env,
    resources,
    writablePaths,
    secretFiles,
    files: files.length > 0 ? new ConfigFileSet(place.workload, files, place.owner) : undefined,
  };
}

/** Adds a problem where the two probes ask the same, at the same times. */
function checkDifferent(
  problems: Problems,
  readiness: Probe | undefined,
  liveness: Probe | undefined,
  port: number | undefined,
): void {
  if (!readiness || !liveness?._equals(readiness, port)) return;
  problems.add(
    "PROBE_INVALID",
    "liveness equals readiness, so what should only get no traffic for a while would be restarted",
    "Leave liveness out, or let it ask less or be more patient, for example " +
      "Probe.tcp(undefined, { periodSeconds: 15, failureThreshold: 4 })",
  );
}

function checkPort(problems: Problems, port: number | undefined, added: AddedCapability | undefined): void {
  if (port === undefined) return;
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.add(
      "PORT_INVALID",
      `port is ${shown(port)}`,
      "Give a whole number from 1024 to 65535, for example 8080",
    );
  } else if (port < 1024 && !added) {
    problems.add(
      "PORT_PRIVILEGED",
      `port is ${port}`,
      "Let the program listen on 8080, or another port from 1024 on, as the load balancer still listens on 443; a program " +
        "that can't takes addedCapability: AddedCapability.netBindService({ reason })",
    );
  }
}
