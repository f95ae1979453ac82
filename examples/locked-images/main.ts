import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import {
  AlarmRouting,
  AllowedRegistries,
  ContainerImage,
  FetchAtStart,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  OracleServiceRanges,
  Port,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  Subscriber,
  TlsTermination,
  oci,
} from "secure-oke";

const app = new App();
const stack = new TerraformStack(app, "maps");
new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });

// All charts of clusters in this stack may use images of this registry only.
AllowedRegistries.of(stack).add("fra.ocir.io/acme");

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

// A pipeline writes the digests and build dates of images to this file. Images that are too old are rejected.
const lock = { path: join(__dirname, "images.lock.json") };
const locked = (name: string) => ContainerImage.fromLock(name, lock);

const maps = new Chart(new KubernetesApp(), "maps", { namespace: "maps" });
new SecureNamespace(maps, "namespace", { name: "maps", imagePullSecrets: ["ocir"] });

// An init container fetches and verifies the data of this program, so its own image has no network tools.
const geo = new HardenedDeployment(maps, "geo", {
  image: locked("geo"),
  port: 8080,
  fetchAtStart: [
    FetchAtStart.https("/srv/geo/cities.mmdb", {
      url: "https://objectstorage.eu-frankfurt-1.oraclecloud.com/n/acme/b/geo/o/cities-2026-11.mmdb",
      sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      image: locked("curl"),
      sizeLimit: "128Mi",
    }),
  ],
});
geo.connections.allowToOracleServices(OracleServiceRanges.of(["134.70.0.0/16"]));

// The lock file has a reason why the image of this vendor may be older than the others.
const tiles = new HardenedDeployment(maps, "tiles", { image: locked("tiles"), port: 8080 });
tiles.connections.allowTo(geo, Port.tcp(8080));
geo.exposeViaService();
tiles.exposeViaLoadBalancer({
  cluster,
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "tiles-tls" }),
});

cluster.addCdk8sChart("maps", maps);

app.synth();
