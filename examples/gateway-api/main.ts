import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  AppProtocol,
  ContainerImage,
  HardenedDeployment,
  IngressCertificate,
  IngressHost,
  IngressPathType,
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
  TraefikIngress,
  TraefikRouting,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "platform");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico(),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

const kubernetes = new KubernetesApp();
const namespaceOf = (name: string) => {
  const chart = new Chart(kubernetes, name, { namespace: name });
  new SecureNamespace(chart, "namespace", {
    name,
    imagePullSecrets: ["ocir"],
    podSecurityVersion: KubernetesVersion.V1_34,
  });
  return chart;
};

// The platform team runs Traefik, which reads its routes from a Gateway, HTTPRoutes, and a GRPCRoute.
const platform = namespaceOf("gateway");
const gateway = new TraefikIngress(platform, "traefik", {
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  image: ContainerImage.of(`fra.ocir.io/acme/traefik:v3.7.9@${digest}`),
  routing: TraefikRouting.gatewayApi({ reason: "The platform's dashboards read the status of routes" }),
});
const tls = (secretName: string) =>
  TlsTermination.atIngress(IngressCertificate.fromCertManager({ secretName, clusterIssuer: "internal-ca" }));

// Application teams declare workloads with their hosts and paths.
const shop = namespaceOf("shop");
const workload = (id: string, port: number, protocol?: AppProtocol) =>
  new HardenedDeployment(shop, id, {
    image: ContainerImage.of(`fra.ocir.io/acme/${id}@${digest}`),
    port,
    protocol,
  });
const host = IngressHost.of("shop.example.com");
const [web, api] = [workload("web", 8080), workload("api", 8080)];
web.exposeViaIngress({ gateway, host, tls: tls("shop-tls") });
api.exposeViaIngress({ gateway, host, path: "/api/v1", tls: tls("shop-tls") });
api.exposeViaIngress({
  gateway,
  host,
  path: "/status",
  pathType: IngressPathType.EXACT,
  tls: tls("shop-tls"),
});
workload("quotes", 9000, AppProtocol.GRPC).exposeViaIngress({
  gateway,
  host: IngressHost.of("quotes.shop.example.com"),
  tls: tls("quotes-tls"),
});

cluster.addCdk8sChart("gateway", platform);
cluster.addCdk8sChart("shop", shop);

app.synth();
