import { Duration, Size } from "cdk8s";
import { Acknowledgements, LogBuffer, LogParser, LogRedaction, LogRetention } from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { COMPARTMENT } from "../../support/stack";
import {
  bucketSnapshots,
  exposedDashboards,
  internalGateway,
  fileOf,
  find,
  inCluster,
  parse,
  World,
} from "./support";

describe("OpenSearch in the cluster", () => {
  const world = new World();
  world.logging();
  const { chart } = world;

  test("runs three nodes on encrypted volumes, which use TLS only and authenticate each other by certificates", () => {
    const { spec } = find(chart, "StatefulSet", "opensearch");
    expect(spec.replicas).toBe(3);
    expect(spec.volumeClaimTemplates[0].spec).toMatchObject({
      storageClassName: "logging-encrypted",
      resources: { requests: { storage: "100Gi" } },
    });
    expect(find(chart, "StorageClass", "logging-encrypted").parameters["attachment-type"]).toBe(
      "paravirtualized",
    );
    const yaml = parse(fileOf(chart, "opensearch.yml"));
    expect(yaml).toMatchObject({
      "plugins.security.ssl.http.enabled": true,
      "plugins.security.allow_unsafe_democertificates": false,
      "plugins.security.nodes_dn": ["CN=opensearch-node"],
      "plugins.security.authcz.admin_dn": ["CN=opensearch-admin"],
      "cluster.initial_cluster_manager_nodes": ["opensearch-0", "opensearch-1", "opensearch-2"],
      "node.store.allow_mmap": false,
    });
    expect(yaml["plugins.security.disabled"]).toBeUndefined();
  });

  test("orders certificates from issuers of its own namespaces only", () => {
    const all = objectsOf(chart).filter(({ kind }: any) => kind === "Certificate");
    const issuers = objectsOf(chart).filter(({ kind }: any) => kind === "Issuer");
    expect(issuers.map(({ metadata }: any) => metadata.namespace)).toEqual(["logging", "logging-nodes"]);
    expect(objectsOf(chart).some(({ kind }: any) => kind === "ClusterIssuer")).toBe(false);
    expect(
      all.map(({ metadata, spec }: any) => [metadata.namespace, spec.commonName, spec.issuerRef.kind]),
    ).toEqual([
      ["logging", "opensearch-node", "Issuer"],
      ["logging", "opensearch-admin", "Issuer"],
      ["logging-nodes", "log-collector", "Issuer"],
    ]);
    // OpenSearch reads no other form of a key.
    expect(all.map(({ spec }: any) => spec.privateKey.encoding)).toEqual(["PKCS8", "PKCS8", "PKCS8"]);
  });

  test("allows exactly the connections that it needs, on both ends", () => {
    const policy = (name: string) => find(chart, "NetworkPolicy", name).spec;
    const to = (name: string) =>
      policy(name).egress.flatMap(({ ports }: any) => ports.map((p: any) => p.port));
    const from = policy("opensearch").ingress.map(({ from: [peer], ports: [{ port }] }: any) => [
      peer.podSelector.matchLabels["app.kubernetes.io/instance"],
      peer.namespaceSelector?.matchLabels["kubernetes.io/metadata.name"],
      port,
    ]);
    expect(from).toHaveLength(3);
    expect(from).toEqual(
      expect.arrayContaining([
        ["fluent-bit", "logging-nodes", 9200],
        ["opensearch-settings", "logging", 9200],
        ["opensearch", "logging", 9300],
      ]),
    );
    expect(to("fluent-bit").sort()).toEqual([53, 53, 6443, 9200]);
    expect(policy("fluent-bit").ingress).toEqual([]);
    expect(to("opensearch").sort()).toEqual([53, 53, 9300]);
    expect(to("opensearch-settings").sort()).toEqual([53, 53, 9200]);
  });

  test("deletes the index of a day after 90 days", () => {
    const { policy } = JSON.parse(fileOf(chart, "lifecycle.json"));
    const complete = policy.states.find(({ name }: any) => name === "complete");
    expect(complete.transitions).toEqual([{ state_name: "deleted", conditions: { min_index_age: "90d" } }]);
    expect(policy.ism_template[0].index_patterns).toEqual(["logs-*", "security-auditlog-*"]);
  });
});

describe("OpenSearch in the cluster with all props", () => {
  const world = new World();
  const { chart: gatewayChart, gateway } = internalGateway(world);
  const logging = world.logging({
    destination: inCluster({
      authoritySecretName: "company-logs",
      retention: LogRetention.shorterThan30Days(Duration.days(14), { reason: "A test cluster" }),
      storage: Size.gibibytes(200),
      memory: Size.gibibytes(8),
      kmsKeyId: "ocid1.key.oc1..test",
      keyCompartmentId: COMPARTMENT,
      dashboards: exposedDashboards(gateway),
      snapshots: bucketSnapshots(Duration.days(730)),
    }),
    buffer: LogBuffer.of({ limit: Size.gibibytes(2), volume: Size.gibibytes(3) }),
    redaction: LogRedaction.recommended({ fields: ["iban"] }),
    parsers: [
      LogParser.pattern("access", {
        pattern: '^(?<client>\\S+) \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)"',
        timeField: "time",
        timeFormat: "%d/%b/%Y:%H:%M:%S %z",
      }),
      LogParser.multiline("dated", { firstLine: "^\\d{4}-\\d{2}/", continuation: "^\\s" }),
    ],
    multiline: ["java", "dated"],
    formats: [{ namespace: "shop", container: "web", parser: "access" }],
    imagePullSecrets: ["ocir"],
  });
  world.cluster.addCdk8sChart("gateway", gatewayChart);
  const { chart } = world;

  test("exposes OpenSearch Dashboards, whose requests for people are not authenticated as the program", () => {
    expect(logging.dashboards?.name).toBe("opensearch-dashboards");
    const routes = [...objectsOf(chart), ...objectsOf(gatewayChart)].filter(
      ({ kind }: any) => kind === "Ingress",
    );
    expect(routes.map(({ spec }: any) => spec.rules[0].host)).toEqual(["logs.example.com"]);
    const yaml = parse(fileOf(chart, "opensearch_dashboards.yml"));
    expect(yaml["opensearch.ssl.alwaysPresentCertificate"]).toBe(false);
    expect(yaml["opensearch_security.cookie.password"]).toBe("${COOKIE_KEY}");
    expect(yaml["opensearch_security.cookie.secure"]).toBe(true);
  });

  test("takes a snapshot every day, keeps its keys out of all objects, and connects to Object Storage only", () => {
    const policy = JSON.parse(fileOf(chart, "snapshots.json"));
    expect(policy.deletion.condition.max_age).toBe("730d");
    expect(JSON.parse(fileOf(chart, "repository.json")).settings).toMatchObject({ bucket: "log-snapshots" });
    const { initContainers } = find(chart, "StatefulSet", "opensearch").spec.template.spec;
    expect(initContainers[0].args[1]).toContain("opensearch-keystore add --stdin");
    const { egress } = find(chart, "NetworkPolicy", "opensearch").spec;
    const blocks = egress.flatMap(({ to }: any) => to ?? []).filter(({ ipBlock }: any) => ipBlock);
    expect(blocks).toEqual([{ ipBlock: { cidr: "134.70.24.0/21" } }]);
  });

  test("records the reason for a short retention", () => {
    expect(Acknowledgements.of(chart)).toContainEqual(
      expect.objectContaining({
        practice: "auditing",
        what: "logs kept for 14 days",
        reason: "A test cluster",
      }),
    );
  });
});
