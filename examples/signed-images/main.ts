import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AdmissionGuardrails,
  AlarmRouting,
  AllowedRegistries,
  CisLevel,
  CloudGuardTarget,
  ContainerImage,
  GuardrailException,
  GuardrailRule,
  HardenedDeployment,
  ImageRetention,
  ImageSigning,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeBenchmark,
  NodeImage,
  NodeScanning,
  NodeShape,
  OciStateBackend,
  PrivateNodePool,
  PrivateRepository,
  SecureNamespace,
  SecureOkeCluster,
  SigningKey,
  StateBucket,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const compartmentId = "ocid1.compartment.oc1..example";
const region = "eu-frankfurt-1";

const app = new App();

// The bucket for the states of all other stacks. This stack is applied once, with its own state on disk.
const states = new TerraformStack(app, "states");
new oci.provider.OciProvider(states, "oci", { region });
new StateBucket(states, "bucket", {
  compartmentId,
  bucketName: "acme-terraform-states",
  region,
  kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.example",
  keepVersionsFor: Duration.days(365),
});

const stack = new TerraformStack(app, "shop");
new oci.provider.OciProvider(stack, "oci", { region });
new OciStateBackend(stack, "backend", { bucketName: "acme-terraform-states", namespace: "acme", region });
AllowedRegistries.of(stack).add("fra.ocir.io/acme");

// Private, immutable, scanned repositories, which must exist before the first push.
const repositories = ["shop/web", "platform/kube-bench"].map(
  (repositoryName) =>
    new PrivateRepository(stack, repositoryName.replace("/", "-"), {
      compartmentId,
      repositoryName,
      retention: ImageRetention.of({ keepNewest: 20, olderThan: Duration.days(180) }),
    }),
);

const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico(),
  // By default, nodes are scanned every day with the strict CIS level.
  nodeScanning: NodeScanning.enabled({ cisLevel: CisLevel.MEDIUM }),
});

// The cluster runs only images of these repositories with a signature of the key.
new ImageSigning(stack, "signing", {
  cluster,
  repositories,
  keys: [SigningKey.generated({ name: "2026" })],
});
new CloudGuardTarget(stack, "cloud-guard", { cluster, tenancyId: "ocid1.tenancy.oc1..example" });

new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
  labels: { "example.com/pool": "general" },
});

const kubernetes = new KubernetesApp();
const shop = new Chart(kubernetes, "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/shop/web:1.4.2@${digest}`),
  port: 8080,
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("shop", shop);

// Checks one node of the pool every night; all nodes of the pool have the same image.
const benchmark = new Chart(kubernetes, "node-benchmark", { namespace: "node-benchmark" });
new NodeBenchmark(benchmark, "node-benchmark", {
  image: ContainerImage.of(`fra.ocir.io/acme/platform/kube-bench:v0.15.6@${digest}`),
  imagePullSecrets: ["ocir"],
  nodeSelector: { "example.com/pool": "general" },
  acceptedFindings: [{ check: "3.2.10", reason: "Nodes are replaced before their certificates end" }],
});
cluster.addCdk8sChart("node-benchmark", benchmark);

// One of their rules rejects pods with the break-glass annotation for unsigned images.
const guardrails = new Chart(kubernetes, "guardrails");
new AdmissionGuardrails(guardrails, "guardrails", {
  allowedRegistries: ["fra.ocir.io/acme"],
  loadBalancerGroups: [cluster.workerSecurityGroup],
  exceptions: [GuardrailRule.NO_HOST_ACCESS, GuardrailRule.NON_ROOT].map((rule) =>
    GuardrailException.of({
      namespace: "node-benchmark",
      rule,
      reason: "kube-bench reads the files of the kubelet",
    }),
  ),
});
cluster.addCdk8sChart("guardrails", guardrails);

app.synth();
