import { Size } from "cdk8s";
import { SIZE } from "./amounts";
import { findCredential } from "../../../core/credential-literal";
import { shown } from "../../../core/display-value";
import { checkSubdomainName } from "../../../core/kubernetes-names";
import { checkOcidIfGiven } from "../../../core/ocid";
import { type Problems } from "../../../core/validation-error";
import { kind, listOf, shaped } from "../../../core/value-readers";
import { type LogStoreProps, type OpenSearchInClusterProps } from "../log-destination-props";
import { checkPublicExposure } from "../../private/dashboard-exposure";
import { type LogRetention } from "../log-retention";

/** What an OpenSearch of the cluster is like, validated. */
export interface ReadOpenSearch extends OpenSearchInClusterProps {
  readonly authoritySecretName: string;
  readonly retention: LogRetention;
  readonly storageGibibytes: number;
  readonly memoryMebibytes: number;
}

/** What others run, validated. */
export interface ReadStore extends LogStoreProps {
  readonly port: number;
  readonly indexPrefix: string;
}

const SECRET_FILES = kind(["path"], 'SecretFiles.fromSecretsStore("/run/secrets/opensearch", "opensearch")');
const IMAGE = kind(
  ["reference", "_acknowledge"],
  'ContainerImage.of("fra.ocir.io/acme/opensearch@sha256:…")',
);
const OPEN_SEARCH_SHAPES = {
  storage: SIZE,
  memory: SIZE,
  image: IMAGE,
  users: SECRET_FILES,
  retention: kind(["days"], "LogRetention.of(Duration.days(90))"),
  snapshots: kind(["bucketName"], "LogSnapshots.toBucket({ … })"),
};
const DASHBOARDS_SHAPES = { image: IMAGE, secretFiles: SECRET_FILES };
const STORE_SHAPES = {
  credentials: SECRET_FILES,
  certificateAuthority: SECRET_FILES,
  peer: kind(
    ["toNetworkPolicyPeerConfig"],
    'a workload, or new ExternalPeer(chart, "logs", { cidr: "10.0.9.0/24" })',
  ),
  egress: listOf(kind(["cidr", "port"], 'Egress.to("203.0.113.9/32", Port.tcp(9200), { reason })'), "a list"),
};
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const PREFIX = /^[a-z][a-z0-9-]{0,62}$/;
const SMALLEST_GIBIBYTES = 50;
const MIN_MEMORY = 2048;

export function readOpenSearch(
  problems: Problems,
  given: OpenSearchInClusterProps,
  retention: LogRetention,
): ReadOpenSearch {
  const props = shaped(problems, given, OPEN_SEARCH_SHAPES, [
    "image",
    "users",
  ]) as Partial<OpenSearchInClusterProps>;
  const { authoritySecretName = "log-ca", storage = Size.gibibytes(100), memory = Size.gibibytes(4) } = props;
  checkSubdomainName(problems, "authoritySecretName", authoritySecretName);
  checkOcidIfGiven(problems, "kmsKeyId", props.kmsKeyId, "key");
  checkOcidIfGiven(problems, "keyCompartmentId", props.keyCompartmentId, "compartment", "tenancy");
  if (props.dashboards !== undefined) {
    shaped(problems, props.dashboards, DASHBOARDS_SHAPES, ["image", "secretFiles"]);
    checkPublicExposure(problems, "OpenSearch Dashboards", props.dashboards);
  }
  const storageGibibytes = storage.toKibibytes() / 1024 / 1024;
  if (!Number.isInteger(storageGibibytes) || storageGibibytes < SMALLEST_GIBIBYTES) {
    problems.add(
      "QUANTITY_INVALID",
      `storage is ${storageGibibytes} gibibytes`,
      `Give whole gibibytes, ${SMALLEST_GIBIBYTES} or more: OCI makes no smaller block volume`,
    );
  }
  const memoryMebibytes = memory.toKibibytes() / 1024;
  if (!Number.isInteger(memoryMebibytes) || memoryMebibytes < MIN_MEMORY) {
    problems.add(
      "QUANTITY_INVALID",
      `memory is ${memoryMebibytes} mebibytes`,
      `Give whole mebibytes, ${MIN_MEMORY} or more: the heap gets half of them`,
    );
  }
  return {
    ...(props as OpenSearchInClusterProps),
    ...{ authoritySecretName, storageGibibytes, memoryMebibytes },
    retention: props.retention ?? retention,
  };
}

export function readStore(problems: Problems, given: LogStoreProps): ReadStore {
  const props = shaped(problems, given, STORE_SHAPES, ["host", "credentials"]) as Partial<LogStoreProps>;
  const { egress, host, indexPrefix = "logs", peer, port = 9200 } = props;
  checkHost(problems, host);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.add("PORT_INVALID", `port is ${shown(port)}`, "Give a number from 1 to 65535, for example 9200");
  }
  if (!PREFIX.test(indexPrefix)) {
    problems.add(
      "NAME_INVALID",
      `indexPrefix is ${shown(indexPrefix)}`,
      'Give up to 63 lower-case letters, digits and dashes, for example "logs"',
    );
  }
  if ((peer === undefined) === ((egress ?? []).length === 0)) {
    problems.add(
      "LOG_DESTINATION_INVALID",
      peer === undefined
        ? "Neither peer nor egress was given, so no collector reaches the host"
        : "Both peer and egress were given",
      "Set peer for a workload or an ExternalPeer of the VCN, or egress for a host outside the VCN",
    );
  }
  const paths = [props.credentials?.path, props.certificateAuthority?.path].filter(
    (path) => path !== undefined,
  );
  if (new Set(paths).size < paths.length) {
    problems.add(
      "PATH_INVALID",
      "credentials and certificateAuthority are in one directory",
      "Give each a directory of its own, for example /run/secrets/log-store-ca",
    );
  }
  return { ...(props as LogStoreProps), port, indexPrefix };
}

function checkHost(problems: Problems, host: string | undefined): void {
  if (host === undefined || HOST.test(host)) return;
  if (typeof host === "string" && (findCredential(host) !== undefined || host.includes("@"))) {
    problems.add(
      "CREDENTIAL_LITERAL",
      "host holds a user or a password",
      "Give the host alone, and both in files: credentials: SecretFiles.fromSecretsStore(path, name)",
    );
    return;
  }
  problems.add(
    "LOG_DESTINATION_INVALID",
    `host is ${shown(host)}`,
    'Give the host alone, in lower case, without a scheme, a port or a path: "logs.example.com"',
  );
}
