import { Chart, Duration, Size, Yaml } from "cdk8s";
import {
  AlertReceiver,
  AlertRule,
  IngressCertificate,
  IngressHost,
  type IngressOptions,
  KubeletMetrics,
  KubernetesVersion,
  LoadBalancerAccess,
  SubnetExposure,
  TlsTermination,
  TraefikIngress,
} from "../../../lib";
import { Acknowledgements } from "../../../lib/core/acknowledgement";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { flowsOf } from "../../support/rules";
import { COMPARTMENT, validationProblemsOf, problemCodesOf } from "../../support/stack";
import { IMAGE } from "../../workload/support";
import { dashboard, fileOf, find, jobNames, jobsOf, peers, podsOf, World } from "./support";

const REASON = { reason: "Somebody asked for it in a test" };

describe("a ClusterMonitoring", () => {
  beforeEach(() => jest.spyOn(process, "emitWarning").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  test("with the required props matches its snapshot", () => {
    const world = new World();
    world.monitoring();
    expect(Yaml.stringify(...objectsOf(world.chart))).toMatchSnapshot();
  });

  test("applies all props", () => {
    const world = new World();
    const kmsKeyId = "ocid1.key.oc1.eu-frankfurt-1.example";
    const monitoring = world.monitoring({
      receivers: [AlertReceiver.webhook("pager", { url: "https://pager.example.com/alerts" })],
      alerts: [
        AlertRule.of({
          name: "NoWeb",
          expression: "absent(up)",
          purpose: "Web is up.",
          whatToDo: "Start it.",
        }),
      ],
      dashboards: [dashboard("shop")],
      retention: Duration.days(30),
      storage: Size.gibibytes(400),
      traceRetention: Duration.hours(12),
      traceStorage: Size.gibibytes(80),
      kmsKeyId,
      keyCompartmentId: COMPARTMENT,
      kubelets: KubeletMetrics.unverified(REASON),
      imagePullSecrets: ["ocir"],
      podSecurityVersion: KubernetesVersion.V1_35,
    });
    const { containers } = find(world.chart, "StatefulSet", "prometheus").spec.template.spec;
    expect(containers[0].args).toEqual(
      expect.arrayContaining([
        "--storage.tsdb.retention.time=720h",
        `--storage.tsdb.retention.size=${320 * 1024 ** 3}B`,
      ]),
    );
    const claimOf = (name: string) =>
      find(world.chart, "StatefulSet", name).spec.volumeClaimTemplates[0].spec.resources.requests.storage;
    expect([claimOf("prometheus"), claimOf("jaeger")]).toEqual(["400Gi", "80Gi"]);
    expect(fileOf(world.chart, "jaeger-config", "config.yaml")).toContain("spans: 12h");
    expect(find(world.chart, "StorageClass", "monitoring-encrypted").parameters["kms-key-id"]).toBe(kmsKeyId);
    expect(jobsOf(world).find(({ job_name }) => job_name === "kubelet").tls_config).toEqual({
      insecure_skip_verify: true,
    });
    expect(fileOf(world.chart, "prometheus-rules", "alerts.yaml")).toContain("alert: NoWeb");
    expect(Object.keys(find(world.chart, "ConfigMap", "grafana-dashboards").data)).toEqual(["shop.json"]);
    expect(find(world.chart, "ServiceAccount", "grafana").imagePullSecrets).toEqual([{ name: "ocir" }]);
    expect(find(world.chart, "ServiceAccount", "node-exporter").imagePullSecrets).toEqual([{ name: "ocir" }]);
    expect(monitoring.alerts.map(({ name }) => name)).toEqual(["NoWeb"]);
    expect(process.emitWarning).not.toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ code: "alert-receivers" }),
    );
  });

  test("exposes nothing, and runs everything but the node exporters in a restricted namespace", () => {
    const world = new World();
    world.monitoring();
    const objects: any[] = objectsOf(world.chart);
    expect(objects.filter(({ kind }) => ["Ingress", "HTTPRoute", "Gateway"].includes(kind))).toEqual([]);
    const types = objects.filter(({ kind }) => kind === "Service").map(({ spec }) => spec.type);
    expect(new Set(types)).toEqual(new Set(["ClusterIP"]));
    const levels = objects
      .filter(({ kind }) => kind === "Namespace")
      .map(({ metadata }) => [metadata.name, metadata.labels["pod-security.kubernetes.io/enforce"]]);
    expect(levels).toEqual([
      ["monitoring", "restricted"],
      ["monitoring-nodes", "privileged"],
    ]);
    const runners = objects.filter(({ spec }) => spec?.template?.spec?.containers);
    expect(runners.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort()).toEqual([
      "monitoring-nodes/node-exporter",
      ...["alertmanager", "collector", "grafana", "jaeger", "kube-state-metrics", "prometheus"].map(
        (one) => `monitoring/${one}`,
      ),
    ]);
    for (const { metadata, spec } of runners) {
      const pod = spec.template.spec;
      expect(pod.hostNetwork === true).toBe(metadata.name === "node-exporter");
      expect(pod.volumes?.filter((volume: any) => volume.hostPath) ?? []).toEqual([]);
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
        });
      }
    }
  });

  test("gives Prometheus and kube-state-metrics the rights that they need, and neither Secrets nor ConfigMaps", () => {
    const world = new World();
    world.monitoring();
    const objects: any[] = objectsOf(world.chart);
    const rules = objects
      .filter(({ kind }) => ["Role", "ClusterRole"].includes(kind))
      .flatMap((role) => role.rules);
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(["get", "list", "watch"]));
    for (const secret of ["secrets", "configmaps", "nodes/proxy", "*"]) {
      expect(rules.flatMap(({ resources }) => resources)).not.toContain(secret);
    }
    const prometheus = find(world.chart, "ClusterRole", "monitoring-prometheus-nodes").rules;
    expect(prometheus).toEqual(
      expect.arrayContaining([
        { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
        { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
      ]),
    );
    // Pods of a namespace are read where something is scraped there, and nowhere else.
    expect(find(world.chart, "Role", "prometheus-reads-pods").metadata.namespace).toBe("monitoring");
    expect(rules.filter(({ resources }) => resources.includes("pods"))).toHaveLength(2);
    const withToken = objects
      .filter(({ spec }) => JSON.stringify(spec?.template ?? {}).includes('serviceAccountToken":{'))
      .map(({ metadata }) => metadata.name);
    expect(withToken.sort()).toEqual(["kube-state-metrics", "prometheus"]);
  });

  test("records its exceptions with their reasons", () => {
    const world = new World();
    world.monitoring();
    const taken = Acknowledgements.of(world.chart).map(({ practice, what }: any) => `${practice}: ${what}`);
    expect(taken.sort()).toEqual([
      "least-privilege: a role for the whole cluster",
      "least-privilege: a role for the whole cluster",
      "network-layers: network of the node, ports 9100",
      "non-root: namespace monitoring-nodes enforces no Pod Security Standard",
    ]);
  });

  test("allows Prometheus to reach the node exporters by security group rules, and the kubelets by its policy only", () => {
    const world = new World();
    world.monitoring();
    const nodes = [{ ipBlock: { cidr: "10.0.2.0/24" } }];
    expect(peers(world.chart, "prometheus", "egress", 9100)).toEqual(nodes);
    expect(peers(world.chart, "prometheus", "egress", 10250)).toEqual(nodes);
    const flows = flowsOf(world.stack).filter((flow: any) => JSON.stringify(flow).includes("9100"));
    expect(flows).toMatchSnapshot();
    expect(flows.length).toBeGreaterThan(0);
  });

  test("warns if it has no receivers", () => {
    new World().monitoring();
    expect(process.emitWarning).toHaveBeenCalledWith(
      expect.stringContaining("has no receivers"),
      expect.objectContaining({ code: "alert-receivers" }),
    );
  });

  test("does not scrape kubelets with KubeletMetrics.none()", () => {
    const world = new World();
    world.monitoring({ kubelets: KubeletMetrics.none() });
    expect(jobNames(world)).not.toContain("kubelet");
    expect(peers(world.chart, "prometheus", "egress", 10250)).toEqual([]);
    expect(find(world.chart, "ClusterRole", "monitoring-prometheus-nodes").rules).toHaveLength(1);
  });

  test("exposes Grafana by a gateway, with the address in its configuration", () => {
    const world = new World();
    const gateway = world.namespace("gateway");
    const traefik = new TraefikIngress(gateway, "traefik", {
      cluster: world.cluster,
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      image: IMAGE,
    });
    world.monitoring({
      exposure: {
        gateway: traefik,
        host: IngressHost.of("grafana.example.com"),
        tls: TlsTermination.atIngress(IngressCertificate.fromSecret("grafana-tls")),
      },
    });
    world.cluster.addCdk8sChart("gateway", gateway);
    expect(fileOf(world.chart, "grafana-config", "grafana.ini")).toContain(
      "root_url = https://grafana.example.com/",
    );
    expect(peers(world.chart, "grafana", "ingress", 3000)).toContainEqual(podsOf("traefik", "gateway"));
    expect(peers(gateway, "traefik", "egress", 3000)).toEqual([podsOf("grafana", "monitoring")]);
  });

  test("accepts further rules and dashboards, in any order with the same bytes", () => {
    const of = (order: "ab" | "ba") => {
      const world = new World();
      const monitoring = world.monitoring();
      for (const letter of order) {
        monitoring.addAlerts(
          AlertRule.of({
            name: `Rule${letter}`,
            expression: "up == 0",
            purpose: "Up.",
            whatToDo: "Start it.",
          }),
        );
        monitoring.addDashboards(dashboard(`dashboard-${letter}`));
      }
      return Yaml.stringify(...objectsOf(world.chart));
    };
    expect(of("ab")).toBe(of("ba"));
    expect(of("ab")).toContain("alert: Rulea");
  });
});

