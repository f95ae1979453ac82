import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AcmeIssuer,
  AcmeSolver,
  AlarmRouting,
  AppProtocol,
  BlockVolumeClass,
  CaIssuer,
  CertManagerAddOn,
  CertManagerNamespace,
  ClusterEncryption,
  ContainerImage,
  CredentialRotation,
  Egress,
  HardenedDeployment,
  HealthProbe,
  KeyRotation,
  KeySource,
  KeyVault,
  KubernetesVersion,
  LoadBalancerAccess,
  ManagedCertificate,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  Port,
  PrivateCertificateAuthority,
  PrivateNodePool,
  SecretFiles,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsCertificate,
  TlsTermination,
  VaultType,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "shop");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

// OCI rotates the keys of a virtual private vault every 90 days. In a default vault, use KeyRotation.epochs.
const vault = new KeyVault(stack, "vault", { compartmentId, vaultType: VaultType.VIRTUAL_PRIVATE });
const encryption = new ClusterEncryption(stack, "encryption", {
  compartmentId,
  vault,
  rotation: KeyRotation.every(Duration.days(90)),
  bootVolumes: KeySource.newKey(),
  blockVolumes: KeySource.newKey(),
  fileStorage: KeySource.newKey(),
  buckets: KeySource.newKey(),
  imageSigning: KeySource.newKey(),
  region: "eu-frankfurt-1",
});

// cert-manager orders certificates from an ACME server, and proves domain names with a DNS server.
const acmeServer = "203.0.113.10/32";
const dnsServer = "203.0.113.53/32";
const dnsPorts = [Port.tcp(53), Port.udp(53)];
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: "fra.ocir.io/acme/calico",
    imagePullSecrets: ["ocir"],
  }),
  encryption,
  // The next epoch rotates the credentials of the cluster. OKE retires the old ones a week later.
  credentialRotation: CredentialRotation.epoch("2026-11", { completeAfter: Duration.days(7) }),
  egress: [
    Egress.to(acmeServer, Port.tcp(443), { reason: "cert-manager orders certificates" }),
    ...dnsPorts.map((port) => Egress.to(dnsServer, port, { reason: "cert-manager proves domain names" })),
  ],
});
const pool = new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

// For load balancers: OCI stores the certificate and renews it after 60 of 90 days.
const authority = new PrivateCertificateAuthority(stack, "authority", {
  compartmentId,
  commonName: "Shop root",
  validUntil: "2036-11-30",
  vault,
  createAfter: [pool],
});
const certificate = new ManagedCertificate(stack, "certificate", {
  authority,
  dnsNames: ["shop.example.com"],
});

// For programs: cert-manager renews certificates after 20 of 30 days, each time with a new private key.
new CertManagerAddOn(stack, "cert-manager", { cluster }).node.addDependency(pool);

const kubernetes = new KubernetesApp();
const platform = new Chart(kubernetes, "certificates");
new CertManagerNamespace(platform, "cert-manager", {
  controllerEgress: [{ cidr: acmeServer }, { cidr: dnsServer, ports: dnsPorts }],
});
const { issuer } = new CaIssuer(platform, "internal-ca", { secretName: "internal-ca" });
// For clients outside the cluster: certificates of an ACME server, with proof by DNS.
new AcmeIssuer(platform, "company-acme", {
  serverUrl: "https://acme.example.com/directory",
  solvers: [
    AcmeSolver.dns01Rfc2136({
      nameserver: "203.0.113.53:53",
      tsigKeyName: "cert-manager",
      tsigSecretName: "dns-tsig",
      dnsZones: ["shop.example.com"],
    }),
  ],
});
new BlockVolumeClass(platform, "encrypted", { name: "encrypted", kmsKeyId: encryption.blockVolumesKeyId });
cluster.addCdk8sChart("certificates", platform);

const shop = new Chart(kubernetes, "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const ledgerTls = new TlsCertificate(shop, "ledger-tls", { issuer, dnsNames: ["ledger.shop.svc"] });
const ledger = new HardenedDeployment(shop, "ledger", {
  image: ContainerImage.of(`fra.ocir.io/acme/ledger@${digest}`),
  port: 8443,
  protocol: AppProtocol.TCP,
  readiness: HealthProbe.fromTcpSocket(),
  secretFiles: [SecretFiles.fromSecret("/run/secrets/tls", ledgerTls.secretName)],
});
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/web@${digest}`),
  port: 8080,
});
web.connections.allowTo(ledger, Port.tcp(8443));
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ certificateId: certificate.certificateId }),
});
cluster.addCdk8sChart("shop", shop);

app.synth();
