import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  AllowedRegistries,
  ArchiveRetention,
  AuditArchiving,
  AuditScope,
  Bastion,
  BastionClients,
  CiAccess,
  CiCredentials,
  ClusterEncryption,
  ContainerImage,
  CredentialRotation,
  Egress,
  HardenedDeployment,
  HardenedJob,
  ImageRetention,
  ImageSigning,
  KeyRotation,
  KeySource,
  KeyVault,
  Kubeconfig,
  KubernetesAccess,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeCapacity,
  NodeImage,
  NodeShape,
  NodeTaint,
  OciStateBackend,
  OracleServiceRanges,
  PipelineIdentity,
  Port,
  PrivateNodePool,
  PrivateRepository,
  SecretContent,
  SecretsStoreDriver,
  SecureNamespace,
  SecureOkeCluster,
  SigningKey,
  Subscriber,
  TlsTermination,
  Toleration,
  VaultSecret,
  VaultType,
  oci,
} from "secure-oke";
import { TaintEffect } from "cdk8s-plus-27";

const region = "eu-frankfurt-1";
const tenancyId = "ocid1.tenancy.oc1..example";
const compartmentId = "ocid1.compartment.oc1..example";
// Operators of the cluster can't write to the compartment of the archive.
const auditCompartmentId = "ocid1.compartment.oc1..audit";
const registry = "fra.ocir.io/acme";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const imageOf = (name: string) => ContainerImage.of(`${registry}/${name}@${digest}`);

const app = new App();
const stack = new TerraformStack(app, "production");
new oci.provider.OciProvider(stack, "oci", { region });
new OciStateBackend(stack, "backend", { bucketName: "acme-terraform-states", namespace: "acme", region });
AllowedRegistries.of(stack).add(registry);

// Keys: OCI rotates the keys of this vault every 90 days.
const vault = new KeyVault(stack, "vault", { compartmentId, vaultType: VaultType.VIRTUAL_PRIVATE });
const encryption = new ClusterEncryption(stack, "encryption", {
  compartmentId,
  vault,
  rotation: KeyRotation.every(Duration.days(90)),
  bootVolumes: KeySource.newKey(),
  buckets: KeySource.newKey(),
  region,
});

// The cluster. By default, nodes are scanned, the logs of the control plane are kept, and searches for an investigation are saved.
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: `${registry}/calico`,
    imagePullSecrets: ["ocir"],
  }),
  encryption,
  credentialRotation: CredentialRotation.epoch("2026-11", { completeAfter: Duration.days(7) }),
  // The key of the auditors encrypts the archive.
  auditArchive: AuditArchiving.enabled({
    audit: AuditScope.tenancy(tenancyId),
    compartmentId: auditCompartmentId,
    kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.audit",
    retention: ArchiveRetention.of(Duration.days(730)),
  }),
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")], {
    auditCompartmentIds: [compartmentId, auditCompartmentId],
  }),
});

// Three pools with images from a lock file that a pipeline writes. The autoscaler runs in the first, so its size is fixed.
const image = NodeImage.fromLock("standard", { path: join(__dirname, "node-images.lock.json") });
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
new PrivateNodePool(stack, "system", { cluster, image, shape, size: 2, labels: { tier: "system" } });
new PrivateNodePool(stack, "web", {
  cluster,
  image,
  shape,
  autoscale: { min: 2, max: 8 },
  labels: { tier: "web" },
});
new PrivateNodePool(stack, "batch", {
  cluster,
  image,
  shape,
  autoscale: { min: 0, max: 4 },
  capacity: NodeCapacity.preemptible(),
  labels: { tier: "batch" },
  taints: [NodeTaint.noSchedule("capacity", "preemptible")],
});

// Supply chain: private, immutable, scanned repositories, and a cluster that runs only images with a signature of the key.
const repositories = ["shop-web", "shop-reports"].map(
  (repositoryName) =>
    new PrivateRepository(stack, repositoryName, {
      compartmentId,
      repositoryName,
      retention: ImageRetention.of({ keepNewest: 20, olderThan: Duration.days(180) }),
    }),
);
new ImageSigning(stack, "signing", {
  cluster,
  repositories,
  keys: [SigningKey.generated({ name: "2026" })],
});

// People connect through the bastion. The pipeline authenticates with the token of its job.
const bastion = new Bastion(stack, "bastion", {
  compartmentId,
  cluster,
  clients: BastionClients.from(["192.0.2.0/24"]),
});
new Kubeconfig(stack, "kubectl", { cluster, bastion });
cluster.grantAccess("ocid1.group.oc1..example-operators", KubernetesAccess.viewer(), { bastion });
new CiAccess(stack, "pipeline", {
  cluster,
  credentials: CiCredentials.oidc(
    PipelineIdentity.gitLab({
      projectPath: "shop/web",
      branch: "main",
      audience: "oke-production",
      issuerUrl: "https://gitlab.example.com",
    }),
  ),
  access: [KubernetesAccess.editorIn("shop")],
  issuerEgress: Egress.to("203.0.113.0/24", Port.tcp(443), {
    reason: "The API server reads the keys of our GitLab",
  }),
});

// Secrets: the vault generates the value, and the driver mounts it as a file.
const password = new VaultSecret(stack, "db-password", {
  compartmentId,
  vaultId: vault.vaultId,
  keyId: encryption.keyId,
  content: SecretContent.databasePassword(),
});
const kubernetes = new KubernetesApp();
const secretsStore = new Chart(kubernetes, "secrets-store", { namespace: "secrets-store" });
new SecretsStoreDriver(secretsStore, "driver", {
  cluster,
  region,
  images: {
    driver: imageOf("secrets-store/driver:v1.6.0"),
    registrar: imageOf("secrets-store/csi-node-driver-registrar:v2.16.0"),
    livenessProbe: imageOf("secrets-store/livenessprobe:v2.18.0"),
    provider: imageOf("secrets-store/oci-provider:v0.5.1"),
  },
  // The addresses of OCI Vault in the region, from Oracle's public_ip_ranges.json.
  oracleServices: OracleServiceRanges.of(["134.70.24.0/21"]),
  imagePullSecrets: ["ocir"],
});
cluster.addCdk8sChart("secrets-store", secretsStore);

// The workloads.
const shop = new Chart(kubernetes, "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", {
  image: imageOf("shop-web:1.4.2"),
  port: 8080,
  nodeSelector: { tier: "web" },
});
web.mountSecret(password, { pathVariable: "DB_PASSWORD_FILE" });
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
new HardenedJob(shop, "reports", {
  image: imageOf("shop-reports:2.1.0"),
  nodeSelector: { tier: "batch" },
  tolerations: [Toleration.of("capacity", "preemptible", TaintEffect.NO_SCHEDULE)],
});
cluster.addCdk8sChart("shop", shop);

app.synth();
