import { type Size } from "cdk8s";
import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { type LogRetention } from "./log-retention";
import { type LogSnapshots } from "./log-snapshots";
import { type IngressOptions } from "../../exposure/ingress-gateway";
import { type Egress } from "../../network/egress/egress";
import { type ContainerImage } from "../../workload/images/container-image";
import { type SecretFiles } from "../../workload/pods/secret-files";

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
