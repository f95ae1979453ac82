import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  AllowedRegistries,
  ClusterEncryption,
  ClusterNetwork,
  ConfigFile,
  ContainerImage,
  EndpointAccess,
  EnvironmentValue,
  HardenedDeployment,
  HealthProbe,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  Port,
  PrivateNodePool,
  RegionServices,
  ResourceTags,
  SecureNamespace,
  SecureOkeCluster,
  SubnetExposure,
  SubnetPlan,
  Subscriber,
  TlsTermination,
  WritablePath,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();

// The platform: a network with a public and a private subnet for load balancers, and a cluster that a VPN can reach.
const platform = new TerraformStack(app, "platform");
new oci.provider.OciProvider(platform, "oci", { region: "eu-frankfurt-1" });
const home = new oci.provider.OciProvider(platform, "home", { region: "eu-amsterdam-1", alias: "home" });
const network = new ClusterNetwork(platform, "network", {
  compartmentId: "ocid1.compartment.oc1..network",
  plan: SubnetPlan.of({ vcnCidr: "10.40.0.0/18", nodes: 60, pods: 3000, publicLoadBalancers: true }),
  publicLoadBalancerExposure: SubnetExposure.publicWith({
    reason: "Customers reach the shop from the internet",
  }),
  regionServices: RegionServices.of({
    serviceId: "ocid1.service.oc1.eu-frankfurt-1.example",
    cidrLabel: "all-fra-services-in-oracle-services-network",
  }),
});
// The offices of the administrators, behind a VPN or FastConnect.
const offices = "10.200.0.0/24";
network.attachDrg({ drgId: "ocid1.drg.oc1.eu-frankfurt-1.example", onPremisesCidrs: [offices] });
const cluster = new SecureOkeCluster(platform, "cluster", {
  compartmentId,
  clusterName: "shop",
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: "fra.ocir.io/acme/calico",
    imagePullSecrets: ["ocir"],
  }),
  network,
  endpointAccess: EndpointAccess.privateFrom([offices]),
  encryption: new ClusterEncryption(platform, "encryption", {
    compartmentId,
    existingKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.example",
    homeRegionProvider: home,
  }),
  homeRegionProvider: home,
});
// Tags for all resources, including the nodes, volumes, and load balancers that OKE creates at run time.
ResourceTags.of(platform).add({ freeformTags: { team: "shop" } });

// Arm nodes in declared availability domains, one Kubernetes version older than the cluster.
new PrivateNodePool(platform, "blue", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example", {
    imageName: "Oracle-Linux-8.10-aarch64-2026.08.31-0-OKE-1.34.10-1700",
  }),
  shape: NodeShape.flexible("VM.Standard.A1.Flex", { ocpus: 4, memory: Size.gibibytes(24) }),
  size: 6,
  kubernetesVersion: KubernetesVersion.V1_34,
  availabilityDomains: ["Uocm:EU-FRANKFURT-1-AD-1", "Uocm:EU-FRANKFURT-1-AD-2", "Uocm:EU-FRANKFURT-1-AD-3"],
  evictionGraceDuration: Duration.minutes(30),
  labels: { "shop.example/pool": "blue" },
});

// The workloads: a public web front end, and an API that only the front end and the offices can reach.
const shop = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
AllowedRegistries.of(shop).add("fra.ocir.io/acme");
new SecureNamespace(shop, "namespace", {
  name: "shop",
  imagePullSecrets: ["ocir"],
  podSecurityVersion: KubernetesVersion.V1_34,
});
const api = new HardenedDeployment(shop, "api", {
  image: ContainerImage.of(`fra.ocir.io/acme/api:1.4.2@${digest}`),
  port: 8081,
  replicas: 3,
  readiness: HealthProbe.fromHttpGet("/ready"),
  liveness: HealthProbe.fromHttpGet("/live"),
  resources: { cpu: { request: "250m", limit: "1" }, memory: { request: "512Mi", limit: "512Mi" } },
  writablePaths: [WritablePath.of("/tmp", { sizeLimit: "64Mi" })],
});
const apiService = api.exposeViaService();
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/web@${digest}`),
  port: 8080,
  env: {
    API_URL: EnvironmentValue.fromValue(`http://${apiService.hostName}:${apiService.port}`),
    NODE: EnvironmentValue.fromFieldRef("spec.nodeName"),
  },
  // An init container copies the pages from its own image, so the web server needs no tools.
  initContainers: [
    {
      name: "pages",
      image: ContainerImage.of(`fra.ocir.io/acme/pages:2.3.0@${digest}`),
      args: ["--output", "/srv/pages"],
    },
  ],
  sharedPaths: [WritablePath.of("/srv/pages", { sizeLimit: "32Mi" })],
  files: [ConfigFile.of("/etc/web/site.conf", "log_format '${remote} %{status}';\n")],
});
web.connections.allowTo(api, Port.tcp(8081));
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.publicFrom(["192.0.2.0/24", "198.51.100.0/24"], {
    reason: "Customers of the pilot",
  }),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
// The offices use the API through a load balancer in the private subnet.
api.exposeViaLoadBalancer({
  name: "api-offices",
  cluster,
  access: LoadBalancerAccess.internalFrom([offices]),
  tls: TlsTermination.atLoadBalancer({ secretName: "api-tls" }),
});
cluster.addCdk8sChart("shop", shop);

app.synth();
