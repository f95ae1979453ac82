import { Yaml } from "cdk8s";
import {
  commonNames,
  dashboardsServer,
  INDEX_PREFIX,
  keystoreScript,
  nodeNames,
  renewScript,
  storeFiles,
  type StoreParts,
  storeUrl,
  callScript,
  INDEX_SETTINGS,
  json,
  lineMapping,
} from "./store-parts";
import { type ResolvedStoreInCluster } from "../log-destination";
import { shortHash } from "../../../core/resource-name";

const COMMON_NAMES = commonNames("opensearch");
const FILES = storeFiles("opensearch");

/** The configuration of each node. */
function openSearchConfig({ snapshots }: ResolvedStoreInCluster): string {
  const certificate = (layer: string) => ({
    [`plugins.security.ssl.${layer}.pemcert_filepath`]: "certificates/tls.crt",
    [`plugins.security.ssl.${layer}.pemkey_filepath`]: "certificates/tls.key",
    [`plugins.security.ssl.${layer}.pemtrustedcas_filepath`]: "certificates/ca.crt",
  });
  return Yaml.stringify({
    "cluster.name": "logs",
    "node.name": "${HOSTNAME}",
    "network.host": "0.0.0.0",
    "discovery.seed_hosts": ["opensearch-headless"],
    "cluster.initial_cluster_manager_nodes": nodeNames("opensearch"),
    "path.data": FILES.data,
    "path.logs": FILES.logs,
    // Memory maps would require a larger vm.max_map_count, which only a privileged container can set.
    "node.store.allow_mmap": false,
    // A mistyped name must not create an index.
    "action.auto_create_index": `+${INDEX_PREFIX}-*,+.*,+top_queries-*,+security-auditlog-*,-*`,
    "action.destructive_requires_name": true,
    ...certificate("transport"),
    ...certificate("http"),
    // Nodes connect to addresses, which no certificate contains; nodes_dn lists the certificates of nodes.
    "plugins.security.ssl.transport.enforce_hostname_verification": false,
    "plugins.security.ssl.http.enabled": true,
    "plugins.security.ssl.http.clientauth_mode": "OPTIONAL",
    "plugins.security.ssl.http.enabled_protocols": ["TLSv1.2", "TLSv1.3"],
    "plugins.security.ssl.certificates_hot_reload.enabled": true,
    "plugins.security.nodes_dn": [`CN=${COMMON_NAMES.node}`],
    "plugins.security.authcz.admin_dn": [`CN=${COMMON_NAMES.admin}`],
    "plugins.security.allow_default_init_securityindex": true,
    "plugins.security.allow_unsafe_democertificates": false,
    "plugins.security.restapi.roles_enabled": ["all_access"],
    "plugins.security.system_indices.enabled": true,
    // The audit log of searches, in its own indices.
    "plugins.security.audit.type": "internal_opensearch",
    ...(snapshots
      ? {
          "s3.client.default.endpoint": snapshots.endpoint,
          "s3.client.default.region": snapshots.region,
          "s3.client.default.path_style_access": true,
        }
      : {}),
  });
}

const meta = (type: string) => ({ type, config_version: 2 });

/** The files of the security plugin: people authenticate with passwords, programs with certificates. */
function securityFiles(): { readonly [file: string]: string } {
  return {
    "config.yml": Yaml.stringify({
      _meta: meta("config"),
      config: {
        dynamic: {
          http: { anonymous_auth_enabled: false, xff: { enabled: false } },
          authc: {
            people: {
              ...{ http_enabled: true, transport_enabled: false, order: 0 },
              http_authenticator: { type: "basic", challenge: false },
              authentication_backend: { type: "intern" },
            },
            programs: {
              ...{ http_enabled: true, transport_enabled: false, order: 1 },
              http_authenticator: {
                type: "clientcert",
                config: { username_attribute: "cn" },
                challenge: false,
              },
              authentication_backend: { type: "noop" },
            },
          },
        },
      },
    }),
    "roles.yml": Yaml.stringify({
      _meta: meta("roles"),
      log_writer: {
        cluster_permissions: ["cluster:monitor/main", "indices:data/write/bulk"],
        index_permissions: [
          {
            index_patterns: [`${INDEX_PREFIX}-*`],
            allowed_actions: [
              "indices:admin/create",
              "indices:admin/mapping/put",
              "indices:data/write/bulk*",
              "indices:data/write/index",
            ],
          },
        ],
      },
      log_reader: {
        cluster_permissions: ["cluster_composite_ops_ro"],
        index_permissions: [{ index_patterns: [`${INDEX_PREFIX}-*`], allowed_actions: ["read"] }],
      },
    }),
    "roles_mapping.yml": Yaml.stringify({
      _meta: meta("rolesmapping"),
      all_access: { backend_roles: ["admin"] },
      kibana_server: { users: [COMMON_NAMES.dashboards] },
      kibana_user: { backend_roles: ["log-readers"] },
      log_reader: { backend_roles: ["log-readers"] },
      log_writer: { users: [COMMON_NAMES.collector] },
    }),
    // The plugin requires these files.
    "action_groups.yml": Yaml.stringify({ _meta: meta("actiongroups") }),
    "allowlist.yml": Yaml.stringify({
      _meta: meta("allowlist"),
      config: { enabled: false, requests: {} },
    }),
    "nodes_dn.yml": Yaml.stringify({ _meta: meta("nodesdn") }),
    "tenants.yml": Yaml.stringify({ _meta: meta("tenants") }),
  };
}

