import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  Bastion,
  BastionClients,
  ClusterNetwork,
  ContainerImage,
  Egress,
  EndpointAccess,
  ExternalPeer,
  FlowLogArchive,
  FlowLogging,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NetworkSecurityGroup,
  NodeImage,
  NodeShape,
  Port,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SubnetPlan,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const offices = "10.200.0.0/16";
const ordersCidr = "10.40.8.0/24";

const app = new App();
const stack = new TerraformStack(app, "payments");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

const network = new ClusterNetwork(stack, "network", {
  compartmentId,
  plan: SubnetPlan.of({ vcnCidr: "10.40.0.0/18", nodes: 20, pods: 600 }),
  // Each network has flow logs, for 90 days by default.
  flowLogs: FlowLogging.enabled({ retention: Duration.days(180) }),
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
  endpointAccess: EndpointAccess.privateFrom(["10.200.8.0/24"]),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

// The offices reach the API endpoint and the load balancer through a DRG.
network.attachDrg({ drgId: "ocid1.drg.oc1.eu-frankfurt-1.example", onPremisesCidrs: [offices] });

// Remote administrators connect through sessions of the Bastion service.
new Bastion(stack, "bastion", { compartmentId, cluster, clients: BastionClients.from(["192.0.2.0/24"]) });

const payments = new Chart(new KubernetesApp(), "payments", { namespace: "payments" });
new SecureNamespace(payments, "namespace", { name: "payments", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(payments, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/payments@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
  // The library derives the NetworkPolicy, the rule of the pods' security group, the route, and for the internet the NAT
  // gateway from these lines.
  egress: [
    Egress.to("203.0.113.0/24", Port.tcp(443), { reason: "The bank's payment API" }),
    Egress.to("10.200.16.5/32", Port.tcp(1521), { reason: "The ledger's database" }),
  ],
});

// A database in the VCN has its own subnet and security group. allowTo adds the NetworkPolicy and the rules of both groups.
new oci.coreSubnet.CoreSubnet(stack, "database-subnet", {
  compartmentId,
  vcnId: network.vcnId,
  cidrBlock: ordersCidr,
  prohibitPublicIpOnVnic: true,
  prohibitInternetIngress: true,
});
const databases = new NetworkSecurityGroup(stack, "databases", { compartmentId, vcnId: network.vcnId });
const orders = new ExternalPeer(stack, "orders", { cidr: ordersCidr, securityGroup: databases });
web.connections.allowTo(orders, Port.tcp(5432), { reason: "Orders that are to be paid" });

web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom([offices]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("payments", payments);

// A copy of the flow logs for a year, which nobody can change. OCI Logging keeps the originals for searches.
new FlowLogArchive(stack, "archive", {
  compartmentId: "ocid1.compartment.oc1..audit",
  flowLogs: network.flowLogs,
  kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.audit",
  region: "eu-frankfurt-1",
});

app.synth();
