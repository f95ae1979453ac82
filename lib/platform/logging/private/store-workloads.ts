import { ApiObject, Duration } from "cdk8s";
import { PodManagementPolicy } from "cdk8s-plus-27";
import { type Construct } from "constructs";
import {
  commonNames,
  dashboardsCertificates,
  type NamespaceCapacity,
  settingsPaths,
  STORE_NODES,
  STORE_PORTS,
  storeFiles,
  type StoreParts,
  type StoreProgram,
} from "./store-parts";
import { type ResolvedDashboards, type ResolvedStoreInCluster } from "../log-destination";
import { HardenedCronJob } from "../../../workload/hardened-cron-job";
import { HardenedDeployment } from "../../../workload/hardened-deployment";
import { HardenedStatefulSet } from "../../../workload/hardened-stateful-set";
import { type ContainerResourceRanges } from "../../../workload/pods/container-resources";
import { EnvironmentValue } from "../../../workload/pods/environment-value";
import { ConfigFile, SecretFiles } from "../../../workload/pods/mounted-files";
import { VolumeClaim } from "../../../workload/pods/persistent-volumes";
import { SystemUserId } from "../../../workload/pods/pod-security";
import { AppProtocol } from "../../../workload/pods/ports";
import { HealthProbe } from "../../../workload/pods/probe";
import { WritablePath } from "../../../workload/pods/writable-path";

const BASH = "/bin/bash";
/** The memory of the sidecar of a node, as in SMALL. */
const SIDECAR_MEBIBYTES = 64;
/** The memory for the dashboards, and the job that writes settings. */
const OTHER_PODS_MEBIBYTES = 8192;
/** The default maximum of NamespaceLimits, 8Gi. */
const DEFAULT_MAX_MEMORY = 8192;

/** Only the user 1000 can read the programs of the images. */
const lowUser = (program: StoreProgram) =>
  SystemUserId.of(1000, { reason: `The images of ${TITLES[program]} keep their files for the user 1000` });

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

const TITLES = { elasticsearch: "Elasticsearch", opensearch: "OpenSearch" };

/** The Secrets with certificates in the namespace of the store, which cert-manager writes. */
const secretNames = (program: StoreProgram) => ({
  node: `${program}-node-tls`,
  admin: `${program}-admin-tls`,
  dashboards: `${program}-dashboards-tls`,
});

const configFiles = (folder: string, files: { readonly [path: string]: string }) =>
  Object.entries(files).map(([path, content]) => ConfigFile.of(`${folder}/${path}`, content));
const variablesOf = (values: { readonly [name: string]: string }) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, EnvironmentValue.fromValue(value)]),
  );

const scripts = (text: string) => ["-c", text];

/** The three nodes. */
export function addStore(
  scope: Construct,
  { configuration, prepare, program, renew, variables }: StoreParts,
  read: ResolvedStoreInCluster,
  storageClassName: string,
): HardenedStatefulSet {
  const { image, memory, snapshots, storage, users } = read;
  const paths = storeFiles(program);
  const heap = Math.floor(memory / 2);
  const certificates = SecretFiles.fromSecret(paths.certificates, secretNames(program).node);
  // The passwords of people are in the configuration of Elasticsearch, and in an index of OpenSearch.
  const renewed = program === "elasticsearch" ? [certificates, users] : [certificates];
  return new HardenedStatefulSet(scope, program, {
    image,
    replicas: STORE_NODES,
    podManagementPolicy: PodManagementPolicy.PARALLEL,
    lowUser: lowUser(program),
    sharedPaths: [WritablePath.of(paths.config, { sizeLimit: "64Mi" })],
    initContainers: [
      {
        name: "prepare",
        image,
        command: [BASH],
        args: scripts(prepare),
        env: { [`${variables}_JAVA_OPTS`]: EnvironmentValue.fromValue("-Xms64m -Xmx64m") },
        files: configFiles(paths.given, configuration),
        secretFiles: [certificates, users, ...(snapshots ? [snapshots._secretFiles] : [])],
        writablePaths: [
          WritablePath.of("/tmp", { sizeLimit: "64Mi" }),
          WritablePath.of(paths.logs, { sizeLimit: "64Mi" }),
        ],
        resources: JAVA,
      },
    ],
    sidecars: [
      {
        name: "certificates",
        image,
        command: [BASH],
        args: scripts(renew),
        secretFiles: renewed,
        resources: SMALL,
      },
    ],
    command: [`${paths.home}/bin/${program}`],
    env: {
      ...variablesOf({
        [`${variables}_PATH_CONF`]: paths.config,
        [`${variables}_TMPDIR`]: "/tmp",
        [`${variables}_JAVA_OPTS`]: `-Xms${heap}m -Xmx${heap}m`,
      }),
      HOSTNAME: EnvironmentValue.fromFieldRef("metadata.name"),
    },
    port: STORE_PORTS.http,
    protocol: AppProtocol.TCP,
    ports: [{ name: "transport", port: STORE_PORTS.transport, protocol: AppProtocol.TCP }],
    readiness: HealthProbe.fromTcpSocket(),
    liveness: HealthProbe.fromTcpSocket(STORE_PORTS.transport, {
      period: Duration.seconds(20),
      failureThreshold: 6,
    }),
    startup: HealthProbe.fromTcpSocket(STORE_PORTS.transport, { failureThreshold: 60 }),
    terminationGracePeriod: Duration.minutes(2),
    volumeClaims: [VolumeClaim.of("data", paths.data, { size: `${storage}Gi`, storageClassName })],
    writablePaths: [
      WritablePath.of("/tmp", { sizeLimit: "256Mi" }),
      WritablePath.of(paths.logs, { sizeLimit: "512Mi" }),
    ],
    resources: {
      cpu: { request: "500m", limit: "2" },
      memory: { request: `${memory}Mi`, limit: `${memory}Mi` },
      ephemeralStorage: { request: "1Gi", limit: "1Gi" },
    },
  });
}

