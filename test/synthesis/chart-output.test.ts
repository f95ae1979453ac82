import { ApiObject, Chart, Include, JsonPatch, Lazy as KubernetesLazy, Yaml } from "cdk8s";
import { Fn, Lazy, TerraformLocal, TerraformVariable, Token, conditional } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { validationProblemsOf, problemCodesOf } from "../support/stack";
import { parseYaml } from "../terraform/yaml-readers";
import { configMap, newProgram, newStack, write, type Program } from "./support";

/** The spec of the only object of a chart, with Terraform's expressions in it. */
function specOf(build: (program: Program) => object): string {
  const program = newProgram();
  configMap(program.chart, "object", { spec: build(program) });
  new ChartOutput(program.stack, "shop", program.chart);
  return write(program).manifests().split("spec:\n")[1]!;
}

const names = (yaml: string) => parseYaml(yaml, "1.2").map((object: any) => object.metadata.name);

describe("references of every shape", () => {
  test("booleans and results of functions, which cdktf gives as objects, come through", () => {
    const spec = specOf(({ vcn }) => ({
      a: vcn.isIpv6Enabled,
      b: Fn.conditional(vcn.isIpv6Enabled, vcn.id, "none"),
      c: Token.asAny(vcn.id),
      d: [conditional(vcn.isIpv6Enabled, 1, 2)],
      e: `is ${Token.asString(vcn.isIpv6Enabled)}!`,
    }));
    expect(spec).toMatch("a: ${jsonencode(oci_core_vcn.vcn.is_ipv6enabled)}\n");
    expect(spec).toMatch(
      'b: ${jsonencode(oci_core_vcn.vcn.is_ipv6enabled ? oci_core_vcn.vcn.id : "none")}\n',
    );
    expect(spec).toMatch("c: ${jsonencode(oci_core_vcn.vcn.id)}\n");
    expect(spec).toMatch("- ${jsonencode(oci_core_vcn.vcn.is_ipv6enabled ? 1 : 2)}\n");
    expect(spec).toMatch(
      'e: "is ${replace(jsonencode(join("", [oci_core_vcn.vcn.is_ipv6enabled])), "/^.|.$/", "")}!"',
    );
  });

  test("what cdktf produces late is escaped like all other text, whatever it is", () => {
    const spec = specOf(({ vcn }) => ({
      a: Lazy.stringValue({ produce: () => 'say "${x}"' }),
      b: `<${Lazy.stringValue({ produce: () => `%{x} ${vcn.id}` })}>`,
      c: Lazy.numberValue({ produce: () => 5 }),
      d: Lazy.listValue({ produce: () => ["${x}", vcn.id] }),
      e: Lazy.anyValue({ produce: () => ({ deep: Lazy.stringValue({ produce: () => "no" }) }) }),
      f: KubernetesLazy.any({
        produce: () => Lazy.stringValue({ produce: (context) => context.resolve(vcn.id) }),
      }),
      g: Lazy.anyValue({ produce: () => undefined }),
    }));
    const id = "jsonencode(try(tostring(oci_core_vcn.vcn.id), oci_core_vcn.vcn.id))";
    expect(spec).toBe(
      [
        'a: say "$${x}"',
        'b: "<%%{x} ${replace(jsonencode(join("", [oci_core_vcn.vcn.id])), "/^.|.$/", "")}>"',
        "c: 5",
        `d:\n    - $\${x}\n    - \${${id}}`,
        'e:\n    deep: "no"',
        `f: \${${id}}`,
      ]
        .map((line) => `  ${line}\n`)
        .join(""),
    );
  });

  test("patches may hold references to text, lists and maps; one that cdk8s lost is refused", () => {
    const program = newProgram();
    const object = configMap(program.chart, "object", { spec: { all: "" } });
    new ChartOutput(program.stack, "shop", program.chart);
    object.addJsonPatch(
      JsonPatch.add("/spec/list", program.vcn.cidrBlocks),
      JsonPatch.add("/spec/map", program.vcn.freeformTags),
      JsonPatch.replace("/spec/all", `<${program.vcn.id}>`),
      JsonPatch.add("/spec/flag", Token.asAnyMap(program.vcn.isIpv6Enabled)),
    );
    const spec = write(program).manifests();
    expect(spec).toMatch("list: ${jsonencode(oci_core_vcn.vcn.cidr_blocks)}\n");
    expect(spec).toMatch("map: ${jsonencode(oci_core_vcn.vcn.freeform_tags)}\n");
    expect(spec).toMatch("flag: ${jsonencode(oci_core_vcn.vcn.is_ipv6enabled)}\n");

    const lost = newProgram();
    const patched = configMap(lost.chart, "object", { spec: {} });
    new ChartOutput(lost.stack, "shop", lost.chart);
    patched.addJsonPatch(JsonPatch.add("/spec/flag", lost.vcn.isIpv6Enabled));
    const [problem] = validationProblemsOf(() => write(lost));
    expect(problem).toMatchObject({ code: "MANIFEST_REFERENCES" });
    expect(problem!.fix).toMatch("Token.asAnyMap(reference)");
  });

  test.each<[string, (program: Program) => object]>([
    ["as a key", ({ vcn }) => ({ [vcn.id]: "x" })],
    ["as a part of a list", ({ vcn }) => ({ list: [...vcn.cidrBlocks, "10.0.0.0/8"] })],
    ["as a part of a text", ({ vcn }) => ({ text: `${vcn.cidrBlocks}` })],
    ["as a part of a map", ({ vcn }) => ({ map: { ...vcn.freeformTags, more: "x" } })],
  ])("a reference is refused %s, where it can't be written", (_, build) => {
    expect(problemCodesOf(() => specOf(build))).toEqual(["MANIFEST_REFERENCES"]);
  });

  test("numbers are the numbers that they are", () => {
    const numbers = [1e21, 1.5e-7, Number.MAX_SAFE_INTEGER, 1e300, -8.1e298, 9223372036854775807n];
    const printed = ["1e+21", "1.5e-7", "9007199254740991", "1e+300", "-8.1e+298", "9223372036854775807"];
    expect(specOf(() => ({ numbers }))).toBe(
      ["  numbers:", ...printed.map((number) => `    - ${number}`), ""].join("\n"),
    );
  });
});

