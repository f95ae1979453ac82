import { App, TerraformStack } from "cdktf";
import { TaintEffect } from "cdk8s-plus-27";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  ContainerImage,
  EnvironmentValue,
  ExternalPeer,
  HardenedCronJob,
  HardenedDeployment,
  HardenedJob,
  HealthProbe,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeRegistryAccess,
  NodeShape,
  Port,
  PrivateNodePool,
  SecretFiles,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  Toleration,
  WritablePath,
  oci,
} from "secure-oke";

const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "orders");
new oci.provider.OciProvider(stack, "oci", {
  region: "eu-frankfurt-1",
  // Tag defaults of the tenancy, which each plan would otherwise remove from the tagged nodes.
  ignoreDefinedTags: ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"],
});
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId: "ocid1.compartment.oc1..example",
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico({ imageRegistry: "fra.ocir.io/acme/calico" }),
});
// Nodes pull images with the credential provider of the kubelet, so no namespace has a password of the registry.
const registryAccess = new NodeRegistryAccess(stack, "registry", {
  cluster,
  tenancyId: "ocid1.tenancy.oc1..example",
  compartmentId: "ocid1.compartment.oc1..registry",
  repositories: ["calico/node", "calico/kube-controllers", "orders-*"],
  nodeTag: "Operations.NodeRole",
});
const pool = {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 4, memory: Size.gibibytes(32) }),
  registryAccess,
};
new PrivateNodePool(stack, "general", { ...pool, size: 3 });
new PrivateNodePool(stack, "batch", { ...pool, size: 2, labels: { "orders.example/pool": "batch" } });

const orders = new Chart(new KubernetesApp(), "orders", { namespace: "orders" });
new SecureNamespace(orders, "namespace", { name: "orders" });

// What is in the VCN but not of the cluster: a database and a queue, each in a subnet of its own.
const database = new ExternalPeer(stack, "database", { cidr: "10.0.8.0/24" });
const queue = new ExternalPeer(stack, "queue", { cidr: "10.0.10.0/24" });
const toDatabase = { reason: "The orders" };
const toQueue = { reason: "Orders that wait" };
const databaseSecret = SecretFiles.fromSecret("/run/secrets/database", "orders-database", {
  keys: ["username", "password"],
});
const DATABASE_URL = EnvironmentValue.fromValue("postgres://orders-db.example.internal:5432/orders");

// The web front end scales with its CPU usage.
const web = new HardenedDeployment(orders, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/orders-web:3.1.0@${digest}`),
  port: 8080,
  autoscale: { min: 3, max: 12, cpuPercent: 60 },
  readiness: HealthProbe.fromHttpGet("/ready"),
  liveness: HealthProbe.fromHttpGet("/live", undefined, { failureThreshold: 5 }),
  env: { DATABASE_URL, POD_NAME: EnvironmentValue.fromFieldRef("metadata.name") },
  secretFiles: [databaseSecret],
  writablePaths: [WritablePath.inMemory("/tmp", { sizeLimit: "32Mi" })],
});
web.connections.allowTo(database, Port.tcp(5432), toDatabase);
web.connections.allowTo(queue, Port.tcp(443), toQueue);
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});

// The queue consumer has no port, so a command checks its health.
const worker = new HardenedDeployment(orders, "worker", {
  image: ContainerImage.of(`fra.ocir.io/acme/orders-worker:3.1.0@${digest}`),
  autoscale: { min: 2, max: 8 },
  liveness: HealthProbe.fromCommand(["/app/worker", "--healthy"], { period: Duration.seconds(30) }),
  terminationGracePeriod: Duration.minutes(2),
  env: { DATABASE_URL },
  secretFiles: [databaseSecret, SecretFiles.fromSecretsStore("/run/secrets/queue", "orders-queue")],
  resources: { memory: { request: "512Mi", limit: "512Mi" } },
});
worker.connections.allowTo(database, Port.tcp(5432), toDatabase);
worker.connections.allowTo(queue, Port.tcp(443), toQueue);

// Prepares the tables of this release. The next release uses another id.
const migrate = new HardenedJob(orders, "migrate-3-1-0", {
  image: ContainerImage.of(`fra.ocir.io/acme/orders-migrate:3.1.0@${digest}`),
  activeDeadline: Duration.minutes(10),
  backoffLimit: 1,
  env: { DATABASE_URL },
  secretFiles: [databaseSecret],
});
migrate.connections.allowTo(database, Port.tcp(5432), toDatabase);

// The nightly report runs on the nodes for batch work.
const report = new HardenedCronJob(orders, "report", {
  image: ContainerImage.of(`fra.ocir.io/acme/orders-report:1.0.4@${digest}`),
  schedule: "30 2 * * MON-FRI",
  timeZone: "Europe/Berlin",
  activeDeadline: Duration.minutes(30),
  nodeSelector: { "orders.example/pool": "batch" },
  tolerations: [Toleration.of("orders.example/pool", "batch", TaintEffect.NO_SCHEDULE)],
  env: { DATABASE_URL },
  secretFiles: [databaseSecret],
  writablePaths: [WritablePath.of("/var/cache/report", { sizeLimit: "128Mi" })],
});
report.connections.allowTo(database, Port.tcp(5432), toDatabase);

cluster.addCdk8sChart("orders", orders);

app.synth();
