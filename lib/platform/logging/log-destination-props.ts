import { type Size } from "cdk8s";
import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { type LogRetention } from "./log-retention";
import { type LogSnapshots } from "./log-snapshots";
import { type IngressOptions } from "../../exposure/ingress-props";
import { type Egress } from "../../network/egress/egress";
import { type ContainerImage } from "../../workload/images/container-image";
import { type SecretFiles } from "../../workload/pods/secret-files";

/** Props for the OpenSearch Dashboards of a LogDestination. */
export interface LogDashboardsProps {
  /** OpenSearch Dashboards 2.19 or newer, of the version of OpenSearch, such as a copy of `docker.io/opensearchproject/opensearch-dashboards`. */
  readonly image: ContainerImage;
  /** A directory with the file `cookie-key`, any 32 random characters, which encrypt the cookies of sessions. */
  readonly secretFiles: SecretFiles;
  /**
   * How people reach it from outside of the cluster.
   *
   * @default - not at all; `kubectl port-forward` reaches it
   */
  readonly exposure?: IngressOptions;
  /**
   * The reason why a public load balancer leads to OpenSearch Dashboards, in one sentence, recorded as an acknowledgement.
   *
   * @default - none; a gateway behind an internal load balancer needs no reason
   */
  readonly publicReason?: string;
}

/** Props for a LogDestination that is OpenSearch in the cluster. */
export interface OpenSearchInClusterProps {
  /** OpenSearch 2.19 or newer, such as a copy of `docker.io/opensearchproject/opensearch`; with `snapshots` it has the plugin `repository-s3`. */
  readonly image: ContainerImage;
  /**
   * A directory with the file `internal_users.yml`: the people that may sign in, with hashes of their passwords, by the backend roles
   * `admin` and `log-readers`. Changes are taken over within 15 minutes.
   *
   * @see https://docs.opensearch.org/latest/security/configuration/yaml/
   */
  readonly users: SecretFiles;
  /**
   * The name of a Secret of the type `kubernetes.io/tls` with a certificate authority, in the namespaces of OpenSearch and of the collectors.
   *
   * cert-manager issues all certificates from it: programs are known by them, and need no passwords. Give it to nothing else: who
   * gets a certificate from it can be everybody.
   *
   * @default "log-ca"
   */
  readonly authoritySecretName?: string;
  /**
   * How long log lines are kept.
   *
   * @default - 90 days
   */
  readonly retention?: LogRetention;
  /**
   * The volume of each of the three nodes, 50 gibibytes or more. Each line is kept by two of them.
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
   * @default - a key that Oracle keeps
   */
  readonly kmsKeyId?: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - that of the cluster
   */
  readonly keyCompartmentId?: string;
  /**
   * OpenSearch Dashboards, in which people search.
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

/** Props for a LogDestination that others run. */
export interface LogStoreProps {
  /** The host, without `https://`, a port or a path, such as `logs.example.com`. */
  readonly host: string;
  /**
   * The port, which speaks TLS.
   *
   * @default 9200
   */
  readonly port?: number;
  /** A directory with the files `username` and `password` of a user that may create indices and documents, and read none. */
  readonly credentials: SecretFiles;
  /**
   * A directory with the file `ca.crt`, the authority that the certificate of the server must come from.
   *
   * @default - those that the image of the collector trusts
   */
  readonly certificateAuthority?: SecretFiles;
  /**
   * The workload of the cluster, or the ExternalPeer of the VCN, that takes the lines; either this or `egress`.
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
   * What the names of the indices begin with, before a dash and the day: lower-case letters, digits and dashes.
   *
   * @default "logs"
   */
  readonly indexPrefix?: string;
}
