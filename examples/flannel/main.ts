import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  ClusterNetwork,
  ContainerImage,
  ExternalTrafficPolicy,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PodNetworking,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SubnetPlan,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";

const app = new App();
const stack = new TerraformStack(app, "depot");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

// A VCN with 64 addresses, for companies with few free ranges. Pods take no addresses of it.
const network = new ClusterNetwork(stack, "network", {
  compartmentId,
  plan: SubnetPlan.withoutPods({ vcnCidr: "10.60.0.0/26", nodes: 12 }),
});
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  network,
  // Each node takes a /25, so the range is enough for 32 nodes.
  podNetworking: PodNetworking.flannelOverlay({ podCidr: "10.244.0.0/20" }),
  networkPolicyEngine: NetworkPolicyEngine.existing({
    reason: "The platform team installs Calico beside flannel",
  }),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 5,
});

const depot = new Chart(new KubernetesApp(), "depot", { namespace: "depot" });
new SecureNamespace(depot, "namespace", { name: "depot", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(depot, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/depot@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.200.0.0/16"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
  // Connections go to nodes that run a pod, so the NetworkPolicy allows the load balancers and no pods of the overlay.
  externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
});
cluster.addCdk8sChart("depot", depot);

app.synth();
