import { type Duration } from "cdk8s";
import { type HardenedContainer } from "./hardened-pod";
import { pullSecretNames } from "./pull-secrets";
import { checkCapacity } from "./writable-capacity";
import { checkArguments } from "../../../core/credential-literal";
import { type Problems } from "../../../core/validation-error";
import { choice, kind, listOf, mapOf, optional, shaped, text, valueOf } from "../../../core/value-readers";
import { AppProtocol, portName } from "../app-protocol";
import { AddedCapability } from "../added-capability";
import { checkFiles, ConfigFile, ConfigFileSet } from "../config-file";
import {
  type HardenedContainerProps,
  readResources,
  type Sidecar,
  TerminationMessagePolicy,
} from "../container-resources";
import { checkContainerPort, checkNamedPorts } from "../named-port";
import { DownwardApiFiles } from "../downward-api-files";
import { EnvironmentValue } from "../environment-value";
import { FetchAtStart } from "../fetch-at-start";
import { HealthProbe } from "../probe";
import { ProjectedToken } from "../projected-token";
import { SecretFiles } from "../secret-files";
import { SystemUserId } from "../system-user-id";
import { Toleration } from "../toleration";
import { ContainerImage } from "../../images/container-image";
import { API_ACCESS_PATHS, ApiAccess } from "../api-access";
import { type VolumeClaim } from "../volume-claim";
import { checkOverlaps, WritablePath } from "../writable-path";

const range = kind(["request", "limit"], '{ request: "100m", limit: "500m" }');
const texts = listOf(text(), 'a list of texts, for example ["--verbose"]');
const paths = listOf(valueOf(WritablePath), 'a list, for example [WritablePath.of("/tmp")]');

/** The expected shapes of a container's props. */
export const CONTAINER_SHAPES = {
  image: valueOf(ContainerImage),
  command: texts,
  args: texts,
  env: mapOf(
    valueOf(EnvironmentValue),
    'an object, for example { MODE: EnvironmentValue.fromValue("production") }',
  ),
  resources: mapOf(optional(range), 'an object, for example { cpu: { request: "100m", limit: "500m" } }'),
  writablePaths: paths,
  files: listOf(valueOf(ConfigFile), 'a list, for example [ConfigFile.of("/etc/web/app.conf", "text")]'),
  secretFiles: listOf(
    valueOf(SecretFiles),
    'a list, for example [SecretFiles.fromSecret("/run/secrets/db", "db")]',
  ),
  projectedTokens: listOf(
    valueOf(ProjectedToken),
    "a list, for example [ProjectedToken.of(path, { audience })]",
  ),
  podInfoFiles: listOf(valueOf(DownwardApiFiles), "a list, for example [DownwardApiFiles.of(path, fields)]"),
  terminationMessagePolicy: choice(
    TerminationMessagePolicy,
    "TerminationMessagePolicy.FILE or FALLBACK_TO_LOGS_ON_ERROR",
  ),
  ports: listOf(kind([], "{ name, port }"), 'a list, for example [{ name: "metrics", port: 9090 }]'),
  readiness: valueOf(HealthProbe),
  liveness: valueOf(HealthProbe),
  startup: valueOf(HealthProbe),
  addedCapability: valueOf(AddedCapability),
};

const containers = listOf(kind([], "an object of props"), 'a list, for example [{ name: "proxy", image }]');
// The values are checked with the labels.
const entries = kind([], 'an object, for example { team: "shop" }');

/** The expected shapes of the other props of pods. */
export const POD_SHAPES = {
  fetchAtStart: listOf(
    valueOf(FetchAtStart),
    'a list, for example [FetchAtStart.https("/srv/geo/cities.mmdb", { url, sha256, image })]',
  ),
  initContainers: containers,
  sidecars: containers,
  sharedPaths: paths,
  lowUser: valueOf(SystemUserId),
  apiAccess: valueOf(ApiAccess),
  nodeSelector: kind([], 'an object, for example { "kubernetes.io/arch": "arm64" }'),
  tolerations: listOf(
    valueOf(Toleration),
    'a list, for example [Toleration.ofAnyValue("nvidia.com/gpu", TaintEffect.NO_SCHEDULE)]',
  ),
  imagePullSecrets: optional(pullSecretNames()),
  labels: entries,
  annotations: entries,
};

