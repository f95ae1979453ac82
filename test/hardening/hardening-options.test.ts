import { ApiObject, App, Chart, Testing } from "cdk8s";
import { TerraformStack, Testing as TerraformTesting } from "cdktf";
import { HardeningConflict } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { validationProblemsOf } from "../support/stack";
import { bare } from "./hardening-cases";
import { workload } from "../guardrails/support";

const reason = "The test says so";
const warnings = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
beforeEach(() => warnings.mockClear());
afterAll(() => warnings.mockRestore());

function newChart(): Chart {
  return new Chart(new App(), "shop", { namespace: "shop" });
}

function add(chart: Chart, spec: object = {}, container: object = {}, id = "web", kind = "Deployment") {
  const { metadata, ...rest } = workload(kind, "shop", bare(spec, container), id);
  return new ApiObject(chart, id, { ...rest, metadata });
}

const web = (spec?: object, container?: object) => {
  const chart = newChart();
  add(chart, spec, container);
  return chart;
};

describe("the options of a hardening", () => {
  test("are readable with their defaults", () => {
    const { refuseFindings, resources, user } = Hardening.of(web());
    expect({ refuseFindings, user }).toEqual({ refuseFindings: false, user: 65532 });
    expect(resources.memory).toEqual({ request: "256Mi", limit: "256Mi" });
  });

  test("are readable as given", () => {
    const cpu = { request: "1", limit: "2" };
    const hardening = Hardening.of(web(), { user: 20_000, resources: { cpu }, refuseFindings: true });
    expect(hardening).toMatchObject({ user: 20_000, resources: { cpu }, refuseFindings: true });
  });
});

describe("invalid options are rejected:", () => {
  const codes = (options: unknown, scope: unknown = web()) =>
    validationProblemsOf(() => Hardening.of(scope as Chart, options as HardeningOptions)).map(
      ({ code }) => code,
    );

  test.each<[string, unknown, string[]]>([
    ["a low user", { user: 9999 }, ["USER_INVALID"]],
    ["a user that is not a number", { user: "root" }, ["USER_INVALID"]],
    ["invalid resources", { resources: { cpu: "1" } }, ["VALUE_INVALID"]],
    [
      "a limit below its request",
      { resources: { memory: { request: "2Gi", limit: "1Gi" } } },
      ["RESOURCES_INVALID"],
    ],
    ["an invalid quantity", { resources: { cpu: { request: "a", limit: "1" } } }, ["QUANTITY_INVALID"]],
    ["a text for an image", { images: { "redis:7": "redis:8" } }, ["VALUE_INVALID"]],
    ["a list for images", { images: [] }, ["VALUE_INVALID"]],
    ["no reason", { override: [{ conflicts: [HardeningConflict.PRIVILEGED] }] }, ["REASON_MISSING"]],
    ["a blank reason", { accept: [{ objects: ["Deployment/web"], reason: " " }] }, ["REASON_MISSING"]],
    ["a decision without a selection", { accept: [{ reason }] }, ["HARDENING_INVALID"]],
    [
      "a decision about containers only",
      { override: [{ containers: ["a"], reason }] },
      ["HARDENING_INVALID"],
    ],
    ["no conflicts", { override: [{ conflicts: [], reason }] }, ["HARDENING_INVALID"]],
    ["an unknown conflict", { override: [{ conflicts: ["fire"], reason }] }, ["VALUE_INVALID"]],
    ["an object without its kind", { accept: [{ objects: ["web"], reason }] }, ["HARDENING_INVALID"]],
    ["a text for a list", { accept: [{ objects: "Deployment/web", reason }] }, ["VALUE_INVALID"]],
    ["a decision that is not an object", { override: ["all"] }, ["VALUE_INVALID"]],
    ["decisions that are not a list", { override: {} }, ["VALUE_INVALID"]],
    ["no paths", { writablePaths: [{ paths: [] }] }, ["HARDENING_INVALID"]],
    ["missing paths", { writablePaths: [{}] }, ["ATTRIBUTE_MISSING"]],
    ["a text for a path", { writablePaths: [{ paths: ["/tmp"] }] }, ["VALUE_INVALID"]],
    [
      "a path twice",
      { writablePaths: [{ paths: [WritablePath.of("/tmp"), WritablePath.of("/tmp/a")] }] },
      ["PATH_INVALID"],
    ],
    ["a text for a switch", { refuseFindings: "yes" }, ["VALUE_INVALID"]],
    ["options that are not an object", "all", ["VALUE_INVALID"]],
  ])("%s", (_, options, expected) => {
    expect(codes(options)).toEqual(expected);
  });

  test("all problems at once", () => {
    const options = {
      user: 0,
      users: [{ user: 20_000 }],
      writablePaths: [{ paths: [] }, { paths: [WritablePath.of("/tmp"), WritablePath.of("/tmp/a")] }],
      override: [{ objects: ["Deployment/web"], reason: "" }],
      accept: [{ reason: "Agreed" }],
    };
    const problems = validationProblemsOf(() => Hardening.of(web(), options as HardeningOptions));
    expect(problems.map(({ code, property }) => `${code} ${property}`)).toEqual([
      "USER_INVALID user",
      "HARDENING_INVALID users[0]",
      "HARDENING_INVALID writablePaths[0].paths",
      "PATH_INVALID writablePaths[1].paths",
      "REASON_MISSING override[0].reason",
      "HARDENING_INVALID accept[0]",
    ]);
  });

  test("an invalid scope, and a Terraform stack", () => {
    expect(codes({}, null)).toEqual(["ATTRIBUTE_MISSING"]);
    expect(codes({}, "shop")).toEqual(["VALUE_INVALID"]);
    expect(codes({}, new TerraformStack(TerraformTesting.app(), "stack"))).toEqual(["VALUE_INVALID"]);
  });

  test("a writable path at which another volume is mounted, before any change", () => {
    const chart = web(
      { volumes: [{ name: "config", configMap: { name: "config" } }] },
      { volumeMounts: [{ name: "config", mountPath: "/srv/web" }] },
    );
    const before: unknown = Testing.synth(chart);
    const options = { writablePaths: [{ paths: [WritablePath.of("/srv/web")] }] };
    expect(validationProblemsOf(() => Hardening.of(chart, options).apply())).toMatchObject([
      { code: "PATH_INVALID", path: "shop/web" },
    ]);
    expect(Testing.synth(chart)).toEqual(before);
  });
});
