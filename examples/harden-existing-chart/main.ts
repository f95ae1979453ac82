import * as path from "node:path";
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Include, Size } from "cdk8s";
import { NetworkPolicy, NetworkPolicyIpBlock, NetworkPolicyPort, Pods } from "cdk8s-plus-27";
import {
  AlarmRouting,
  ContainerImage,
  HardenedDeployment,
  Hardening,
  HardeningConflict,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPeer,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  Port,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  WritablePath,
  oci,
} from "secure-oke";

const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const app = new App();
const stack = new TerraformStack(app, "guestbook");
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

// The third-party chart. The rendered file is committed, so that a new version is a change to review.
const chart = new Chart(new KubernetesApp(), "guestbook", { namespace: "guestbook" });
new SecureNamespace(chart, "namespace", { name: "guestbook", imagePullSecrets: ["ocir"] });
new Include(chart, "rendered", { url: path.join(__dirname, "guestbook.yaml") });

const report = Hardening.of(chart, {
  // The images by digest, mirrored to our registry.
  images: {
    "docker.io/example/guestbook:2.3.1": ContainerImage.of(`fra.ocir.io/acme/guestbook:2.3.1@${digest}`),
    "docker.io/example/redis-exporter:1.67.0": ContainerImage.of(
      `fra.ocir.io/acme/redis-exporter:1.67.0@${digest}`,
    ),
    "docker.io/library/busybox:1.37": ContainerImage.of(`fra.ocir.io/acme/busybox:1.37@${digest}`),
    "docker.io/library/redis:latest": ContainerImage.of(`fra.ocir.io/acme/redis:7.4.1@${digest}`),
  },
  // The path that the web application writes to, because its root filesystem is read-only.
  writablePaths: [
    { objects: ["Deployment/guestbook"], containers: ["web"], paths: [WritablePath.inMemory("/tmp")] },
  ],
  override: [
    {
      conflicts: [HardeningConflict.TOKEN_AUTOMOUNT],
      reason: "None of the programs calls the API server",
    },
    {
      objects: ["Deployment/guestbook-cache"],
      conflicts: [HardeningConflict.WRITABLE_ROOT_FILESYSTEM],
      reason: "The cache writes to /data only, which is a volume",
    },
    {
      objects: ["Deployment/guestbook-cache"],
      conflicts: [HardeningConflict.HOST_PORT],
      reason: "Prometheus reads the metrics of the pods, not of the nodes",
    },
    {
      objects: ["Deployment/guestbook-cache"],
      conflicts: [HardeningConflict.VOLUME_SIZE],
      reason: "The cache keeps less than 100Mi of sessions",
    },
  ],
  accept: [
    {
      conflicts: [HardeningConflict.SECRET_ENV],
      reason: "The guestbook reads its password from the environment only, until version 3",
    },
    {
      objects: ["Deployment/guestbook-cache"],
      conflicts: [HardeningConflict.LOW_ID],
      reason: "The cache's image keeps its files for the user 1001",
    },
    {
      objects: ["Job/guestbook-migrate"],
      conflicts: [HardeningConflict.HELM_HOOK],
      reason: "It waits for the database itself, and to prepare it again changes nothing",
    },
  ],
}).apply();
console.log(report.text);

// The chart contains no NetworkPolicies. The namespace denies everything except DNS.
const podsOf = (component: string) =>
  Pods.select(chart, component, {
    labels: { "app.kubernetes.io/name": "guestbook", "app.kubernetes.io/component": component },
  });
const [web, cache, migrate] = [podsOf("web"), podsOf("cache"), podsOf("migrate")];
const database = NetworkPolicyIpBlock.ipv4(chart, "database", "10.0.8.0/24");
cluster.podSecurityGroup.allowTo(NetworkPeer.cidr("10.0.8.0/24"), Port.tcp(5432), {
  reason: "The guestbook's database",
});
const tcp = (port: number) => [NetworkPolicyPort.tcp(port)];

// Our own gateway, which alone is behind the load balancer.
const gateway = new HardenedDeployment(chart, "gateway", {
  image: ContainerImage.of(`fra.ocir.io/acme/gateway:1.0.0@${digest}`),
  port: 8443,
});
gateway.connections.allowTo(web, Port.tcp(8080));
gateway.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "guestbook-tls" }),
});
const gatewayPods = Pods.select(chart, "gateway-pods", { labels: gateway.selectorLabels });
new NetworkPolicy(chart, "web-policy", {
  metadata: { name: "guestbook-web" },
  selector: web,
  ingress: { rules: [{ peer: gatewayPods, ports: tcp(8080) }] },
  egress: {
    rules: [
      { peer: cache, ports: tcp(6379) },
      { peer: database, ports: tcp(5432) },
    ],
  },
});
new NetworkPolicy(chart, "cache-policy", {
  metadata: { name: "guestbook-cache" },
  selector: cache,
  ingress: { rules: [{ peer: web, ports: tcp(6379) }] },
});
new NetworkPolicy(chart, "migrate-policy", {
  metadata: { name: "guestbook-migrate" },
  selector: migrate,
  egress: { rules: [{ peer: database, ports: tcp(5432) }] },
});

cluster.addCdk8sChart("guestbook", chart);

app.synth();
