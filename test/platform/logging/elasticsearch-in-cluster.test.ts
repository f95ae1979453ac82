import { Duration } from "cdk8s";
import { type ElasticsearchInClusterProps, LogDestination, LogRetention } from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { validationProblemsOf, problemCodesOf } from "../../support/stack";
import { problemsAtSynthesis } from "../../workload/support";
import {
  bucketSnapshots,
  elasticsearchInCluster,
  fileOf,
  find,
  FLUENTD,
  image,
  parse,
  secret,
  World,
} from "./support";

function worldWith(props: Partial<ElasticsearchInClusterProps> = {}) {
  const world = new World();
  const logging = world.logging({ destination: elasticsearchInCluster(props) });
  return { ...{ world, logging }, chart: world.chart };
}

describe("Elasticsearch in the cluster", () => {
  const { chart, logging } = worldWith();

  test("runs three nodes on encrypted volumes, restricted, as the user of the image", () => {
    const { spec } = find(chart, "StatefulSet", "elasticsearch");
    expect(spec.replicas).toBe(3);
    expect(spec.volumeClaimTemplates[0].spec.storageClassName).toBe("logging-encrypted");
    expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    const [container] = spec.template.spec.containers;
    expect(container.command).toEqual(["/usr/share/elasticsearch/bin/elasticsearch"]);
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    });
    expect(logging.store?.name).toBe("elasticsearch");
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });

  test("requires TLS with a certificate of each connection, and accepts only nodes as nodes", () => {
    const yaml = parse(fileOf(chart, "elasticsearch.yml"));
    for (const layer of ["http", "transport"]) {
      expect(yaml).toMatchObject({
        [`xpack.security.${layer}.ssl.enabled`]: true,
        [`xpack.security.${layer}.ssl.client_authentication`]: "required",
      });
    }
    expect(yaml).toMatchObject({
      "xpack.security.enabled": true,
      "cluster.initial_master_nodes": ["elasticsearch-0", "elasticsearch-1", "elasticsearch-2"],
      "node.store.allow_mmap": false,
    });
    expect(parse(fileOf(chart, "trust.yml"))).toEqual({ "trust.subject_name": ["elasticsearch"] });
    const certificates = objectsOf(chart).filter(({ kind }: any) => kind === "Certificate");
    expect(certificates.map(({ spec }: any) => [spec.commonName, spec.dnsNames?.[0]])).toEqual([
      ["elasticsearch-node", "elasticsearch"],
      ["elasticsearch-admin", undefined],
      ["log-collector", undefined],
    ]);
  });

  test("authenticates only the users of the secret", () => {
    expect(parse(fileOf(chart, "elasticsearch.yml"))).toMatchObject({
      "xpack.security.authc.reserved_realm.enabled": false,
      "xpack.security.authc.realms.native.unused": { order: 1, enabled: false },
      "xpack.security.authc.realms.file.people": { order: 0 },
    });
    const { initContainers } = find(chart, "StatefulSet", "elasticsearch").spec.template.spec;
    expect(initContainers[0].args[1]).toContain("cp -L /run/secrets/elasticsearch-users/{users,users_roles}");
    const sidecar = initContainers.find(({ name }: any) => name === "certificates");
    expect(sidecar.args[1]).toContain("for name in users users_roles; do");
  });

  test("lets collectors create documents and nothing else, and readers read", () => {
    const roles = parse(fileOf(chart, "roles.yml"));
    expect(roles.log_writer).toEqual({
      cluster: ["monitor"],
      indices: [{ names: ["logs-*"], privileges: ["auto_configure", "create_doc"] }],
    });
    expect(roles.log_reader.indices[0].privileges).toEqual(["read", "view_index_metadata"]);
    expect(roles.log_reader.cluster).toBeUndefined();
  });

  test("gets lines from Fluent Bit with the collector's certificate and password", () => {
    const { env, pipeline } = parse(fileOf(chart, "fluent-bit.yaml"));
    expect(env[1].uri).toBe("file:///run/secrets/log-writer/password");
    expect(pipeline.outputs[0]).toMatchObject({
      name: "es",
      host: "elasticsearch.logging.svc",
      "tls.crt_file": "/run/secrets/destination/tls.crt",
      http_user: "${DESTINATION_USER}",
      write_operation: "create",
    });
  });

  test("gets lines from Fluentd with the collector's certificate and password", () => {
    const world = new World();
    world.logging({ collector: FLUENTD, destination: elasticsearchInCluster() });
    const text = fileOf(world.chart, "fluent.conf");
    expect(text).toContain("@type elasticsearch\n");
    expect(text).toContain("client_cert /run/secrets/destination/tls.crt");
    expect(text).toContain("password \"#{File.read('/run/secrets/log-writer/password').strip}\"");
  });

  test("allows exactly the connections that it needs", () => {
    const { egress, ingress } = find(chart, "NetworkPolicy", "elasticsearch").spec;
    const sources = ingress.map(({ from: [peer], ports: [{ port }] }: any) => [
      peer.podSelector.matchLabels["app.kubernetes.io/instance"],
      port,
    ]);
    expect(sources).toHaveLength(3);
    expect(sources).toEqual(
      expect.arrayContaining([
        ["fluent-bit", 9200],
        ["elasticsearch-settings", 9200],
        ["elasticsearch", 9300],
      ]),
    );
    const ports = egress.flatMap((rule: any) => rule.ports.map(({ port }: any) => port));
    expect(ports.sort()).toEqual([53, 53, 9300]);
  });

  test("deletes the index of a day after 90 days", () => {
    const { phases } = JSON.parse(fileOf(chart, "lifecycle.json")).policy;
    expect(phases.delete).toEqual({ min_age: "90d", actions: { delete: {} } });
    expect(JSON.parse(fileOf(chart, "template.json")).template.settings["index.lifecycle.name"]).toBe(
      "container-logs",
    );
  });

  test("writes no password into any object", () => {
    expect(JSON.stringify(objectsOf(chart))).not.toMatch(/"kind":"Secret"|\$2[aby]\$/);
  });
});

