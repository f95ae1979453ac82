import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ApiObject, App, Include, JsonPatch, Testing, Yaml, type Chart, Duration } from "cdk8s";
import { Deployment } from "cdk8s-plus-27";
import * as fc from "fast-check";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { Hardening } from "../../lib/hardening/hardening";
import { HardenedCronJob } from "../../lib/workload/hardened-cron-job";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedJob } from "../../lib/workload/hardened-job";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { Tenant } from "../../lib/namespaces/tenant";
import { IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "./support";

const secretsOf = (chart: Chart, account: string): unknown =>
  objectOf(chart, "ServiceAccount", account).imagePullSecrets;
const named = (...names: string[]) => names.map((name) => ({ name }));

const KINDS: readonly [string, (chart: Chart, imagePullSecrets?: string[]) => unknown][] = [
  [
    "HardenedDeployment",
    (chart, names) => new HardenedDeployment(chart, "web", { image: IMAGE, imagePullSecrets: names }),
  ],
  [
    "HardenedStatefulSet",
    (chart, names) =>
      new HardenedStatefulSet(chart, "web", { image: IMAGE, port: 5432, imagePullSecrets: names }),
  ],
  [
    "HardenedDaemonSet",
    (chart, names) => new HardenedDaemonSet(chart, "web", { image: IMAGE, imagePullSecrets: names }),
  ],
  [
    "HardenedJob",
    (chart, names) =>
      new HardenedJob(chart, "web", {
        image: IMAGE,
        activeDeadline: Duration.minutes(1),
        imagePullSecrets: names,
      }),
  ],
  [
    "HardenedCronJob",
    (chart, names) =>
      new HardenedCronJob(chart, "web", {
        image: IMAGE,
        activeDeadline: Duration.minutes(1),
        schedule: "0 4 * * *",
        imagePullSecrets: names,
      }),
  ],
];

describe.each(KINDS)("the ServiceAccount of a %s", (_, make) => {
  test("has no pull Secret by default", () => {
    const chart = newChart();
    make(chart);
    expect(objectOf(chart, "ServiceAccount", "web")).not.toHaveProperty("imagePullSecrets");
  });

  test("has the given pull Secrets in order, and the pods have none", () => {
    const chart = newChart();
    make(chart, ["ocir", "mirror.example"]);
    expect(secretsOf(chart, "web")).toEqual(named("ocir", "mirror.example"));
    expect(JSON.stringify(objectsOf(chart)).match(/imagePullSecrets/g)).toHaveLength(1);
  });

  test("uses those of its namespace, created before or after", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), (isNamespaceFirst, isOtherChart) => {
        const app = new App();
        const chart = newChart("shop", app);
        const other = isOtherChart ? newChart("shop", app, "platform") : chart;
        const space = () =>
          new SecureNamespace(other, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
        if (isNamespaceFirst) space();
        make(chart);
        if (!isNamespaceFirst) space();
        expect(secretsOf(chart, "web")).toEqual(named("ocir"));
        expect(secretsOf(other, "default")).toEqual(named("ocir"));
      }),
    );
  });

  test("has none if an empty list is given, independently of its namespace", () => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
    make(chart, []);
    expect(objectOf(chart, "ServiceAccount", "web")).not.toHaveProperty("imagePullSecrets");
  });
});

test("pull Secrets of other namespaces do not apply to a workload", () => {
  const app = new App();
  const chart = newChart("shop", app);
  new SecureNamespace(newChart("billing", app, "billing"), "namespace", {
    name: "billing",
    imagePullSecrets: ["ocir"],
  });
  new HardenedDeployment(chart, "web", { image: IMAGE });
  expect(secretsOf(chart, "web")).toBeUndefined();
});

test("the pull Secrets of a tenant apply to its namespace and workloads", () => {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE });
  new Tenant(chart, "tenant", { imagePullSecrets: ["ocir"] });
  expect([secretsOf(chart, "web"), secretsOf(chart, "default")]).toEqual([named("ocir"), named("ocir")]);
});

