import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  AlarmRouting,
  ApiAccess,
  Bastion,
  BastionClients,
  CiAccess,
  CiCredentials,
  ContainerImage,
  DynamicGroup,
  DynamicGroupRule,
  Egress,
  HardenedDeployment,
  Kubeconfig,
  KubernetesAccess,
  KubernetesVersion,
  LeastPrivilegePolicy,
  LoadBalancerAccess,
  NamespaceCompartment,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  OracleServiceRanges,
  PipelineIdentity,
  PolicyCondition,
  PolicyLocation,
  PolicyPrincipal,
  PolicyResourceType,
  PolicyStatement,
  PolicyVerb,
  Port,
  PrivateBucket,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const compartmentId = "ocid1.compartment.oc1..example";
const shopCompartmentId = "ocid1.compartment.oc1..example-shop";
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

// People: one line for each group. The kubeconfig has no token, and the bastion connects to the private endpoint.
const bastion = new Bastion(stack, "bastion", {
  compartmentId,
  cluster,
  clients: BastionClients.from(["192.0.2.0/24"]),
});
new Kubeconfig(stack, "kubectl", { cluster, bastion });
cluster.grantAccess("ocid1.group.oc1..example-support", KubernetesAccess.viewer(), { bastion });
cluster.grantAccess("ocid1.group.oc1..example-shop", KubernetesAccess.operatorIn("shop"), { bastion });

// Pipelines: each job gets its own token from GitHub or GitLab, so no token is stored.
const shopPipeline = PipelineIdentity.gitHubActions({
  repository: "acme/shop",
  environment: "production",
  audience: "oke-platform",
});
new CiAccess(stack, "shop-pipeline", {
  cluster,
  credentials: CiCredentials.oidc(shopPipeline),
  access: [KubernetesAccess.editorIn("shop")],
  issuerEgress: Egress.toAnywhere(Port.tcp(443), {
    reason: "The API server reads the keys of GitHub and GitLab, whose addresses change",
  }),
});
const reportPipeline = PipelineIdentity.gitLab({
  projectPath: "acme/reports",
  branch: "main",
  audience: "oke-platform",
});
new CiAccess(stack, "report-pipeline", {
  cluster,
  credentials: CiCredentials.oidc(reportPipeline),
  access: [KubernetesAccess.viewerIn("shop")],
});

// A scanner without OpenID Connect gets a token that is valid for 30 minutes, for one namespace.
new CiAccess(stack, "scanner", {
  cluster,
  credentials: CiCredentials.shortLivedToken({ lifetime: Duration.minutes(30) }),
  access: [KubernetesAccess.viewerIn("shop")],
});

// Workloads: permissions of one service account for one bucket and the topics of a compartment.
new NamespaceCompartment(stack, "shop-namespace", {
  cluster,
  namespace: "shop",
  compartmentId: shopCompartmentId,
});
const assets = new PrivateBucket(stack, "assets", {
  compartmentId: shopCompartmentId,
  kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.example",
  bucketName: "shop-assets",
});
const shop = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(`fra.ocir.io/acme/shop@${digest}`),
  port: 8080,
  apiAccess: ApiAccess.token(),
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
assets.grantRead(web);
// The addresses of Object Storage and Notifications in the region, from Oracle's public_ip_ranges.json.
web.connections.allowToOracleServices(OracleServiceRanges.of(["134.70.0.0/16"]));
web.grant({
  verb: PolicyVerb.USE,
  resourceType: PolicyResourceType.ONS_TOPICS,
  location: PolicyLocation.compartment(shopCompartmentId),
  condition: PolicyCondition.equalTo("request.permission", "ONS_TOPIC_PUBLISH"),
});
cluster.addCdk8sChart("shop", shop);

// Instances: a virtual machine outside the cluster that may read the objects of the same bucket.
const importer = new DynamicGroup(stack, "importer", {
  tenancyId: "ocid1.tenancy.oc1..example",
  rule: DynamicGroupRule.instances(["ocid1.instance.oc1.eu-frankfurt-1.example-importer"]),
  description: "The virtual machine that imports catalogues",
});
new LeastPrivilegePolicy(stack, "importer-policy", {
  compartmentId: shopCompartmentId,
  description: "Lets the importer read the assets of the shop",
  statements: [
    PolicyStatement.allow({
      principal: PolicyPrincipal.dynamicGroup(importer.dynamicGroupId),
      verb: PolicyVerb.READ,
      resourceType: PolicyResourceType.OBJECTS,
      location: PolicyLocation.compartment(shopCompartmentId),
      condition: PolicyCondition.equalTo("target.bucket.name", assets.bucketName),
    }),
  ],
});

app.synth();
