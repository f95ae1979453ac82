import { Yaml } from "cdk8s";
import { PORTS } from "./ports";
import { type AlertReceiver } from "../alert-receiver";
import { byText } from "../../../core/stable-order";

export const ALERTMANAGER_FILES = { main: "/etc/alertmanager/alertmanager.yaml", data: "/alertmanager" };

/** The arguments of a single Alertmanager, without a cluster. */
export function alertmanagerArguments(): string[] {
  return [
    `--config.file=${ALERTMANAGER_FILES.main}`,
    `--storage.path=${ALERTMANAGER_FILES.data}`,
    `--web.listen-address=0.0.0.0:${PORTS.alertmanager}`,
    // Empty: it opens no port for a cluster.
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
  for (const { _config: config } of [...receivers].sort((receiver, other) =>
    byText(receiver.name, other.name),
  )) {
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
    // The consequences of a missing node are not sent separately.
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
