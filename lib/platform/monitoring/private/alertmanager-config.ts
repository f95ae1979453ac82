import { Yaml } from "cdk8s";
import { PORTS } from "./ports";
import { type AlertReceiver } from "../alert-receiver";

export const ALERTMANAGER_FILES = { main: "/etc/alertmanager/alertmanager.yaml", data: "/alertmanager" };

/** The arguments of one Alertmanager that has no others to talk to. */
export function alertmanagerArguments(): string[] {
  return [
    `--config.file=${ALERTMANAGER_FILES.main}`,
    `--storage.path=${ALERTMANAGER_FILES.data}`,
    `--web.listen-address=0.0.0.0:${PORTS.alertmanager}`,
    // Empty: it opens no port for a cluster of its own.
    "--cluster.listen-address=",
    "--log.format=json",
  ];
}

/**
 * The configuration: all alerts go to all receivers, grouped by alert and namespace.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/
 */
export function alertmanagerConfig(receivers: readonly AlertReceiver[]): string {
  const all: { [field: string]: object[] } = {};
  for (const { _config: config } of [...receivers].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    all[config.field] = [...(all[config.field] ?? []), config.settings];
  }
  return Yaml.stringify({
    route: {
      receiver: "all",
      group_by: ["alertname", "namespace"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "4h",
    },
    // What follows of a node that is gone is not sent beside it.
    inhibit_rules: [
      {
        source_matchers: ["alertname = NodeNotReady"],
        target_matchers: ["severity = warning"],
        equal: ["node"],
      },
    ],
    receivers: [{ name: "all", ...all }],
  });
}
