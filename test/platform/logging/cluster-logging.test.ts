import { Chart, Duration, Size } from "cdk8s";
import {
  Acknowledgements,
  ClusterLogging,
  Egress,
  ExternalPeer,
  HardenedDeployment,
  IngressCertificate,
  IngressHost,
  LoadBalancerAccess,
  LogBuffer,
  LogDestination,
  LogParser,
  LogRedaction,
  LogRetention,
  LogSnapshots,
  OciContainerLogging,
  OracleServiceRanges,
  Port,
  SecureOkeCluster,
  TlsTermination,
  TraefikIngress,
} from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { COMPARTMENT, onlyResource, refusal, refusedCodes } from "../../support/stack";
import { problemsAtSynthesis } from "../../workload/support";
import { fileOf, find, FLUENT_BIT, FLUENTD, image, inCluster, parse, secret, World } from "./support";

const EGRESS = [Egress.to("203.0.113.9/32", Port.tcp(9200), { reason: "The log store of the company" })];
const outside = () =>
  LogDestination.openSearch({ host: "logs.example.com", credentials: secret("log-store"), egress: EGRESS });
const fluentBit = (world: World) => parse(fileOf(world.chart, "fluent-bit.yaml"));

function named(list: any[], name: string): any {
  const found = list.filter((one) => one.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

describe("a logging with the required props", () => {
  const world = new World();
  const logging = world.logging();
  const { chart } = world;

  test("reads two directories of its nodes, as root without capabilities, and writes to its own volume only", () => {
    const { spec } = find(chart, "DaemonSet", "fluent-bit").spec.template;
    const onNode = spec.volumes.filter(({ hostPath }: any) => hostPath);
    expect(onNode.map(({ hostPath }: any) => hostPath.path)).toEqual([
      "/var/log/containers",
      "/var/log/pods",
    ]);
    const [container, ...others] = spec.containers;
    expect(others).toEqual([]);
    for (const { name } of onNode) {
      expect(container.volumeMounts.find((mount: any) => mount.name === name)).toMatchObject({
        readOnly: true,
      });
    }
    expect(container.securityContext).toMatchObject({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      privileged: false,
    });
    expect([spec.hostNetwork, spec.hostPID, spec.hostIPC]).toEqual([false, false, false]);
    const writable = container.volumeMounts.filter(({ readOnly }: any) => !readOnly);
    expect(writable.map(({ mountPath }: any) => mountPath)).toEqual(["/var/lib/fluent-bit"]);
    expect(spec.volumes.filter(({ emptyDir }: any) => emptyDir)[0].emptyDir).toEqual({ sizeLimit: "1280Mi" });
  });

  test("has a namespace for the collectors alone that enforces nothing, with the reason written, and a restricted one", () => {
    const labels = (name: string) =>
      find(chart, "Namespace", name).metadata.labels["pod-security.kubernetes.io/enforce"];
    expect([labels("logging-nodes"), labels("logging")]).toEqual(["privileged", "restricted"]);
    const runners = objectsOf(chart).filter(
      (one: any) => one.metadata.namespace === "logging-nodes" && one.spec?.template,
    );
    expect(runners.map(({ kind }: any) => kind)).toEqual(["DaemonSet"]);
    const said = Acknowledgements.of(chart).map(({ what }) => what);
    expect(said).toEqual(
      expect.arrayContaining([
        "namespace logging-nodes enforces no Pod Security Standard",
        "path /var/log/containers of the node, read-only",
        "path /var/log/pods of the node, read-only",
        "user root",
      ]),
    );
  });

  test("may get pods, and do nothing else", () => {
    expect(find(chart, "ClusterRole", "logging-collector").rules).toEqual([
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ]);
    const bindings = objectsOf(chart).filter(({ kind }: any) => /Binding$/.test(kind));
    expect(bindings).toHaveLength(1);
    expect((bindings[0] as any).subjects).toEqual([
      { kind: "ServiceAccount", name: "fluent-bit", namespace: "logging-nodes" },
    ]);
  });

  test("keeps a buffer of files below its volume, and drops the oldest of it", () => {
    const { pipeline, service } = fluentBit(world);
    expect(pipeline.inputs[0]["storage.type"]).toBe("filesystem");
    expect(named(pipeline.outputs, "opensearch")["storage.total_limit_size"]).toBe("1024M");
    expect(service["storage.path"]).toBe("/var/lib/fluent-bit/buffer");
    expect(pipeline.inputs[0].db).toBe("/var/lib/fluent-bit/positions.db");
    const { resources } = find(chart, "DaemonSet", "fluent-bit").spec.template.spec.containers[0];
    expect(resources.limits["ephemeral-storage"]).toBe("1408Mi");
  });

  test("joins lines, gives each an id, then asks for the pod, then redacts, so that redaction sees what is sent", () => {
    const { filters } = fluentBit(world).pipeline;
    expect(filters.map(({ name }: any) => name)).toEqual(["multiline", "lua", "kubernetes", "lua"]);
    expect(named(filters, "multiline")["multiline.parser"]).toBe("go,java,python");
    expect(named(filters, "kubernetes")).toMatchObject({
      annotations: false,
      "k8s-logging.exclude": false,
      "k8s-logging.parser": false,
    });
  });

  test("does not collect its own lines", () => {
    expect(fluentBit(world).pipeline.inputs[0].exclude_path).toBe(
      "/var/log/containers/*_logging-nodes_fluent-bit-*.log",
    );
  });

  test("has three nodes of OpenSearch on encrypted volumes, which speak TLS only and know each other by certificates", () => {
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

  test("has certificates of an issuer that only its own namespaces can ask", () => {
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

  test("has connections on both ends and no others", () => {
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

  test("has no password and no key in any object", () => {
    const text = JSON.stringify(objectsOf(chart));
    expect(text).not.toMatch(/http_passwd|"kind":"Secret"|\$2[aby]\$/);
    expect(objectsOf(chart).some(({ kind }: any) => kind === "Ingress")).toBe(false);
  });

  test("deletes the index of a day after 90 days", () => {
    const { policy } = JSON.parse(fileOf(chart, "lifecycle.json"));
    const complete = policy.states.find(({ name }: any) => name === "complete");
    expect(complete.transitions).toEqual([{ state_name: "deleted", conditions: { min_index_age: "90d" } }]);
    expect(policy.ism_template[0].index_patterns).toEqual(["logs-*", "security-auditlog-*"]);
  });

  test("has room for a collector on each of a thousand nodes, and for a fourth node of OpenSearch", () => {
    const hard = (namespace: string) =>
      (objectsOf(chart) as any[]).find(
        ({ kind, metadata }) => kind === "ResourceQuota" && metadata.namespace === namespace,
      ).spec.hard;
    expect(hard("logging-nodes")).toMatchObject({
      pods: "1000",
      "limits.memory": "256000Mi",
      "limits.ephemeral-storage": "1408000Mi",
    });
    expect(hard("logging")["limits.memory"]).toBe("24832Mi");
    const big = new World();
    big.logging({
      destination: inCluster({ memory: Size.gibibytes(32) }),
      buffer: LogBuffer.of({ limit: Size.gibibytes(20) }),
    });
    expect(problemsAtSynthesis(big.chart)).toEqual([]);
  });

  test("shows its parts, and the same bytes for the same program", () => {
    expect(logging.collector.name).toBe("fluent-bit");
    expect(logging.openSearch?.name).toBe("opensearch");
    expect(logging.dashboards).toBeUndefined();
    expect(logging.node.defaultChild).toBe(logging.collector);
    const other = new World();
    other.logging();
    expect(objectsOf(other.chart)).toEqual(objectsOf(chart));
  });
});

describe("a logging with all props", () => {
  const world = new World();
  const gateway = new Chart(world.app, "gateway", { namespace: "gateway" });
  const traefik = new TraefikIngress(gateway, "traefik", {
    cluster: world.cluster,
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    image: image("traefik"),
  });
  const logging = world.logging({
    destination: inCluster({
      authoritySecretName: "company-logs",
      retention: LogRetention.shorterThan30Days(Duration.days(14), { reason: "A test cluster" }),
      storage: Size.gibibytes(200),
      memory: Size.gibibytes(8),
      kmsKeyId: "ocid1.key.oc1..test",
      keyCompartmentId: COMPARTMENT,
      dashboards: {
        image: image("dashboards"),
        secretFiles: secret("dashboards"),
        exposure: {
          gateway: traefik,
          host: IngressHost.of("logs.example.com"),
          tls: TlsTermination.atIngress(IngressCertificate.fromSecret("logs-tls")),
        },
      },
      snapshots: LogSnapshots.toBucket({
        bucketName: "log-snapshots",
        objectStorageNamespace: "acme",
        region: "eu-frankfurt-1",
        secretFiles: secret("snapshots"),
        oracleServices: OracleServiceRanges.of(["134.70.24.0/21"]),
        retention: Duration.days(730),
      }),
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
  world.cluster.addCdk8sChart("gateway", gateway);
  const { chart } = world;

  test("hands its parsers to Fluent Bit", () => {
    const { multiline_parsers: joining, parsers, pipeline } = fluentBit(world);
    expect(parsers).toEqual([
      {
        name: "access",
        format: "regex",
        regex: '^(?<client>\\S+) \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)"',
        time_key: "time",
        time_format: "%d/%b/%Y:%H:%M:%S %z",
      },
    ]);
    expect(joining[0].rules[0].regex).toBe("/^\\d{4}-\\d{2}\\//");
    expect(named(pipeline.filters, "parser").match).toBe("kube.var.log.containers.*_shop_web-*");
  });

  test("has dashboards behind the gateway, which no request of a person passes as the program", () => {
    expect(logging.dashboards?.name).toBe("opensearch-dashboards");
    const routes = [...objectsOf(chart), ...objectsOf(gateway)].filter(({ kind }: any) => kind === "Ingress");
    expect(routes.map(({ spec }: any) => spec.rules[0].host)).toEqual(["logs.example.com"]);
    const yaml = parse(fileOf(chart, "opensearch_dashboards.yml"));
    expect(yaml["opensearch.ssl.alwaysPresentCertificate"]).toBe(false);
    expect(yaml["opensearch_security.cookie.password"]).toBe("${COOKIE_KEY}");
    expect(yaml["opensearch_security.cookie.secure"]).toBe(true);
  });

  test("takes a snapshot every day, keeps its keys out of all objects, and reaches Object Storage alone", () => {
    const policy = JSON.parse(fileOf(chart, "snapshots.json"));
    expect(policy.deletion.condition.max_age).toBe("730d");
    expect(JSON.parse(fileOf(chart, "repository.json")).settings).toMatchObject({ bucket: "log-snapshots" });
    const { initContainers } = find(chart, "StatefulSet", "opensearch").spec.template.spec;
    expect(initContainers[0].args[1]).toContain("opensearch-keystore add --stdin");
    const { egress } = find(chart, "NetworkPolicy", "opensearch").spec;
    const blocks = egress.flatMap(({ to }: any) => to ?? []).filter(({ ipBlock }: any) => ipBlock);
    expect(blocks).toEqual([{ ipBlock: { cidr: "134.70.24.0/21" } }]);
  });

  test("keeps the reason for a short retention", () => {
    expect(Acknowledgements.of(chart)).toContainEqual(
      expect.objectContaining({
        practice: "auditing",
        what: "logs kept for 14 days",
        reason: "A test cluster",
      }),
    );
  });
});

describe("a destination outside of the ClusterLogging", () => {
  test("gets an egress, on both layers, and the credentials as files", () => {
    const world = new World();
    world.logging({ destination: outside() });
    const bit = fluentBit(world);
    expect(bit.env).toEqual([
      {
        name: "DESTINATION_USER",
        uri: "file:///run/secrets/log-store/username",
        refresh_interval: 60,
      },
      {
        name: "DESTINATION_PASSWORD",
        uri: "file:///run/secrets/log-store/password",
        refresh_interval: 60,
      },
    ]);
    expect(named(bit.pipeline.outputs, "opensearch")).toMatchObject({
      host: "logs.example.com",
      tls: true,
      "tls.verify": true,
      "tls.verify_hostname": true,
      http_passwd: "${DESTINATION_PASSWORD}",
    });
    const { egress } = find(world.chart, "NetworkPolicy", "fluent-bit").spec;
    expect(JSON.stringify(egress)).toContain("203.0.113.9/32");
    expect(objectsOf(world.chart).some(({ metadata }: any) => metadata.namespace === "logging")).toBe(false);
  });

  test("may be an ExternalPeer of the VCN, or a workload", () => {
    const world = new World();
    const peer = new ExternalPeer(world.chart, "store", { cidr: "10.0.99.0/24" });
    world.logging({
      destination: LogDestination.elasticsearch({
        host: "logs.internal",
        port: 9243,
        credentials: secret("log-store"),
        certificateAuthority: secret("log-store-ca"),
        peer,
        indexPrefix: "oke",
      }),
    });
    expect(named(fluentBit(world).pipeline.outputs, "es")).toMatchObject({
      port: 9243,
      "tls.ca_file": "/run/secrets/log-store-ca/ca.crt",
      logstash_prefix: "oke",
    });
    const { egress } = find(world.chart, "NetworkPolicy", "fluent-bit").spec;
    expect(egress).toContainEqual({
      to: [{ ipBlock: { cidr: "10.0.99.0/24" } }],
      ports: [{ port: 9243, protocol: "TCP" }],
    });
  });

  test("may be a workload of the cluster, which lets the collectors in", () => {
    const world = new World();
    const chart = new Chart(world.app, "search", { namespace: "search" });
    const peer = new HardenedDeployment(chart, "elasticsearch", {
      image: image("elasticsearch"),
      port: 9200,
    });
    world.logging({
      destination: LogDestination.elasticsearch({
        host: "elasticsearch.search.svc",
        credentials: secret("log-store"),
        peer,
      }),
    });
    world.cluster.addCdk8sChart("search", chart);
    expect(JSON.stringify(find(chart, "NetworkPolicy", "elasticsearch").spec.ingress)).toContain(
      "fluent-bit",
    );
  });
});

describe("Fluentd instead of Fluent Bit", () => {
  const world = new World();
  world.logging({
    collector: FLUENTD,
    parsers: [
      LogParser.pattern("access", { pattern: "^(?<client>\\S+)/" }),
      LogParser.multiline("dated", { firstLine: "^\\d{4}/", continuation: "^\\s" }),
    ],
    multiline: ["java", "dated"],
    formats: [{ namespace: "shop", parser: "access" }],
  });
  const text = fileOf(world.chart, "fluent.conf");

  test("reads the same directories, and redacts by the same rules", () => {
    const { spec } = find(world.chart, "DaemonSet", "fluentd").spec.template;
    expect(spec.volumes.flatMap(({ hostPath }: any) => hostPath?.path ?? [])).toEqual([
      "/var/log/containers",
      "/var/log/pods",
    ]);
    expect(spec.containers[0].args).toEqual(["-c", "/etc/fluentd/fluent.conf", "-p", "/etc/fluentd/plugins"]);
    expect(fileOf(world.chart, "filter_redact.rb")).toContain("register_filter('redact'");
    expect(text).toContain("<filter kubernetes.**>\n  @type redact\n</filter>");
  });

  test("buffers in files with a limit, speaks TLS, and sends a line once", () => {
    expect(text).toContain("total_limit_size 1024m");
    expect(text).toContain("overflow_action drop_oldest_chunk");
    expect(text).toContain("ssl_verify true");
    expect(text).toContain("id_key _hash");
  });

  test("has a slash of an expression written so that it does not end it", () => {
    expect(text).toContain("expression /^(?<client>\\S+)\\//");
    expect(text).toContain("multiline_start_regexp /^\\d{4}\\//");
  });

  test("reads credentials of files", () => {
    const other = new World();
    other.logging({ collector: FLUENTD, destination: outside() });
    expect(fileOf(other.chart, "fluent.conf")).toContain(
      "password \"#{File.read('/run/secrets/log-store/password').strip}\"",
    );
  });
});

describe("an invalid logging", () => {
  test("is a second logger of a cluster, of either kind and in any order", () => {
    const world = new World();
    world.logging();
    const other = new Chart(world.app, "other", { namespace: "other" });
    const again = () =>
      new ClusterLogging(other, "other", {
        cluster: world.cluster,
        collector: FLUENT_BIT,
        destination: outside(),
      });
    const [problem] = refusal(again);
    expect(problem).toMatchObject({
      code: "LOGGING_DUPLICATE",
      path: "other/other",
      property: "cluster",
      what: expect.stringContaining("logging/logging"),
    });
    expect(other.node.tryFindChild("other")).toBeUndefined();
    const { cluster, stack } = world;
    const tenancyId = "ocid1.tenancy.oc1..test";
    expect(refusedCodes(() => new OciContainerLogging(stack, "containers", { cluster, tenancyId }))).toEqual([
      "LOGGING_DUPLICATE",
    ]);
    const second = new World();
    new OciContainerLogging(second.stack, "containers", { cluster: second.cluster, tenancyId });
    expect(refusedCodes(() => second.logging())).toEqual(["LOGGING_DUPLICATE"]);
  });

  test("is not one on each of two clusters", () => {
    const world = new World();
    world.logging();
    const cluster = new SecureOkeCluster(world.stack, "second", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: world.cluster.kubernetesVersion,
    });
    const chart = new Chart(world.app, "second", { namespace: "logging" });
    expect(
      () => new ClusterLogging(chart, "logging", { cluster, collector: FLUENT_BIT, destination: outside() }),
    ).not.toThrow();
  });

  test("refers to undefined parsers, with the nearest names in the message", () => {
    const world = new World();
    const problems = refusal(() =>
      world.logging({
        parsers: [LogParser.pattern("access", { pattern: "(?<a>.)" })],
        multiline: ["jawa", "java", "java", "access"],
        formats: [
          { namespace: "shop", parser: "acces" },
          { namespace: "shop", parser: "java" },
          { namespace: "Shop", parser: "access" },
        ],
      }),
    );
    expect(problems.map(({ code, property }) => [code, property])).toEqual([
      ["NAME_INVALID", "formats[2].namespace"],
      ["NAME_DUPLICATE", "multiline"],
      ["LOG_PARSER_INVALID", "multiline[0]"],
      ["LOG_PARSER_INVALID", "multiline[3]"],
      ["LOG_PARSER_INVALID", "formats[0].parser"],
      ["LOG_PARSER_INVALID", "formats[1].parser"],
      ["NAME_DUPLICATE", "formats"],
    ]);
    expect(problems[2]?.fix).toContain("java");
    expect(world.chart.node.children).toEqual([]);
  });

  test("has a chart without a namespace, an id that is too long, or missing props", () => {
    const world = new World();
    const chart = new Chart(world.app, "bare");
    const props: any = { cluster: world.cluster, collector: FLUENT_BIT, destination: outside() };
    expect(refusedCodes(() => new ClusterLogging(chart, "logging", props))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(refusedCodes(() => new ClusterLogging(world.chart, "l".repeat(31), props))).toEqual([
      "NAME_INVALID",
    ]);
    const none: any = {};
    expect(refusedCodes(() => new ClusterLogging(world.chart, "logging", none))).toEqual(
      Array(3).fill("ATTRIBUTE_MISSING"),
    );
  });

  test("is in a chart of another cluster", () => {
    const world = new World();
    const second = new SecureOkeCluster(world.stack, "second", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: world.cluster.kubernetesVersion,
    });
    new ClusterLogging(world.chart, "logging", {
      cluster: world.cluster,
      collector: FLUENT_BIT,
      destination: inCluster(),
    });
    second.addCdk8sChart("logging", world.chart);
    expect(problemsAtSynthesis(world.chart).map(({ code }) => code)).toContain("PEER_ELSEWHERE");
  });

  test("creates nothing if one of its parts is invalid", () => {
    const world = new World();
    new HardenedDeployment(world.chart, "opensearch", { image: image("other") });
    expect(refusedCodes(() => world.logging())).toContain("NAME_DUPLICATE");
    expect(world.chart.node.tryFindChild("logging")).toBeUndefined();
  });
});

describe("OciContainerLogging", () => {
  const tenancyId = "ocid1.tenancy.oc1..test";

  test("has the agent of the nodes send existing files to a log with a retention, as a group with no other rights", () => {
    const { cluster, stack } = new World();
    const logging = new OciContainerLogging(stack, "containers", { cluster, tenancyId });
    expect(logging.retentionDays).toBe(90);
    expect(onlyResource(stack, "oci_logging_unified_agent_configuration")).toMatchObject({
      is_enabled: true,
      service_configuration: {
        configuration_type: "LOGGING",
        sources: [
          {
            source_type: "LOG_TAIL",
            paths: ["/var/log/containers/*.log"],
            parser: { parser_type: "CRI" },
          },
        ],
      },
      depends_on: [expect.stringContaining("oci_identity_policy.")],
    });
    expect(onlyResource(stack, "oci_identity_dynamic_group").matching_rule).toBe(
      `ALL {instance.compartment.id = '${COMPARTMENT}'}`,
    );
  });

  test("accepts an existing group", () => {
    const { cluster, stack } = new World();
    const dynamicGroupId = "ocid1.dynamicgroup.oc1..test";
    new OciContainerLogging(stack, "containers", { cluster, dynamicGroupId, retention: Duration.days(180) });
    expect(onlyResource(stack, "oci_logging_unified_agent_configuration").group_association).toEqual({
      group_list: [dynamicGroupId],
    });
  });

  test("rejects a retention that OCI does not offer, and needs either a group or the tenancy", () => {
    const { cluster, stack } = new World();
    const codes = (props: object) =>
      refusedCodes(() => new OciContainerLogging(stack, "containers", { cluster, ...props }));
    expect(codes({ tenancyId, retention: Duration.days(7) })).toEqual(["DURATION_INVALID"]);
    expect(codes({ tenancyId, retention: Duration.days(31) })).toEqual(["DURATION_INVALID"]);
    expect(codes({})).toEqual(["ATTRIBUTE_MISSING"]);
    expect(codes({ tenancyId, dynamicGroupId: "ocid1.dynamicgroup.oc1..test" })).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(codes({ tenancyId: COMPARTMENT })).toEqual(["OCID_INVALID"]);
  });
});
