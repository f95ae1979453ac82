import { callScript, INDEX_PREFIX, INDEX_SETTINGS, json, lineMapping, storeFiles } from "./store-parts";
import { type ResolvedStoreInCluster } from "./read-destination";
import { shortHash } from "../../../core/resource-name";

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
