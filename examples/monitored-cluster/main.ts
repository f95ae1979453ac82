import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlertReceiver,
  AlertRule,
  AlertSeverity,
  ClusterMonitoring,
  ContainerImage,
  DashboardPanel,
  Egress,
  GrafanaDashboard,
  GrafanaUsers,
  HardenedDeployment,
  IngressCertificate,
  IngressHost,
  KubernetesVersion,
  LoadBalancerAccess,
  MonitoringImages,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PanelUnit,
  Port,
  PrivateNodePool,
  SecretFiles,
  SecureNamespace,
  SecureOkeCluster,
  TlsTermination,
  TraefikIngress,
  oci,
} from "secure-oke";

const app = new App();
const stack = new TerraformStack(app, "shop");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId: "ocid1.compartment.oc1..example",
  kubernetesVersion: KubernetesVersion.V1_35,
  networkPolicyEngine: NetworkPolicyEngine.calico(),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 4, memory: Size.gibibytes(32) }),
  size: 3,
});

const lock = { path: join(__dirname, "images.lock.json") };
const kubernetes = new KubernetesApp();
const chartOf = (name: string) => new Chart(kubernetes, name, { namespace: name });

// A workload that serves metrics on a port of its own and sends traces. One call each: policies, rules and the job follow.
const shop = chartOf("shop");
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.fromLock("web", lock),
  port: 8080,
  ports: [{ name: "metrics", port: 9464 }],
});
web.scrapeMetrics({ port: 9464, path: "/metrics" });
web.traces({ sampledRatio: 0.25 });

// The gateway for staff, behind an internal load balancer.
const gateway = chartOf("gateway");
new SecureNamespace(gateway, "namespace", { name: "gateway", imagePullSecrets: ["ocir"] });
const traefik = new TraefikIngress(gateway, "traefik", {
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  image: ContainerImage.fromLock("traefik", lock),
});

// Client secrets and tokens come from OCI Vault, by the Secrets Store CSI driver.
const vault = (name: string) => SecretFiles.fromSecretsStore(`/run/secrets/${name}`, name);
const provider = "https://idcs-example.identity.oraclecloud.com";
const monitoring = new ClusterMonitoring(chartOf("monitoring"), "monitoring", {
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

cluster.addCdk8sChart("monitoring", Chart.of(monitoring));
cluster.addCdk8sChart("gateway", gateway);
cluster.addCdk8sChart("shop", shop);

app.synth();
