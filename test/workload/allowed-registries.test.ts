import { ApiObject, App, type Chart, JsonPatch } from "cdk8s";
import * as plus from "cdk8s-plus-27";
import { type TerraformStack, Testing, Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import fc from "fast-check";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { AllowedRegistries } from "../../lib/workload/images/allowed-registries";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { newStack } from "../support/stack";
import {
  DIGEST,
  IMAGE,
  messagesOf,
  newChart,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "./support";

const EVIL = `evil.example/acme/web@${DIGEST}`;
const evil = ContainerImage.of(EVIL);

function pod(chart: Chart, id: string, image: string | undefined, more: object = {}): ApiObject {
  const spec = { containers: [{ name: "main", image, ...more }] };
  return new ApiObject(chart, id, { apiVersion: "v1", kind: "Pod", spec });
}

/** Whether a pod of an image may stand in a chart that allows the prefixes. */
function allows(prefixes: string[], image: string): boolean {
  const chart = newChart();
  AllowedRegistries.of(chart).add(...prefixes);
  pod(chart, "pod", image);
  return problemsAtSynthesis(chart).length === 0;
}

describe("allowed registries", () => {
  test.each<[string, string, object]>([
    ["Prometheus", "monitoring.coreos.com/v1", { image: EVIL }],
    ["Workflow", "argoproj.io/v1alpha1", { templates: [{ name: "a", script: { image: EVIL } }] }],
    ["Task", "tekton.dev/v1", { steps: [{ name: "a", image: EVIL }] }],
    ["Cluster", "postgresql.cnpg.io/v1", { imageName: EVIL }],
    ["HelmRelease", "helm.toolkit.fluxcd.io/v2", { values: { image: { repository: "evil.example/web" } } }],
  ])("apply to the custom resource %s", (kind, apiVersion, spec) => {
    const chart = newChart();
    AllowedRegistries.of(chart).add("fra.ocir.io/acme");
    new ApiObject(chart, "custom", { apiVersion, kind, metadata: { name: "custom" }, spec });
    expect(problemsAtSynthesis(chart).map(({ code }) => code)).toEqual(["IMAGE_NOT_ALLOWED"]);
  });

  test("allow all images until a prefix is added", () => {
    const chart = newChart();
    AllowedRegistries.of(chart);
    new HardenedDeployment(chart, "web", { image: evil });
    expect(chart.toJson()).toHaveLength(4);
  });

  test("allow images below their prefixes", () => {
    const chart = newChart();
    AllowedRegistries.of(chart).add("fra.ocir.io/acme");
    new HardenedDeployment(chart, "web", { image: IMAGE, initContainers: [{ name: "a", image: IMAGE }] });
    expect(chart.toJson()).toHaveLength(4);
  });

  test("report the problem, the reason, and the fix", () => {
    const chart = newChart();
    AllowedRegistries.of(chart).add("fra.ocir.io/acme");
    new HardenedDeployment(chart, "web", { image: evil });
    expect(messagesOf(problemsAtSynthesis(chart))).toMatchSnapshot();
  });

  test.each<[string, (chart: Chart) => unknown]>([
    [
      "an init container",
      (chart) =>
        new HardenedDeployment(chart, "web", { image: IMAGE, initContainers: [{ name: "a", image: evil }] }),
    ],
    [
      "a sidecar",
      (chart) =>
        new HardenedDeployment(chart, "web", { image: IMAGE, sidecars: [{ name: "a", image: evil }] }),
    ],
    [
      "a Deployment of cdk8s-plus",
      (chart) => new plus.Deployment(chart, "d", { containers: [{ image: EVIL }] }),
    ],
    [
      "an init container of cdk8s-plus",
      (chart) =>
        new plus.Pod(chart, "p", {
          containers: [{ image: IMAGE.reference }],
          initContainers: [{ image: EVIL }],
        }),
    ],
    [
      "a CronJob of cdk8s-plus",
      (chart) =>
        new plus.CronJob(chart, "c", {
          containers: [{ image: EVIL }],
          schedule: { expressionString: "0 0 * * *" } as never,
        }),
    ],
    ["a raw Pod", (chart) => pod(chart, "p", EVIL)],
    [
      "an image volume",
      (chart) =>
        new ApiObject(chart, "p", {
          apiVersion: "v1",
          kind: "Pod",
          spec: { containers: [], volumes: [{ name: "model", image: { reference: EVIL } }] },
        }),
    ],
    [
      "a resource of an operator",
      (chart) =>
        new ApiObject(chart, "r", {
          apiVersion: "argoproj.io/v1alpha1",
          kind: "Rollout",
          spec: { template: { spec: { containers: [{ name: "a", image: EVIL }] } } },
        }),
    ],
    [
      "an object that a patch changes",
      (chart) => {
        pod(chart, "p", IMAGE.reference).addJsonPatch(JsonPatch.replace("/spec/containers/0/image", EVIL));
      },
    ],
  ])("apply to %s, created before or after the list", (_, make) => {
    const [before, after] = [newChart(), newChart()];
    make(before);
    AllowedRegistries.of(before).add("fra.ocir.io/acme");
    AllowedRegistries.of(after).add("fra.ocir.io/acme");
    make(after);
    for (const chart of [before, after])
      expect(() => chart.toJson()).toThrow(/IMAGE_NOT_ALLOWED.*evil\.example/);
  });

  test("apply to the object after its patches", () => {
    const chart = newChart();
    AllowedRegistries.of(chart).add("fra.ocir.io/acme");
    const web = new HardenedDeployment(chart, "web", { image: evil });
    ApiObject.of(web).addJsonPatch(
      JsonPatch.replace("/spec/template/spec/containers/0/image", IMAGE.reference),
    );
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });

  test("apply to a chart that is added to a stack", () => {
    const stack = newStack();
    const chart = newChart();
    new ChartOutput(stack, "shop", chart);
    new HardenedDeployment(chart, "web", { image: evil });
    AllowedRegistries.of(chart).add("fra.ocir.io/acme");
    expect(() => Testing.synth(stack)).toThrow(/IMAGE_NOT_ALLOWED/);
    AllowedRegistries.of(chart).add("evil.example");
    expect(Testing.synth(stack)).toContain("evil.example");
  });

  test("of an App and of its chart both apply", () => {
    const app = new App();
    const chart = newChart("shop", app);
    const other = newChart("other", app, "other");
    AllowedRegistries.of(app).add("fra.ocir.io", "evil.example");
    AllowedRegistries.of(chart).add("fra.ocir.io/acme");
    pod(other, "pod", EVIL);
    expect(problemsAtSynthesis(chart)).toEqual([]);
    pod(chart, "pod", EVIL);
    pod(other, "third", "other.example/web");
    expect(problemsAtSynthesis(chart).map(({ path }) => path)).toEqual(["other/third", "shop/pod"]);
  });

  test.each<[string, (stack: TerraformStack, cluster: Construct) => IConstruct]>([
    ["an App of cdktf", (stack) => stack.node.root],
    ["a stack", (stack) => stack],
    ["a cluster", (_, cluster) => cluster],
  ])("of %s apply to all charts that are added below it, before or after", (_, scopeOf) => {
    const stack = newStack();
    const cluster = new Construct(stack, "cluster");
    const [first, second] = [newChart("shop"), newChart("bank", new App(), "bank")];
    new ChartOutput(cluster, "shop", first);
    AllowedRegistries.of(scopeOf(stack, cluster)).add("fra.ocir.io/acme");
    new ChartOutput(cluster, "bank", second);
    const free = newChart("free", new App(), "free");
    for (const chart of [first, second, free]) new HardenedDeployment(chart, "web", { image: evil });
    const paths = validationProblemsOf(() => Testing.synth(stack)).map(({ code, path }) => `${code} ${path}`);
    expect(paths.sort()).toEqual([
      "IMAGE_NOT_ALLOWED bank/web/Resource",
      "IMAGE_NOT_ALLOWED shop/web/Resource",
    ]);
    AllowedRegistries.of(stack).add("evil.example", "fra.ocir.io");
    expect(problemsAtSynthesis(free)).toEqual([]);
  });

  test("of an App of cdktf, a stack, a cluster, and a chart all apply", () => {
    const [app, evilElsewhere] = [Testing.app(), "evil.example/other"];
    const [entry, two] = [newStack("one", app), newStack("two", app)];
    const cluster = new Construct(entry, "cluster");
    const [shop, bank] = [newChart("shop"), newChart("bank", new App(), "bank")];
    new ChartOutput(cluster, "shop", shop);
    new ChartOutput(two, "bank", bank);
    pod(shop, "pod", EVIL);
    pod(bank, "pod", EVIL);
    AllowedRegistries.of(app).add("evil.example");
    AllowedRegistries.of(two).add("evil.example/acme");
    AllowedRegistries.of(cluster).add(evilElsewhere);
    const problems = validationProblemsOf(() => Testing.synth(entry));
    expect(problems.map(({ path, fix }) => [path, fix.split(",")[0]])).toEqual([
      ["shop/pod", `Use an image of ${evilElsewhere}`],
    ]);
    expect(Testing.synth(two)).toContain("evil.example");
  });

  test.each([
    ["fra.ocir.io/acme", `fra.ocir.io/acme@${DIGEST}`, true],
    ["fra.ocir.io/acme", "fra.ocir.io/acme:1.0", true],
    ["fra.ocir.io/acme", "fra.ocir.io/acme/a/b:1.0", true],
    ["fra.ocir.io", "fra.ocir.io/acme/web", true],
    ["fra.ocir.io/acme", "fra.ocir.io/acme-evil/web", false],
    ["fra.ocir.io/acme", "fra.ocir.io/acmeevil", false],
    ["fra.ocir.io/acme", "fra.ocir.io/other/acme", false],
    ["fra.ocir.io", "fra.ocir.io.evil.example/web", false],
    ["fra.ocir.io", "fra.ocir.io:5000/web", false],
    ["docker.io", "docker.io/library/nginx", true],
    // Where a short name leads is up to the node that pulls it.
    ["docker.io", "nginx", false],
    ["docker.io", "library/nginx", false],
  ])("with the prefix %s allow the image %s: %s", (prefix, image, agree) => {
    expect(allows([prefix], image)).toBe(agree);
  });

  test("match whole path parts, independently of other prefixes and their order", () => {
    const part = fc.constantFrom("a", "b", "ab", "a-b");
    const name = fc.array(part, { maxLength: 3 }).map((parts) => ["fra.ocir.io", ...parts].join("/"));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), name, (prefixes, image) => {
        const expected = prefixes.some((prefix) => `${image}/web/`.startsWith(`${prefix}/`));
        expect(allows(prefixes, `${image}/web@${DIGEST}`)).toBe(expected);
        expect(allows([...prefixes].reverse(), `${image}/web:1.0`)).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("accept an image with the same reference to a Terraform value", () => {
    const namespace = Token.asString({ resolve: () => "acme", creationStack: [] });
    const other = Token.asString({ resolve: () => "other", creationStack: [] });
    expect(allows([`fra.ocir.io/${namespace}`], `fra.ocir.io/${namespace}/web@${DIGEST}`)).toBe(true);
    expect(allows([`fra.ocir.io/${namespace}`], `fra.ocir.io/${other}/web@${DIGEST}`)).toBe(false);
    expect(allows(["fra.ocir.io"], `${namespace}/web@${DIGEST}`)).toBe(false);
  });

  test("ignore containers without an image", () => {
    const chart = newChart();
    AllowedRegistries.of(chart).add("fra.ocir.io/acme");
    pod(chart, "pod", undefined, { volumes: null });
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });

  test.each([
    ["", ["IMAGE_INVALID"]],
    ["acme", ["IMAGE_INVALID"]],
    ["https://fra.ocir.io/acme", ["IMAGE_INVALID"]],
    ["https://fra.ocir.io/acme/", ["IMAGE_INVALID"]],
    ["fra.ocir.io/", ["IMAGE_INVALID"]],
    ["fra.ocir.io/Acme", ["IMAGE_INVALID"]],
    ["fra.ocir.io/acme:1.0", ["IMAGE_INVALID"]],
    ["fra.ocir.io/*", ["IMAGE_INVALID"]],
  ])("refuse the prefix %j", (prefix, codes) => {
    expect(problemCodesOf(() => AllowedRegistries.of(newChart()).add(prefix))).toEqual(codes);
  });

  test("refuse an empty list, and a resource of Terraform as scope", () => {
    expect(problemCodesOf(() => AllowedRegistries.of(newChart()).add())).toEqual(["IMAGE_INVALID"]);
    const resource = newStack().node.findChild("oci");
    expect(problemCodesOf(() => AllowedRegistries.of(resource))).toEqual(["IMAGE_NOT_ALLOWED"]);
  });
});

test("an invalid scope is refused", () => {
  for (const none of [undefined, null]) {
    expect(problemCodesOf(() => AllowedRegistries.of(none as never))).toEqual(["ATTRIBUTE_MISSING"]);
  }
  expect(problemCodesOf(() => AllowedRegistries.of("shop" as never))).toEqual(["VALUE_INVALID"]);
});
