import { Yaml } from "cdk8s";
import {
  callScript,
  dashboardsServer,
  INDEX_PREFIX,
  INDEX_SETTINGS,
  json,
  keystoreScript,
  lineMapping,
  nodeNames,
  renewScript,
  storeFiles,
  type StoreParts,
  storeUrl,
} from "./store-parts";
import { type ResolvedStoreInCluster } from "../log-destination";

const FILES = storeFiles("elasticsearch");
const INDICES = `${INDEX_PREFIX}-*`;
/** Not `logs`: Elasticsearch has a template and a policy of that name itself. */
const NAME = "container-logs";

function configuration({ snapshots }: ResolvedStoreInCluster): string {
  const certificate = (layer: string) => ({
    [`xpack.security.${layer}.ssl.enabled`]: true,
    [`xpack.security.${layer}.ssl.certificate`]: "certificates/tls.crt",
    [`xpack.security.${layer}.ssl.key`]: "certificates/tls.key",
    [`xpack.security.${layer}.ssl.certificate_authorities`]: ["certificates/ca.crt"],
    [`xpack.security.${layer}.ssl.client_authentication`]: "required",
    [`xpack.security.${layer}.ssl.supported_protocols`]: ["TLSv1.3", "TLSv1.2"],
  });
  return Yaml.stringify({
    "cluster.name": "logs",
    "node.name": "${HOSTNAME}",
    "network.host": "0.0.0.0",
    "discovery.seed_hosts": ["elasticsearch-headless"],
    "cluster.initial_master_nodes": nodeNames("elasticsearch"),
    "path.data": FILES.data,
    "path.logs": FILES.logs,
    // Memory maps would require a larger vm.max_map_count, which only a privileged container can set.
    "node.store.allow_mmap": false,
    // A mistyped name must not create an index.
    "action.auto_create_index": `+${INDICES},+.*,-*`,
    "action.destructive_requires_name": true,
    // Machine learning starts programs of its own, and the download of GeoIP data needs the internet.
    "xpack.ml.enabled": false,
    "ingest.geoip.downloader.enabled": false,
    "stack.templates.enabled": false,
    "xpack.security.enabled": true,
    "xpack.security.autoconfiguration.enabled": false,
    "xpack.security.enrollment.enabled": false,
    // Only the users of the secret exist: no built-in ones, and none that the API creates.
    "xpack.security.authc.reserved_realm.enabled": false,
    "xpack.security.authc.realms.file.people": { order: 0 },
    "xpack.security.authc.realms.native.unused": { order: 1, enabled: false },
    ...certificate("transport"),
    ...certificate("http"),
    // Nodes connect to addresses, which no certificate contains; trust.yml lists the certificates of nodes.
    "xpack.security.transport.ssl.verification_mode": "certificate",
    "xpack.security.transport.ssl.trust_restrictions.path": "trust.yml",
    "xpack.security.transport.ssl.trust_restrictions.x509_fields": ["subjectAltName.dnsName"],
    ...(snapshots
      ? {
          "s3.client.default.endpoint": snapshots.endpoint,
          "s3.client.default.region": snapshots.region,
          "s3.client.default.path_style_access": true,
        }
      : {}),
  });
}

function roles(): string {
  const indices = (...privileges: string[]) => [{ names: [INDICES], privileges }];
  return Yaml.stringify({
    log_writer: { cluster: ["monitor"], indices: indices("auto_configure", "create_doc") },
    log_reader: {
      indices: indices("read", "view_index_metadata"),
      applications: [
        { application: "kibana-.kibana", privileges: ["feature_discover.all"], resources: ["*"] },
      ],
    },
    // Lifecycle and snapshots act with the privileges of the user who wrote their policies.
    log_manager: {
      cluster: [
        "manage_ilm",
        "manage_index_templates",
        "manage_slm",
        "cluster:admin/repository/*",
        "create_snapshot",
      ],
      indices: indices("manage"),
    },
  });
}

function prepareScript({ snapshots, users }: ResolvedStoreInCluster): string {
  const { certificates, config, given, home } = FILES;
  const keys = snapshots ? keystoreScript("elasticsearch", "ES", snapshots._secretFiles.path) : "";
  return `set -euo pipefail
umask 077
cp -r ${home}/config/. ${config}/
cp ${given}/{elasticsearch,roles,trust}.yml ${config}/
mkdir -p ${config}/certificates
cp -L ${users.path}/{users,users_roles} ${config}/
cp -L ${certificates}/{tls.crt,tls.key,ca.crt} ${config}/certificates/
${keys}`;
}

