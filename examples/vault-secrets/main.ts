import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  ClusterEncryption,
  ContainerImage,
  ExternalSecrets,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  OracleServiceRanges,
  PrivateNodePool,
  SecretContent,
  SecretDelivery,
  SecretExpiry,
  SecretReload,
  SecretRotation,
  SecretsStoreDriver,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  VaultSecret,
  oci,
} from "secure-oke";

const region = "eu-frankfurt-1";
const compartmentId = "ocid1.compartment.oc1..example";
const vaultId = "ocid1.vault.oc1.eu-frankfurt-1.example";
const keyId = "ocid1.key.oc1.eu-frankfurt-1.example";
const registry = "fra.ocir.io/acme";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const imageOf = (name: string) => ContainerImage.of(`${registry}/${name}@${digest}`);
// The addresses of OCI Vault in the region, from Oracle's public_ip_ranges.json.
const oracleServices = OracleServiceRanges.of(["134.70.24.0/21"]);

const app = new App();
const stack = new TerraformStack(app, "shop");
new oci.provider.OciProvider(stack, "oci", { region });
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: `${registry}/calico`,
    imagePullSecrets: ["ocir"],
  }),
  // External Secrets stores values in Kubernetes Secrets, so our own key encrypts etcd.
  encryption: new ClusterEncryption(stack, "encryption", { compartmentId, existingKeyId: keyId }),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

// OCI Vault generates the values. A function rotates the database password every 30 days; a version that it does not replace
// expires after 60 days.
const vault = { compartmentId, vaultId, keyId };
const dbPassword = new VaultSecret(stack, "db-password", {
  ...vault,
  content: SecretContent.databasePassword(),
  expiry: SecretExpiry.after(Duration.days(60)),
  rotation: SecretRotation.byFunction("ocid1.fnfunc.oc1.eu-frankfurt-1.example", {
    every: Duration.days(30),
  }),
});
const sessionKey = new VaultSecret(stack, "session-key", { ...vault, content: SecretContent.randomBytes() });
// An existing secret, whose value a partner chose.
const partnerKey = VaultSecret.fromVaultSecretAttributes(stack, "partner-key", {
  secretName: "partner-api-key",
  vaultId,
  compartmentId,
});

const kubernetes = new KubernetesApp();

// The driver, and External Secrets for the namespace "reports", each in a namespace of its own.
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
  oracleServices,
  imagePullSecrets: ["ocir"],
});
cluster.addCdk8sChart("secrets-store", secretsStore);

const externalSecrets = new Chart(kubernetes, "external-secrets", { namespace: "external-secrets" });
new SecureNamespace(externalSecrets, "namespace", { name: "external-secrets", imagePullSecrets: ["ocir"] });
new ExternalSecrets(externalSecrets, "external-secrets", {
  cluster,
  watchedNamespace: "reports",
  image: imageOf("external-secrets:v2.9.0"),
  oracleServices,
});
cluster.addCdk8sChart("external-secrets", externalSecrets);

// The shop reads its database password from a file, and reads it again after a rotation.
const shop = new Chart(kubernetes, "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", { image: imageOf("web"), port: 8080 });
web.mountSecret(dbPassword, { pathVariable: "DB_PASSWORD_FILE" });
web.mountSecret(sessionKey, { fileName: "session.key" });
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("shop", shop);

// The report reads its password at startup only. The legacy program can't read files.
const reports = new Chart(kubernetes, "reports", { namespace: "reports" });
new SecureNamespace(reports, "namespace", { name: "reports", imagePullSecrets: ["ocir"] });
const report = new HardenedDeployment(reports, "report", { image: imageOf("report"), port: 8080 });
report.mountSecret(dbPassword, {
  delivery: SecretDelivery.externalSecrets({ refreshInterval: Duration.minutes(30) }),
  reload: SecretReload.byRestart("2026-11"),
});
const legacy = new HardenedDeployment(reports, "legacy", { image: imageOf("legacy"), port: 8080 });
legacy.setSecretVariable("PARTNER_API_KEY", partnerKey, {
  reason: "The vendor's program reads its key from the environment only",
});
cluster.addCdk8sChart("reports", reports);

app.synth();
