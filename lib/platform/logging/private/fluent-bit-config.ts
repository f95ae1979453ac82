import { Yaml } from "cdk8s";
import { LogOverflow, type LogBuffer } from "../log-collector";
import { type LogParser, type LogFormat } from "../log-parser";

/** The paths of the files in the collector. */
export const FLUENT_BIT_FILES = {
  main: "/etc/fluent-bit/fluent-bit.yaml",
  identity: "/etc/fluent-bit/identify.lua",
  redaction: "/etc/fluent-bit/redact.lua",
  state: "/var/lib/fluent-bit",
  destination: "/run/secrets/destination",
  authority: "/run/secrets/destination-ca",
};
export const CONTAINER_LOGS = "/var/log/containers";
export const POD_LOGS = "/var/log/pods";
/** Health and metrics. */
export const COLLECTOR_PORT = 2020;
export const FLUENT_BIT_METRICS = "/api/v2/metrics/prometheus";
/** Fluent Bit closes a chunk at about this size. */
const CHUNK_MEBIBYTES = 2;
const MAPPED_CHUNKS = 32;
/** The part of the volume for the positions in the files. */
const POSITIONS_MEBIBYTES = 32;

/** The destination of lines, for both collectors. */
export interface Target {
  /** The program, which is also the name of the plugin of both collectors. */
  readonly program: "opensearch" | "elasticsearch";
  readonly host: string;
  readonly port: number;
  readonly indexPrefix: string;
  /** The certificate authority of the server. @default - those of the image */
  readonly authorityFile?: string;
  /** The collector's own certificate, if the destination asks for one. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** The files with the name and the password of the user, if the collector authenticates with them. */
  readonly credentials?: { readonly userFile: string; readonly passwordFile: string };
}

/** The lines that collectors read, and their processing. */
export interface Collection {
  readonly target: Target;
  readonly buffer: LogBuffer;
  readonly parsers: readonly LogParser[];
  readonly multiline: readonly string[];
  readonly formats: readonly LogFormat[];
  readonly isRedacted: boolean;
  /** The namespace and the name of the collector, whose own lines are not collected. */
  readonly collector: { readonly namespace: string; readonly name: string };
}

const ruby = (text: string) => `/${text.replace(/\//g, "\\/")}/`;

/** The configuration of Fluent Bit 4 or newer. */
export function fluentBitConfig(collection: Collection): string {
  const { buffer, parsers } = collection;
  const isPausing = buffer.overflow === LogOverflow.PAUSE;
  const lines = parsers.filter((parser) => !parser.isMultiline);
  const joining = parsers.filter((parser) => parser.isMultiline);
  return Yaml.stringify({
    ...environment(collection.target),
    service: {
      flush: 1,
      grace: 20,
      log_level: "warn",
      http_server: true,
      http_listen: "0.0.0.0",
      http_port: COLLECTOR_PORT,
      // Unhealthy if the destination fails for minutes. Only readiness checks it: a restart would not help.
      health_check: true,
      hc_errors_count: 5,
      hc_retry_failure_count: 60,
      hc_period: 300,
      "scheduler.base": 2,
      "scheduler.cap": 60,
      "storage.path": `${FLUENT_BIT_FILES.state}/buffer`,
      "storage.sync": "normal",
      "storage.checksum": false,
      // An input pauses at a number of mapped chunks; chunks that are only on disk do not count.
      "storage.max_chunks_up": isPausing
        ? Math.floor(buffer.limitMebibytes / CHUNK_MEBIBYTES)
        : MAPPED_CHUNKS,
      "storage.backlog.mem_limit": "16M",
      "storage.delete_irrecoverable_chunks": true,
    },
    ...(lines.length === 0 ? {} : { parsers: lines.map(parserOf) }),
    ...(joining.length === 0 ? {} : { multiline_parsers: joining.map(multilineOf) }),
    pipeline: {
      inputs: [input(collection)],
      filters: filters(collection),
      outputs: [output(collection)],
    },
  });
}

function environment({ credentials }: Target): object {
  if (!credentials) return {};
  const file = (name: string, path: string) => ({ name, uri: `file://${path}`, refresh_interval: 60 });
  return {
    env: [
      file("DESTINATION_USER", credentials.userFile),
      file("DESTINATION_PASSWORD", credentials.passwordFile),
    ],
  };
}

function parserOf({ name, _line: { pattern, timeField, timeFormat } }: LogParser): object {
  const time = timeField === undefined ? {} : { time_key: timeField, time_format: timeFormat };
  return { name, format: "regex", regex: pattern, ...time };
}

function multilineOf({ name, _lines: { firstLine, continuation } }: LogParser): object {
  return {
    name,
    type: "regex",
    flush_timeout: 2000,
    rules: [
      { state: "start_state", regex: ruby(firstLine), next_state: "further" },
      { state: "further", regex: ruby(continuation), next_state: "further" },
    ],
  };
}

