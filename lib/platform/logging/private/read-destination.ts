import { Duration } from "cdk8s";
import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { findCredential } from "../../../core/credential-literal";
import { shown } from "../../../core/display-value";
import {
  any,
  checkedBy,
  kind,
  listOf,
  matching,
  objectOf,
  ocid,
  optional,
  portNumber,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  text,
  valueOf,
  wholeSize,
  withDefault,
} from "../../../core/readers";
import { type Problems } from "../../../core/validation-error";
import { type IngressOptions } from "../../../exposure/ingress-gateway";
import { type Egress } from "../../../network/egress/egress";
import { ContainerImage } from "../../../workload/images/container-image";
import { SecretFiles } from "../../../workload/pods/secret-files";
import { checkPublicExposure } from "../../private/dashboard-exposure";
import {
  type ElasticsearchInClusterProps,
  type LogDashboardsProps,
  type LogStoreProps,
  type OpenSearchInClusterProps,
} from "../log-destination-props";
import { LogRetention } from "../log-retention";
import { LogSnapshots } from "../log-snapshots";

const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
/** OCI creates no smaller block volume. */
const MIN_VOLUME_GIBIBYTES = 50;
/** Mebibytes; the heap gets half of them. */
const MIN_MEMORY = 2048;
const DEFAULT_RETENTION = Duration.days(90);

const SECRET_FILES = valueOf(SecretFiles);
const IMAGE = valueOf(ContainerImage);

const DASHBOARDS = {
  image: IMAGE,
  secretFiles: SECRET_FILES,
  exposure: optional(any<IngressOptions>()),
  publicReason: optional(text()),
} satisfies PropsSchema<LogDashboardsProps>;

const IN_CLUSTER = {
  image: IMAGE,
  users: SECRET_FILES,
  authoritySecretName: withDefault(subdomainName(), "log-ca"),
  retention: withDefault(valueOf(LogRetention), LogRetention.of(DEFAULT_RETENTION)),
  storage: withDefault(
    wholeSize("gibibytes", { least: MIN_VOLUME_GIBIBYTES, example: "Size.gibibytes(100)" }),
    100,
  ),
  memory: withDefault(wholeSize("mebibytes", { least: MIN_MEMORY, example: "Size.gibibytes(4)" }), 4096),
  kmsKeyId: optional(ocid("key")),
  keyCompartmentId: optional(ocid("compartment", "tenancy")),
  dashboards: optional(objectOf(DASHBOARDS)),
  snapshots: optional(valueOf(LogSnapshots)),
} satisfies PropsSchema<OpenSearchInClusterProps>;

const ELASTICSEARCH = {
  ...IN_CLUSTER,
  collectorCredentials: SECRET_FILES,
  settingsCredentials: SECRET_FILES,
} satisfies PropsSchema<ElasticsearchInClusterProps>;

const STORE = {
  host: checkedBy(text(), checkHost),
  port: withDefault(portNumber(), 9200),
  credentials: SECRET_FILES,
  certificateAuthority: optional(SECRET_FILES),
  peer: optional(
    kind<INetworkPolicyPeer>(
      ["toNetworkPolicyPeerConfig"],
      'a workload, or new ExternalPeer(chart, "logs", { cidr: "10.0.9.0/24" })',
    ),
  ),
  egress: withDefault(listOf(valueOf<Egress>("Egress"), "a list of Egress"), []),
  indexPrefix: withDefault(
    matching(
      /^[a-z][a-z0-9-]{0,62}$/,
      'Give up to 63 lower-case letters, digits and dashes, for example "logs"',
    ),
    "logs",
  ),
} satisfies PropsSchema<LogStoreProps>;

export type ResolvedDashboards = Resolved<typeof DASHBOARDS>;
/** The props of a store in the cluster; storage in gibibytes, memory in mebibytes. */
export interface ResolvedStoreInCluster extends Resolved<typeof IN_CLUSTER> {
  /** The credentials of programs, where certificates do not identify them. */
  readonly programs?: { readonly collector: SecretFiles; readonly settings: SecretFiles };
}
/** The props of a store outside of the ClusterLogging. */
export type ResolvedStore = Resolved<typeof STORE>;

export function readOpenSearch(problems: Problems, props: OpenSearchInClusterProps): ResolvedStoreInCluster {
  const read = readProps(problems, props, IN_CLUSTER);
  if (read.dashboards) checkPublicExposure(problems, "OpenSearch Dashboards", read.dashboards);
  return problems.resolved<ResolvedStoreInCluster>(read);
}

export function readElasticsearch(
  problems: Problems,
  props: ElasticsearchInClusterProps,
): ResolvedStoreInCluster {
  const { collectorCredentials, settingsCredentials, ...read } = readProps(problems, props, ELASTICSEARCH);
  if (read.dashboards) checkPublicExposure(problems, "Kibana", read.dashboards);
  const programs = { collector: collectorCredentials, settings: settingsCredentials };
  return problems.resolved({ ...read, programs } as Partial<ResolvedStoreInCluster>);
}

export function readStore(problems: Problems, props: LogStoreProps): ResolvedStore {
  const read = readProps(problems, props, STORE);
  const { certificateAuthority, credentials, egress = [] } = read;
  if ((props.peer === undefined) === (egress.length === 0)) {
    problems.add(
      "LOG_DESTINATION_INVALID",
      props.peer === undefined
        ? "peer and egress were not given, so no collector reaches the host"
        : "peer and egress were both given",
      "Give peer for a workload or an ExternalPeer of the VCN, or egress for a host outside of the VCN",
    );
  }
  if (credentials && credentials.path === certificateAuthority?.path) {
    problems.add(
      "PATH_INVALID",
      `certificateAuthority is in ${credentials.path}, the directory of credentials`,
      "Give each its own directory, for example /run/secrets/log-store-ca",
    );
  }
  return problems.resolved<ResolvedStore>(read);
}

function checkHost(problems: Problems, name: string, host: string): void {
  if (HOST.test(host)) return;
  if (findCredential(host) !== undefined || host.includes("@")) {
    problems.add(
      "CREDENTIAL_LITERAL",
      `${name} contains a user or a password`,
      "Give the host only, and both as files: credentials: SecretFiles.fromSecretsStore(path, name)",
    );
    return;
  }
  problems.add(
    "LOG_DESTINATION_INVALID",
    `${name} is ${shown(host)}`,
    'Give the host in lower case, without a scheme, a port or a path: "logs.example.com"',
  );
}