/** Assembles the configuration of a node from the files of the image, ours, and those of secrets. */
function prepareScript({ snapshots, users }: ResolvedStoreInCluster): string {
  const { certificates, config, given, home } = FILES;
  const keys = snapshots ? keystoreScript("opensearch", "OPENSEARCH", snapshots._secretFiles.path) : "";
  return `set -euo pipefail
umask 077
cp -r ${home}/config/. ${config}/
cp ${given}/opensearch.yml ${config}/opensearch.yml
mkdir -p ${config}/opensearch-security ${config}/certificates
cp ${given}/security/*.yml ${config}/opensearch-security/
cp -L ${users.path}/internal_users.yml ${config}/opensearch-security/internal_users.yml
cp -L ${certificates}/{tls.crt,tls.key,ca.crt} ${config}/certificates/
${keys}`;
}

/** The configuration of OpenSearch Dashboards. */
function dashboardsConfig(namespace: string): string {
  return Yaml.stringify({
    ...dashboardsServer("opensearch", "opensearch-dashboards", namespace),
    // Requests of people must not be authenticated as the program.
    "opensearch.ssl.alwaysPresentCertificate": false,
    "opensearch.requestHeadersAllowlist": ["authorization", "securitytenant"],
    "opensearch_security.auth.type": "basicauth",
    "opensearch_security.auth.anonymous_auth_enabled": false,
    "opensearch_security.cookie.password": "${COOKIE_KEY}",
    "opensearch_security.cookie.secure": true,
    "opensearch_security.cookie.ttl": 3_600_000,
    "opensearch_security.session.ttl": 3_600_000,
    "opensearch_security.multitenancy.enabled": false,
  });
}

/** OpenSearch and OpenSearch Dashboards. */
export function openSearchParts(read: ResolvedStoreInCluster, namespace: string): StoreParts {
  const { certificates, config, home } = FILES;
  const security = Object.entries(securityFiles());
  const written = ["config.yml", "roles.yml", "roles_mapping.yml"];
  const below = (folder: string, files: readonly (readonly [string, string])[]) =>
    Object.fromEntries(files.map(([name, content]) => [`${folder}/${name}`, content]));
  return {
    program: "opensearch",
    variables: "OPENSEARCH",
    configuration: { "opensearch.yml": openSearchConfig(read), ...below("security", security) },
    prepare: prepareScript(read),
    renew: renewScript([
      { from: certificates, to: `${config}/certificates`, names: ["ca.crt", "tls.crt", "tls.key"] },
    ]),
    settings: {
      files: {
        ...settingsFiles(read),
        ...below(
          "security",
          security.filter(([name]) => written.includes(name)),
        ),
      },
      env: {
        OPENSEARCH_URL: storeUrl("opensearch", namespace),
        SECURITY_ADMIN,
        USERS_FILE: `${read.users.path}/internal_users.yml`,
        JAVA_HOME: `${home}/jdk`,
      },
      secretFiles: [read.users],
    },
    dashboards: {
      name: "opensearch-dashboards",
      configFile: "opensearch_dashboards.yml",
      config: dashboardsConfig(namespace),
      exports: (path) => `export COOKIE_KEY="$(<${path}/cookie-key)"`,
      memory: "1Gi",
    },
  };
}

const indices = `${INDEX_PREFIX}-*`;

function template(): object {
  return {
    index_patterns: [indices],
    priority: 100,
    template: { settings: INDEX_SETTINGS, mappings: lineMapping("flat_object") },
  };
}

