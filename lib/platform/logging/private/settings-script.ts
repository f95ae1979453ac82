import { shortHash } from "../../../core/short-hash";
import { INDEX_PREFIX, OPEN_SEARCH_FILES } from "./open-search-config";
import { type ResolvedOpenSearch } from "./read-destination";

export const SETTINGS_FILES = {
  folder: "/etc/opensearch-settings",
  security: "/etc/opensearch-settings/security",
  certificates: "/run/secrets/opensearch-admin",
};

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const indices = `${INDEX_PREFIX}-*`;

/** Fields that programs name as they like are one field to OpenSearch: no program uses up those that an index may have. */
function template(): object {
  return {
    index_patterns: [indices],
    priority: 100,
    template: {
      settings: {
        number_of_shards: 1,
        number_of_replicas: 1,
        "index.refresh_interval": "5s",
        "index.codec": "best_compression",
        "index.mapping.total_fields.limit": 500,
      },
      mappings: {
        properties: {
          "@timestamp": { type: "date_nanos" },
          line_id: { type: "keyword", index: false, doc_values: false },
          log: { type: "text" },
          stream: { type: "keyword" },
          fields: { type: "flat_object" },
          kubernetes: {
            properties: {
              container_image: { type: "keyword" },
              container_name: { type: "keyword" },
              host: { type: "keyword" },
              labels: { type: "flat_object" },
              namespace_name: { type: "keyword" },
              pod_id: { type: "keyword" },
              pod_name: { type: "keyword" },
            },
          },
        },
      },
    },
  };
}

/** What becomes of the index of a day. */
function lifecycle(days: number): object {
  return {
    policy: {
      default_state: "kept",
      // OpenSearch's own record of who searched what is made by the day too.
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

/** A policy says in its description what it was made of, so that it is written again only when that changes. */
function described(value: object, wrapper?: "policy"): object {
  const description = `Written by the program, ${shortHash(JSON.stringify(value))}`;
  const inner = wrapper ? (value as { policy: object }).policy : value;
  return wrapper ? { policy: { description, ...inner } } : { description, ...inner };
}

/** What OpenSearch is told, as files by their names. */
export function settingsFiles({ retention, snapshots }: ResolvedOpenSearch): {
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

/** Tells OpenSearch all of it, as often as it runs; what is there already stays as it is. */
function settingsScript(hasSnapshots: boolean): string {
  const snapshots = hasSnapshots
    ? `
put /_snapshot/archive repository.json
policy /_plugins/_sm/policies/logs snapshots.json POST
`
    : "";
  return `set -euo pipefail
files=\${SETTINGS_FOLDER:-${SETTINGS_FILES.folder}}
certificates=\${SETTINGS_CERTIFICATES:-${SETTINGS_FILES.certificates}}

# Prints the answer, and the status on a line of its own.
call() {
  curl --silent --show-error --max-time 60 --cacert "$certificates/ca.crt" --cert "$certificates/tls.crt" --key "$certificates/tls.key" \\
    --header "Content-Type: application/json" --write-out '\\n%{http_code}' "$@"
}

fail() {
  echo "$1: $2" >&2
  exit 1
}

put() {
  local answer
  answer=$(call --request PUT --data-binary "@$files/$2" "$OPENSEARCH_URL$1")
  [[ "\${answer##*$'\\n'}" == 20? ]] || fail "PUT $1" "$answer"
}

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
export const SECURITY_ADMIN = `${OPEN_SEARCH_FILES.home}/plugins/opensearch-security/tools/securityadmin.sh`;
