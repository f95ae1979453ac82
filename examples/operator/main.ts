import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import { NetworkPolicyIpBlock } from "cdk8s-plus-27";
import {
  AlarmRouting,
  ApiAccess,
  AppProtocol,
  ContainerImage,
  ContainerResourceField,
  DownwardApiFiles,
  EnvironmentValue,
  HardenedCronJob,
  HardenedDeployment,
  HealthProbe,
  KubernetesVersion,
  LeastPrivilegeRole,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  Port,
  PrivateNodePool,
  ProjectedToken,
  RbacResource,
  RbacVerb,
  RoleRule,
  SecureNamespace,
  SecureOkeCluster,
  Subject,
  Subscriber,
  SystemUserId,
  TerminationMessagePolicy,
  TlsTermination,
  oci,
} from "secure-oke";

const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "platform");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId: "ocid1.compartment.oc1..example",
  kubernetesVersion: KubernetesVersion.V1_35,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico(),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

const platform = new Chart(new KubernetesApp(), "platform", { namespace: "platform" });
new SecureNamespace(platform, "namespace", { name: "platform", imagePullSecrets: ["ocir"] });

// A program that calls the API server, has several ports, and identifies itself to Vault with a token.
const operator = new HardenedDeployment(platform, "operator", {
  image: ContainerImage.of(`fra.ocir.io/acme/operator:2.4.0@${digest}`),
  apiAccess: ApiAccess.token(),
  port: 8080,
  ports: [
    { name: "metrics", port: 9090 },
    { name: "admin", port: 9000, protocol: AppProtocol.GRPC },
    // Without TLS, because gRPC probes of the kubelet do not support it.
    { name: "health", port: 9001, protocol: AppProtocol.GRPC },
  ],
  readiness: HealthProbe.fromGrpc(9001, { service: "operator" }),
  startup: HealthProbe.fromHttpGet("/started", 9090, { failureThreshold: 30 }),
  env: {
    TZ: EnvironmentValue.timeZone("Europe/Berlin"),
    GOMEMLIMIT: EnvironmentValue.fromResource(ContainerResourceField.MEMORY_LIMIT),
    POD_NAME: EnvironmentValue.fromFieldRef("metadata.name"),
  },
  podInfoFiles: [DownwardApiFiles.of("/etc/pod", { labels: "metadata.labels" })],
  projectedTokens: [
    ProjectedToken.of("/run/secrets/vault", { audience: "vault", expiration: Duration.minutes(10) }),
  ],
});
new LeastPrivilegeRole(platform, "lead-and-read", {
  allow: [
    RoleRule.read(RbacResource.CONFIG_MAPS),
    RoleRule.verbs(RbacResource.LEASES, RbacVerb.GET, RbacVerb.CREATE, RbacVerb.UPDATE),
  ],
}).grantTo(Subject.serviceAccountOf(operator));
operator.connections.allowTo(NetworkPolicyIpBlock.ipv4(platform, "vault", "10.30.0.0/24"), Port.tcp(8200));

// A Service inside the cluster with its main port and the port for metrics.
operator.exposeViaService({ ports: [{ name: "http", port: 80 }, { name: "metrics" }] });
const monitor = new HardenedDeployment(platform, "monitor", {
  image: ContainerImage.of(`fra.ocir.io/acme/monitor:1.1.0@${digest}`),
  liveness: HealthProbe.fromCommand(["/app/monitor", "--healthy"]),
});
monitor.connections.allowTo(operator, Port.tcp(9090));

// Administrators reach only the admin port. Load balancers support gRPC only with TLS on both sides.
operator.exposeViaLoadBalancer({
  cluster,
  name: "operator-admin",
  targetPort: "admin",
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.reencrypt({ secretName: "operator-tls", backendSecretName: "operator-pod-tls" }),
});

// A third-party image that runs as its own user only. The status of a failed pod shows its last log lines.
const cleanup = new HardenedCronJob(platform, "cleanup", {
  image: ContainerImage.of(`fra.ocir.io/acme/cleanup:5.0.2@${digest}`),
  schedule: "0 3 * * *",
  lowUser: SystemUserId.of(999, { reason: "The vendor's image keeps its files for the user 999" }),
  apiAccess: ApiAccess.token({ expiration: Duration.minutes(10) }),
  terminationMessagePolicy: TerminationMessagePolicy.FALLBACK_TO_LOGS_ON_ERROR,
});
new LeastPrivilegeRole(platform, "end-jobs", {
  allow: [RoleRule.verbs(RbacResource.JOBS, RbacVerb.LIST, RbacVerb.DELETE)],
}).grantTo(Subject.serviceAccountOf(cleanup));

cluster.addCdk8sChart("platform", platform);

app.synth();
