import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  AppProtocol,
  BlockVolumeClass,
  BlockVolumePerformance,
  ConfigFile,
  ContainerImage,
  EnvironmentValue,
  HardenedCronJob,
  HardenedDaemonSet,
  HardenedDeployment,
  HardenedStatefulSet,
  HealthProbe,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  OracleServiceRanges,
  Port,
  PrivateNodePool,
  SecretFiles,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  VolumeClaim,
  WritablePath,
  oci,
} from "secure-oke";

const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "ledger");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId: "ocid1.compartment.oc1..example",
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: "fra.ocir.io/acme/calico",
    imagePullSecrets: ["ocir"],
  }),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 4, memory: Size.gibibytes(32) }),
  size: 3,
});

const ledger = new Chart(new KubernetesApp(), "ledger", { namespace: "ledger" });
new SecureNamespace(ledger, "namespace", { name: "ledger", imagePullSecrets: ["ocir"] });

// The database: three pods that replicate their data. Our own key encrypts their volumes at rest and in transit between node and
// volume.
const encrypted = new BlockVolumeClass(ledger, "encrypted", {
  name: "ledger-encrypted",
  kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.example",
  performance: BlockVolumePerformance.HIGHER,
});
const password = SecretFiles.fromSecret("/run/secrets/database", "ledger-database", { keys: ["password"] });
const database = new HardenedStatefulSet(ledger, "database", {
  image: ContainerImage.of(`fra.ocir.io/acme/database:17.2@${digest}`),
  port: 5432,
  protocol: AppProtocol.TCP,
  replicas: 3,
  readiness: HealthProbe.fromCommand(["/usr/bin/database-ready"]),
  terminationGracePeriod: Duration.minutes(2),
  env: { NODE_NAME: EnvironmentValue.fromFieldRef("metadata.name") },
  files: [ConfigFile.of("/etc/database/database.conf", "listen_addresses = '*'\n")],
  secretFiles: [password],
  resources: {
    cpu: { request: "500m", limit: "2" },
    memory: { request: "2Gi", limit: "2Gi" },
  },
  volumeClaims: [
    VolumeClaim.of("data", "/var/lib/database", { size: "200Gi", storageClassName: encrypted.name }),
  ],
  writablePaths: [WritablePath.inMemory("/run/database", { sizeLimit: "16Mi" })],
});
database.connections.allowTo(database, Port.tcp(5432));
const databaseService = database.exposeViaService();

// The program that uses the database.
const api = new HardenedDeployment(ledger, "api", {
  image: ContainerImage.of(`fra.ocir.io/acme/ledger:2.0.1@${digest}`),
  port: 8080,
  replicas: 3,
  env: { DATABASE_HOST: EnvironmentValue.fromValue(databaseService.hostName) },
  secretFiles: [password],
});
api.connections.allowTo(database, Port.tcp(5432));
api.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "api-tls" }),
});

// A backup of the last pod every six hours, to Object Storage through the service gateway.
const backup = new HardenedCronJob(ledger, "backup", {
  image: ContainerImage.of(`fra.ocir.io/acme/database-backup:17.2@${digest}`),
  schedule: "15 */6 * * *",
  env: { DATABASE_HOST: EnvironmentValue.fromValue(database.hostNameOf(2)) },
  secretFiles: [password, SecretFiles.fromSecretsStore("/run/secrets/bucket", "ledger-backup")],
  writablePaths: [WritablePath.of("/var/cache/backup", { sizeLimit: "4Gi" })],
  resources: { ephemeralStorage: { request: "4Gi", limit: "5Gi" } },
});
backup.connections.allowTo(database, Port.tcp(5432));
backup.connections.allowToOracleServices(OracleServiceRanges.of(["134.70.0.0/16"]));

// A program on each node that measures the latency of the database.
const probe = new HardenedDaemonSet(ledger, "latency", {
  image: ContainerImage.of(`fra.ocir.io/acme/latency:1.3.0@${digest}`),
  port: 9100,
});
probe.connections.allowTo(database, Port.tcp(5432));

cluster.addCdk8sChart("ledger", ledger);

app.synth();
