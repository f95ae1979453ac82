export {
  AlertReceiver,
  type EmailReceiverProps,
  type SlackReceiverProps,
  type WebhookReceiverProps,
} from "./alert-receiver";
export { AlertRule } from "./alert-rule";
export { type AlertExample, type AlertRuleProps, AlertSeverity } from "./alert-rule-props";
export { ClusterMonitoring } from "./cluster-monitoring";
export {
  type ClusterMonitoringProps,
  KubeletMetrics,
  MonitoringImages,
  type MonitoringImageSet,
} from "./cluster-monitoring-props";
export {
  DashboardPanel,
  type DashboardPanelProps,
  type GrafanaDashboardProps,
  type PanelQuery,
  PanelUnit,
} from "./dashboard-panel";
export { GrafanaDashboard } from "./grafana-dashboard";
export { type AdministratorProps, GrafanaUsers, type OidcUsersProps } from "./grafana-users";
