import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Duration } from "cdk8s";
import {
  AlertReceiver,
  AlertRule,
  AlertSeverity,
  ContainerImage,
  DashboardPanel,
  GrafanaDashboard,
  GrafanaUsers,
  KubeletMetrics,
  MonitoringImages,
  PanelUnit,
  SecretFiles,
  type AlertRuleProps,
} from "../../../lib";
import { parseYaml } from "../../terraform/yaml-readers";
import { validationProblemsOf, problemCodesOf } from "../../support/stack";
import { DIGEST } from "../../workload/support";
import { alertPage } from "./alert-page";
import { fileOf, find, World } from "./support";

const FILES = SecretFiles.fromSecret("/run/secrets/monitoring", "monitoring");
const RULE: AlertRuleProps = {
  name: "WebDown",
  expression: 'up{job="web"} == 0',
  purpose: "Customers use the web.",
  whatToDo: "Look at its pods.",
};
const hit = { series: { 'up{job="web"}': "0x10" }, after: Duration.minutes(5), labels: { job: "web" } };
const nearMiss = { series: { 'up{job="web"}': "1x10" }, after: Duration.minutes(5) };

describe("an alert rule", () => {
  test("is written with its purpose and what to do", () => {
    const rule = AlertRule.of({ ...RULE, holdsFor: Duration.minutes(5), severity: AlertSeverity.CRITICAL });
    expect(parseYaml(AlertRule.ruleFile([rule]), "1.2")).toEqual([
      {
        groups: [
          {
            name: "alerts",
            interval: "30s",
            rules: [
              {
                alert: "WebDown",
                expr: 'up{job="web"} == 0',
                for: "300s",
                labels: { severity: "critical" },
                annotations: { summary: "Customers use the web.", what_to_do: "Look at its pods." },
              },
            ],
          },
        ],
      },
    ]);
    expect(AlertRule.of(RULE).severity).toBe(AlertSeverity.WARNING);
  });

  test("has a test of both examples, and none without them", () => {
    const text = AlertRule.testFile([AlertRule.of({ ...RULE, hit, nearMiss })], "rules.yaml");
    const [{ tests, rule_files }] = parseYaml(text, "1.2") as any;
    expect(rule_files).toEqual(["rules.yaml"]);
    expect(
      tests.map(({ name, alert_rule_test }: any) => [name, alert_rule_test[0].exp_alerts.length]),
    ).toEqual([
      ["WebDown: hit", 1],
      ["WebDown: near miss", 0],
    ]);
    expect(AlertRule.testFile([AlertRule.of(RULE)], "rules.yaml")).toContain("tests: []");
  });

  test("that is recommended has a purpose, what to do, a hit and a near miss", () => {
    const rules = AlertRule.recommended();
    expect(rules.length).toBeGreaterThan(20);
    for (const rule of rules) {
      expect([rule.hit, rule.nearMiss]).not.toContain(undefined);
      expect(rule.purpose).toMatch(/\.$/);
      expect(rule.whatToDo).toMatch(/\.$/);
    }
  });

  test.each<[string, Partial<AlertRuleProps>, string[]]>([
    ["a name of other letters", { name: "web-down" }, ["NAME_INVALID"]],
    ["a number of seconds", { holdsFor: 300 as never }, ["VALUE_INVALID"]],
    ["no expression", { expression: " " }, ["ALERT_INVALID"]],
    ["a bracket that is not closed", { expression: "sum(up" }, ["ALERT_INVALID"]],
    ["a bracket that was not opened", { expression: "sum(up))" }, ["ALERT_INVALID"]],
    ["brackets that cross", { expression: "sum(up{job='a')}" }, ["ALERT_INVALID"]],
    ["a text that does not end", { expression: 'up{job="web}' }, ["ALERT_INVALID"]],
    [
      "a purpose that says nothing, and no action",
      { purpose: "…", whatToDo: "" },
      ["ALERT_INVALID", "ALERT_INVALID"],
    ],
    ["a template", { purpose: "The pod {{ $labels.pod }} is up." }, ["ALERT_INVALID"]],
    ["one example", { hit }, ["ATTRIBUTE_MISSING"]],
    ["an example without samples", { hit: { ...hit, series: {} }, nearMiss }, ["ALERT_INVALID"]],
    [
      "a severity in an example",
      { hit: { ...hit, labels: { severity: "critical" } }, nearMiss },
      ["ALERT_INVALID"],
    ],
    ["a password", { whatToDo: "Sign in with password=hunter2hunter2." }, ["CREDENTIAL_LITERAL"]],
  ])("is refused with %s", (_what, props, codes) => {
    expect(problemCodesOf(() => AlertRule.of({ ...RULE, ...props }))).toEqual(codes);
  });

  test("may have brackets in texts", () => {
    for (const expression of ['up{job=~"a(b"}', "up{job='\\'('}", "up{job=`\\`} == 0"]) {
      expect(AlertRule.of({ ...RULE, expression }).expression).toBe(expression);
    }
  });
});

