import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  ContainerImage,
  Egress,
  EndpointAccess,
  ExistingVcnNetwork,
  ExternalPeer,
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

const app = new App();
const stack = new TerraformStack(app, "orders");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

// The network team provides a VCN with a service gateway and a DRG, a /21 range in it, and a subnet for load balancers.
const vcnId = "ocid1.vcn.oc1.eu-frankfurt-1.example";
const network = new ExistingVcnNetwork(stack, "network", {
  vcnId,
  vcnCidrs: ["10.20.0.0/16"],
  vcnCompartmentId: "ocid1.compartment.oc1..example-networks",
  compartmentId,
  plan: SubnetPlan.of({ vcnCidr: "10.20.8.0/21", nodes: 20, pods: 620 }),
  takenCidrs: ["10.20.0.0/24", "10.20.2.0/23", "10.20.32.0/19"],
  loadBalancerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.example", cidr: "10.20.1.0/24" },
  serviceGatewayId: "ocid1.servicegateway.oc1.eu-frankfurt-1.example",
  drg: { drgId: "ocid1.drg.oc1.eu-frankfurt-1.example", onPremisesCidrs: [offices] },
});

const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico(),
  network,
  endpointAccess: EndpointAccess.privateFrom(["10.200.8.0/24"]),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

// A database of another team in the same VCN. Both security groups get a rule, and neither rule has an address range.
const database = new ExternalPeer(stack, "database", {
  cidr: "10.20.2.16/28",
  securityGroup: NetworkSecurityGroup.fromNetworkSecurityGroupAttributes(stack, "database-group", {
    networkSecurityGroupId: "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.example",
    vcnId,
  }),
});

const orders = new Chart(new KubernetesApp(), "orders", { namespace: "orders" });
new SecureNamespace(orders, "namespace", { name: "orders", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(orders, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/orders@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
  // One host in the offices. Only the pod subnet gets a route to it through the DRG.
  egress: [
    Egress.to("10.200.16.5/32", Port.tcp(9100), { reason: "Delivery notes are printed in the warehouse" }),
  ],
});
web.connections.allowTo(database, Port.tcp(1521), { reason: "Orders are kept there" });
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom([offices]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("orders", orders);

app.synth();
