import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Duration, Yaml } from "cdk8s";
import {
  AlertReceiver,
  AlertRule,
  Egress,
  GrafanaDashboard,
  KubeletMetrics,
  Port,
  SecretFiles,
} from "../../../lib";
import { describeWithTool, runTool } from "../../support/tools";
import { fileOf, World } from "./support";

const REASON = { reason: "The receiver of the tests" };

function folder(files: { [name: string]: string }): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-monitoring-"));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return root;
}

/** Everything that a workload can ask for, and every receiver. */
function full(kubelets = KubeletMetrics.verified()): World {
  const world = new World();
  const shop = world.namespace();
  const web = world.web(shop);
  web.scrapeMetrics();
  web.scrapeMetrics({
    port: 8080,
    path: "/internal/metrics",
    interval: Duration.minutes(2),
    sampleLimit: 500,
  });
  web.traces();
  const egress = [Egress.to("203.0.113.7/32", Port.tcp(443), REASON)];
  const secretFiles = (name: string) => SecretFiles.fromSecret(`/run/secrets/${name}`, name);
  world.monitoring({
    kubelets,
    receivers: [
      AlertReceiver.webhook("pager", { url: "https://pager.example.com/alerts", egress }),
      AlertReceiver.webhook("chat", { secretFiles: secretFiles("chat"), egress }),
      AlertReceiver.slack("slack", { channel: "#alerts", secretFiles: secretFiles("slack"), egress }),
      AlertReceiver.email("mail", {
        to: "oncall@example.com",
        from: "alerts@example.com",
        smarthost: "smtp.example.com:587",
        userName: "alerts",
        secretFiles: secretFiles("mail"),
        egress: [Egress.to("203.0.113.8/32", Port.tcp(587), REASON)],
      }),
    ],
  });
  world.cluster.addCdk8sChart("shop", shop);
  return world;
}

/** The files of Prometheus in a folder, with its paths rewritten to that folder. */
function prometheusFolder(world: World): string {
  const root = folder({
    "rules/alerts.yaml": fileOf(world.chart, "prometheus-rules", "alerts.yaml"),
    "scrapes/jobs.yaml": fileOf(world.chart, "prometheus-scrapes", "jobs.yaml"),
    "account/token": "a token",
    "account/ca.crt": "an authority",
  });
  const moved = (text: string) =>
    text
      .replaceAll("/etc/prometheus/", `${root}/`)
      .replaceAll("/var/run/secrets/kubernetes.io/serviceaccount/", `${root}/account/`);
  fs.writeFileSync(
    path.join(root, "prometheus.yaml"),
    moved(fileOf(world.chart, "prometheus-config", "prometheus.yaml")),
  );
  const jobs = path.join(root, "scrapes/jobs.yaml");
  fs.writeFileSync(jobs, moved(fs.readFileSync(jobs, "utf8")));
  return root;
}

describeWithTool("promtool", "promtool", (promtool) => {
  test.each([
    ["verified", KubeletMetrics.verified()],
    ["unverified", KubeletMetrics.unverified(REASON)],
    ["none", KubeletMetrics.none()],
  ])("accepts the configuration, the jobs and the rules, kubelets %s", (_what, kubelets) => {
    const { ok, output } = runTool(
      promtool,
      ["check", "config", "prometheus.yaml"],
      prometheusFolder(full(kubelets)),
    );
    expect(output).toMatch(/SUCCESS: \d+ rules found/);
    expect({ ok, output }).toMatchObject({ ok: true });
  });

  test("rejects invalid rules, so that its acceptance means something", () => {
    const root = folder({ "rules.yaml": "groups: [{ name: a, rules: [{ alert: A, expr: 'up ==' }] }]" });
    expect(runTool(promtool, ["check", "rules", "rules.yaml"], root).ok).toBe(false);
  });

  test("sees each recommended alert fire for its hit, and stay quiet for its near miss", () => {
    const rules = AlertRule.recommended();
    const root = folder({
      "rules.yaml": AlertRule.ruleFile(rules),
      "tests.yaml": AlertRule.testFile(rules, "rules.yaml"),
    });
    const { tests } = Yaml.load(path.join(root, "tests.yaml"))[0];
    expect(tests).toHaveLength(2 * rules.length);
    const { ok, output } = runTool(promtool, ["test", "rules", "tests.yaml"], root);
    expect({ ok, output }).toMatchObject({ ok: true });
  });

  test.each(AlertRule.recommended().map((rule) => [rule.name, rule] as const))(
    "would miss %s if its condition never held, or always did",
    (_name, rule) => {
      const broken = (expression: string) => {
        const { name, holdsFor, severity, purpose, whatToDo, hit, nearMiss } = rule;
        const changed = [
          AlertRule.of({ name, holdsFor, severity, purpose, whatToDo, hit, nearMiss, expression }),
        ];
        const root = folder({
          "rules.yaml": AlertRule.ruleFile(changed),
          "tests.yaml": AlertRule.testFile([rule], "rules.yaml"),
        });
        return runTool(promtool, ["test", "rules", "tests.yaml"], root).ok;
      };
      expect(broken("absent(vector(1))")).toBe(false);
      expect(broken("vector(1)")).toBe(false);
    },
  );

  test("accepts each query of the recommended dashboards", () => {
    const rules = GrafanaDashboard.recommended().flatMap(({ id, expressions }) =>
      expressions.map((expr, index) => ({ record: `${id}:panel${index}`, expr })),
    );
    const root = folder({ "queries.yaml": Yaml.stringify({ groups: [{ name: "queries", rules }] }) });
    const { ok, output } = runTool(promtool, ["check", "rules", "queries.yaml"], root);
    expect({ ok, output }).toMatchObject({ ok: true });
    expect(output).toContain(`${rules.length} rules found`);
  });
});

describeWithTool("amtool", "amtool", (amtool) => {
  test.each([
    ["every kind of receiver", full],
    [
      "none",
      () => {
        const world = new World();
        world.monitoring();
        return world;
      },
    ],
  ])("accepts the configuration with %s", (_what, make) => {
    const root = folder({
      "alertmanager.yaml": fileOf(make().chart, "alertmanager-config", "alertmanager.yaml"),
    });
    const { ok, output } = runTool(amtool, ["check-config", "alertmanager.yaml"], root);
    expect({ ok, output }).toMatchObject({ ok: true });
  });
});

describeWithTool("otelcol", "otelcol", (otelcol) => {
  test("accepts the configuration", () => {
    const root = folder({ "config.yaml": fileOf(full().chart, "collector-config", "config.yaml") });
    const { ok, output } = runTool(otelcol, ["validate", "--config=config.yaml"], root);
    expect({ ok, output }).toMatchObject({ ok: true });
  });
});

describeWithTool("jaeger", "jaeger", (jaeger) => {
  test("accepts the configuration", () => {
    const root = folder({ "config.yaml": fileOf(full().chart, "jaeger-config", "config.yaml") });
    const { ok, output } = runTool(jaeger, ["validate", "--config=config.yaml"], root);
    expect({ ok, output }).toMatchObject({ ok: true });
  });
});
