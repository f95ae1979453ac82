import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import { TaintEffect } from "cdk8s-plus-27";
import {
  AddOn,
  AddOnVersion,
  AlarmRouting,
  BlueGreenNodePools,
  BootVolumeKey,
  CloudInit,
  ClusterAddOn,
  ContainerImage,
  HardenedDeployment,
  HardenedJob,
  Karpenter,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeCapacity,
  NodeCycling,
  NodeImage,
  NodePoolEdition,
  NodeShape,
  NodeTaint,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  SshAccess,
  Subscriber,
  TlsTermination,
  Toleration,
  VirtualNodeEndorsement,
  VirtualNodePool,
  oci,
} from "secure-oke";

const app = new App();
const stack = new TerraformStack(app, "pools");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

const cluster = new SecureOkeCluster(stack, "cluster", {
  compartmentId: "ocid1.compartment.oc1..example",
  kubernetesVersion: KubernetesVersion.V1_36,
  alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")]),
  networkPolicyEngine: NetworkPolicyEngine.calico(),
});

// A pipeline writes the node images to this file. Images that are too old are rejected.
const lock = { path: join(__dirname, "node-images.lock.json") };
const standard = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
// The boot volume is larger than the image, so the script grows the file system.
const grow = CloudInit.fromFile(join(__dirname, "grow-root.sh"));

// CoreDNS, the autoscaler, and the add-ons run in this pool, so its size is fixed.
new PrivateNodePool(stack, "system", {
  cluster,
  image: NodeImage.fromLock("standard", lock),
  shape: standard,
  size: 2,
  labels: { tier: "system" },
  bootVolumeSize: Size.gibibytes(100),
  bootVolumeKey: BootVolumeKey.of(cluster.encryption.keyId),
  cloudInit: grow,
});

// The autoscaler resizes this pool to fit the requests of its pods.
new PrivateNodePool(stack, "arm", {
  cluster,
  image: NodeImage.fromLock("arm", lock),
  shape: NodeShape.flexible("VM.Standard.A1.Flex", { ocpus: 4, memory: Size.gibibytes(24) }),
  autoscale: { min: 1, max: 6 },
  labels: { tier: "web" },
  taints: [NodeTaint.noSchedule("kubernetes.io/arch", "arm64")],
  cycling: NodeCycling.replaceInstances({ maximumSurge: 2 }),
});

// Preemptible capacity costs less, and OCI may reclaim it at any time.
new PrivateNodePool(stack, "batch", {
  cluster,
  image: NodeImage.fromLock("standard", lock),
  shape: standard,
  autoscale: { min: 0, max: 4 },
  capacity: NodeCapacity.preemptible(),
  labels: { tier: "batch" },
  taints: [NodeTaint.noSchedule("capacity", "preemptible")],
  kubeletArguments: { "image-gc-high-threshold": "70" },
});

// GPU instances are scarce: they come from reserved capacity, and an upgrade replaces their boot volumes only.
new PrivateNodePool(stack, "gpu", {
  cluster,
  image: NodeImage.fromLock("gpu", lock),
  shape: NodeShape.fixed("VM.GPU.A10.1"),
  size: 1,
  capacity: NodeCapacity.reserved({
    "Uocm:EU-FRANKFURT-1-AD-1": "ocid1.capacityreservation.oc1.eu-frankfurt-1.example",
  }),
  labels: { tier: "gpu" },
  taints: [NodeTaint.noSchedule("nvidia.com/gpu")],
  cycling: NodeCycling.replaceBootVolumes(),
  // The key opens no port.
  ssh: SshAccess.withKey("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINKbifD62Zf+tE5yWk63isCbE3y1D0hFhC4uSEQl/Zkt", {
    reason: "The vendor collects reports of the driver on the node",
  }),
});

// Local disks, in two fault domains. A node that is replaced loses its disks, so a drain may take the whole hour.
new PrivateNodePool(stack, "cache", {
  cluster,
  image: NodeImage.fromLock("standard", lock),
  shape: NodeShape.flexible("VM.DenseIO.E5.Flex", { ocpus: 8, memory: Size.gibibytes(96) }),
  size: 2,
  faultDomains: ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2"],
  labels: { tier: "cache" },
  taints: [NodeTaint.noExecute("disk", "local")],
  evictionGraceDuration: Duration.hours(1),
  cloudInit: CloudInit.fromFile(join(__dirname, "format-disk.sh")),
});

// In the middle of an upgrade: the green pool has the new image, and the blue pool still runs.
new BlueGreenNodePools(stack, "web", {
  cluster,
  shape: standard,
  size: 3,
  labels: { tier: "web" },
  blue: NodePoolEdition.of(NodeImage.fromLock("standard-before", lock), {
    kubernetesVersion: KubernetesVersion.V1_35,
  }),
  green: NodePoolEdition.of(NodeImage.fromLock("standard", lock)),
});

// Virtual nodes for short peaks. Oracle's page on virtual nodes has the two OCIDs of the service.
const tenancyId = "ocid1.tenancy.oc1..example";
const endorsement = new VirtualNodeEndorsement(stack, "virtual-nodes", {
  tenancyId,
  serviceTenancyId: "ocid1.tenancy.oc1..example-service",
  serviceCompartmentId: "ocid1.compartment.oc1..example-service",
});
new VirtualNodePool(stack, "burst", {
  cluster,
  endorsement,
  size: 2,
  labels: { tier: "burst" },
  taints: [NodeTaint.noSchedule("capacity", "virtual")],
});

// Prepares the cluster for Karpenter, which creates nodes itself. The output karpenter has the command that installs its chart.
new Karpenter(stack, "karpenter", { cluster, tenancyId, nodeTag: "Operations.NodeRole" });

new ClusterAddOn(stack, "cert-manager", {
  cluster,
  addOn: AddOn.certManager({ nodeSelector: { tier: "system" } }),
});
new ClusterAddOn(stack, "metrics-server", {
  cluster,
  addOn: AddOn.metricsServer({ nodeSelector: { tier: "system" } }),
  version: AddOnVersion.pinned("v0.7.2"),
});
new ClusterAddOn(stack, "dns", {
  cluster,
  addOn: AddOn.coreDns({ minReplicas: 3, nodesPerReplica: 8 }),
});
new ClusterAddOn(stack, "gpu-plugin", {
  cluster,
  addOn: AddOn.nvidiaGpuPlugin(),
  version: AddOnVersion.pinned("v0.17.4"),
});
new ClusterAddOn(stack, "problem-detector", { cluster, addOn: AddOn.nodeProblemDetector() });
// The cluster then allows the control plane to connect to the agent on TCP port 9995 of the nodes.
new ClusterAddOn(stack, "observability", { cluster, addOn: AddOn.observabilityAgent() });

const shop = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
new SecureNamespace(shop, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });

// Its image has an arm64 variant, so it also runs on the Arm nodes.
const web = new HardenedDeployment(shop, "web", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/web:1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  port: 8080,
  nodeSelector: { tier: "web" },
  tolerations: [Toleration.of("kubernetes.io/arch", "arm64", TaintEffect.NO_SCHEDULE)],
});
web.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});
new HardenedJob(shop, "reports", {
  image: ContainerImage.of(
    "fra.ocir.io/acme/reports:2.1.0@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ),
  nodeSelector: { tier: "batch" },
  tolerations: [Toleration.of("capacity", "preemptible", TaintEffect.NO_SCHEDULE)],
});
cluster.addCdk8sChart("shop", shop);

app.synth();
