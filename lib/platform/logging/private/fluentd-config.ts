import { COLLECTOR_PORT, type Collection, CONTAINER_LOGS, type Target } from "./fluent-bit-config";
import { LogOverflow } from "../log-collector";
import { type LogParser, type LogFormat } from "../log-parser";

/** The paths of the files in the collector. */
export const FLUENTD_FILES = {
  main: "/etc/fluentd/fluent.conf",
  plugins: "/etc/fluentd/plugins",
  redaction: "/etc/fluentd/plugins/filter_redact.rb",
  state: "/var/lib/fluentd",
};

/** monitor_agent responds in JSON on the port of collectors, which Prometheus does not read. */
export const FLUENTD_METRICS_PORT = 24_231;
export const FLUENTD_METRICS = "/metrics";

/** The continuation lines of stack traces, for the languages that Fluent Bit has parsers for. */
const FURTHER_LINES: { readonly [name: string]: string } = {
  go: "^(?:goroutine \\d+|\\t|created by|[\\w./*()-]+\\(.*\\)$|\\[signal)",
  java: "^(?:\\s+at |\\s+\\.\\.\\. \\d+|Caused by:|\\s+Suppressed:|\\t)",
  python: '^(?:\\s+File "|\\s{2,}|Traceback|[\\w.]+(?:Error|Exception|Warning|Interrupt)\\b)',
  ruby: "^\\s+(?:from )?\\S+:\\d+:in ",
};

/** The format of the container runtime. */
const TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%N%:z";

