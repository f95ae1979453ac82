import { Yaml } from "cdk8s";
import { type ResolvedOpenSearch } from "./read-destination";

/** Names by which certificates are known: programs, and nobody else, have them. */
export const COMMON_NAMES = {
  node: "opensearch-node",
  admin: "opensearch-admin",
  dashboards: "opensearch-dashboards",
  collector: "log-collector",
};
export const OPEN_SEARCH_FILES = {
  home: "/usr/share/opensearch",
  /** What the image brings, with our files beside; written when the pod starts, as OpenSearch keeps its keystore there. */
  config: "/opensearch/config",
  given: "/etc/opensearch-given",
  certificates: "/run/secrets/opensearch-certificates",
  data: "/usr/share/opensearch/data",
  logs: "/usr/share/opensearch/logs",
};
export const OPEN_SEARCH_PORTS = { http: 9200, transport: 9300 };
export const OPEN_SEARCH_NODES = 3;
export const INDEX_PREFIX = "logs";

const names = Array.from({ length: OPEN_SEARCH_NODES }, (_, index) => `opensearch-${index}`);

/** The configuration of each node. */
export function openSearchConfig({ snapshots }: ResolvedOpenSearch): string {
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
    "cluster.initial_cluster_manager_nodes": names,
    "path.data": OPEN_SEARCH_FILES.data,
    "path.logs": OPEN_SEARCH_FILES.logs,
    // Without it the nodes would need another vm.max_map_count, and a privileged container to set it.
    "node.store.allow_mmap": false,
    // Indices are made by the day; nobody makes others by a mistyped name.
    "action.auto_create_index": `+${INDEX_PREFIX}-*,+.*,+top_queries-*,+security-auditlog-*,-*`,
    "action.destructive_requires_name": true,
    ...certificate("transport"),
    ...certificate("http"),
    // Nodes connect to addresses, which no certificate names; nodes_dn says which certificates are those of nodes.
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
    // Who searched what, kept as an index of its own.
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

/** Who is known how: people by passwords, programs by certificates. Each of them is a file of the security plugin. */
export function securityFiles(): { readonly [file: string]: string } {
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
    // Files that the plugin wants to find.
    "action_groups.yml": Yaml.stringify({ _meta: meta("actiongroups") }),
    "allowlist.yml": Yaml.stringify({
      _meta: meta("allowlist"),
      config: { enabled: false, requests: {} },
    }),
    "nodes_dn.yml": Yaml.stringify({ _meta: meta("nodesdn") }),
    "tenants.yml": Yaml.stringify({ _meta: meta("tenants") }),
  };
}

/** Puts the configuration of a node together: what the image brings, our files, and those of secrets. */
export function prepareScript({ snapshots, users }: ResolvedOpenSearch): string {
  const { certificates, config, given, home } = OPEN_SEARCH_FILES;
  const keys = snapshots
    ? `
export OPENSEARCH_PATH_CONF=${config}
rm -f ${config}/opensearch.keystore
${home}/bin/opensearch-keystore create
for name in access_key secret_key; do
  ${home}/bin/opensearch-keystore add --stdin "s3.client.default.$name" < "${snapshots._secretFiles.path}/\${name/_/-}"
done
`
    : "";
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

/** Brings renewed certificates to OpenSearch, which takes over files that change. */
export function renewScript(): string {
  const { certificates, config } = OPEN_SEARCH_FILES;
  return `set -euo pipefail
umask 077
trap 'exit 0' TERM
while true; do
  for name in ca.crt tls.crt tls.key; do
    [[ "$(<${certificates}/$name)" == "$(<${config}/certificates/$name)" ]] || cp -L ${certificates}/$name ${config}/certificates/$name
  done
  sleep 300 & wait $!
done
`;
}

/** The configuration of OpenSearch Dashboards. */
export function dashboardsConfig(namespace: string): string {
  const files = "/run/secrets/opensearch-certificates";
  return Yaml.stringify({
    "server.host": "0.0.0.0",
    "server.port": 5601,
    "server.name": "opensearch-dashboards",
    "opensearch.hosts": [`https://opensearch.${namespace}.svc:${OPEN_SEARCH_PORTS.http}`],
    "opensearch.ssl.verificationMode": "full",
    "opensearch.ssl.certificateAuthorities": [`${files}/ca.crt`],
    "opensearch.ssl.certificate": `${files}/tls.crt`,
    "opensearch.ssl.key": `${files}/tls.key`,
    // Requests of people carry their own sign-in, and must not pass for those of the program.
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
