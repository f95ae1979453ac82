import { AppProtocol } from "./app-protocol";
import { choice, kind, listOf, mapOf, optional, text } from "./shapes";

// What was meant is told by members, private ones too: a value may come from another copy of this library.
const image = kind(
  ["reference", "_acknowledge"],
  'ContainerImage.of("fra.ocir.io/acme/web@sha256:<64 hexadecimal digits>")',
);
const env = kind(["manifest"], 'EnvValue.fromValue("text")');
const probe = kind(
  ["timing", "action"],
  'Probe.http("/healthz"), Probe.tcp() or Probe.command(["/app/healthy"])',
);
const path = kind(["path", "sizeLimit"], 'WritablePath.of("/tmp")');
const file = kind(["path", "content"], 'ConfigFile.of("/etc/web/app.conf", "text")');
const secret = kind(["path", "secretSource"], 'SecretFiles.fromSecret("/run/secrets/db", "db")');
const range = kind(["request", "limit"], '{ request: "100m", limit: "500m" }');
const texts = listOf(text(), 'a list of texts, for example ["--verbose"]');
const paths = listOf(path, 'a list, for example [WritablePath.of("/tmp")]');

/** What the props of a container must be like. */
export const CONTAINER_SHAPES = {
  image,
  command: texts,
  args: texts,
  env: mapOf(env, 'an object, for example { MODE: EnvValue.fromValue("production") }'),
  resources: mapOf(optional(range), 'an object, for example { cpu: { request: "100m", limit: "500m" } }'),
  writablePaths: paths,
  files: listOf(file, 'a list, for example [ConfigFile.of("/etc/web/app.conf", "text")]'),
  secretFiles: listOf(secret, 'a list, for example [SecretFiles.fromSecret("/run/secrets/db", "db")]'),
  readiness: probe,
  liveness: probe,
  startup: probe,
  addedCapability: kind(["capability", "_acknowledge"], 'AddedCapability.netBindService({ reason: "..." })'),
};

const containers = listOf(kind([], "an object of props"), 'a list, for example [{ name: "proxy", image }]');
// The values are checked with the labels.
const entries = kind([], 'an object, for example { team: "shop" }');

/** What the other props of pods must be like. */
export const POD_SHAPES = {
  initContainers: containers,
  sidecars: containers,
  sharedPaths: paths,
  apiAccess: kind(["expirationSeconds", "_volumeMount"], "ApiAccess.token()"),
  nodeSelector: kind([], 'an object, for example { "kubernetes.io/arch": "arm64" }'),
  tolerations: listOf(
    kind(["key", "effect"], "a toleration"),
    'a list, for example [Toleration.ofAnyValue("nvidia.com/gpu", TaintEffect.NO_SCHEDULE)]',
  ),
  labels: entries,
  annotations: entries,
};

/** What the other props of pods that may listen on a port must be like. */
export const LISTENING_SHAPES = {
  protocol: choice(AppProtocol, "AppProtocol.HTTP, AppProtocol.GRPC or AppProtocol.TCP"),
  ...POD_SHAPES,
};
