// An alternative to main.ts: Terraform imports the cluster and its node pool, and this program manages them.
import { Size } from "cdk8s";
import { App, TerraformStack } from "cdktf";
import {
  AlarmRouting,
  ClusterEncryption,
  ClusterNetwork,
  KubernetesVersion,
  NetworkPolicyEngine,
  NetworkSecurityGroup,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  RegionServices,
  SecureOkeCluster,
  Subscriber,
  TakeOver,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const vcnId = "ocid1.vcn.oc1.eu-frankfurt-1.example";

const app = new App();
const stack = new TerraformStack(app, "shop");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

const subnet = (name: string, cidr: string) => ({
  subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.example-${name}`,
  cidr,
});
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  clusterName: "shop",
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "The platform team installed Calico" }),
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
  // This must be the key of the existing cluster, because OKE can't change it.
  encryption: new ClusterEncryption(stack, "encryption", {
    compartmentId,
    existingKeyId: "ocid1.key.oc1.eu-frankfurt-1.example",
  }),
  // Existing nodes connect to the API endpoint through its existing security group.
  apiEndpointSecurityGroups: [
    NetworkSecurityGroup.fromNetworkSecurityGroupAttributes(stack, "endpoint-group", {
      networkSecurityGroupId: "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.example-endpoint-group",
      vcnId,
    }),
  ],
});
TakeOver.cluster(cluster, "ocid1.cluster.oc1.eu-frankfurt-1.example");

const pool = new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});
TakeOver.nodePool(pool, "ocid1.nodepool.oc1.eu-frankfurt-1.example");

app.synth();
