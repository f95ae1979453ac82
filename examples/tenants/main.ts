import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  ContainerImage,
  HardenedDeployment,
  KubernetesVersion,
  LeastPrivilegeRole,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  Port,
  PrivateNodePool,
  RbacResource,
  RbacVerb,
  RoleRule,
  RoleScope,
  SecureOkeCluster,
  Subject,
  Subscriber,
  Tenant,
  TlsTermination,
  oci,
} from "secure-oke";

const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const image = (name: string) => ContainerImage.of(`fra.ocir.io/acme/${name}@${digest}`);
const groupOf = (name: string) => `ocid1.group.oc1..${name}`;

const app = new App();
const stack = new TerraformStack(app, "platform");
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
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 4, memory: Size.gibibytes(32) }),
  size: 3,
});

const kubernetes = new KubernetesApp();

// The bank accepts connections from the shop only.
const bank = new Chart(kubernetes, "bank", { namespace: "bank" });
new Tenant(bank, "tenant", {
  developers: [groupOf("bankdevelopers")],
  viewers: [groupOf("auditors")],
  allowedRegistries: ["fra.ocir.io/acme/bank"],
  imagePullSecrets: ["ocir-bank"],
  allowedPeers: ["shop"],
  costLabels: { "cost-center": "4711" },
});
const payments = new HardenedDeployment(bank, "payments", { image: image("bank/payments"), port: 8080 });
payments.exposeViaService();

// The admins of the shop deploy workloads, and the shop has the only load balancer.
const shop = new Chart(kubernetes, "shop", { namespace: "shop" });
new Tenant(shop, "tenant", {
  admins: [groupOf("shopadmins")],
  developers: [groupOf("shopdevelopers")],
  allowedRegistries: ["fra.ocir.io/acme/shop"],
  imagePullSecrets: ["ocir-shop"],
  allowedPeers: ["bank"],
  quota: { pods: 40, loadBalancers: 1, storageRequests: "500Gi", volumeClaims: 5 },
  allowedStorageClasses: ["oci-bv"],
  costLabels: { "cost-center": "4712" },
});
const web = new HardenedDeployment(shop, "web", { image: image("shop/web"), port: 8080 });
web.connections.allowTo(payments, Port.tcp(8080));
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});

// The toys are small and isolated. A program of the tenant restarts pods.
const toys = new Chart(kubernetes, "toys", { namespace: "toys" });
new Tenant(toys, "tenant", {
  developers: [groupOf("toysdevelopers")],
  imagePullSecrets: ["ocir-toys"],
  quota: { pods: 10, loadBalancers: 0, volumeClaims: 0 },
  allowedPriorityClasses: ["give-way"],
  limits: { maximumCpu: "1", maximumMemory: "1Gi" },
  costLabels: { "cost-center": "4713" },
});
new HardenedDeployment(toys, "web", { image: image("toys/web"), port: 8080 });
const restarter = new LeastPrivilegeRole(toys, "restarter", {
  allow: [
    RoleRule.read(RbacResource.PODS),
    RoleRule.verbs(RbacResource.POD_EVICTIONS, RbacVerb.CREATE),
    RoleRule.read(RbacResource.CONFIG_MAPS).named("restarter"),
  ],
});
restarter.grantTo(Subject.iamDynamicGroup("ocid1.dynamicgroup.oc1..restarter"));

// The platform team can read the nodes, and nothing in the namespaces of the tenants.
const platform = new Chart(kubernetes, "platform");
const nodes = new LeastPrivilegeRole(platform, "node-viewers", {
  allow: [RoleRule.read(RbacResource.NODES), RoleRule.read(RbacResource.NODE_METRICS)],
  roleScope: RoleScope.cluster({
    reason: "Nodes are in no namespace, and the platform team looks after them",
  }),
});
nodes.grantTo(Subject.iamGroup(groupOf("platform")));

for (const chart of [bank, shop, toys, platform]) cluster.addCdk8sChart(chart.node.id, chart);

app.synth();
