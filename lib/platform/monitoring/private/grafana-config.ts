import { Yaml } from "cdk8s";
import { PORTS } from "./prometheus-config";
import { type GrafanaUsers } from "../grafana-users";
import { byKey } from "../../../core/stable-order";

const PROVISIONING = "/etc/grafana/provisioning";
export const GRAFANA_FILES = {
  main: "/etc/grafana/grafana.ini",
  dataSources: `${PROVISIONING}/datasources/monitoring.yaml`,
  dashboardProvider: `${PROVISIONING}/dashboards/monitoring.yaml`,
  dashboards: "/etc/grafana/dashboards",
  data: "/var/lib/grafana",
};

interface Sections {
  [section: string]: { [key: string]: string };
}

/**
 * The settings of Grafana: no anonymous access, no telemetry, no plugin downloads, and no dashboards except those of the program.
 *
 * @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
 */
export function grafanaConfig(users: GrafanaUsers, rootUrl: string | undefined): string {
  const sections: Sections = {
    analytics: { reporting_enabled: "false", check_for_updates: "false", check_for_plugin_updates: "false" },
    auth: {},
    "auth.anonymous": { enabled: "false" },
    // Alerts are rules of Prometheus: no second place for them.
    unified_alerting: { enabled: "false" },
    dashboards: { default_home_dashboard_path: `${GRAFANA_FILES.dashboards}/nodes.json` },
    explore: { enabled: "true" },
    log: { mode: "console" },
    "log.console": { format: "json" },
    metrics: { enabled: "true" },
    news: { news_feed_enabled: "false" },
    paths: {
      data: GRAFANA_FILES.data,
      logs: `${GRAFANA_FILES.data}/log`,
      plugins: `${GRAFANA_FILES.data}/plugins`,
      provisioning: PROVISIONING,
    },
    plugins: { plugin_admin_enabled: "false", preinstall_disabled: "true" },
    security: {
      cookie_samesite: "lax",
      cookie_secure: "true",
      content_security_policy: "true",
      disable_gravatar: "true",
      strict_transport_security: "true",
    },
    server: { http_port: String(PORTS.grafana), ...(rootUrl === undefined ? {} : { root_url: rootUrl }) },
    snapshots: { enabled: "false", external_enabled: "false" },
    users: { allow_sign_up: "false", allow_org_create: "false" },
  };
  for (const [name, keys] of Object.entries(users._sections)) sections[name] = { ...sections[name], ...keys };
  return Object.entries(sections)
    .filter(([, keys]) => Object.keys(keys).length > 0)
    .sort(byKey)
    .map(([name, keys]) => [`[${name}]`, ...linesOf(keys), ""].join("\n"))
    .join("\n");
}

const linesOf = (keys: { [key: string]: string }) =>
  Object.entries(keys)
    .sort(byKey)
    .map(([key, value]) => `${key} = ${value}`);

/** The data sources of Grafana, which are read-only. */
export function dataSources(hosts: {
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly jaeger: string;
}): string {
  const source = (name: string, uid: string, host: string, port: number, more: object = {}) => ({
    ...{ name, uid, type: uid, access: "proxy", url: `http://${host}:${port}`, editable: false },
    ...more,
  });
  return Yaml.stringify({
    apiVersion: 1,
    datasources: [
      source("Prometheus", "prometheus", hosts.prometheus, PORTS.prometheus, { isDefault: true }),
      source("Jaeger", "jaeger", hosts.jaeger, PORTS.jaegerQuery),
      source("Alertmanager", "alertmanager", hosts.alertmanager, PORTS.alertmanager, {
        jsonData: { implementation: "prometheus" },
      }),
    ],
  });
}

/** The directory of dashboards, which Grafana reloads when they change. */
export function dashboardProvider(): string {
  return Yaml.stringify({
    apiVersion: 1,
    providers: [
      {
        ...{ name: "program", type: "file", allowUiUpdates: false, disableDeletion: true },
        updateIntervalSeconds: 30,
        options: { path: GRAFANA_FILES.dashboards },
      },
    ],
  });
}
