import { App as KubernetesApp, Chart } from "cdk8s";
import { type TerraformStack } from "cdktf";
import {
  ClusterMonitoring,
  ClusterNetwork,
  ContainerImage,
  DashboardPanel,
  GrafanaDashboard,
  GrafanaUsers,
  HardenedDeployment,
  KubernetesVersion,
  MonitoringImages,
  SecretFiles,
  SecureNamespace,
  SecureOkeCluster,
  type SubnetExposure,
  type ClusterMonitoringProps,
  type SecureOkeClusterProps,
} from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { COMPARTMENT, newStack } from "../../support/stack";
import { DIGEST, IMAGE } from "../../workload/support";
import { parseYaml } from "../../terraform/yaml-readers";

const image = (name: string) => ContainerImage.of(`fra.ocir.io/acme/${name}@${DIGEST}`);

export const IMAGES = MonitoringImages.of({
  prometheus: image("prometheus"),
  alertmanager: image("alertmanager"),
  kubeStateMetrics: image("kube-state-metrics"),
  nodeExporter: image("node-exporter"),
  grafana: image("grafana"),
  collector: image("collector"),
  jaeger: image("jaeger"),
});

export const USERS = GrafanaUsers.administrator({
  secretFiles: SecretFiles.fromSecret("/run/secrets/grafana", "grafana"),
});

/** A cluster, an App of cdk8s, and what makes charts and a monitoring in it. */
export class World {
  public readonly stack: TerraformStack = newStack();
  public readonly cluster: SecureOkeCluster;
  public readonly app = new KubernetesApp();
  public readonly chart: Chart;

  constructor(props: Partial<SecureOkeClusterProps> = {}, loadBalancers?: SubnetExposure) {
    const network =
      loadBalancers &&
      new ClusterNetwork(this.stack, "network", {
        compartmentId: COMPARTMENT,
        publicLoadBalancerExposure: loadBalancers,
      });
    this.cluster = new SecureOkeCluster(this.stack, "cluster", {
      ...(network ? { network } : {}),
      ...props,
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_35,
    });
    this.chart = new Chart(this.app, "monitoring", { namespace: "monitoring" });
  }

  /** Adds the chart of the monitoring to the cluster. */
  public monitoring(props: Partial<ClusterMonitoringProps> = {}): ClusterMonitoring {
    const monitoring = new ClusterMonitoring(this.chart, "monitoring", {
      ...{ cluster: this.cluster, images: IMAGES, users: USERS },
      ...props,
    });
    this.cluster.addCdk8sChart("monitoring", this.chart);
    return monitoring;
  }

  /** A namespace of workloads, not added to the cluster yet. */
  public namespace(name = "shop"): Chart {
    const chart = new Chart(this.app, name, { namespace: name });
    new SecureNamespace(chart, "namespace", { name });
    return chart;
  }

  public web(chart: Chart, id = "web"): HardenedDeployment {
    return new HardenedDeployment(chart, id, {
      image: IMAGE,
      port: 8080,
      ports: [{ name: "metrics", port: 9464 }],
    });
  }
}

/** The one object of a kind and name in a chart, or in those inside of it. */
export function find(chart: Chart, kind: string, name: string): any {
  const found = objectsOf(chart).filter((one: any) => one.kind === kind && one.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The content of a file of a ConfigMap whose name begins so. */
export function fileOf(chart: Chart, configMap: string, file: string): string {
  const found: any[] = objectsOf(chart).filter(
    (one: any) => one.kind === "ConfigMap" && one.metadata.name.startsWith(configMap) && file in one.data,
  );
  expect(found).toHaveLength(1);
  return found[0].data[file];
}

/** The scrape jobs of Prometheus. */
export const jobsOf = ({ chart }: World): any[] =>
  (parseYaml(fileOf(chart, "prometheus-scrapes", "jobs.yaml"), "1.2")[0] as any).scrape_configs;
export const jobNames = (world: World) => jobsOf(world).map(({ job_name }) => job_name as string);

/** The peers of the policy of a workload on a port. */
export function peers(chart: Chart, name: string, side: "egress" | "ingress", port: number): any[] {
  const { spec } = find(chart, "NetworkPolicy", name);
  return spec[side]
    .filter(({ ports }: any) => ports.some((one: any) => one.port === port))
    .flatMap((rule: any) => rule.to ?? rule.from);
}

/** The peer of a policy that selects the pods of a workload. */
export const podsOf = (name: string, namespace: string) =>
  expect.objectContaining({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: { "app.kubernetes.io/instance": name, "app.kubernetes.io/name": name } },
  });

/** A dashboard with one panel. */
export function dashboard(id: string, title = id): GrafanaDashboard {
  const panels = [DashboardPanel.timeSeries({ title: "Requests", queries: [{ expression: "up" }] })];
  return GrafanaDashboard.of({ id, title, panels });
}
