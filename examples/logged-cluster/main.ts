import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  ClusterLogging,
  ContainerImage,
  HardenedDeployment,
  IngressCertificate,
  IngressHost,
  KubernetesVersion,
  LoadBalancerAccess,
  LogBuffer,
  LogCollector,
  LogDestination,
  LogParser,
  LogRedaction,
  LogRetention,
  LogSnapshots,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  OracleServiceRanges,
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
const image = (name: string) => ContainerImage.fromLock(name, lock);
// Users, keys and cookies come from OCI Vault, by the Secrets Store CSI driver.
const vault = (name: string) => SecretFiles.fromSecretsStore(`/run/secrets/${name}`, name);
const kubernetes = new KubernetesApp();
const chartOf = (name: string) => new Chart(kubernetes, name, { namespace: name });

// A workload whose logs are collected; it needs no line for that.
const shop = chartOf("shop");
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
new HardenedDeployment(shop, "web", { image: image("web"), port: 8080 });

// The gateway for staff, behind an internal load balancer.
const gateway = chartOf("gateway");
new SecureNamespace(gateway, "namespace", { name: "gateway", imagePullSecrets: ["ocir"] });
const traefik = new TraefikIngress(gateway, "traefik", {
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  image: image("traefik"),
});

const logging = chartOf("logging");
new ClusterLogging(logging, "logging", {
  cluster,
  collector: LogCollector.fluentBit(image("fluent-bit")),
  destination: LogDestination.openSearchInCluster({
    image: image("opensearch"),
    users: vault("opensearch-users"),
    kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.example",
    retention: LogRetention.of(Duration.days(90)),
    storage: Size.gibibytes(200),
    dashboards: {
      image: image("opensearch-dashboards"),
      secretFiles: vault("opensearch-dashboards"),
      exposure: {
        gateway: traefik,
        host: IngressHost.of("logs.example.com"),
        tls: TlsTermination.atIngress(IngressCertificate.fromSecret("logs-tls")),
      },
    },
    snapshots: LogSnapshots.toBucket({
      bucketName: "shop-log-snapshots",
      objectStorageNamespace: "acme",
      region: "eu-frankfurt-1",
      secretFiles: vault("log-snapshots"),
      oracleServices: OracleServiceRanges.of(["134.70.24.0/21"]),
      retention: Duration.days(365),
    }),
  }),
  buffer: LogBuffer.of({ limit: Size.gibibytes(2) }),
  redaction: LogRedaction.recommended({ fields: ["iban", "card-number"] }),
  // The gateway writes one line for each request; the shop joins its messages by the date that they begin with.
  parsers: [
    LogParser.pattern("access", {
      pattern: '^(?<client>\\S+) - \\S+ \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)" (?<status>\\d{3})',
      timeField: "time",
      timeFormat: "%d/%b/%Y:%H:%M:%S %z",
    }),
    LogParser.multiline("dated", { firstLine: "^\\d{4}-\\d{2}-\\d{2} ", continuation: "^\\s" }),
  ],
  multiline: ["java", "python", "dated"],
  formats: [{ namespace: "gateway", container: "traefik", parser: "access" }],
  imagePullSecrets: ["ocir"],
});

cluster.addCdk8sChart("shop", shop);
cluster.addCdk8sChart("gateway", gateway);
cluster.addCdk8sChart("logging", logging);

app.synth();
