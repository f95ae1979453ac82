import { type HardenedContainer } from "./hardened-pod";
import { checkArguments } from "../../../core/credential-literal";
import {
  checkedBy,
  choice,
  listOf,
  mapOf,
  objectName,
  optional,
  type PropsSchema,
  type Reader,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../../core/readers";
import { type Problems } from "../../../core/validation-error";
import { ContainerImage } from "../../images/container-image";
import {
  containerResources,
  type HardenedContainerProps,
  type InitContainer,
  type ReadResources,
  type Sidecar,
  TerminationMessagePolicy,
} from "../container-resources";
import { EnvironmentValue } from "../environment-value";
import { checkFiles, ConfigFile, ConfigFileSet, DownwardApiFiles, SecretFiles } from "../mounted-files";
import { type VolumeClaim } from "../persistent-volumes";
import { AddedCapability } from "../pod-security";
import { AppProtocol, checkUnprivileged, containerPort, namedPortList, portName } from "../ports";
import { HealthProbe } from "../probe";
import { API_ACCESS_PATHS, type ApiAccess, ProjectedToken } from "../service-account";
import { checkOverlaps, type WritablePath, writablePaths } from "../writable-path";

const words = checkedBy(listOf(text(), 'a list of texts, for example ["--verbose"]'), checkArguments);

const environment: Reader<{ [name: string]: EnvironmentValue }> = checkedBy(
  mapOf(
    valueOf(EnvironmentValue),
    'an object, for example { MODE: EnvironmentValue.fromValue("production") }',
  ),
  (problems, property, env) => {
    for (const [name, value] of Object.entries(env)) value._check(problems, name, property);
  },
);

/** How the props of all containers are read. */
export const CONTAINER = {
  image: valueOf(ContainerImage),
  command: optional(words),
  args: optional(words),
  env: withDefault(environment, {}),
  resources: containerResources(),
  writablePaths: withDefault(writablePaths(), []),
  files: withDefault(
    checkedBy(
      listOf(valueOf(ConfigFile), 'a list, for example [ConfigFile.of("/etc/web/app.conf", "text")]'),
      checkFiles,
    ),
    [],
  ),
  secretFiles: withDefault(
    listOf(valueOf(SecretFiles), 'a list, for example [SecretFiles.fromSecret("/run/secrets/db", "db")]'),
    [],
  ),
  projectedTokens: withDefault(
    listOf(valueOf(ProjectedToken), "a list, for example [ProjectedToken.of(path, { audience })]"),
    [],
  ),
  podInfoFiles: withDefault(
    listOf(valueOf(DownwardApiFiles), "a list, for example [DownwardApiFiles.of(path, fields)]"),
    [],
  ),
  terminationMessagePolicy: optional(
    choice(TerminationMessagePolicy, "TerminationMessagePolicy.FILE or FALLBACK_TO_LOGS_ON_ERROR"),
  ),
} satisfies PropsSchema<HardenedContainerProps>;

/** How the props of init containers are read. */
export const INIT_CONTAINER = { ...CONTAINER, name: objectName() } satisfies PropsSchema<InitContainer>;

/** How the props of containers that listen on ports are read, besides those of all containers. */
export const LISTENER = {
  port: optional(containerPort()),
  ports: withDefault(namedPortList(), []),
  readiness: optional(valueOf(HealthProbe)),
  liveness: optional(valueOf(HealthProbe)),
  startup: optional(valueOf(HealthProbe)),
};

/** How the props of sidecars are read. */
export const SIDECAR = {
  ...INIT_CONTAINER,
  ...LISTENER,
  addedCapability: optional(valueOf(AddedCapability)),
} satisfies PropsSchema<Sidecar>;

/** The props of a container as read; the program's have a protocol, a token, and persistent volumes. */
export type ContainerParts = Partial<Resolved<typeof SIDECAR>> & {
  readonly protocol?: AppProtocol;
  readonly apiAccess?: ApiAccess;
  readonly volumeClaims?: readonly VolumeClaim[];
};

/** The place of a container. */
export interface ContainerPlace {
  readonly workload: string;
  /** The prop of the workload that has the container, such as `sidecars[0]`. @default - the program's container */
  readonly at?: string;
  readonly sharedPaths: readonly WritablePath[];
}

/** Checks the props of a container together, and completes the container, which is whole if there are no problems. */
export function completeContainer(
  problems: Problems,
  { at, sharedPaths, workload }: ContainerPlace,
  parts: ContainerParts,
): HardenedContainer {
  const { protocol = AppProtocol.HTTP, addedCapability, apiAccess, port, resources } = parts;
  const { files = [], ports = [], projectedTokens = [], podInfoFiles = [], secretFiles = [] } = parts;
  const { volumeClaims = [], writablePaths = [], readiness, liveness, startup } = parts;
  const owner = at === undefined ? undefined : String(parts.name);
  const propertyOf = (name: string) => (at === undefined ? name : `${at}.${name}`);
  checkUnprivileged(problems, propertyOf("port"), port, addedCapability);
  ports.forEach((named, index) => {
    checkUnprivileged(problems, propertyOf(`ports[${index}].port`), named.port, addedCapability);
  });
  checkCapacity(problems, propertyOf("writablePaths"), writablePaths, resources);
  const mounted = [...sharedPaths, ...writablePaths, ...files, ...secretFiles, ...volumeClaims];
  const paths = [...mounted, ...projectedTokens, ...podInfoFiles].map(({ path }) => path);
  checkOverlaps(problems, [...paths, ...(apiAccess ? API_ACCESS_PATHS : [])], at);
  for (const [name, probe] of Object.entries({ readiness, liveness, startup })) {
    probe?._check(problems, propertyOf(name), port, ports);
  }
  if (readiness && liveness?._equals(readiness, port)) {
    problems.add(
      "PROBE_INVALID",
      `${propertyOf("liveness")} equals readiness, so a pod that is only busy would be restarted`,
      "Remove liveness, or use a more tolerant probe: " +
        "HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(15), failureThreshold: 4 })",
    );
  }
  return {
    ...(parts as Resolved<typeof SIDECAR>),
    name: owner ?? workload,
    portName: owner === undefined && port !== undefined ? portName(protocol) : undefined,
    owner,
    files: files.length > 0 ? new ConfigFileSet(workload, files, owner) : undefined,
    writablePaths,
    secretFiles,
    projectedTokens,
    podInfoFiles,
    ports,
  };
}

type Limits = Pick<ReadResources, "memoryLimit" | "ephemeralStorageLimit">;

/** Adds a problem if writable paths exceed the resources of the containers that write to them. */
export function checkCapacity(
  problems: Problems,
  what: string,
  paths: readonly WritablePath[],
  limits: Limits | undefined,
): void {
  if (limits === undefined) return;
  const check = (inMemory: boolean, resource: string, limit: bigint) => {
    const sum = paths
      .filter((path) => path.isInMemory === inMemory)
      .reduce((total, path) => total + path._size(), 0n);
    if (sum <= limit) return;
    problems.add(
      "RESOURCES_INVALID",
      `${what} ${inMemory ? "in memory" : "on disk"} may grow to ${mebibytes(sum)}, and resources.${resource}.limit is ${mebibytes(limit)}`,
      `Raise resources.${resource}.limit, or lower the sizeLimit of the paths`,
    );
  };
  check(true, "memory", limits.memoryLimit);
  check(false, "ephemeralStorage", limits.ephemeralStorageLimit);
}

/** The total resources of containers that run at the same time, if all of them are valid. */
export function togetherOf(resources: readonly (Limits | undefined)[]): Limits | undefined {
  const valid = resources.filter((limits) => limits !== undefined);
  if (valid.length < resources.length) return undefined;
  const sum = (limits: bigint[]) => limits.reduce((total, limit) => total + limit, 0n);
  return {
    memoryLimit: sum(valid.map(({ memoryLimit }) => memoryLimit)),
    ephemeralStorageLimit: sum(valid.map(({ ephemeralStorageLimit }) => ephemeralStorageLimit)),
  };
}

function mebibytes(billionths: bigint): string {
  return `${Number(billionths / 1_000_000_000n) / 1024 ** 2}Mi`;
}
