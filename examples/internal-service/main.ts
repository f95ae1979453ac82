import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  AppProtocol,
  ClusterNetwork,
  ContainerImage,
  ExternalTrafficPolicy,
  HardenedDeployment,
  HealthProbe,
  KubernetesVersion,
  LoadBalancerAccess,
  LoadBalancerType,
  LoadBalancingPolicy,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SecurityRuleManagement,
  SubnetPlan,
  SubnetRole,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const offices = "10.200.0.0/16";
const warehouse = "10.50.0.0/20";

const app = new App();
const stack = new TerraformStack(app, "platform");
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
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

// Routes through an existing DRG to the clients in the offices and in the peer VCN of the warehouse. Nodes need them too, because
// they receive packets from clients of the broker. Routes alone allow no traffic; security group rules do.
network.attachDrg({
  drgId: "ocid1.drg.oc1.eu-frankfurt-1.example",
  onPremisesCidrs: [offices, warehouse],
  subnets: [SubnetRole.LOAD_BALANCERS, SubnetRole.WORKERS],
});

const orders = new Chart(new KubernetesApp(), "orders", { namespace: "orders" });
new SecureNamespace(orders, "namespace", {
  name: "orders",
  imagePullSecrets: ["ocir"],
  podSecurityVersion: KubernetesVersion.V1_34,
  quota: { loadBalancers: 3, nodePorts: 3 },
});

// HTTP with TLS at the load balancer. Reports take up to five minutes, and the program keeps sessions in memory, so the load
// balancer hashes client addresses.
const web = new HardenedDeployment(orders, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/orders@${digest}`),
  port: 8080,
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom([offices]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
  idleTimeout: Duration.minutes(5),
  policy: LoadBalancingPolicy.IP_HASH,
});

// HTTP with TLS inside the VCN too: the load balancer terminates TLS and re-encrypts the traffic to the pods.
const accounts = new HardenedDeployment(orders, "accounts", {
  image: ContainerImage.of(`fra.ocir.io/acme/accounts@${digest}`),
  port: 8443,
  readiness: HealthProbe.fromTcpSocket(),
});
accounts.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom([offices]),
  tls: TlsTermination.reencrypt({ secretName: "accounts-tls", backendSecretName: "accounts-pod-tls" }),
});

// TCP with TLS in the pod, which sees client addresses: a network load balancer that preserves them.
const broker = new HardenedDeployment(orders, "broker", {
  image: ContainerImage.of(`fra.ocir.io/acme/broker@${digest}`),
  port: 8883,
  protocol: AppProtocol.TCP,
  readiness: HealthProbe.fromTcpSocket(),
});
broker.exposeViaLoadBalancer({
  cluster,
  type: LoadBalancerType.NETWORK_LOAD_BALANCER,
  port: 8883,
  access: LoadBalancerAccess.internalFrom([offices, warehouse]),
  tls: TlsTermination.atPod(),
  externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
  preserveSource: true,
  policy: LoadBalancingPolicy.TWO_TUPLE,
  // Clients connect to the node port, so it is fixed.
  securityRules: SecurityRuleManagement.terraformManaged({ nodePort: 30083, healthCheckNodePort: 30084 }),
});
cluster.addCdk8sChart("orders", orders);

app.synth();
