import { type Size, Duration } from "cdk8s";
import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { LogRetention, LogSnapshots } from "./log-storage";
import { checkOneGiven, checkPublicExposure } from "../private/platform-readers";
import { checked } from "../../core/checked";
import { findCredential } from "../../core/credential-patterns";
import { shown } from "../../core/display-value";
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
  readArguments,
  readProps,
  type Resolved,
  subdomainName,
  text,
  valueOf,
  wholeSize,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { type IngressOptions } from "../../exposure/ingress-gateway";
import { type Egress } from "../../network/egress/egress";
import { ContainerImage } from "../../workload/images/container-image";
import { SecretFiles } from "../../workload/pods/mounted-files";

/** Props for OpenSearch Dashboards or Kibana. */
export interface LogDashboardsProps {
  /**
   * The image, in the version of the store, such as a copy of `docker.io/opensearchproject/opensearch-dashboards` or of
   * `docker.elastic.co/kibana/kibana`.
   */
  readonly image: ContainerImage;
  /**
   * A directory with the file `cookie-key`, 32 random characters that encrypt the cookies of sessions.
   *
   * Kibana also needs the files `username` and `password` of a user with the role `kibana_system`.
   */
  readonly secretFiles: SecretFiles;
  /**
   * The exposure outside of the cluster.
   *
   * @default - none; `kubectl port-forward` reaches it
   */
  readonly exposure?: IngressOptions;
  /**
   * The reason for an exposure by a public load balancer, in one sentence, recorded as an acknowledgement.
   *
   * @default - none; a gateway behind an internal load balancer needs no reason
   */
  readonly publicReason?: string;
}

/** Props for a LogDestination in the cluster. */
export interface LogStoreInClusterProps {
  /**
   * The name of a Secret of the type `kubernetes.io/tls` with a certificate authority, in the namespaces of the store and of the
   * collectors.
   *
   * cert-manager issues all certificates from it. Use it for nothing else: in OpenSearch, a certificate from it can identify anyone.
   *
   * @default "log-ca"
   */
  readonly authoritySecretName?: string;
  /**
   * The retention of log lines.
   *
   * @default - 90 days
   */
  readonly retention?: LogRetention;
  /**
   * The volume of each of the three nodes, 50 gibibytes or more. Each line is stored on two of them.
   *
   * @default - 100 gibibytes
   */
  readonly storage?: Size;
  /**
   * The memory of each node, 2 gibibytes or more; half of it is the heap.
   *
   * @default - 4 gibibytes
   */
  readonly memory?: Size;
  /**
   * The OCID of the key in OCI Vault that encrypts the volumes.
   *
   * @default - a key that Oracle manages
   */
  readonly kmsKeyId?: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - that of the cluster
   */
  readonly keyCompartmentId?: string;
  /**
   * OpenSearch Dashboards or Kibana, in which people search.
   *
   * @default - none
   */
  readonly dashboards?: LogDashboardsProps;
  /**
   * Snapshots in a bucket.
   *
   * @default - none
   */
  readonly snapshots?: LogSnapshots;
}

/** Props for LogDestination.openSearchInCluster. */
export interface OpenSearchInClusterProps extends LogStoreInClusterProps {
  /** OpenSearch 2.19 or newer, such as a copy of `docker.io/opensearchproject/opensearch`; with `snapshots` it has the plugin `repository-s3`. */
  readonly image: ContainerImage;
  /**
   * A directory with the file `internal_users.yml`: the users, with hashes of their passwords, and the backend role `admin` or
   * `log-readers`. Changes take effect within 15 minutes.
   *
   * @see https://docs.opensearch.org/latest/security/configuration/yaml/
   */
  readonly users: SecretFiles;
}

/** Props for LogDestination.elasticsearchInCluster. */
export interface ElasticsearchInClusterProps extends LogStoreInClusterProps {
  /**
   * Elasticsearch 8.19 or newer, such as a copy of `docker.elastic.co/elasticsearch/elasticsearch`, whose licence is the Elastic License.
   */
  readonly image: ContainerImage;
  /**
   * A directory with the files `users` and `users_roles` of the file realm: the users, with hashes of their passwords, and their roles.
   *
   * People have the role `log_reader`, the collectors `log_writer`, the job that writes settings `log_manager`, and Kibana
   * `kibana_system`. Changes take effect within 10 minutes.
   *
   * @see https://www.elastic.co/docs/deploy-manage/users-roles/cluster-or-deployment-auth/file-based
   */
  readonly users: SecretFiles;
  /** A directory with the files `username` and `password` of a user with the role `log_writer`, in the namespace of the collectors. */
  readonly collectorCredentials: SecretFiles;
  /** A directory with the files `username` and `password` of a user with the role `log_manager`. */
  readonly settingsCredentials: SecretFiles;
}