/** A job that writes the settings every 15 minutes: the template and the lifecycle of indices, snapshots, and users and roles in OpenSearch. */
export function addSettings(
  scope: Construct,
  { program, settings }: StoreParts,
  { image }: ResolvedStoreInCluster,
): HardenedCronJob {
  const { certificates, folder } = settingsPaths(program);
  return new HardenedCronJob(scope, `${program}-settings`, {
    image,
    schedule: "*/15 * * * *",
    lowUser: lowUser(program),
    command: [BASH],
    args: [`${folder}/settings.sh`],
    env: variablesOf(settings.env),
    files: configFiles(folder, settings.files),
    secretFiles: [SecretFiles.fromSecret(certificates, secretNames(program).admin), ...settings.secretFiles],
    writablePaths: [
      WritablePath.of("/tmp", { sizeLimit: "64Mi" }),
      WritablePath.of(storeFiles(program).logs, { sizeLimit: "64Mi" }),
    ],
    backoffLimit: 1,
    activeDeadline: Duration.minutes(10),
    resources: JAVA,
  });
}

/** The program in which people search: OpenSearch Dashboards or Kibana. */
export function addDashboards(
  scope: Construct,
  { dashboards, program }: StoreParts,
  { image, secretFiles }: ResolvedDashboards,
): HardenedDeployment {
  const { config, configFile, exports, memory, name } = dashboards;
  const home = `/usr/share/${name}`;
  return new HardenedDeployment(scope, name, {
    image,
    lowUser: lowUser(program),
    command: [BASH],
    // The key is in no environment of the manifest, only in that of the process.
    args: scripts(`${exports(secretFiles.path)} && exec ${home}/bin/${name}`),
    files: [ConfigFile.of(`${home}/config/${configFile}`, config)],
    secretFiles: [
      secretFiles,
      SecretFiles.fromSecret(dashboardsCertificates(program), secretNames(program).dashboards),
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
      memory: { request: memory, limit: memory },
      ephemeralStorage: { request: "256Mi", limit: "256Mi" },
    },
  });
}

/** A certificate for a program: under a common name that only it gets, with a new key at each renewal. */
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

/** An issuer for this namespace only: with a ClusterIssuer, everybody who can create certificates could become an administrator. */
function addIssuer(scope: Construct, secretName: string): void {
  new ApiObject(scope, "Issuer", {
    apiVersion: "cert-manager.io/v1",
    kind: "Issuer",
    metadata: { name: ISSUER },
    spec: { ca: { secretName } },
  });
}

/** The certificates of all programs of the namespace of the store. */
export function addCertificates(
  scope: Construct,
  program: StoreProgram,
  { authoritySecretName, dashboards }: ResolvedStoreInCluster,
  namespace: string,
): void {
  const names = commonNames(program);
  const secrets = secretNames(program);
  addIssuer(scope, authoritySecretName);
  certificate(scope, "NodeCertificate", {
    commonName: names.node,
    secretName: secrets.node,
    dnsNames: [program, `${program}.${namespace}`, `${program}.${namespace}.svc`],
  });
  certificate(scope, "AdminCertificate", { commonName: names.admin, secretName: secrets.admin });
  if (!dashboards) return;
  certificate(scope, "DashboardsCertificate", {
    commonName: names.dashboards,
    secretName: secrets.dashboards,
  });
}

/** The certificate of the collectors, in their own namespace. */
export function addCollectorCertificate(
  scope: Construct,
  program: StoreProgram,
  { authoritySecretName }: ResolvedStoreInCluster,
  secretName: string,
): void {
  addIssuer(scope, authoritySecretName);
  certificate(scope, "Certificate", { commonName: commonNames(program).collector, secretName });
}

/** The capacity of the store's namespace: its nodes, an additional one during updates, the dashboards, and the job that writes settings. */
export function storeCapacity({ memory: mebibytes }: ResolvedStoreInCluster): NamespaceCapacity {
  const total = `${(STORE_NODES + 1) * (mebibytes + SIDECAR_MEBIBYTES) + OTHER_PODS_MEBIBYTES}Mi`;
  return {
    quota: { memoryRequests: total, memoryLimits: total, loadBalancers: 0 },
    limits: { maximumMemory: `${Math.max(mebibytes, DEFAULT_MAX_MEMORY)}Mi` },
  };
}