describe("Elasticsearch in the cluster with all props", () => {
  const { chart, logging } = worldWith({
    authoritySecretName: "company-logs",
    retention: LogRetention.of(Duration.days(400)),
    dashboards: { image: image("kibana"), secretFiles: secret("kibana") },
    snapshots: bucketSnapshots(),
  });

  test("takes a snapshot every day with keys from the keystore, and connects to Object Storage only", () => {
    expect(JSON.parse(fileOf(chart, "snapshots.json"))).toMatchObject({
      schedule: "0 0 2 * * ?",
      retention: { expire_after: "365d", min_count: 7 },
    });
    const { initContainers } = find(chart, "StatefulSet", "elasticsearch").spec.template.spec;
    expect(initContainers[0].args[1]).toContain("elasticsearch-keystore add --stdin");
    const { egress } = find(chart, "NetworkPolicy", "elasticsearch").spec;
    const blocks = egress.flatMap(({ to }: any) => to ?? []).filter(({ ipBlock }: any) => ipBlock);
    expect(blocks).toEqual([{ ipBlock: { cidr: "134.70.24.0/21" } }]);
  });

  test("runs Kibana with a user of its own, and its secrets in the environment of the process only", () => {
    expect(logging.dashboards?.name).toBe("kibana");
    const yaml = parse(fileOf(chart, "kibana.yml"));
    expect(yaml).toMatchObject({
      "elasticsearch.username": "${KIBANA_USER}",
      "elasticsearch.ssl.verificationMode": "full",
      "xpack.security.secureCookies": true,
    });
    const [container] = find(chart, "Deployment", "kibana").spec.template.spec.containers;
    expect(container.env ?? []).toEqual([]);
    expect(container.args[1]).toContain("exec /usr/share/kibana/bin/kibana");
  });
});

describe("an invalid Elasticsearch in the cluster", () => {
  const props = {
    image: image("elasticsearch"),
    users: secret("elasticsearch-users"),
    collectorCredentials: secret("log-writer"),
    settingsCredentials: secret("log-manager"),
  };

  test("lacks an image, users and credentials", () => {
    const none: any = {};
    expect(problemCodesOf(() => LogDestination.elasticsearchInCluster(none))).toEqual(
      Array(4).fill("ATTRIBUTE_MISSING"),
    );
  });

  test("has a password in place of files of a secret", () => {
    const literal: any = { ...props, collectorCredentials: "hunter2hunter2" };
    const [problem] = validationProblemsOf(() => LogDestination.elasticsearchInCluster(literal));
    expect(problem).toMatchObject({ code: "VALUE_INVALID", property: "collectorCredentials" });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });

  test("has a reason for a public exposure that is blank", () => {
    const dashboards = { image: image("kibana"), secretFiles: secret("kibana"), publicReason: " " };
    const [problem] = validationProblemsOf(() =>
      LogDestination.elasticsearchInCluster({ ...props, dashboards }),
    );
    expect(problem).toMatchObject({ code: "REASON_MISSING", property: "dashboards.publicReason" });
  });
});
