import { type Construct } from "constructs";
import { checkUnused, pathOf } from "./chart-objects";
import { checkFiles, ConfigFileSet } from "./config-file-set";
import { type EnvValue } from "./env-value";
import { type HardenedDeploymentProps } from "./hardened-deployment";
import { type HardenedPod } from "./hardened-pod";
import { checkOverlaps } from "./mount-path";
import { Probe } from "./probe";
import { readResources } from "./read-resources";
import { type WritablePath } from "./writable-path";
import { checkArguments } from "../core/credential-literal";
import { checkAnnotations, checkLabels, checkObjectName } from "../core/kubernetes-names";
import { Problems } from "../core/validation-error";

const DEFAULT_USER = 65532;
const LEAST_USER = 10_000;
const LARGEST_USER = 2 ** 31 - 1;
const NAME_LABEL = "app.kubernetes.io/name";
const INSTANCE_LABEL = "app.kubernetes.io/instance";
const MANAGER_LABEL = "app.kubernetes.io/managed-by";
// A workload of such a name would overwrite what denies traffic to the others, or lend its rights to all.
const NAMESPACE_OBJECTS = ["allow-dns", "default", "deny-all"];

/** Validates the props; throws with all that is wrong. */
export function readDeployment(scope: Construct, id: string, props: HardenedDeploymentProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const { port, writablePaths = [], files = [], env = {} } = props;
  checkName(problems, scope, id);
  checkPort(problems, port);
  checkNumbers(problems, props);
  checkProcess(problems, env, props.command, props.args);
  checkLabels(problems, "labels", props.labels, [NAME_LABEL, INSTANCE_LABEL, MANAGER_LABEL]);
  checkAnnotations(problems, "annotations", props.annotations);
  const resources = readResources(problems, props.resources);
  checkCapacity(problems, writablePaths, resources.memoryLimit, resources.ephemeralStorageLimit);
  checkOverlaps(
    problems,
    [...writablePaths, ...files].map(({ path }) => path),
  );
  checkFiles(problems, files);
  const probes = {
    readiness: props.readiness ?? (port === undefined ? undefined : Probe.http("/")),
    liveness: props.liveness ?? (port === undefined ? undefined : Probe.tcp()),
    startup: props.startup,
  };
  for (const [name, probe] of Object.entries(probes)) probe?._check(problems, name, port);
  problems.throwIfAny();
  return {
    ...props,
    ...probes,
    name: id,
    env,
    writablePaths,
    resources: resources.texts,
    files: files.length > 0 ? new ConfigFileSet(id, files) : undefined,
    user: props.user ?? DEFAULT_USER,
    terminationGracePeriodSeconds: props.terminationGracePeriodSeconds ?? 30,
    labels: { [MANAGER_LABEL]: "secure-oke" },
    selector: { [NAME_LABEL]: id, [INSTANCE_LABEL]: id },
  };
}

function checkName(problems: Problems, scope: Construct, id: string): void {
  checkObjectName(problems, "The id, which names the Deployment,", id);
  if (NAMESPACE_OBJECTS.includes(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `The id is ${id}, the name of an object that SecureNamespace makes`,
      "Take the name of the program",
    );
  }
  checkUnused(problems, scope, ["Deployment", "ServiceAccount", "NetworkPolicy"], id);
}

function checkPort(problems: Problems, port: number | undefined): void {
  if (port === undefined) return;
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.add(
      "PORT_INVALID",
      `port is ${port}`,
      "Give a whole number from 1024 to 65535, for example 8080",
    );
  } else if (port < 1024) {
    problems.add(
      "PORT_PRIVILEGED",
      `port is ${port}`,
      "Let the program listen on 8080, or another port from 1024 on; the load balancer still listens on 443",
    );
  }
}

function checkNumbers(problems: Problems, props: HardenedDeploymentProps): void {
  const { replicas = 2, user = DEFAULT_USER, terminationGracePeriodSeconds: grace = 30 } = props;
  if (!Number.isInteger(replicas) || replicas < 2) {
    problems.add("REPLICAS_INVALID", `replicas is ${replicas}`, "Give a whole number from 2 on");
  }
  if (!Number.isInteger(user) || user < LEAST_USER || user > LARGEST_USER) {
    problems.add(
      "USER_INVALID",
      `user is ${user}`,
      `Give a whole number from ${LEAST_USER} on, or leave it out for ${DEFAULT_USER}; files of the image need not belong to it`,
    );
  }
  if (!Number.isInteger(grace) || grace < 0) {
    problems.add(
      "COUNT_INVALID",
      `terminationGracePeriodSeconds is ${grace}`,
      "Give a whole number from 0 on",
    );
  }
}

/** Adds a problem for each variable and argument that can't be. */
function checkProcess(
  problems: Problems,
  env: { [name: string]: EnvValue } = {},
  command: readonly string[] = [],
  args: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(env)) value._check(problems, name);
  checkArguments(problems, "command", command);
  checkArguments(problems, "args", args);
}

/** Adds a problem where writable paths hold more than the container may use. */
function checkCapacity(
  problems: Problems,
  paths: readonly WritablePath[],
  memoryLimit: bigint | undefined,
  ephemeralStorageLimit: bigint | undefined,
): void {
  const check = (inMemory: boolean, resource: string, limit: bigint | undefined) => {
    const sum = paths
      .filter((path) => path.isInMemory === inMemory)
      .reduce((total, path) => total + path._size(), 0n);
    if (limit === undefined || sum <= limit) return;
    problems.add(
      "RESOURCES_INVALID",
      `The writable paths ${inMemory ? "in memory" : "on disk"} may hold ${mebibytes(sum)}, and resources.${resource}.limit is ${mebibytes(limit)}`,
      `Raise resources.${resource}.limit, or lower the sizeLimit of the paths`,
    );
  };
  check(true, "memory", memoryLimit);
  check(false, "ephemeralStorage", ephemeralStorageLimit);
}

function mebibytes(billionths: bigint): string {
  return `${Number(billionths / 1_000_000_000n) / 1024 ** 2}Mi`;
}