function settingsFiles({ retention, snapshots }: ResolvedStoreInCluster): {
  readonly [name: string]: string;
} {
  return {
    "template.json": json({
      index_patterns: [INDICES],
      priority: 500,
      template: {
        settings: { ...INDEX_SETTINGS, "index.lifecycle.name": NAME },
        mappings: lineMapping("flattened"),
      },
    }),
    "lifecycle.json": json({
      policy: {
        phases: {
          hot: { actions: {} },
          warm: { min_age: "2d", actions: { readonly: {}, forcemerge: { max_num_segments: 1 } } },
          delete: { min_age: `${Math.max(retention.days, 2)}d`, actions: { delete: {} } },
        },
      },
    }),
    ...(snapshots
      ? {
          "repository.json": json({
            type: "s3",
            settings: { bucket: snapshots.bucketName, base_path: "logs", server_side_encryption: false },
          }),
          "snapshots.json": json({
            schedule: "0 0 2 * * ?",
            name: "<logs-{now/d}>",
            repository: "archive",
            config: { indices: [INDICES], include_global_state: false, ignore_unavailable: true },
            retention: { expire_after: `${snapshots.retentionDays}d`, min_count: 7 },
          }),
        }
      : {}),
    "settings.sh": settingsScript(snapshots !== undefined),
  };
}

/** Elasticsearch itself leaves a policy that has not changed as it is. */
function settingsScript(hasSnapshots: boolean): string {
  const snapshots = hasSnapshots
    ? `put /_snapshot/archive repository.json
put /_slm/policy/${NAME} snapshots.json
`
    : "";
  // A password on the command line would be visible in the list of processes.
  return `${callScript("elasticsearch", { url: "ELASTICSEARCH_URL", sign: "--config <(sign) " })}
sign() {
  local password
  password=$(<"$CREDENTIALS/password")
  password=\${password//\\\\/\\\\\\\\}
  printf 'user = "%s:%s"\\n' "$(<"$CREDENTIALS/username")" "\${password//\\"/\\\\\\"}"
}

put /_ilm/policy/${NAME} lifecycle.json
put /_index_template/${NAME} template.json
${snapshots}`;
}

function kibanaConfig(namespace: string): string {
  return Yaml.stringify({
    ...dashboardsServer("elasticsearch", "kibana", namespace),
    "elasticsearch.username": "${KIBANA_USER}",
    "elasticsearch.password": "${KIBANA_PASSWORD}",
    // Elasticsearch requires a certificate of each connection; it identifies nobody.
    "elasticsearch.ssl.alwaysPresentCertificate": true,
    "xpack.security.encryptionKey": "${COOKIE_KEY}",
    "xpack.security.secureCookies": true,
    "xpack.security.session.idleTimeout": "1h",
    "xpack.security.session.lifespan": "12h",
    // Kibana connects to Elasticsearch only.
    "telemetry.optIn": false,
    "newsfeed.enabled": false,
    "map.includeElasticMapsService": false,
    "xpack.fleet.isAirGapped": true,
  });
}

/** Elasticsearch and Kibana, with the features of the basic licence. */
export function elasticsearchParts(read: ResolvedStoreInCluster, namespace: string): StoreParts {
  const { certificates, config } = FILES;
  const { programs, users } = read;
  return {
    program: "elasticsearch",
    variables: "ES",
    configuration: {
      "elasticsearch.yml": configuration(read),
      "roles.yml": roles(),
      "trust.yml": Yaml.stringify({ "trust.subject_name": ["elasticsearch"] }),
    },
    prepare: prepareScript(read),
    renew: renewScript([
      { from: certificates, to: `${config}/certificates`, names: ["ca.crt", "tls.crt", "tls.key"] },
      { from: users.path, to: config, names: ["users", "users_roles"] },
    ]),
    settings: {
      files: settingsFiles(read),
      env: {
        ELASTICSEARCH_URL: storeUrl("elasticsearch", namespace),
        CREDENTIALS: programs?.settings.path ?? "",
      },
      secretFiles: programs ? [programs.settings] : [],
    },
    dashboards: {
      name: "kibana",
      configFile: "kibana.yml",
      config: kibanaConfig(namespace),
      exports: (path) =>
        `export COOKIE_KEY="$(<${path}/cookie-key)" KIBANA_USER="$(<${path}/username)" KIBANA_PASSWORD="$(<${path}/password)"`,
      memory: "2Gi",
    },
  };
}
