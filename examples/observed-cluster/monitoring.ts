import { type Chart, Duration, Size } from "cdk8s";
import {
  AlertReceiver,
  AlertRule,
  AlertSeverity,
  ClusterMonitoring,
  DashboardPanel,
  Egress,
  GrafanaDashboard,
  GrafanaUsers,
  IngressCertificate,
  IngressHost,
  MonitoringImages,
  PanelUnit,
  Port,
  TlsTermination,
  type SecretFiles,
  type SecureOkeCluster,
  type TraefikIngress,
} from "secure-oke";

interface Parts {
  readonly cluster: SecureOkeCluster;
  readonly traefik: TraefikIngress;
  readonly lock: { readonly path: string };
  readonly vault: (name: string) => SecretFiles;
}

/** Adds metrics, traces, alerts, and dashboards. */
export function addMonitoring(chart: Chart, { cluster, traefik, lock, vault }: Parts): ClusterMonitoring {
  const provider = "https://idcs-example.identity.oraclecloud.com";
  const monitoring = new ClusterMonitoring(chart, "monitoring", {
    cluster,
    images: MonitoringImages.fromLock(lock),
    imagePullSecrets: ["ocir"],
    kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.example",
    retention: Duration.days(30),
    storage: Size.gibibytes(200),
    users: GrafanaUsers.oidc({
      clientId: "grafana",
      secretFiles: vault("grafana"),
      authorizationUrl: `${provider}/oauth2/v1/authorize`,
      tokenUrl: `${provider}/oauth2/v1/token`,
      userInfoUrl: `${provider}/oauth2/v1/userinfo`,
      rolePath: "contains(groups[*], 'platform') && 'Admin' || contains(groups[*], 'shop') && 'Viewer'",
      egress: [Egress.to("203.0.113.10/32", Port.tcp(443), { reason: "The identity domain of the company" })],
    }),
    exposure: {
      gateway: traefik,
      host: IngressHost.of("grafana.example.com"),
      tls: TlsTermination.atIngress(IngressCertificate.fromSecret("grafana-tls")),
    },
    receivers: [
      AlertReceiver.slack("chat", {
        channel: "#platform-alerts",
        secretFiles: vault("chat"),
        egress: [Egress.to("203.0.113.20/32", Port.tcp(443), { reason: "The chat of the company" })],
      }),
    ],
  });
  monitoring.addAlerts(
    AlertRule.of({
      name: "ShopErrors",
      expression:
        'sum by (namespace) (rate(http_requests_total{namespace="shop",code=~"5.."}[5m])) / sum by (namespace) (rate(http_requests_total{namespace="shop"}[5m])) > 0.05',
      holdsFor: Duration.minutes(5),
      severity: AlertSeverity.CRITICAL,
      purpose: "Customers can't order while the shop answers with errors.",
      whatToDo:
        "Open a trace that failed, in Grafana under Explore, and roll back the last change where it began with one.",
      hit: {
        series: {
          'http_requests_total{namespace="shop",code="200"}': "0+90x20",
          'http_requests_total{namespace="shop",code="500"}': "0+10x20",
        },
        after: Duration.minutes(15),
        labels: { namespace: "shop" },
      },
      nearMiss: {
        series: {
          'http_requests_total{namespace="shop",code="200"}': "0+96x20",
          'http_requests_total{namespace="shop",code="500"}': "0+4x20",
        },
        after: Duration.minutes(15),
      },
    }),
  );
  monitoring.addDashboards(
    GrafanaDashboard.of({
      id: "shop",
      title: "Shop",
      panels: [
        DashboardPanel.timeSeries({
          title: "Requests by answer",
          unit: PanelUnit.PER_SECOND,
          queries: [
            {
              expression: 'sum by (code) (rate(http_requests_total{namespace="shop"}[5m]))',
              legend: "{{code}}",
            },
          ],
        }),
        DashboardPanel.timeSeries({
          title: "Time to the 95th of 100 answers",
          unit: PanelUnit.SECONDS,
          queries: [
            {
              expression:
                'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{namespace="shop"}[5m])))',
            },
          ],
        }),
      ],
    }),
  );
  return monitoring;
}