describe("a receiver of alerts", () => {
  beforeEach(() => jest.spyOn(process, "emitWarning").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  test("names the files of its secrets, which Alertmanager alone mounts", () => {
    const world = new World();
    const of = (name: string) => SecretFiles.fromSecret(`/run/secrets/${name}`, name);
    world.monitoring({
      receivers: [
        AlertReceiver.webhook("chat", { secretFiles: of("chat") }),
        AlertReceiver.email("mail", {
          to: "oncall@example.com",
          from: "alerts@example.com",
          smarthost: "smtp.example.com:587",
          userName: "alerts",
          secretFiles: of("mail"),
        }),
        AlertReceiver.slack("slack", { channel: "#alerts", secretFiles: of("slack"), egress: [] }),
      ],
    });
    const [config] = parseYaml(fileOf(world.chart, "alertmanager-config", "alertmanager.yaml"), "1.2") as any;
    expect(config.receivers).toMatchObject([
      {
        name: "all",
        webhook_configs: [{ url_file: "/run/secrets/chat/url" }],
        email_configs: [{ auth_password_file: "/run/secrets/mail/password", require_tls: true }],
        slack_configs: [{ api_url_file: "/run/secrets/slack/url" }],
      },
    ]);
    const { volumes } = find(world.chart, "StatefulSet", "alertmanager").spec.template.spec;
    const secrets = volumes.flatMap(({ secret }: any) => secret?.secretName ?? []);
    expect(secrets.sort()).toEqual(["chat", "mail", "slack"]);
  });

  test.each([
    ["no address", {}, ["RECEIVER_INVALID"]],
    ["two addresses", { url: "https://a.example.com", secretFiles: FILES }, ["RECEIVER_INVALID"]],
    ["an address that is none", { url: "pager" }, ["RECEIVER_INVALID"]],
    ["another protocol", { url: "ftp://a.example.com" }, ["RECEIVER_INVALID"]],
    ["a password in the address", { url: "https://alerts:hunter2@a.example.com" }, ["CREDENTIAL_LITERAL"]],
    [
      "an address that is a credential itself",
      { url: "https://hooks.slack.com/services/T024F3K9X/B02ABCDEF12/example" },
      ["CREDENTIAL_LITERAL"],
    ],
  ])("is refused with %s", (_what, props, codes) => {
    const problems = validationProblemsOf(() => AlertReceiver.webhook("pager", props));
    expect(problems.map(({ code }) => code)).toEqual(codes);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("reads an address that is a credential from a file", () => {
    const url = "https://hooks.slack.com/services/T024F3K9X/B02ABCDEF12/example";
    const [problem] = validationProblemsOf(() => AlertReceiver.webhook("pager", { url }));
    expect(problem).toMatchObject({ property: "url", fix: expect.stringContaining("secretFiles") });
    expect(problem?.what).not.toContain("B02ABCDEF12");
  });

  test("rejects an invalid mailbox", () => {
    const props = { to: "oncall", from: "a@b", smarthost: "smtp", userName: "alerts", secretFiles: FILES };
    expect(problemCodesOf(() => AlertReceiver.email("Mail", props))).toEqual([
      "NAME_INVALID",
      "RECEIVER_INVALID",
      "RECEIVER_INVALID",
      "RECEIVER_INVALID",
    ]);
    const literal = { ...props, secretFiles: "hunter2" as never };
    const problems = validationProblemsOf(() => AlertReceiver.email("mail", literal));
    expect(problems.some(({ code }) => code === "VALUE_INVALID")).toBe(true);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });
});

describe("users of Grafana", () => {
  const OIDC = {
    clientId: "grafana",
    secretFiles: FILES,
    authorizationUrl: "https://idp.example.com/authorize",
    tokenUrl: "https://idp.example.com/token",
    userInfoUrl: "https://idp.example.com/userinfo",
  };
  beforeEach(() => jest.spyOn(process, "emitWarning").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  const iniOf = (users: GrafanaUsers) => {
    const world = new World();
    world.monitoring({ users });
    const [container] = find(world.chart, "StatefulSet", "grafana").spec.template.spec.containers;
    return {
      ini: fileOf(world.chart, "grafana-config", "grafana.ini"),
      env: Object.fromEntries(container.env.map((one: any) => [one.name, one.value])),
    };
  };

  test("of a provider sign in there and nowhere else", () => {
    const { ini, env } = iniOf(
      GrafanaUsers.oidc({ ...OIDC, rolePath: "contains(groups[*], 'ops') && 'Admin'" }),
    );
    expect(ini).toMatchSnapshot();
    expect(env).toEqual({
      GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET__FILE: "/run/secrets/monitoring/client-secret",
      GF_PATHS_CONFIG: "/etc/grafana/grafana.ini",
      GF_SECURITY_SECRET_KEY__FILE: "/run/secrets/monitoring/signing-key",
    });
  });

  test("are one administrator, whose password is a file", () => {
    const { ini, env } = iniOf(
      GrafanaUsers.administrator({ secretFiles: FILES, userName: "root@example.com" }),
    );
    expect(ini).toContain("admin_user = root@example.com");
    expect(ini).not.toContain("password");
    expect(env).toMatchObject({ GF_SECURITY_ADMIN_PASSWORD__FILE: "/run/secrets/monitoring/password" });
  });

  test("are rejected with a password literal, which no message repeats", () => {
    for (const props of [{ secretFiles: "hunter2" }, { secretFiles: FILES, password: "hunter2" }]) {
      const problems = validationProblemsOf(() => GrafanaUsers.administrator(props as never));
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain("hunter2");
    }
  });

  test.each([
    ["plain HTTP", { tokenUrl: "http://idp.example.com/token" }, ["VALUE_INVALID"]],
    ["a password in an address", { tokenUrl: "https://a:hunter2@idp.example.com" }, ["CREDENTIAL_LITERAL"]],
    ["a client with blanks", { clientId: "a b" }, ["VALUE_INVALID"]],
    ["a role of two lines", { rolePath: "'Viewer'\nrole = Admin" }, ["VALUE_INVALID"]],
  ])("are refused with %s", (_what, props, codes) => {
    expect(problemCodesOf(() => GrafanaUsers.oidc({ ...OIDC, ...props }))).toEqual(codes);
  });
});

describe("a dashboard", () => {
  const panel = DashboardPanel.timeSeries({
    title: "Requests",
    unit: PanelUnit.RATIO,
    queries: [{ expression: "up", legend: "{{job}}" }],
  });

  test("is written as Grafana reads it", () => {
    const dashboard = GrafanaDashboard.of({ id: "shop", title: "Shop", panels: [panel, panel, panel] });
    expect(JSON.parse(dashboard.json)).toMatchSnapshot();
    expect(dashboard.expressions).toEqual(["up", "up", "up"]);
  });

  test("may be exported JSON, which loses its number", () => {
    const { json } = GrafanaDashboard.of({ id: "shop", title: "Shop", panels: [panel] });
    const exported = GrafanaDashboard.fromJson(JSON.stringify({ ...JSON.parse(json), id: 17 }));
    expect(exported.id).toBe("shop");
    expect(JSON.parse(exported.json)).toEqual(JSON.parse(json));
  });

  test("that is recommended has an id and panels of its own", () => {
    const all = GrafanaDashboard.recommended();
    expect(all.map(({ id }) => id)).toEqual(["nodes", "workloads", "monitoring"]);
    for (const { expressions } of all) expect(expressions.length).toBeGreaterThanOrEqual(8);
  });

  test.each([
    ["invalid JSON", "{", "DASHBOARD_INVALID", "json"],
    ["a list", "[]", "DASHBOARD_INVALID", "json"],
    ["no id", '{"title":"A"}', "ATTRIBUTE_MISSING", "json.uid"],
    ["no title", '{"uid":"a","title":" "}', "DASHBOARD_INVALID", "json.title"],
  ])("is rejected with %s", (_what, json, code, property) => {
    expect(validationProblemsOf(() => GrafanaDashboard.fromJson(json))).toMatchObject([{ code, property }]);
  });

  test("is rejected with a password literal", () => {
    const json = JSON.stringify({ uid: "a", title: "A", templating: { password: "hunter2hunter2" } });
    const problems = validationProblemsOf(() => GrafanaDashboard.fromJson(json));
    expect(problems.map(({ code }) => code)).toEqual(["CREDENTIAL_LITERAL"]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("is rejected without panels, and so is a panel without queries", () => {
    expect(problemCodesOf(() => GrafanaDashboard.of({ id: "A", title: "A", panels: [] }))).toEqual([
      "DASHBOARD_INVALID",
      "DASHBOARD_INVALID",
    ]);
    const problems = validationProblemsOf(() => DashboardPanel.stat({ title: " ", queries: [] }));
    expect(problems.map(({ code, path, property }) => [code, path, property])).toEqual([
      ["DASHBOARD_INVALID", "DashboardPanel.stat", "title"],
      ["DASHBOARD_INVALID", "DashboardPanel.stat", "queries"],
    ]);
    for (const expression of ["", "sum(up", 'up{job="a}', "up)"]) {
      expect(problemCodesOf(() => DashboardPanel.stat({ title: "A", queries: [{ expression }] }))).toEqual([
        "DASHBOARD_INVALID",
      ]);
    }
  });
});

describe("images of a monitoring", () => {
  const names = [
    "alertmanager",
    "grafana",
    "jaeger",
    "kube-state-metrics",
    "node-exporter",
    "opentelemetry-collector",
  ];
  const lockOf = (images: string[]) => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-lock-")), "images.lock.json");
    const entries = images.map((name) => [
      name,
      { reference: `fra.ocir.io/acme/${name}:1.0@${DIGEST}`, created: "2026-11-02" },
    ]);
    const lock = { version: 1, checked: "2026-11-20", maxAgeDays: 90, images: Object.fromEntries(entries) };
    fs.writeFileSync(file, JSON.stringify(lock));
    return { path: file };
  };

  test("come from a lock file, and all that are missing there are named together", () => {
    const { images } = MonitoringImages.fromLock(lockOf([...names, "prometheus"]));
    expect(images.collector.reference).toBe(`fra.ocir.io/acme/opentelemetry-collector:1.0@${DIGEST}`);
    expect(problemCodesOf(() => MonitoringImages.fromLock(lockOf(names.slice(1))))).toEqual([
      "IMAGE_LOCK_INVALID",
      "IMAGE_LOCK_INVALID",
    ]);
  });

  test("are all given", () => {
    const one = ContainerImage.of(`fra.ocir.io/acme/prometheus@${DIGEST}`);
    expect(problemCodesOf(() => MonitoringImages.of({ prometheus: one } as never))).toEqual(
      Array(6).fill("ATTRIBUTE_MISSING"),
    );
  });
});

test("kubelets whose certificates are not checked need a reason", () => {
  expect(problemCodesOf(() => KubeletMetrics.unverified({ reason: " " }))).toEqual(["REASON_MISSING"]);
  expect(KubeletMetrics.verified()).toMatchObject({ isRead: true, isVerified: true });
});

test("the guide lists every recommended alert, with what to do", () => {
  const page = fs.readFileSync(path.join(__dirname, "../../../docs/monitoring.md"), "utf8");
  expect(page.slice(page.indexOf("### ")).trim()).toBe(alertPage(AlertRule.recommended()).trim());
});
