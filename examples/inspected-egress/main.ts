import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  ClusterNetwork,
  ContainerImage,
  Egress,
  EndpointAccess,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPeer,
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
const administrators = "10.200.8.0/24";
const bank = "203.0.113.0/24";
const ledger = "10.200.16.5/32";

const app = new App();
const stack = new TerraformStack(app, "payments");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

const network = new ClusterNetwork(stack, "network", {
  compartmentId,
  plan: SubnetPlan.of({ vcnCidr: "10.40.0.0/18", nodes: 20, pods: 600 }),
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
  endpointAccess: EndpointAccess.privateFrom([administrators]),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});
network.attachDrg({ drgId: "ocid1.drg.oc1.eu-frankfurt-1.example", onPremisesCidrs: ["10.200.0.0/16"] });

// A firewall with an existing policy, in its own subnet. inspectEgress adds the route table of the subnet.
const firewallCidr = "10.40.8.0/28";
const firewallSubnet = new oci.coreSubnet.CoreSubnet(stack, "firewall-subnet", {
  compartmentId,
  vcnId: network.vcnId,
  cidrBlock: firewallCidr,
  displayName: "payments-firewall",
  prohibitPublicIpOnVnic: true,
  prohibitInternetIngress: true,
});
const firewallGroup = new NetworkSecurityGroup(stack, "firewall-group", {
  compartmentId,
  vcnId: network.vcnId,
});
const firewall = new oci.networkFirewallNetworkFirewall.NetworkFirewallNetworkFirewall(stack, "firewall", {
  compartmentId,
  displayName: "payments",
  networkFirewallPolicyId: "ocid1.networkfirewallpolicy.oc1.eu-frankfurt-1.example",
  networkSecurityGroupIds: [firewallGroup.networkSecurityGroupId],
  subnetId: firewallSubnet.id,
});
const addresses = new oci.dataOciCorePrivateIps.DataOciCorePrivateIps(stack, "firewall-addresses", {
  subnetId: firewallSubnet.id,
  ipAddress: firewall.ipv4Address,
});

// Egress of nodes and pods, and traffic from and to the DRG, passes the firewall.
network.inspectEgress({
  firewallPrivateIpId: addresses.privateIps.get(0).id,
  firewallSubnet: { subnetId: firewallSubnet.id, cidr: firewallCidr },
  onPremises: true,
});

// The traffic that the firewall receives and forwards. Forwarded packets keep their source and destination addresses.
firewallGroup.allowFrom(cluster.podSecurityGroup, Port.tcp(443), {
  reason: "Payments on their way to the bank",
});
firewallGroup.allowTo(NetworkPeer.cidr(bank), Port.tcp(443), { reason: "Payments that were inspected" });
firewallGroup.allowFrom(cluster.podSecurityGroup, Port.tcp(1521), { reason: "Entries for the ledger" });
firewallGroup.allowTo(NetworkPeer.cidr(ledger), Port.tcp(1521), { reason: "Entries that were inspected" });
firewallGroup.allowFrom(NetworkPeer.cidr(administrators), Port.tcp(6443), {
  reason: "Administrators at work",
});
firewallGroup.allowTo(NetworkPeer.cidr(network.apiEndpointSubnet.cidr), Port.tcp(6443), {
  reason: "Administrators that were inspected",
});

const payments = new Chart(new KubernetesApp(), "payments", { namespace: "payments" });
new SecureNamespace(payments, "namespace", { name: "payments", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(payments, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/payments@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
  // The same declarations as without a firewall.
  egress: [
    Egress.to(bank, Port.tcp(443), { reason: "The bank's payment API" }),
    Egress.to(ledger, Port.tcp(1521), { reason: "The ledger's database" }),
  ],
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom([network.vcnCidr]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
cluster.addCdk8sChart("payments", payments);

app.synth();