describe("the objects of an output", () => {
  test("namespaces come first and all else in its order, with what an object needs before it", () => {
    const program = newProgram();
    const first = configMap(program.chart, "first", {});
    const second = configMap(program.chart, "second", {});
    first.addDependency(second);
    new ApiObject(program.chart, "late", { apiVersion: "v1", kind: "Namespace", metadata: { name: "late" } });
    new ChartOutput(program.stack, "shop", program.chart);
    expect(names(write(program).manifests())).toEqual(["late", "second", "first"]);
  });

  test("charts inside of a chart are part of it, in the order of their dependencies", () => {
    const program = newProgram();
    configMap(program.chart, "outer", {});
    const [a, b] = ["a", "b"].map((id) => new Chart(program.chart, id));
    configMap(a!, "inner-a", {});
    configMap(b!, "inner-b", {});
    a!.addDependency(b!);
    new ChartOutput(program.stack, "shop", program.chart);
    expect(names(write(program).manifests())).toEqual(["inner-b", "inner-a", "outer"]);
  });

  test("a chart that needs another chart stays a chart of its own", () => {
    const program = newProgram();
    const other = new Chart(program.kubernetes, "other");
    configMap(other, "base", { spec: { id: program.vcn.id } });
    program.chart.addDependency(other);
    configMap(program.chart, "top", {});
    new ChartOutput(program.stack, "shop", program.chart);
    new ChartOutput(program.stack, "base", other);
    const { manifests } = write(program);
    expect(names(manifests("shop"))).toEqual(["top"]);
    expect(names(manifests("base"))).toEqual(["base"]);
  });

  test("included files come through, with what looks like an expression in them", () => {
    const program = newProgram();
    const file = path.join(program.app.outdir, "included.yaml");
    const data = { "run.sh": 'echo "${HOME}" %{x}\n', answer: "no", time: "12:30:45", mode: "0755" };
    fs.writeFileSync(
      file,
      Yaml.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data }),
    );
    const include = new Include(program.chart, "include", { url: file });
    include.apiObjects[0]!.addJsonPatch(JsonPatch.add("/data/id", program.vcn.id));
    new ChartOutput(program.stack, "shop", program.chart);
    const { manifests, preview } = write(program);
    expect(manifests()).toMatch('echo "$${HOME}" %%{x}');
    expect(parseYaml(preview(), "1.2")).toMatchObject([{ data: { ...data, id: "${oci_core_vcn.vcn.id}" } }]);
  });
});

