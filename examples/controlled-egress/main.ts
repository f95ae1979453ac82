import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart } from "cdk8s";
import { NetworkPolicyIpBlock } from "cdk8s-plus-27";
import {
  Bastion,
  BastionClients,
  ClusterNetwork,
  ContainerImage,
  Egress,
  EgressSource,
  EndpointAccess,
  FlowLogs,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  Port,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SubnetPlan,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const offices = "10.200.0.0/16";
const ledger = { cidr: "10.200.16.5/32", port: Port.tcp(1521) };
const bank = { cidr: "203.0.113.0/24", port: Port.tcp(443) };

const app = new App();
const stack = new TerraformStack(app, "payments");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

const network = new ClusterNetwork(stack, "network", {
  compartmentId,
  plan: SubnetPlan.of({ vcnCidr: "10.40.0.0/18", nodes: 20, pods: 600 }),
});
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_34,
  networkPolicyEngine: NetworkPolicyEngine.calico({ imageRegistry: "fra.ocir.io/acme/calico" }),
  network,
  endpointAccess: EndpointAccess.privateFrom(["10.200.8.0/24"]),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memoryInGbs: 16 }),
  size: 3,
});

// The offices, over a DRG: they reach the API endpoint and the load balancer; pods reach one database there.
network.attachDrg({ drgId: "ocid1.drg.oc1.eu-frankfurt-1.example", onPremisesCidrs: [offices] });
const pods = EgressSource.pods(cluster.podsSecurityGroup);
network.addEgress(pods, Egress.to(ledger.cidr, ledger.port, { reason: "The ledger's database" }));

// The internet: one partner, on one port. The NAT gateway and its route follow from this line.
network.addEgress(pods, Egress.to(bank.cidr, bank.port, { reason: "The bank's payment API" }));

// Administrators on the road, through sessions of the Bastion service.
const { endpoints } = cluster.node.defaultChild as oci.containerengineCluster.ContainerengineCluster;
new Bastion(stack, "bastion", {
  compartmentId,
  network,
  apiEndpointSecurityGroup: cluster.apiEndpointSecurityGroup,
  apiEndpoint: endpoints.get(0).privateEndpoint,
  clients: BastionClients.from(["192.0.2.0/24"]),
});

// Who talked to whom, for half a year.
new FlowLogs(stack, "flow-logs", { network, retentionInDays: 180 });

const payments = new Chart(new KubernetesApp(), "payments", { namespace: "payments" });
new SecureNamespace(payments, "namespace", { name: "payments" });
const web = new HardenedDeployment(payments, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/payments@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
});
// The other layer: of all pods, only these may take the ways out.
for (const [id, { cidr, port }] of Object.entries({ ledger, bank })) {
  web.connections.allowTo(NetworkPolicyIpBlock.ipv4(payments, id, cidr), port);
}
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom([offices]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("payments", payments);

app.synth();
