import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  AppProtocol,
  ContainerImage,
  ExternalTrafficPolicy,
  HardenedDeployment,
  HealthProbe,
  IpProtocol,
  KubernetesVersion,
  LoadBalancerAccess,
  LoadBalancerType,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SecurityRuleManagement,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "platform");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
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
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

const edge = new Chart(new KubernetesApp(), "edge", { namespace: "edge" });
new SecureNamespace(edge, "namespace", {
  name: "edge",
  imagePullSecrets: ["ocir"],
  podSecurityVersion: KubernetesVersion.V1_34,
  quota: { loadBalancers: 2, nodePorts: 3 },
});

// A web program behind a load balancer that terminates TLS. Its node port is a hash of its name, so it never changes.
const web = new HardenedDeployment(edge, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/web@${digest}`),
  port: 8080,
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.200.0.0/16", "10.201.0.0/16"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
  securityRules: SecurityRuleManagement.terraformManaged(),
});

// A name server with UDP and TCP on one address and fixed node ports, which sees client addresses.
const names = new HardenedDeployment(edge, "names", {
  image: ContainerImage.of(`fra.ocir.io/acme/names@${digest}`),
  port: 5353,
  protocol: AppProtocol.TCP,
  readiness: HealthProbe.fromTcpSocket(),
});
names.exposeViaLoadBalancer({
  cluster,
  type: LoadBalancerType.NETWORK_LOAD_BALANCER,
  transports: [IpProtocol.TCP, IpProtocol.UDP],
  port: 53,
  access: LoadBalancerAccess.internalFrom(["10.200.0.0/16"]),
  tls: TlsTermination.none({ reason: "DNS inside of the company's network, signed by DNSSEC" }),
  externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
  preserveSource: true,
  securityRules: SecurityRuleManagement.terraformManaged({ nodePort: 30053, healthCheckNodePort: 30054 }),
});
cluster.addCdk8sChart("edge", edge);

app.synth();
