import { ApiObject, Duration } from "cdk8s";
import { PodManagementPolicy } from "cdk8s-plus-27";
import { type Construct } from "constructs";
import {
  COMMON_NAMES,
  dashboardsConfig,
  OPEN_SEARCH_FILES,
  OPEN_SEARCH_NODES,
  OPEN_SEARCH_PORTS,
  openSearchConfig,
  prepareScript,
  renewScript,
  securityFiles,
} from "./open-search-config";
import { type ResolvedOpenSearch } from "./read-destination";
import { type Logging } from "./read-logging";
import { SECURITY_ADMIN, SETTINGS_FILES, settingsFiles } from "./settings-script";
import { type LogDashboardsProps } from "../log-destination-props";
import { HardenedCronJob } from "../../../workload/hardened-cron-job";
import { HardenedDeployment } from "../../../workload/hardened-deployment";
import { HardenedStatefulSet } from "../../../workload/hardened-stateful-set";
import { AppProtocol } from "../../../workload/pods/app-protocol";
import { ConfigFile } from "../../../workload/pods/config-file";
import { type ContainerResourceRanges } from "../../../workload/pods/container-resources";
import { EnvironmentValue } from "../../../workload/pods/environment-value";
import { SystemUserId } from "../../../workload/pods/system-user-id";
import { HealthProbe } from "../../../workload/pods/probe";
import { SecretFiles } from "../../../workload/pods/secret-files";
import { VolumeClaim } from "../../../workload/pods/volume-claim";
import { WritablePath } from "../../../workload/pods/writable-path";

const BASH = "/bin/bash";
const GIVEN = OPEN_SEARCH_FILES.given;

/** The images keep their programs for the user 1000 alone. */
const lowUser = () =>
  SystemUserId.of(1000, { reason: "The images of OpenSearch keep their files for the user 1000" });

const SMALL: ContainerResourceRanges = {
  cpu: { request: "10m", limit: "250m" },
  memory: { request: "64Mi", limit: "64Mi" },
  ephemeralStorage: { request: "64Mi", limit: "64Mi" },
};
const JAVA: ContainerResourceRanges = {
  cpu: { request: "100m", limit: "1" },
  memory: { request: "512Mi", limit: "512Mi" },
  ephemeralStorage: { request: "256Mi", limit: "256Mi" },
};

/** The Secrets with certificates in the namespace of OpenSearch, which cert-manager makes. */
const SECRETS = {
  node: "opensearch-node-tls",
  admin: "opensearch-admin-tls",
  dashboards: "opensearch-dashboards-tls",
};

const scripts = (text: string) => ["-c", text];