/** The lifecycle of the index of a day. */
function lifecycle(days: number): object {
  return {
    policy: {
      default_state: "kept",
      // OpenSearch's audit log of searches has an index for each day too.
      ism_template: [{ index_patterns: [indices, "security-auditlog-*"], priority: 100 }],
      states: [
        {
          name: "kept",
          actions: [],
          transitions: [{ state_name: "complete", conditions: { min_index_age: "2d" } }],
        },
        {
          name: "complete",
          actions: [{ read_only: {} }, { force_merge: { max_num_segments: 1 } }],
          transitions: [{ state_name: "deleted", conditions: { min_index_age: `${Math.max(days, 2)}d` } }],
        },
        { name: "deleted", actions: [{ delete: {} }], transitions: [] },
      ],
    },
  };
}

function snapshotPolicy(days: number): object {
  const daily = (hour: number) => ({ cron: { expression: `0 ${hour} * * *`, timezone: "UTC" } });
  return {
    enabled: true,
    snapshot_config: {
      repository: "archive",
      indices,
      include_global_state: false,
      ignore_unavailable: true,
    },
    creation: { schedule: daily(2), time_limit: "4h" },
    deletion: { schedule: daily(7), condition: { max_age: `${days}d`, min_count: 7 }, time_limit: "4h" },
  };
}

/** Adds a description with a hash of the policy, so that the script writes a policy only when it has changed. */
function described(value: object, wrapper?: "policy"): object {
  const description = `Written by the program, ${shortHash(JSON.stringify(value))}`;
  const inner = wrapper ? (value as { policy: object }).policy : value;
  return wrapper ? { policy: { description, ...inner } } : { description, ...inner };
}

/** The settings of OpenSearch, as files by their names. */
export function settingsFiles({ retention, snapshots }: ResolvedStoreInCluster): {
  readonly [name: string]: string;
} {
  return {
    "template.json": json(template()),
    "lifecycle.json": json(described(lifecycle(retention.days), "policy")),
    ...(snapshots
      ? {
          "repository.json": json({
            type: "s3",
            settings: { bucket: snapshots.bucketName, base_path: "logs", server_side_encryption: false },
          }),
          "snapshots.json": json(described(snapshotPolicy(snapshots.retentionDays))),
        }
      : {}),
    "settings.sh": settingsScript(snapshots !== undefined),
  };
}

/** Writes all settings each time it runs; unchanged policies stay as they are. */
function settingsScript(hasSnapshots: boolean): string {
  const snapshots = hasSnapshots
    ? `
put /_snapshot/archive repository.json
policy /_plugins/_sm/policies/logs snapshots.json POST
`
    : "";
  return `${callScript("opensearch", { url: "OPENSEARCH_URL" })}
# A policy is replaced by naming the version that it replaces.
policy() {
  local answer status description query=""
  answer=$(call "$OPENSEARCH_URL$1")
  status=\${answer##*$'\\n'}
  if [[ "$status" == 200 ]]; then
    description=$(grep -o 'Written by the program, [0-9a-z]*' "$files/$2")
    [[ "$answer" == *"$description"* ]] && return 0
    [[ "$answer" =~ \\"_seq_no\\":\\ *([0-9]+) ]] || fail "GET $1" "$answer"
    query="?if_seq_no=\${BASH_REMATCH[1]}"
    [[ "$answer" =~ \\"_primary_term\\":\\ *([0-9]+) ]] || fail "GET $1" "$answer"
    query="$query&if_primary_term=\${BASH_REMATCH[1]}"
    answer=$(call --request PUT --data-binary "@$files/$2" "$OPENSEARCH_URL$1$query")
  elif [[ "$status" == 404 ]]; then
    answer=$(call --request "\${3:-PUT}" --data-binary "@$files/$2" "$OPENSEARCH_URL$1")
  else
    fail "GET $1" "$answer"
  fi
  [[ "\${answer##*$'\\n'}" == 20? ]] || fail "writing $1" "$answer"
}

if [[ -n "\${SECURITY_ADMIN:-}" ]]; then
  host=\${OPENSEARCH_URL#https://}
  security() {
    bash "$SECURITY_ADMIN" -f "$1" -t "$2" -icl -h "\${host%:*}" -p "\${host##*:}" \\
      -cacert "$certificates/ca.crt" -cert "$certificates/tls.crt" -key "$certificates/tls.key" > /tmp/security-admin.log 2>&1 \\
      || fail "security $2" "$(tail -n 5 /tmp/security-admin.log)"
  }
  security "$files/security/config.yml" config
  security "$files/security/roles.yml" roles
  security "$files/security/roles_mapping.yml" rolesmapping
  security "$USERS_FILE" internalusers
fi
put /_index_template/logs template.json
policy /_plugins/_ism/policies/logs lifecycle.json
${snapshots}`;
}

/** The program of OpenSearch that writes the configuration of its security plugin. */
export const SECURITY_ADMIN = `${storeFiles("opensearch").home}/plugins/opensearch-security/tools/securityadmin.sh`;