const quoted = (text: string) => text.replace(/\//g, "\\/");

/** The configuration of Fluentd 1.16 or newer with the plugins concat, kubernetes_metadata_filter, and that of its destination. */
export function fluentdConfig(collection: Collection): string {
  return `${system()}
${source(collection)}
${joins(collection)}
${identity(collection)}
${metadata()}
${collection.formats.map((format) => formatFilter(format, collection.parsers)).join("\n")}
${collection.isRedacted ? "<filter kubernetes.**>\n  @type redact\n</filter>\n" : ""}
${match(collection)}`.replace(/\n{3,}/g, "\n\n");
}

function system(): string {
  return `<system>
  log_level warn
  root_dir ${FLUENTD_FILES.state}
</system>

<source>
  @type monitor_agent
  bind 0.0.0.0
  port ${COLLECTOR_PORT}
</source>

<source>
  @type prometheus
  bind 0.0.0.0
  port ${FLUENTD_METRICS_PORT}
</source>
<source>
  @type prometheus_output_monitor
</source>
<source>
  @type prometheus_tail_monitor
</source>
`;
}

function source({ collector }: Collection): string {
  return `<source>
  @type tail
  @id containers
  tag kubernetes.*
  path ${CONTAINER_LOGS}/*.log
  exclude_path ["${CONTAINER_LOGS}/*_${collector.namespace}_${collector.name}-*.log"]
  pos_file ${FLUENTD_FILES.state}/positions
  read_from_head true
  follow_inodes true
  refresh_interval 10
  rotate_wait 30
  max_line_size 1m
  <parse>
    @type regexp
    expression /^(?<logtime>[^ ]+) (?=(?<partialstream>\\w+))(?<stream>stdout|stderr) (?<logtag>[FP]) (?<log>.*)$/
    time_key logtime
    time_format ${TIME_FORMAT}
    keep_time_key true
  </parse>
</source>
`;
}

/**
 * Joins lines that the runtime split, and traces that programs print line by line.
 *
 * The plugin removes the field that it tells streams apart by, so that field is a copy.
 */
function joins({ multiline, parsers }: Collection): string {
  const partial = `<filter kubernetes.**>
  @type concat
  key log
  use_partial_cri_logtag true
  partial_cri_logtag_key logtag
  partial_cri_stream_key partialstream
  separator ""
</filter>
`;
  const traces = multiline.map((name) => {
    const own = parsers.find((candidate) => candidate.name === name)?._lines;
    const further = own?.continuation ?? FURTHER_LINES[name] ?? "^\\s";
    const first = own ? quoted(own.firstLine) : `\\A(?!${quoted(further.replace(/^\^/, ""))})`;
    return `<filter kubernetes.**>
  @type concat
  key log
  stream_identity_key stream
  multiline_start_regexp /${first}/
  continuous_line_regexp /${quoted(further)}/
  flush_interval 2
  timeout_label @NORMAL
</filter>
`;
  });
  if (traces.length === 0) return partial;
  // Lines that a timeout flushes continue at this label, as all others do.
  return `${partial}${traces.join("")}
<match kubernetes.**>
  @type relabel
  @label @NORMAL
</match>

<label @NORMAL>`;
}

/**
 * Gives each message an id, the same whenever it is read, and the time of its first line: joins change the time.
 *
 * The seed has the time as text, because the plugin reduces a time to seconds.
 */
function identity({ target }: Collection): string {
  return `<filter kubernetes.**>
  @type ${target.program}_genid
  hash_id_key _hash
  include_tag_in_seed true
  use_record_as_seed true
  record_keys logtime,stream,log
</filter>

<filter kubernetes.**>
  @type parser
  key_name logtime
  reserve_data true
  remove_key_name_field true
  <parse>
    @type regexp
    expression /^(?<logtime>.*)$/
    time_key logtime
    time_format ${TIME_FORMAT}
  </parse>
</filter>
`;
}

function metadata(): string {
  return `<filter kubernetes.**>
  @type kubernetes_metadata
  ca_file /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
  bearer_token_file /var/run/secrets/kubernetes.io/serviceaccount/token
  verify_ssl true
  watch false
  skip_namespace_metadata true
  skip_master_url true
  annotation_match []
</filter>

<filter kubernetes.**>
  @type parser
  key_name log
  reserve_data true
  reserve_time true
  remove_key_name_field true
  hash_value_field fields
  emit_invalid_record_to_error false
  <parse>
    @type json
    time_key _none
  </parse>
</filter>
`;
}

function formatFilter({ container, namespace, parser }: LogFormat, parsers: readonly LogParser[]): string {
  const line = parsers.find((candidate) => candidate.name === parser)?._line;
  if (!line) return "";
  const time =
    line.timeField === undefined
      ? ""
      : `\n    time_key ${line.timeField}\n    time_format ${line.timeFormat ?? ""}`;
  return `<filter kubernetes.var.log.containers.*_${namespace}_${container ?? "*"}-*.log>
  @type parser
  key_name log
  reserve_data true
  reserve_time ${line.timeField === undefined}
  remove_key_name_field true
  emit_invalid_record_to_error false
  <parse>
    @type regexp
    expression /${quoted(line.pattern)}/${time}
  </parse>
</filter>
`;
}

function destination(target: Target): string[] {
  const { authorityFile, clientCertificate, credentials } = target;
  const file = (path: string) => `"#{File.read('${path}').strip}"`;
  return [
    `@type ${target.program}`,
    `host ${target.host}`,
    `port ${target.port}`,
    "scheme https",
    "ssl_verify true",
    ...(authorityFile === undefined ? [] : [`ca_file ${authorityFile}`]),
    ...(clientCertificate
      ? [`client_cert ${clientCertificate.certificate}`, `client_key ${clientCertificate.key}`]
      : []),
    ...(credentials
      ? [`user ${file(credentials.userFile)}`, `password ${file(credentials.passwordFile)}`]
      : []),
    "logstash_format true",
    `logstash_prefix ${target.indexPrefix}`,
    "include_timestamp true",
    "suppress_type_name true",
    "id_key _hash",
    "remove_keys _hash,logtag",
    "write_operation create",
    "reconnect_on_error true",
    "reload_connections false",
    "reload_on_failure false",
    `log_${target.program === "opensearch" ? "os" : "es"}_400_reason true`,
  ];
}

function match({ buffer, multiline, target }: Collection): string {
  return `<match kubernetes.**>
  ${destination(target).join("\n  ")}
  <buffer>
    @type file
    path ${FLUENTD_FILES.state}/buffer
    total_limit_size ${buffer.limitMebibytes}m
    chunk_limit_size 8m
    flush_interval 1s
    flush_thread_count 1
    overflow_action ${buffer.overflow === LogOverflow.PAUSE ? "block" : "drop_oldest_chunk"}
    retry_type exponential_backoff
    retry_max_interval 60
    retry_timeout 24h
  </buffer>
</match>
${multiline.length > 0 ? "</label>\n" : ""}`;
}