/** The three nodes. */
export function addOpenSearch(
  scope: Construct,
  read: ResolvedOpenSearch,
  storageClassName: string,
): HardenedStatefulSet {
  const { image, memory, snapshots, storage, users } = read;
  const heap = Math.floor(memory / 2);
  const certificates = SecretFiles.fromSecret(OPEN_SEARCH_FILES.certificates, SECRETS.node);
  const given = [
    ConfigFile.of(`${GIVEN}/opensearch.yml`, openSearchConfig(read)),
    ...Object.entries(securityFiles()).map(([name, content]) =>
      ConfigFile.of(`${GIVEN}/security/${name}`, content),
    ),
  ];
  return new HardenedStatefulSet(scope, "opensearch", {
    image,
    replicas: OPEN_SEARCH_NODES,
    podManagementPolicy: PodManagementPolicy.PARALLEL,
    lowUser: lowUser(),
    sharedPaths: [WritablePath.of(OPEN_SEARCH_FILES.config, { sizeLimit: "64Mi" })],
    initContainers: [
      {
        name: "prepare",
        image,
        command: [BASH],
        args: scripts(prepareScript(read)),
        env: { OPENSEARCH_JAVA_OPTS: EnvironmentValue.fromValue("-Xms64m -Xmx64m") },
        files: given,
        secretFiles: [certificates, users, ...(snapshots ? [snapshots._secretFiles] : [])],
        writablePaths: [
          WritablePath.of("/tmp", { sizeLimit: "64Mi" }),
          WritablePath.of(OPEN_SEARCH_FILES.logs, { sizeLimit: "64Mi" }),
        ],
        resources: JAVA,
      },
    ],
    sidecars: [
      {
        name: "certificates",
        image,
        command: [BASH],
        args: scripts(renewScript()),
        secretFiles: [certificates],
        resources: SMALL,
      },
    ],
    command: [`${OPEN_SEARCH_FILES.home}/bin/opensearch`],
    env: {
      OPENSEARCH_PATH_CONF: EnvironmentValue.fromValue(OPEN_SEARCH_FILES.config),
      OPENSEARCH_TMPDIR: EnvironmentValue.fromValue("/tmp"),
      OPENSEARCH_JAVA_OPTS: EnvironmentValue.fromValue(`-Xms${heap}m -Xmx${heap}m`),
      HOSTNAME: EnvironmentValue.fromFieldRef("metadata.name"),
    },
    port: OPEN_SEARCH_PORTS.http,
    protocol: AppProtocol.TCP,
    ports: [{ name: "transport", port: OPEN_SEARCH_PORTS.transport, protocol: AppProtocol.TCP }],
    readiness: HealthProbe.fromTcpSocket(),
    liveness: HealthProbe.fromTcpSocket(OPEN_SEARCH_PORTS.transport, {
      period: Duration.seconds(20),
      failureThreshold: 6,
    }),
    startup: HealthProbe.fromTcpSocket(OPEN_SEARCH_PORTS.transport, { failureThreshold: 60 }),
    terminationGracePeriod: Duration.minutes(2),
    volumeClaims: [
      VolumeClaim.of("data", OPEN_SEARCH_FILES.data, { size: `${storage}Gi`, storageClassName }),
    ],
    writablePaths: [
      WritablePath.of("/tmp", { sizeLimit: "256Mi" }),
      WritablePath.of(OPEN_SEARCH_FILES.logs, { sizeLimit: "512Mi" }),
    ],
    resources: {
      cpu: { request: "500m", limit: "2" },
      memory: { request: `${memory}Mi`, limit: `${memory}Mi` },
      ephemeralStorage: { request: "1Gi", limit: "1Gi" },
    },
  });
}

/** Every 15 minutes, what OpenSearch must know: users and roles, the template and the life of indices, and snapshots. */
export function addSettings(scope: Construct, read: ResolvedOpenSearch, namespace: string): HardenedCronJob {
  const { folder, security } = SETTINGS_FILES;
  const files = { ...settingsFiles(read) };
  const wanted = ["config.yml", "roles.yml", "roles_mapping.yml"];
  return new HardenedCronJob(scope, "opensearch-settings", {
    image: read.image,
    schedule: "*/15 * * * *",
    lowUser: lowUser(),
    command: [BASH],
    args: [`${folder}/settings.sh`],
    env: {
      OPENSEARCH_URL: EnvironmentValue.fromValue(
        `https://opensearch.${namespace}.svc:${OPEN_SEARCH_PORTS.http}`,
      ),
      SECURITY_ADMIN: EnvironmentValue.fromValue(SECURITY_ADMIN),
      USERS_FILE: EnvironmentValue.fromValue(`${read.users.path}/internal_users.yml`),
      JAVA_HOME: EnvironmentValue.fromValue(`${OPEN_SEARCH_FILES.home}/jdk`),
    },
    files: [
      ...Object.entries(files).map(([name, content]) => ConfigFile.of(`${folder}/${name}`, content)),
      ...Object.entries(securityFiles())
        .filter(([name]) => wanted.includes(name))
        .map(([name, content]) => ConfigFile.of(`${security}/${name}`, content)),
    ],
    secretFiles: [SecretFiles.fromSecret(SETTINGS_FILES.certificates, SECRETS.admin), read.users],
    writablePaths: [
      WritablePath.of("/tmp", { sizeLimit: "64Mi" }),
      WritablePath.of(OPEN_SEARCH_FILES.logs, { sizeLimit: "64Mi" }),
    ],
    backoffLimit: 1,
    activeDeadline: Duration.minutes(10),
    resources: JAVA,
  });
}

