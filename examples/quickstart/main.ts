import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  ContainerImage,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const app = new App();
const stack = new TerraformStack(app, "shop");
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
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

const kubernetes = new KubernetesApp();
const shop = new Chart(kubernetes, "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("shop", shop);

app.synth();
