import * as fs from "node:fs";
import * as path from "node:path";
import { type Answer } from "./loopback";
import { REDACTION_SAMPLES } from "./redaction-samples";
import { LogParser, LogRedaction } from "../../../lib";

export const CONTAINER = "c".repeat(64);
const AT = "2026-11-30T12:00:00";

/** Writes the log file of a container as CRI-O does, and the link by which it is found. */
export function writeLog(
  root: string,
  namespace: string,
  pod: string,
  container: string,
  lines: readonly string[],
): void {
  const folder = path.join(root, "pods", `${namespace}_${pod}_uid`, container);
  fs.mkdirSync(folder, { recursive: true });
  fs.mkdirSync(path.join(root, "containers"), { recursive: true });
  fs.writeFileSync(path.join(folder, "0.log"), lines.map((line) => `${line}\n`).join(""));
  const link = path.join(root, "containers", `${pod}_${namespace}_${container}-${CONTAINER}.log`);
  fs.symlinkSync(path.join(folder, "0.log"), link);
}

let serial = 0;

/** A line as the container runtime writes it, whole or partial. */
export const cri = (text: string, tag = "F") =>
  `${AT}.${String(++serial).padStart(9, "0")}Z stdout ${tag} ${text}`;

/** The API server, which knows every pod and nothing else. */
export const pods: Answer = ({ url }) => {
  const [, namespace, name] = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/?]+)/.exec(url) ?? [];
  if (name === undefined) return { status: 403 };
  return {
    status: 200,
    body: {
      kind: "Pod",
      metadata: {
        name,
        namespace,
        uid: "uid-1",
        labels: { "app.kubernetes.io/name": "web", tier: "front" },
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "whole manifest" },
      },
      spec: { nodeName: "10.0.10.5", containers: [{ name: "web", image: "fra.ocir.io/acme/web" }] },
      status: { podIP: "10.0.20.7", containerStatuses: [] },
    },
  };
};

/** The configuration of the manifest with the folders of a test and the ports of this machine. */
export function moveFluentBit(text: string, root: string, ports: { api: number; store: number }): string {
  const places: readonly (readonly [string, string])[] = [
    ["/etc/fluent-bit/", `${root}/etc/`],
    ["/var/lib/fluent-bit/", `${root}/state/`],
    ["/var/log/", `${root}/log/`],
    ["/run/secrets/destination/ca.crt", `${root}/ca.crt`],
    ["/run/secrets/destination/tls.crt", `${root}/client.crt`],
    ["/run/secrets/destination/tls.key", `${root}/client.key`],
    ["/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", `${root}/ca.crt`],
    ["/var/run/secrets/kubernetes.io/serviceaccount/token", `${root}/token`],
    ["https://kubernetes.default.svc:443", `https://localhost:${ports.api}`],
    ["host: opensearch.logging.svc", "host: localhost"],
    ["port: 9200", `port: ${ports.store}`],
    ["http_port: 2020", "http_port: 0"],
    ["http_server: true", "http_server: false"],
    ["kube.var.log.containers.", `kube.${root.slice(1).replace(/\//g, ".")}.log.containers.`],
  ];
  return places.reduce((all, [from, to]) => all.split(from).join(to), text);
}

