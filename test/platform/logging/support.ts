import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App as KubernetesApp, Chart, type Duration, Yaml } from "cdk8s";
import { TerraformStack } from "cdktf";
import {
  ClusterLogging,
  type ClusterLoggingProps,
  ContainerImage,
  type ElasticsearchInClusterProps,
  type IngressGateway,
  IngressCertificate,
  IngressHost,
  KubernetesVersion,
  LoadBalancerAccess,
  LogCollector,
  LogDestination,
  LogSnapshots,
  type OpenSearchInClusterProps,
  OracleServiceRanges,
  SecretFiles,
  SecureOkeCluster,
  TlsTermination,
  TraefikIngress,
} from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { COMPARTMENT, newStack } from "../../support/stack";
import { DIGEST } from "../../workload/support";

export const image = (name: string) => ContainerImage.of(`fra.ocir.io/acme/${name}@${DIGEST}`);
export const FLUENT_BIT = LogCollector.fluentBit(image("fluent-bit"));
export const FLUENTD = LogCollector.fluentd(image("fluentd"));
export const secret = (name: string) => SecretFiles.fromSecret(`/run/secrets/${name}`, name);

export function inCluster(props: Partial<OpenSearchInClusterProps> = {}): LogDestination {
  return LogDestination.openSearchInCluster({
    image: image("opensearch"),
    users: secret("opensearch-users"),
    ...props,
  });
}

export function elasticsearchInCluster(props: Partial<ElasticsearchInClusterProps> = {}): LogDestination {
  return LogDestination.elasticsearchInCluster({
    image: image("elasticsearch"),
    users: secret("elasticsearch-users"),
    collectorCredentials: secret("log-writer"),
    settingsCredentials: secret("log-manager"),
    ...props,
  });
}

/** A cluster, an App of cdk8s, and a logging in it. */
export class World {
  public readonly cluster: SecureOkeCluster;
  public readonly app = new KubernetesApp();
  public readonly chart: Chart;

  constructor(cluster?: SecureOkeCluster) {
    this.cluster =
      cluster ??
      new SecureOkeCluster(newStack(), "cluster", {
        compartmentId: COMPARTMENT,
        kubernetesVersion: KubernetesVersion.V1_35,
      });
    this.chart = new Chart(this.app, "logging", { namespace: "logging" });
  }

  public get stack(): TerraformStack {
    return TerraformStack.of(this.cluster);
  }

  public logging(props: Partial<ClusterLoggingProps> = {}): ClusterLogging {
    const logging = new ClusterLogging(this.chart, "logging", {
      ...{ cluster: this.cluster, collector: FLUENT_BIT, destination: inCluster() },
      ...props,
    });
    this.cluster.addCdk8sChart("logging", this.chart);
    return logging;
  }
}

/** The one object of a kind and name in a chart, or in those inside of it. */
export function find(chart: Chart, kind: string, name: string): any {
  const found = objectsOf(chart).filter((one: any) => one.kind === kind && one.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The content of a file of a ConfigMap. */
export function fileOf(chart: Chart, file: string): string {
  const found: any[] = objectsOf(chart).filter((one: any) => one.kind === "ConfigMap" && file in one.data);
  expect(found.length).toBeGreaterThan(0);
  return found[0].data[file];
}

/** What a file of YAML says. */
export function parse(text: string): any {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-yaml-"));
  const file = path.join(folder, "file.yaml");
  fs.writeFileSync(file, text);
  const [document] = Yaml.load(file);
  fs.rmSync(folder, { recursive: true });
  return document;
}

/** Snapshots in a bucket of Object Storage. */
export const bucketSnapshots = (retention?: Duration) =>
  LogSnapshots.toBucket({
    bucketName: "log-snapshots",
    objectStorageNamespace: "acme",
    region: "eu-frankfurt-1",
    secretFiles: secret("snapshots"),
    oracleServices: OracleServiceRanges.of(["134.70.24.0/21"]),
    ...(retention ? { retention } : {}),
  });

/** OpenSearch Dashboards behind a gateway. */
export const exposedDashboards = (gateway: IngressGateway) => ({
  image: image("opensearch-dashboards"),
  secretFiles: secret("dashboards"),
  exposure: {
    gateway,
    host: IngressHost.of("logs.example.com"),
    tls: TlsTermination.atIngress(IngressCertificate.fromSecret("logs-tls")),
  },
});

/** A chart with an internal gateway, for the cluster of a world. */
export function internalGateway({ app, cluster }: World): { chart: Chart; gateway: TraefikIngress } {
  const chart = new Chart(app, "gateway", { namespace: "gateway" });
  const access = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
  const gateway = new TraefikIngress(chart, "traefik", { cluster, access, image: image("traefik") });
  return { chart, gateway };
}