test("third-party pods use the pull Secrets of the account `default`, unless it is patched", () => {
  const chart = newChart();
  const namespace = new SecureNamespace(chart, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
  new Deployment(chart, "theirs", { containers: [{ image: "fra.ocir.io/acme/theirs:1" }] });
  expect(objectOf(chart, "Deployment").spec.template.spec).not.toHaveProperty("serviceAccountName");
  const account = namespace.node.findChild("DefaultServiceAccount") as ApiObject;
  account.addJsonPatch(JsonPatch.replace("/imagePullSecrets/0/name", "other"));
  expect(secretsOf(chart, "default")).toEqual(named("other"));
});

test.each<[string, unknown, string[]]>([
  ["a text", "ocir", ["VALUE_INVALID"]],
  ["a list of objects", [{ name: "ocir" }], ["VALUE_INVALID"]],
  ["null", null, ["VALUE_INVALID"]],
  ["a name that no Secret has", ["OCIR_pull"], ["NAME_INVALID"]],
  ["a name twice", ["ocir", "ocir"], ["NAME_DUPLICATE"]],
])("%s as pull Secrets is refused everywhere", (_, given, codes) => {
  const imagePullSecrets = given as string[];
  const refused = [
    () => new HardenedDeployment(newChart(), "web", { image: IMAGE, imagePullSecrets }),
    () => new SecureNamespace(newChart(), "namespace", { name: "shop", imagePullSecrets }),
    () => new Tenant(newChart(), "tenant", { imagePullSecrets }),
  ].map(problemCodesOf);
  expect(refused).toEqual([codes, codes, codes]);
});

test("an invalid name is refused with the rules for names", () => {
  const make = () => new HardenedDeployment(newChart(), "web", { image: IMAGE, imagePullSecrets: ["Ocir"] });
  expect(validationProblemsOf(make)[0]).toMatchObject({
    what: 'imagePullSecrets is "Ocir"',
    path: "shop/web",
  });
});

describe("a third-party ServiceAccount in a namespace with pull Secrets", () => {
  const account = (chart: Chart, name: string, rest: object = {}, metadata: object = {}) =>
    new ApiObject(chart, name, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, ...metadata },
      ...rest,
    });
  const space = (chart: Chart, imagePullSecrets = ["ocir"]) =>
    new SecureNamespace(chart, "namespace", { name: "shop", imagePullSecrets });

  test("gets these Secrets if it has none, created before or after", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom({}, { imagePullSecrets: [] }), (isNamespaceFirst, rest) => {
        const chart = newChart();
        if (isNamespaceFirst) space(chart, ["ocir", "mirror"]);
        account(chart, "theirs", rest);
        if (!isNamespaceFirst) space(chart, ["ocir", "mirror"]);
        expect(secretsOf(chart, "theirs")).toEqual(named("ocir", "mirror"));
      }),
    );
  });

  test("keeps its own Secrets", () => {
    const chart = newChart();
    space(chart);
    account(chart, "theirs", { imagePullSecrets: [{ name: "own" }] });
    expect(secretsOf(chart, "theirs")).toEqual(named("own"));
  });

  test("gets them from an Include, also in a List, and stays stable", () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "pulls-")), "theirs.yaml");
    const theirs = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "theirs" } };
    const listed = { ...theirs, metadata: { name: "listed", namespace: "shop" } };
    const elsewhere = { ...theirs, metadata: { name: "elsewhere", namespace: "billing" } };
    fs.writeFileSync(
      file,
      Yaml.stringify(theirs, { apiVersion: "v1", kind: "List", items: [listed, elsewhere] }),
    );
    const chart = newChart();
    new Include(chart, "theirs", { url: file });
    space(chart);
    expect(secretsOf(chart, "theirs")).toEqual(named("ocir"));
    expect(objectOf(chart, "List").items).toEqual([
      { ...listed, imagePullSecrets: named("ocir") },
      elsewhere,
    ]);
    expect(Testing.synth(chart)).toEqual(Testing.synth(chart));
    expect(objectsOf(chart)).toEqual(expect.arrayContaining(Testing.synth(chart)));
  });

  test("gets them in another chart of the same cluster", () => {
    const app = new App();
    const [chart, other] = [newChart("shop", app), newChart("shop", app, "platform")];
    space(other);
    account(chart, "theirs");
    expect(secretsOf(chart, "theirs")).toEqual(named("ocir"));
  });

  test("does not change in another namespace, or without pull Secrets", () => {
    const chart = newChart();
    space(chart);
    account(chart, "theirs", {}, { namespace: "billing" });
    expect(secretsOf(chart, "theirs")).toBeUndefined();
    const bare = newChart();
    space(bare, []);
    account(bare, "theirs");
    expect(secretsOf(bare, "theirs")).toBeUndefined();
  });

  test("gets those of a tenant, also after hardening", () => {
    const chart = newChart();
    account(chart, "theirs");
    Hardening.of(chart).apply();
    new Tenant(chart, "tenant", { imagePullSecrets: ["ocir"] });
    expect(secretsOf(chart, "theirs")).toEqual(named("ocir"));
  });
});

test("a patch that removes the pull Secrets of a workload's account has priority", () => {
  const chart = newChart();
  new SecureNamespace(chart, "namespace", { name: "shop", imagePullSecrets: ["ocir"] });
  const web = new HardenedDeployment(chart, "web", { image: IMAGE });
  (web.node.findChild("ServiceAccount") as ApiObject).addJsonPatch(JsonPatch.remove("/imagePullSecrets"));
  expect(secretsOf(chart, "web")).toBeUndefined();
});