/** The expected shapes of the other props of pods that may listen on a port. */
export const LISTENING_SHAPES = {
  protocol: choice(AppProtocol, "AppProtocol.HTTP, AppProtocol.GRPC or AppProtocol.TCP"),
  ...POD_SHAPES,
};

/** A container of any kind; the program's has a protocol, a stop delay, persistent volumes, and a token. */
export type AnyContainer = HardenedContainerProps &
  Partial<Sidecar> & {
    readonly protocol?: AppProtocol;
    readonly stopDelay?: Duration;
    readonly apiAccess?: ApiAccess;
    readonly volumeClaims?: readonly VolumeClaim[];
  };

/** The place of a container. */
export interface ContainerPlace {
  readonly workload: string;
  /** The name of the container, if it is not the program's. */
  readonly owner?: string;
  readonly sharedPaths: readonly WritablePath[];
}

/** Reads the props of a container and adds their problems. */
export function readContainer(
  problems: Problems,
  place: ContainerPlace,
  value: AnyContainer,
): HardenedContainer {
  const props = shaped(problems, value, CONTAINER_SHAPES, ["image"]) as AnyContainer;
  const {
    env = {},
    protocol = AppProtocol.HTTP,
    writablePaths = [],
    files = [],
    secretFiles = [],
    projectedTokens = [],
    podInfoFiles = [],
    volumeClaims = [],
    port,
    ports = [],
    readiness,
    liveness,
    startup,
  } = props;
  // The token is for the program only, whatever the props of another container contain.
  const apiAccess = place.owner === undefined ? props.apiAccess : undefined;
  checkContainerPort(problems, "port", port, props.addedCapability);
  checkNamedPorts(problems, ports, props.addedCapability);
  for (const [name, value] of Object.entries(env)) value._check(problems, name);
  checkArguments(problems, "command", props.command ?? []);
  checkArguments(problems, "args", props.args ?? []);
  const resources = readResources(problems, props.resources);
  checkCapacity(problems, "writablePaths", writablePaths, resources);
  const mounted = [...place.sharedPaths, ...writablePaths, ...files, ...secretFiles, ...volumeClaims];
  const paths = [...mounted, ...projectedTokens, ...podInfoFiles].map(({ path }) => path);
  checkOverlaps(problems, [...paths, ...(apiAccess ? API_ACCESS_PATHS : [])]);
  checkFiles(problems, files);
  for (const [name, probe] of Object.entries({ readiness, liveness, startup })) {
    probe?._check(problems, name, port, ports);
  }
  checkDifferent(problems, readiness, liveness, port);
  return {
    ...props,
    name: place.owner ?? place.workload,
    portName: place.owner === undefined && port !== undefined ? portName(protocol) : undefined,
    owner: place.owner,
    env,
    resources,
    writablePaths,
    secretFiles,
    projectedTokens,
    podInfoFiles,
    apiAccess,
    ports,
    files: files.length > 0 ? new ConfigFileSet(place.workload, files, place.owner) : undefined,
  };
}

/** Adds a problem if both probes are identical. */
function checkDifferent(
  problems: Problems,
  readiness: HealthProbe | undefined,
  liveness: HealthProbe | undefined,
  port: number | undefined,
): void {
  if (!readiness || !liveness?._equals(readiness, port)) return;
  problems.add(
    "PROBE_INVALID",
    "liveness equals readiness, so a pod that is only busy would be restarted",
    "Remove liveness, or use a more tolerant probe: " +
      "HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(15), failureThreshold: 4 })",
  );
}