/** The configuration of Fluentd of the manifest with the folders of a test and the ports of this machine. */
export function moveFluentd(text: string, root: string, ports: { api: number; store: number }): string {
  const places: readonly (readonly [string, string])[] = [
    ["/etc/fluentd/", `${root}/etc/`],
    ["/var/lib/fluentd", `${root}/state`],
    ["/var/log/", `${root}/var/log/`],
    ["/run/secrets/destination/ca.crt", `${root}/ca.crt`],
    ["/run/secrets/destination/tls.crt", `${root}/client.crt`],
    ["/run/secrets/destination/tls.key", `${root}/client.key`],
    ["/run/secrets/log-writer/", `${root}/`],
    ["/var/run/secrets/kubernetes.io/serviceaccount/", `${root}/`],
    // The plugin takes the address from the environment of the pod.
    [
      "@type kubernetes_metadata\n",
      `@type kubernetes_metadata\n  kubernetes_url https://localhost:${ports.api}\n`,
    ],
    ["host opensearch.logging.svc", "host localhost"],
    ["host elasticsearch.logging.svc", "host localhost"],
    ["port 9200", `port ${ports.store}`],
    ["port 2020", "port 22020"],
    ["port 24231", "port 24232"],
    ["kubernetes.var.log.containers.", `kubernetes.${root.slice(1).replace(/\//g, ".")}.var.log.containers.`],
  ];
  return places.reduce((all, [from, to]) => all.split(from).join(to), text);
}

/** The bulk interface: creates documents, and reports a conflict for each that exists. */
export function bulk(documents: Map<string, any>, counts: { conflicts: number }): Answer {
  return ({ body, url }) => {
    // Fluentd asks for the version when it starts.
    if (url === "/")
      return { status: 200, body: { version: { number: "2.19.1", distribution: "opensearch" } } };
    if (!url.startsWith("/_bulk")) return { status: 404 };
    const lines = body.split("\n").filter((line) => line !== "");
    const items = [];
    for (let index = 0; index < lines.length; index += 2) {
      const { create } = JSON.parse(lines[index] as string);
      const key = `${create._index}/${create._id}`;
      const status = documents.has(key) ? 409 : 201;
      if (status === 409) counts.conflicts += 1;
      else documents.set(key, JSON.parse(lines[index + 1] as string));
      items.push({ create: { _index: create._index, _id: create._id, status } });
    }
    return {
      status: 200,
      body: { took: 1, errors: items.some(({ create }) => create.status === 409), items },
    };
  };
}

/** The pod whose lines `writeSamples` writes. */
export const POD = "web-7f9c-x2x";

/** Redaction that tried a name at each of its letters would take minutes. */
export const LONG_WORD = "ab-".repeat(100_000);

/** Parsers, a format and a redaction for the lines that `writeSamples` writes. */
export const SAMPLE_PROPS = {
  parsers: [
    LogParser.pattern("access", {
      pattern: '^(?<client>\\S+) \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)" (?<status>\\d+)$',
      timeField: "time",
      timeFormat: "%d/%b/%Y:%H:%M:%S %z",
    }),
    LogParser.multiline("dated", { firstLine: "^\\d{4}-\\d{2}-\\d{2} ", continuation: "^\\s+" }),
  ],
  multiline: ["java", "dated"],
  formats: [{ namespace: "shop", container: "proxy", parser: "access" }],
  redaction: LogRedaction.recommended({ fields: ["iban"] }),
};

/**
 * Writes log files of a web container, of a proxy, and of the collector itself, whose lines must not be collected.
 *
 * @param structured the fields of the line of JSON
 */
export function writeSamples(log: string, collector: string, structured: object): void {
  writeLog(log, "shop", POD, "web", [
    cri("plain line"),
    cri("a line that the run", "P"),
    cri("time split", "F"),
    cri("java.lang.IllegalStateException: out of stock"),
    cri("\tat shop.Cart.add(Cart.java:12)"),
    cri("\tat shop.Main.main(Main.java:3)"),
    cri("2026-11-30 first of a message"),
    cri("  second of a message"),
    cri(JSON.stringify(structured)),
    cri(LONG_WORD),
    ...REDACTION_SAMPLES.flatMap(({ hit, nearMiss }) => [cri(hit), cri(nearMiss)]),
  ]);
  writeLog(log, "shop", POD, "proxy", [cri('10.0.0.9 [30/Nov/2026:11:59:58 +0000] "GET / HTTP/1.1" 200')]);
  writeLog(log, "logging-nodes", `${collector}-abcde`, collector, [cri("my own line")]);
}
