import { type NamespaceLimits, type NamespaceQuota } from "../../../namespaces/namespace-resources";
import { type SecretFiles } from "../../../workload/pods/mounted-files";

/** The program that keeps logs in the cluster. */
export type StoreProgram = "elasticsearch" | "opensearch";

/** The quota and the limits of a namespace. */
export interface NamespaceCapacity {
  readonly quota: NamespaceQuota;
  readonly limits: NamespaceLimits;
}

export const STORE_PORTS = { http: 9200, transport: 9300 };
export const STORE_NODES = 3;
export const INDEX_PREFIX = "logs";
/** The directory of certificates in the pods of the dashboards. */
export const dashboardsCertificates = (program: StoreProgram) => `/run/secrets/${program}-certificates`;

/** Certificates are issued to programs, which their common names identify. */
export const commonNames = (program: StoreProgram) => ({
  node: `${program}-node`,
  admin: `${program}-admin`,
  dashboards: `${program}-dashboards`,
  collector: "log-collector",
});

/** The paths in the pods of a store. */
export const storeFiles = (program: StoreProgram) => ({
  home: `/usr/share/${program}`,
  /** The configuration of the image and our files; written when the pod starts, because the program keeps its keystore there. */
  config: `/${program}/config`,
  given: `/etc/${program}-given`,
  certificates: `/run/secrets/${program}-certificates`,
  data: `/usr/share/${program}/data`,
  logs: `/usr/share/${program}/logs`,
});

/** The paths in the pods of the job that writes settings. */
export const settingsPaths = (program: StoreProgram) => ({
  folder: `/etc/${program}-settings`,
  certificates: `/run/secrets/${program}-admin`,
});

export const storeUrl = (program: StoreProgram, namespace: string) =>
  `https://${program}.${namespace}.svc:${STORE_PORTS.http}`;

/** The members of the discovery of nodes. */
export const nodeNames = (program: StoreProgram) =>
  Array.from({ length: STORE_NODES }, (_, index) => `${program}-${index}`);

interface Texts {
  readonly [name: string]: string;
}

/** The parts of a store that depend on its program. */
export interface StoreParts {
  readonly program: StoreProgram;
  /** The prefix of the environment variables that the program reads. */
  readonly variables: string;
  /** The files of the configuration, by their paths below the directory of given files. */
  readonly configuration: Texts;
  /** The script that assembles the configuration. */
  readonly prepare: string;
  /** The script that updates files of the configuration when their secrets change. */
  readonly renew: string;
  readonly settings: {
    /** Files by their paths below the directory of settings; `settings.sh` runs. */
    readonly files: Texts;
    readonly env: Texts;
    readonly secretFiles: readonly SecretFiles[];
  };
  readonly dashboards: {
    readonly name: string;
    readonly configFile: string;
    readonly config: string;
    /** Shell commands that export what the configuration refers to, from the directory of secret files. */
    readonly exports: (path: string) => string;
    readonly memory: string;
  };
}

/** The configuration that OpenSearch Dashboards and Kibana share: their server, and the verified connection to the store. */
export function dashboardsServer(program: StoreProgram, name: string, namespace: string): object {
  const files = dashboardsCertificates(program);
  return {
    "server.host": "0.0.0.0",
    "server.port": 5601,
    "server.name": name,
    [`${program}.hosts`]: [storeUrl(program, namespace)],
    [`${program}.ssl.verificationMode`]: "full",
    [`${program}.ssl.certificateAuthorities`]: [`${files}/ca.crt`],
    [`${program}.ssl.certificate`]: `${files}/tls.crt`,
    [`${program}.ssl.key`]: `${files}/tls.key`,
  };
}

/** Copies files of secrets into the configuration when they change; the program reloads them. */
export function renewScript(
  groups: readonly { from: string; to: string; names: readonly string[] }[],
): string {
  const loops = groups.map(
    ({ from, names, to }) => `  for name in ${names.join(" ")}; do
    [[ "$(<${from}/$name)" == "$(<${to}/$name)" ]] || cp -L ${from}/$name ${to}/$name
  done
`,
  );
  return `set -euo pipefail
umask 077
trap 'exit 0' TERM
while true; do
${loops.join("")}  sleep 300 & wait $!
done
`;
}

/** The commands that put the keys of the bucket of snapshots into the keystore. */
export function keystoreScript(program: StoreProgram, variables: string, keysPath: string): string {
  const { config, home } = storeFiles(program);
  return `
export ${variables}_PATH_CONF=${config}
rm -f ${config}/${program}.keystore
${home}/bin/${program}-keystore create
for name in access_key secret_key; do
  ${home}/bin/${program}-keystore add --stdin "s3.client.default.$name" < "${keysPath}/\${name/_/-}"
done
`;
}

/** The first part of the script that writes settings: functions for calls of the REST interface. */
export function callScript(
  program: StoreProgram,
  { sign = "", url }: { sign?: string; url: string },
): string {
  const { certificates, folder } = settingsPaths(program);
  return `set -euo pipefail
files=\${SETTINGS_FOLDER:-${folder}}
certificates=\${SETTINGS_CERTIFICATES:-${certificates}}

# Prints the answer, and the status on a line of its own.
call() {
  curl --silent --show-error --max-time 60 --cacert "$certificates/ca.crt" --cert "$certificates/tls.crt" --key "$certificates/tls.key" \\
    ${sign}--header "Content-Type: application/json" --write-out '\\n%{http_code}' "$@"
}

fail() {
  echo "$1: $2" >&2
  exit 1
}

put() {
  local answer
  answer=$(call --request PUT --data-binary "@$files/$2" "$${url}$1")
  [[ "\${answer##*$'\\n'}" == 20? ]] || fail "PUT $1" "$answer"
}
`;
}

/** The mapping of log lines; fields that programs choose share one field, so that they can't exhaust the fields of an index. */
export function lineMapping(flattened: string): object {
  return {
    properties: {
      "@timestamp": { type: "date_nanos" },
      line_id: { type: "keyword", index: false, doc_values: false },
      log: { type: "text" },
      stream: { type: "keyword" },
      fields: { type: flattened },
      kubernetes: {
        properties: {
          container_image: { type: "keyword" },
          container_name: { type: "keyword" },
          host: { type: "keyword" },
          labels: { type: flattened },
          namespace_name: { type: "keyword" },
          pod_id: { type: "keyword" },
          pod_name: { type: "keyword" },
        },
      },
    },
  };
}

/** The settings of the index of a day. */
export const INDEX_SETTINGS = {
  number_of_shards: 1,
  number_of_replicas: 1,
  "index.refresh_interval": "5s",
  "index.codec": "best_compression",
  "index.mapping.total_fields.limit": 500,
};

/** A file of JSON. */
export const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