describe("secret values", () => {
  const refused = (build: (program: Program, secret: TerraformVariable) => object) =>
    validationProblemsOf(() =>
      specOf((program) =>
        build(program, new TerraformVariable(program.stack, "password", { sensitive: true })),
      ),
    );

  test.each<[string, (program: Program, secret: TerraformVariable) => object]>([
    ["alone", (_, secret) => ({ a: secret.stringValue })],
    ["inside of text", (_, secret) => ({ a: `<${secret.stringValue}>` })],
    ["in a function", (_, secret) => ({ a: Fn.base64encode(secret.stringValue) })],
    ["declared harmless", (_, secret) => ({ a: Fn.nonsensitive(secret.stringValue) })],
    [
      "by way of a local",
      ({ stack }, secret) => ({ a: new TerraformLocal(stack, "l", [secret.value]).asList }),
    ],
    [
      "by way of two locals",
      ({ stack }, secret) => ({
        a: new TerraformLocal(stack, "l", new TerraformLocal(stack, "k", { k: `<${secret.value}>` }).asAnyMap)
          .asAnyMap,
      }),
    ],
    [
      "by an override",
      ({ stack }) => {
        const late = new TerraformVariable(stack, "late", {});
        late.addOverride("sensitive", true);
        return { a: late.stringValue };
      },
    ],
  ])("a sensitive variable is refused %s", (_, build) => {
    const problems = refused(build);
    expect(problems).toMatchObject([
      { code: "MANIFEST_SECRET", what: expect.stringMatching(/var\.(password|late), which/) },
    ]);
    expect(problems[0]!.fix).toMatch("OCI Vault");
  });

  test("a sensitive variable of another stack is refused, where Terraform would print it", () => {
    const program = newProgram();
    const { stack: other } = newStack(program.app, "other");
    const secret = new TerraformVariable(other, "password", { sensitive: true });
    const local = new TerraformLocal(other, "url", `https://${secret.stringValue}@example.com`);
    configMap(program.chart, "object", { spec: { url: local.asString } });
    new ChartOutput(program.stack, "shop", program.chart);
    expect(validationProblemsOf(() => write(program))).toMatchObject([
      { code: "MANIFEST_SECRET", what: expect.stringMatching("var.password, which is sensitive") },
    ]);
  });

  test("other variables and locals come through, of this stack and of others", () => {
    const program = newProgram();
    const { stack: other } = newStack(program.app, "other");
    new TerraformVariable(program.stack, "password", { sensitive: true });
    const [open, far] = [program.stack, other].map((stack) => new TerraformVariable(stack, "open", {}));
    configMap(program.chart, "object", {
      spec: {
        a: open!.stringValue,
        b: far!.stringValue,
        c: new TerraformLocal(program.stack, "l", "x").asString,
      },
    });
    new ChartOutput(program.stack, "shop", program.chart);
    expect(write(program).manifests()).toMatch("a: ${jsonencode(try(tostring(var.open), var.open))}\n");
  });

  test.each([
    ["data", { data: { key: "" } }],
    ["stringData", { stringData: { key: "" } }],
  ])("a Secret with %s is refused, also in a List", (_, content) => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...content };
    for (const object of [
      secret,
      { apiVersion: "v1", kind: "List", items: [{ kind: "List", items: [secret] }] },
    ]) {
      const program = newProgram();
      new ApiObject(program.chart, "object", object);
      new ChartOutput(program.stack, "shop", program.chart);
      expect(validationProblemsOf(() => write(program))).toMatchObject([
        { code: "MANIFEST_SECRET", what: "The Secret s has the keys key" },
      ]);
    }
  });
});