describe("Grafana behind a public load balancer", () => {
  function worldWith(access: LoadBalancerAccess): { world: World; exposure: IngressOptions } {
    const world = new World({}, SubnetExposure.publicWith({ reason: "Partners" }));
    const gateway = new Chart(world.app, "gateway", { namespace: "gateway" });
    const traefik = new TraefikIngress(gateway, "traefik", { cluster: world.cluster, access, image: IMAGE });
    world.cluster.addCdk8sChart("gateway", gateway);
    const tls = TlsTermination.atIngress(IngressCertificate.fromSecret("grafana-tls"));
    return { world, exposure: { gateway: traefik, host: IngressHost.of("grafana.example.com"), tls } };
  }
  const publicAccess = () => LoadBalancerAccess.publicFrom(["203.0.113.0/24"], { reason: "Offices" });

  test("is rejected without publicReason", () => {
    const { exposure, world } = worldWith(publicAccess());
    const [problem] = validationProblemsOf(() => world.monitoring({ exposure }));
    expect(problem).toMatchObject({
      code: "REASON_MISSING",
      property: "publicReason",
      path: "monitoring/monitoring",
    });
    expect(world.chart.node.children).toEqual([]);
  });

  test("is rejected with a blank publicReason, and so is a blank reason without an exposure", () => {
    const { exposure, world } = worldWith(publicAccess());
    expect(problemCodesOf(() => world.monitoring({ exposure, publicReason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
    expect(problemCodesOf(() => world.monitoring({ publicReason: "" }))).toEqual(["REASON_MISSING"]);
  });

  test("records publicReason", () => {
    jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { exposure, world } = worldWith(publicAccess());
    world.monitoring({ exposure, publicReason: "Partners read the dashboards" });
    jest.restoreAllMocks();
    expect(Acknowledgements.of(world.chart)).toContainEqual(
      expect.objectContaining({
        practice: "exposure",
        what: "Grafana behind a public load balancer",
        reason: "Partners read the dashboards",
      }),
    );
  });

  test("records nothing if the load balancer is internal", () => {
    jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { exposure, world } = worldWith(LoadBalancerAccess.internalFrom(["10.0.0.0/8"]));
    world.monitoring({ exposure });
    jest.restoreAllMocks();
    expect(Acknowledgements.of(world.chart).map(({ what }) => what)).not.toContain(
      "Grafana behind a public load balancer",
    );
  });
});