/** OpenSearch Dashboards, for people. */
export function addDashboards(
  scope: Construct,
  { image, secretFiles }: LogDashboardsProps,
  namespace: string,
): HardenedDeployment {
  const home = "/usr/share/opensearch-dashboards";
  return new HardenedDeployment(scope, "opensearch-dashboards", {
    image,
    lowUser: lowUser(),
    command: [BASH],
    // The key is in no environment of the manifest, only in that of the process.
    args: scripts(
      `export COOKIE_KEY="$(<${secretFiles.path}/cookie-key)" && exec ${home}/bin/opensearch-dashboards`,
    ),
    files: [ConfigFile.of(`${home}/config/opensearch_dashboards.yml`, dashboardsConfig(namespace))],
    secretFiles: [
      secretFiles,
      SecretFiles.fromSecret("/run/secrets/opensearch-certificates", SECRETS.dashboards),
    ],
    writablePaths: [
      WritablePath.of(`${home}/data`, { sizeLimit: "128Mi" }),
      WritablePath.of("/tmp", { sizeLimit: "64Mi" }),
    ],
    port: 5601,
    readiness: HealthProbe.fromTcpSocket(),
    liveness: HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(20), failureThreshold: 6 }),
    startup: HealthProbe.fromTcpSocket(undefined, { failureThreshold: 30 }),
    resources: {
      cpu: { request: "100m", limit: "1" },
      memory: { request: "1Gi", limit: "1Gi" },
      ephemeralStorage: { request: "256Mi", limit: "256Mi" },
    },
  });
}

/** How the certificate of a program is ordered: by a name that nobody else gets, with a key that is new each time. */
function certificate(
  scope: Construct,
  id: string,
  { commonName, dnsNames = [], secretName }: { commonName: string; dnsNames?: string[]; secretName: string },
): void {
  new ApiObject(scope, id, {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: secretName },
    spec: {
      secretName,
      commonName,
      ...(dnsNames.length > 0 ? { dnsNames } : {}),
      usages: dnsNames.length > 0 ? ["server auth", "client auth"] : ["client auth"],
      duration: "2160h",
      renewBefore: "720h",
      privateKey: { algorithm: "ECDSA", size: 256, encoding: "PKCS8", rotationPolicy: "Always" },
      issuerRef: { group: "cert-manager.io", kind: "Issuer", name: ISSUER },
    },
  });
}

const ISSUER = "log-ca";

/** An issuer that only this namespace can ask: a ClusterIssuer would make everybody an administrator who may order certificates. */
function addIssuer(scope: Construct, secretName: string): void {
  new ApiObject(scope, "Issuer", {
    apiVersion: "cert-manager.io/v1",
    kind: "Issuer",
    metadata: { name: ISSUER },
    spec: { ca: { secretName } },
  });
}

/** The certificates of all programs of the namespace of OpenSearch. */
export function addCertificates(scope: Construct, read: ResolvedOpenSearch, { namespace }: Logging): void {
  addIssuer(scope, read.authoritySecretName);
  certificate(scope, "NodeCertificate", {
    commonName: COMMON_NAMES.node,
    secretName: SECRETS.node,
    dnsNames: ["opensearch", `opensearch.${namespace}`, `opensearch.${namespace}.svc`],
  });
  certificate(scope, "AdminCertificate", { commonName: COMMON_NAMES.admin, secretName: SECRETS.admin });
  if (!read.dashboards) return;
  certificate(scope, "DashboardsCertificate", {
    commonName: COMMON_NAMES.dashboards,
    secretName: SECRETS.dashboards,
  });
}

/** The certificate of the collectors, in their own namespace. */
export function addCollectorCertificate(
  scope: Construct,
  read: ResolvedOpenSearch,
  secretName: string,
): void {
  addIssuer(scope, read.authoritySecretName);
  certificate(scope, "Certificate", { commonName: COMMON_NAMES.collector, secretName });
}
