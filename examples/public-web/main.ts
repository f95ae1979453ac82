import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  ClusterNetwork,
  ContainerImage,
  HardenedDeployment,
  HttpListener,
  KubernetesVersion,
  ListenerRule,
  LoadBalancerAccess,
  LoadBalancerLogs,
  LoadBalancingPolicy,
  NetworkAddressList,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SubnetExposure,
  Subscriber,
  TlsTermination,
  TlsVersion,
  WafAccessRule,
  WafCondition,
  WebApplicationFirewall,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "platform");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
const network = new ClusterNetwork(stack, "network", {
  compartmentId,
  loadBalancerExposure: SubnetExposure.publicWith({ reason: "Partners read the catalog from the internet" }),
});
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: "fra.ocir.io/acme/calico",
    imagePullSecrets: ["ocir"],
  }),
  network,
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

const catalog = new Chart(new KubernetesApp(), "catalog", { namespace: "catalog" });
new SecureNamespace(catalog, "namespace", {
  name: "catalog",
  imagePullSecrets: ["ocir"],
  podSecurityVersion: KubernetesVersion.V1_34,
});
const web = new HardenedDeployment(catalog, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/catalog@${digest}`),
  port: 8080,
});

// The reserved address, which DNS and the partners' firewalls use, outlives the load balancer.
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.publicFrom(["192.0.2.0/24", "198.51.100.0/24"], {
    reason: "Partners read the catalog from their data centers",
  }),
  reservedAddress: "203.0.113.80",
  // OCI Certificates renews the certificate for the load balancer. Its private key is never in the cluster.
  tls: TlsTermination.atLoadBalancer({
    certificateId: "ocid1.certificate.oc1.eu-frankfurt-1.example",
    minimumVersion: TlsVersion.V1_3,
  }),
  listenerRules: [ListenerRule.strictTransportSecurity({ maxAge: Duration.days(30) })],
  httpListener: HttpListener.redirectedByWorkload({
    reason: "Old links begin with http; the catalog answers each with a redirect",
  }),
  policy: LoadBalancingPolicy.LEAST_CONNECTIONS,
  healthCheck: { interval: Duration.seconds(5), timeout: Duration.seconds(2), retries: 2 },
  idleTimeout: Duration.minutes(2),
});
cluster.addCdk8sChart("catalog", catalog);

// The load balancer terminates TLS, so a web application firewall can inspect the requests.
const scrapers = new NetworkAddressList(stack, "scrapers", {
  compartmentId,
  addresses: ["198.51.100.0/24", "2001:db8:5::/48"],
});
const firewall = new WebApplicationFirewall(stack, "firewall", {
  compartmentId,
  accessRules: [
    WafAccessRule.block("internal pages", WafCondition.pathPrefix("/internal/")),
    WafAccessRule.block("scrapers", WafCondition.addressLists([scrapers.networkAddressListId])),
  ],
  rateLimits: [
    { name: "each client", requests: 600, period: Duration.minutes(1), blockDuration: Duration.minutes(5) },
  ],
});

// The cloud controller creates the load balancer of the Service; its OCID is known afterwards.
const loadBalancerId = "ocid1.loadbalancer.oc1.eu-frankfurt-1.example";
firewall.protect("catalog", loadBalancerId);
new LoadBalancerLogs(stack, "logs", { compartmentId, loadBalancerId });

app.synth();
