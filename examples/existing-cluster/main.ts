import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  ClusterNetwork,
  ContainerImage,
  ExistingClusterSetting,
  HardenedDeployment,
  HardenedExistingCluster,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NetworkSecurityGroup,
  NodeImage,
  NodeShape,
  NotificationTopic,
  PrivateNodePool,
  RegionServices,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const vcnId = "ocid1.vcn.oc1.eu-frankfurt-1.example";

const app = new App();
const stack = new TerraformStack(app, "shop");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

// The existing cluster and its network, which this program does not change.
const subnet = (name: string, cidr: string) => ({
  subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.example-${name}`,
  cidr,
});
const group = (name: string) =>
  NetworkSecurityGroup.fromNetworkSecurityGroupAttributes(stack, name, {
    networkSecurityGroupId: `ocid1.networksecuritygroup.oc1.eu-frankfurt-1.example-${name}`,
    vcnId,
  });
const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
  clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.example",
  clusterType: "ENHANCED_CLUSTER",
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  privateEndpoint: "10.0.0.5:6443",
  network: ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
    vcnId,
    compartmentId,
    vcnCidr: "10.0.0.0/16",
    apiEndpointSubnet: subnet("endpoint", "10.0.0.0/29"),
    workerSubnet: subnet("workers", "10.0.144.0/20"),
    podSubnet: subnet("pods", "10.0.64.0/18"),
    loadBalancerSubnet: subnet("balancers", "10.0.0.32/27"),
    regionServices: RegionServices.of({
      serviceId: "ocid1.service.oc1.eu-frankfurt-1.example",
      cidrLabel: "all-fra-services-in-oracle-services-network",
    }),
  }),
  apiEndpointSecurityGroup: group("endpoint-group"),
  workerSecurityGroup: group("workers-group"),
  podSecurityGroup: group("pods-group"),
  networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "The platform team installed Calico" }),
  loadBalancerRights: true,
});

// Adds control-plane logs, node scanning, alarms, and searches, and reports the settings that it can't change.
const hardened = new HardenedExistingCluster(stack, "hardened", {
  cluster,
  topic: new NotificationTopic(stack, "topic", {
    compartmentId,
    subscribers: [Subscriber.email("oncall@example.com")],
  }),
  settings: { hasCustomerKey: false, hasPrivateEndpoint: true },
  acceptedSettings: [
    {
      setting: ExistingClusterSetting.CUSTOMER_KEY,
      reason: "OKE can't change the key; passwords are in OCI Vault until we move to the next cluster",
    },
  ],
});
for (const { setting, state, remedy } of hardened.gaps) {
  if (state !== "secure") process.stdout.write(`${setting} is ${state}: ${remedy}\n`);
}

// New nodes have secure settings. Drain the old pool and delete it afterwards.
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

const shop = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
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
