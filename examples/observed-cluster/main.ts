import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import {
  Alarms,
  ArchiveRetention,
  ArchiveTarget,
  AuditArchive,
  AuditScope,
  ClusterAlarms,
  ContainerImage,
  ControlPlaneLogging,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  MetricAlarm,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  NotificationTopic,
  PrivateNodePool,
  SavedSearches,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const region = "eu-frankfurt-1";
const compartmentId = "ocid1.compartment.oc1..example";
// Those who run the cluster can't write to the compartment of the archive.
const auditCompartmentId = "ocid1.compartment.oc1..audit";

const app = new App();
const stack = new TerraformStack(app, "observed");
new oci.provider.OciProvider(stack, "oci", { region });

const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId,
  kubernetesVersion: KubernetesVersion.V1_35,
  networkPolicyEngine: NetworkPolicyEngine.calico({
    imageRegistry: "fra.ocir.io/acme/calico",
    imagePullSecrets: ["ocir"],
  }),
  // A default, for 90 days; here for half a year.
  controlPlaneLogs: ControlPlaneLogging.enabled({ retention: Duration.days(180) }),
});
new PrivateNodePool(stack, "general", {
  cluster,
  image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
  shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
  size: 3,
});

// All records in one bucket, under a key of the auditors, and a copy for the SIEM.
new AuditArchive(stack, "archive", {
  compartmentId: auditCompartmentId,
  audit: AuditScope.tenancy("ocid1.tenancy.oc1..example"),
  logs: [cluster.controlPlaneLogs, cluster.network.flowLogs],
  kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.audit",
  region,
  retention: ArchiveRetention.of(Duration.days(730)).locked("2027-01-04T00:00:00Z", {
    addedOn: "2026-12-01",
  }),
  targets: [
    ArchiveTarget.stream("siem", {
      streamId: "ocid1.stream.oc1.eu-frankfurt-1.siem",
      compartmentId: auditCompartmentId,
    }),
  ],
});

const topic = new NotificationTopic(stack, "topic", {
  compartmentId,
  topicName: "observed-cluster",
  subscribers: [
    Subscriber.email("oncall@example.com"),
    Subscriber.https({ name: "pager", url: "https://pager.example.com/oci" }),
  ],
});
new ClusterAlarms(stack, "alarms", {
  cluster,
  topic,
  alarms: Alarms.recommended({
    automationPrincipalIds: ["ocid1.user.oc1..pipeline"],
    unschedulableFor: Duration.minutes(20),
  })
    .without("bastion-session", { reason: "There is no bastion, and a policy forbids to create one" })
    .adding(
      MetricAlarm.of({
        name: "load-balancer-errors",
        purpose: "The load balancers of the cluster answer with server errors, so customers see them.",
        response: "Look at the pods behind the Service, and at their last deployment.",
        metricNamespace: "oci_lbaas",
        query: "HttpResponses5xx[5m].groupBy(resourceId).sum() > 20",
        pendingFor: Duration.minutes(5),
      }),
    ),
});
new SavedSearches(stack, "searches", { cluster });

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