function input({ buffer, collector, multiline }: Collection): object {
  return {
    name: "tail",
    tag: "kube.*",
    path: `${CONTAINER_LOGS}/*.log`,
    // Its own warnings about a failing destination would cause further warnings.
    exclude_path: `${CONTAINER_LOGS}/*_${collector.namespace}_${collector.name}-*.log`,
    "multiline.parser": "cri",
    // The positions are lost with the pod. Files are then read again, and the destination rejects lines that it has by their ids.
    read_from_head: true,
    db: `${FLUENT_BIT_FILES.state}/positions.db`,
    "db.locking": true,
    refresh_interval: 10,
    rotate_wait: 30,
    buffer_chunk_size: "64k",
    buffer_max_size: "1M",
    skip_long_lines: true,
    "storage.type": "filesystem",
    ...(buffer.overflow === LogOverflow.PAUSE ? { "storage.pause_on_chunks_overlimit": true } : {}),
    ...(multiline.length === 0 ? {} : { processors: { logs: [join(multiline)] } }),
  };
}

/**
 * Joins stack traces. As a filter it would hand lines over to another input, which loses them while the buffer is full.
 */
function join(multiline: readonly string[]): object {
  return {
    name: "multiline",
    "multiline.key_content": "log",
    "multiline.parser": multiline.join(","),
  };
}

/** Lines get an id and the metadata of the pod, are parsed, and are redacted last, so that redaction sees the record that is sent. */
function filters({ formats, isRedacted }: Collection): object[] {
  return [
    {
      name: "lua",
      match: "kube.*",
      script: FLUENT_BIT_FILES.identity,
      call: "identify",
      // As a number, a time has no nanoseconds.
      time_as_table: true,
    },
    {
      name: "kubernetes",
      match: "kube.*",
      kube_url: "https://kubernetes.default.svc:443",
      kube_ca_file: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
      kube_token_file: "/var/run/secrets/kubernetes.io/serviceaccount/token",
      kube_tag_prefix: "kube.var.log.containers.",
      "tls.verify_hostname": true,
      merge_log: true,
      // A map of its own, so that a field of a program can't pass for one of the collector.
      merge_log_key: "fields",
      keep_log: false,
      labels: true,
      // They can contain whole manifests.
      annotations: false,
      // A workload could exclude itself.
      "k8s-logging.parser": false,
      "k8s-logging.exclude": false,
      kube_meta_cache_ttl: "15m",
      buffer_size: "256k",
    },
    ...formats.map(({ container = "*", namespace, parser }) => ({
      name: "parser",
      match: `kube.var.log.containers.*_${namespace}_${container}-*`,
      key_name: "log",
      parser,
      reserve_data: true,
      preserve_key: false,
    })),
    ...(isRedacted
      ? [
          {
            name: "lua",
            match: "kube.*",
            script: FLUENT_BIT_FILES.redaction,
            call: "redact",
          },
        ]
      : []),
  ];
}

/** The size of the buffer at which Fluent Bit drops the oldest chunks; an input that pauses stops at its own limit before. */
function diskLimit({ limitMebibytes, overflow, volumeMebibytes }: LogBuffer): number {
  return overflow === LogOverflow.PAUSE ? volumeMebibytes - POSITIONS_MEBIBYTES : limitMebibytes;
}

function output({ buffer, target }: Collection): object {
  const { authorityFile, clientCertificate, credentials } = target;
  return {
    name: target.program === "opensearch" ? "opensearch" : "es",
    match: "kube.*",
    host: target.host,
    port: target.port,
    tls: true,
    "tls.verify": true,
    "tls.verify_hostname": true,
    ...(authorityFile === undefined ? {} : { "tls.ca_file": authorityFile }),
    ...(clientCertificate
      ? { "tls.crt_file": clientCertificate.certificate, "tls.key_file": clientCertificate.key }
      : {}),
    ...(credentials ? { http_user: "${DESTINATION_USER}", http_passwd: "${DESTINATION_PASSWORD}" } : {}),
    logstash_format: true,
    logstash_prefix: target.indexPrefix,
    time_key: "@timestamp",
    time_key_nanos: true,
    suppress_type_name: true,
    replace_dots: true,
    // The same line has the same id, so that it is stored once, however often it is sent.
    id_key: LINE_ID,
    write_operation: "create",
    buffer_size: "512k",
    compress: "gzip",
    // A day of retries, one a minute: a line that the destination always rejects must not stay in the buffer forever.
    retry_limit: 1440,
    "storage.total_limit_size": `${diskLimit(buffer)}M`,
    workers: 1,
  };
}

/** The field with the id of a line, by which the destination stores it once. */
export const LINE_ID = "line_id";

/**
 * The Lua script that adds an id to each message: the time at which the runtime received it, and a hash of the message and its container.
 *
 * Fluent Bit's own ids are hashes of the whole record. They change at each start if a script has touched the record, because the order of
 * fields in Lua is not stable.
 */
export const IDENTIFY_SCRIPT = `local bit = require("bit")

local function hashed(text, start)
  local hash = start
  for index = 1, #text do
    hash = bit.bxor(hash, text:byte(index))
    -- Times 16777619, the prime of FNV, without leaving 32 bits.
    hash = bit.tobit(
      hash + bit.lshift(hash, 1) + bit.lshift(hash, 4) + bit.lshift(hash, 7) + bit.lshift(hash, 8) + bit.lshift(hash, 24)
    )
  end
  return bit.tohex(hash)
end

function identify(tag, timestamp, record)
  local text = tag .. "\\n" .. (record["stream"] or "") .. "\\n" .. (record["log"] or "")
  record["${LINE_ID}"] = string.format("%d%09d-", timestamp.sec, timestamp.nsec)
    .. hashed(text, -2128831035) .. hashed(text, 1540483477)
  return 2, timestamp, record
end
`;
