import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  ContainerImage,
  EndpointAccess,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PacketRouting,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SecurityAttribute,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";

const app = new App();
const stack = new TerraformStack(app, "platform");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

// The attribute namespace and the key must exist in the tenancy.
const label = (value: string) => SecurityAttribute.of({ namespace: "platform", key: "cluster", value });

const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico(),
  endpointAccess: EndpointAccess.privateFrom(["10.0.3.0/28"]),
  packetRouting: PacketRouting.of({
    tenancyId: "ocid1.tenancy.oc1..example",
    network: label("shop-network"),
    apiEndpoint: label("shop-api"),
    nodes: label("shop-nodes"),
  }),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

const kubernetes = new KubernetesApp();
const shop = new Chart(kubernetes, "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", {
  name: "shop",
  imagePullSecrets: ["ocir"],
  podSecurityVersion: KubernetesVersion.V1_34,
});
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/16"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("shop", shop);

app.synth();