describe("an output is rejected", () => {
  test.each<[string, unknown, unknown, string[]]>([
    ["without a name", undefined, newProgram().chart, ["ATTRIBUTE_MISSING"]],
    ["of no chart", "shop", undefined, ["ATTRIBUTE_MISSING"]],
    ["of an object that is not a chart, with an empty name", "", {}, ["NAME_INVALID", "VALUE_INVALID"]],
  ])("%s", (_, name, chart, codes) => {
    const { stack } = newProgram();
    expect(problemCodesOf(() => new ChartOutput(stack, name as never, chart as never))).toEqual(codes);
    expect(stack.node.children.map(({ node }) => node.id)).toEqual(["oci", "vcn"]);
  });
});

describe("a ConfigMap of a chart", () => {
  const codesFor = (data: object) => {
    const program = newProgram();
    configMap(program.chart, "object", { data });
    new ChartOutput(program.stack, "shop", program.chart);
    return validationProblemsOf(() => program.app.synth()).map(
      ({ code, what }) => `${code} ${what.split(" has ")[0]}`,
    );
  };

  test("is refused where it holds credentials, as values and in files, all together", () => {
    expect(
      codesFor({
        DB_PASSWORD: "hunter2",
        "app.yaml": "db: {user: x, password: hunter2}\ntoken: abc",
        MODE: "x",
      }),
    ).toEqual([
      "CREDENTIAL_LITERAL The key DB_PASSWORD of the ConfigMap object",
      "CREDENTIAL_LITERAL The key app.yaml of the ConfigMap object, line 1,",
      "CREDENTIAL_LITERAL The key app.yaml of the ConfigMap object, line 2,",
    ]);
  });

  test("may name secrets, refer to Terraform values and have files of any name", () => {
    const program = newProgram();
    const { id } = program.vcn;
    const files = { "token.json": "{}", "app.conf": `password=\${PASSWORD}\ntoken: ${id}` };
    configMap(program.chart, "object", { data: { ...files, PASSWORD_FILE: "/run/secrets/x", TOKEN: id } });
    new ChartOutput(program.stack, "shop", program.chart);
    expect(write(program).manifests()).toMatch("PASSWORD_FILE: /run/secrets/x");
  });
});

test("a patch that can't be applied is named with its object, and the others of the object are kept", () => {
  const program = newProgram();
  const object = configMap(program.chart, "object", { spec: {} });
  configMap(program.chart, "other", {}).addJsonPatch(JsonPatch.add("/spec", {}));
  object.addJsonPatch(JsonPatch.add("/spec/a", 1), JsonPatch.replace("/spec/nope/x", 1));
  new ChartOutput(program.stack, "shop", program.chart);
  for (const synthesize of [() => program.app.synth(), () => program.kubernetes.synth()]) {
    expect(validationProblemsOf(synthesize)).toMatchObject([
      {
        code: "PATCH_INVALID",
        path: "chart/object",
        what: "The ConfigMap has nothing that the patch replace /spec/nope/x could be applied to",
      },
    ]);
  }
  object.addJsonPatch(JsonPatch.remove("/spec/a"));
  expect(problemCodesOf(() => program.app.synth())).toEqual(["PATCH_INVALID"]);
});

test("what else fails while an object is written stays what it was", () => {
  const program = newProgram();
  const produce = () => {
    throw new Error("of the program");
  };
  configMap(program.chart, "object", { spec: KubernetesLazy.any({ produce }) }).addJsonPatch(
    JsonPatch.add("/data", {}),
  );
  new ChartOutput(program.stack, "shop", program.chart);
  expect(() => program.app.synth()).toThrow("of the program");
});
