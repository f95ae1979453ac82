import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  ClusterNetwork,
  ContainerImage,
  HardenedDeployment,
  HttpListener,
  IngressCertificate,
  IngressHost,
  IngressPathType,
  KubernetesVersion,
  LoadBalancerAccess,
  NativeIngressController,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  OciNativeIngress,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SubnetExposure,
  Subscriber,
  TlsTermination,
  TraefikIngress,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "platform");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
const network = new ClusterNetwork(stack, "network", {
  compartmentId,
  loadBalancerExposure: SubnetExposure.publicWith({ reason: "Customers use the shop from the internet" }),
});
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico(),
  network,
});
const pool = new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});
const controller = new NativeIngressController(stack, "ingress", { cluster });
controller.node.addDependency(pool);

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

const shop = namespaceOf("shop");

// For staff: Traefik behind an internal load balancer, with certificates that are valid for 30 days.
const gateway = namespaceOf("gateway");
const internal = new TraefikIngress(gateway, "traefik", {
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  image: ContainerImage.of(`fra.ocir.io/acme/traefik@${digest}`),
  httpListener: HttpListener.redirectedByWorkload({ reason: "People type addresses without https" }),
});
const inside = (secretName: string) =>
  TlsTermination.atIngress(IngressCertificate.fromCertManager({ secretName, clusterIssuer: "internal-ca" }));

// For customers: an OCI load balancer with a web application firewall, and a certificate in OCI Certificates.
const shopFront = new OciNativeIngress(shop, "shop-front", {
  controller,
  access: LoadBalancerAccess.publicFrom(["192.0.2.0/24", "198.51.100.0/24"], {
    reason: "Customers of the first two countries",
  }),
  wafPolicyId: "ocid1.webappfirewallpolicy.oc1.eu-frankfurt-1.example",
});
const atFront = TlsTermination.atIngress(
  IngressCertificate.fromOciCertificates("ocid1.certificate.oc1.eu-frankfurt-1.example"),
);

const workload = (id: string) =>
  new HardenedDeployment(shop, id, {
    image: ContainerImage.of(`fra.ocir.io/acme/${id}@${digest}`),
    port: 8080,
  });
const [web, api, admin] = [workload("web"), workload("api"), workload("admin")];
const host = IngressHost.of("shop.example.com");
web.exposeViaIngress({ gateway: shopFront, host, tls: atFront });
api.exposeViaIngress({ gateway: shopFront, host, path: "/api/v1", tls: atFront });

const office = IngressHost.of("admin.shop.example.com");
admin.exposeViaIngress({ gateway: internal, host: office, tls: inside("admin-tls") });
api.exposeViaIngress({ gateway: internal, host: office, path: "/api", tls: inside("admin-tls") });
api.exposeViaIngress({
  gateway: internal,
  host: office,
  path: "/status",
  pathType: IngressPathType.EXACT,
  tls: inside("admin-tls"),
});

cluster.addCdk8sChart("gateway", gateway);
cluster.addCdk8sChart("shop", shop);

app.synth();
