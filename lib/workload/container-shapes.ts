import { AppProtocol } from "./app-protocol";
import { TerminationMessagePolicy } from "./container-props";
import { PULL_SECRETS_SHAPE } from "./pull-secrets";
import { choice, kind, listOf, mapOf, optional, text } from "./shapes";

// What was meant is told by members, private ones too: a value may come from another copy of this library.
const image = kind(
  ["reference", "_acknowledge"],
  'ContainerImage.of("fra.ocir.io/acme/web@sha256:<64 hexadecimal digits>")',
);
const env = kind(["manifest"], 'EnvValue.fromValue("text")');
const probe = kind(
  ["timing", "action"],
  'Probe.http("/healthz"), Probe.tcp(), Probe.grpc() or Probe.command(["/app/healthy"])',
);
const path = kind(["path", "sizeLimit"], 'WritablePath.of("/tmp")');
const file = kind(["path", "content"], 'ConfigFile.of("/etc/web/app.conf", "text")');
const secret = kind(["path", "secretSource"], 'SecretFiles.fromSecret("/run/secrets/db", "db")');
const token = kind(["path", "audience"], 'ProjectedToken.of("/run/secrets/vault", { audience: "vault" })');
const podInfo = kind(["path", "fields"], 'PodInfoFiles.of("/etc/pod", { labels: "metadata.labels" })');
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
  projectedTokens: listOf(token, "a list, for example [ProjectedToken.of(path, { audience })]"),
  podInfoFiles: listOf(podInfo, "a list, for example [PodInfoFiles.of(path, fields)]"),
  terminationMessagePolicy: choice(
    TerminationMessagePolicy,
    "TerminationMessagePolicy.FILE or FALLBACK_TO_LOGS_ON_ERROR",
  ),
  ports: listOf(kind([], "{ name, port }"), 'a list, for example [{ name: "metrics", port: 9090 }]'),
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
  fetchAtStart: listOf(
    kind(["path", "_initContainers"], "FetchAtStart.https(path, { url, sha256, image })"),
    'a list, for example [FetchAtStart.https("/srv/geo/cities.mmdb", { url, sha256, image })]',
  ),
  initContainers: containers,
  sidecars: containers,
  sharedPaths: paths,
  lowUser: kind(["id", "_acknowledge"], 'LowUser.of(999, { reason: "..." })'),
  apiAccess: kind(["expirationSeconds", "_volumeMount"], "ApiAccess.token()"),
  nodeSelector: kind([], 'an object, for example { "kubernetes.io/arch": "arm64" }'),
  tolerations: listOf(
    kind(["key", "effect"], "a toleration"),
    'a list, for example [Toleration.ofAnyValue("nvidia.com/gpu", TaintEffect.NO_SCHEDULE)]',
  ),
  imagePullSecrets: PULL_SECRETS_SHAPE,
  labels: entries,
  annotations: entries,
};

/** What the other props of pods that may listen on a port must be like. */
export const LISTENING_SHAPES = {
  protocol: choice(AppProtocol, "AppProtocol.HTTP, AppProtocol.GRPC or AppProtocol.TCP"),
  ...POD_SHAPES,
};