/** Props for a LogDestination outside of the ClusterLogging. */
export interface LogStoreProps {
  /** The host, without `https://`, a port or a path, such as `logs.example.com`. */
  readonly host: string;
  /**
   * The port, which requires TLS.
   *
   * @default 9200
   */
  readonly port?: number;
  /** A directory with the files `username` and `password` of a user that can create indices and documents, but read none. */
  readonly credentials: SecretFiles;
  /**
   * A directory with the file `ca.crt`, the certificate authority of the server.
   *
   * @default - the certificate authorities that the image of the collector trusts
   */
  readonly certificateAuthority?: SecretFiles;
  /**
   * The workload of the cluster, or the ExternalPeer of the VCN, that receives the lines; either this or `egress`.
   *
   * @default - none
   */
  readonly peer?: INetworkPolicyPeer;
  /**
   * The egress to a destination outside of the VCN; either this or `peer`.
   *
   * @default - none
   */
  readonly egress?: Egress[];
  /**
   * The prefix of the names of indices, before a dash and the day: lower-case letters, digits and dashes.
   *
   * @default "logs"
   */
  readonly indexPrefix?: string;
}

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

/** Reads the props of the program in which people search logs. */
const dashboards = (program: string) =>
  optional(
    checkedBy(objectOf(DASHBOARDS), (problems, name, read) => {
      checkPublicExposure(problems, program, read, name);
    }),
  );

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
  snapshots: optional(valueOf(LogSnapshots)),
};

const OPEN_SEARCH = {
  ...IN_CLUSTER,
  dashboards: dashboards("OpenSearch Dashboards"),
} satisfies PropsSchema<OpenSearchInClusterProps>;

const ELASTICSEARCH = {
  ...IN_CLUSTER,
  dashboards: dashboards("Kibana"),
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
export interface ResolvedStoreInCluster extends Resolved<typeof OPEN_SEARCH> {
  /** The credentials of programs, where certificates do not identify them. */
  readonly programs?: { readonly collector: SecretFiles; readonly settings: SecretFiles };
}
/** The props of a store outside of the ClusterLogging. */
export type ResolvedStore = Resolved<typeof STORE>;

function readElasticsearch(factory: string, props: ElasticsearchInClusterProps): ResolvedStoreInCluster {
  const { collectorCredentials, settingsCredentials, ...read } = readArguments(factory, props, ELASTICSEARCH);
  return { ...read, programs: { collector: collectorCredentials, settings: settingsCredentials } };
}

function readStore(factory: string, props: LogStoreProps): ResolvedStore {
  const problems = new Problems(factory);
  const read = readProps(problems, props, STORE);
  const { certificateAuthority, credentials } = read;
  checkOneGiven(problems, props, ["peer", "egress"], {
    code: "LOG_DESTINATION_INVALID",
    result: "so no collector reaches the host",
    fix: "Give peer for a workload or an ExternalPeer of the VCN, or egress for a host outside of the VCN",
  });
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

/** The destination of log lines. */
@checked
export class LogDestination {
  /** OpenSearch in the cluster: three nodes that authenticate each other and programs by certificates, on encrypted volumes. */
  public static openSearchInCluster(props: OpenSearchInClusterProps): LogDestination {
    const store = readArguments("LogDestination.openSearchInCluster", props, OPEN_SEARCH);
    return new LogDestination("opensearch", store);
  }

  /**
   * Elasticsearch in the cluster: three nodes that accept connections with certificates only, on encrypted volumes.
   *
   * It needs the features of the basic licence only, with which programs authenticate by passwords, and searches are not audited.
   *
   * @see https://www.elastic.co/subscriptions
   */
  public static elasticsearchInCluster(props: ElasticsearchInClusterProps): LogDestination {
    const store = readElasticsearch("LogDestination.elasticsearchInCluster", props);
    return new LogDestination("elasticsearch", store);
  }

  /** OpenSearch that you run elsewhere: in the cluster, in the VCN, or outside of it. */
  public static openSearch(props: LogStoreProps): LogDestination {
    return new LogDestination("opensearch", undefined, readStore("LogDestination.openSearch", props));
  }

  /** Elasticsearch that you run elsewhere: in the cluster, in the VCN, or outside of it. */
  public static elasticsearch(props: LogStoreProps): LogDestination {
    return new LogDestination("elasticsearch", undefined, readStore("LogDestination.elasticsearch", props));
  }

  private constructor(
    /** The program: `opensearch` or `elasticsearch`. */
    public readonly program: string,
    private readonly inCluster?: ResolvedStoreInCluster,
    private readonly external?: ResolvedStore,
  ) {}

  /** Whether the ClusterLogging creates it in the cluster. */
  public get isInCluster(): boolean {
    return this.inCluster !== undefined;
  }

  /** @internal */
  public get _inCluster(): ResolvedStoreInCluster | undefined {
    return this.inCluster;
  }

  /** @internal */
  public get _external(): ResolvedStore | undefined {
    return this.external;
  }
}
