import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EXAMPLES, synthesizeExample } from "../support/examples";
import { goldenFolder, goldensOf, expectGolden, storedGoldens } from "../support/goldens";

const COMMAND = "npm run examples -- --update shop";

test("every example has golden files: flows, a stack and manifests", () => {
  for (const name of EXAMPLES) {
    const files = Object.keys(storedGoldens(name));
    expect([name, files]).toEqual([name, expect.arrayContaining(["flows.md"])]);
    expect(files.filter((file) => file.endsWith(".tf.json")).length).toBeGreaterThan(0);
    expect(files.filter((file) => file.startsWith("manifests/")).length).toBeGreaterThan(0);
    expect(fs.existsSync(goldenFolder(name))).toBe(true);
  }
});

test("the error for a changed golden file shows the changed lines and the command that updates it", () => {
  const call = () => expectGolden("shop", "flows.md", "same\nold\n", "same\nnew\n");
  expect(call).toThrow(`examples/shop/expected/flows.md differs. If this is intended, run: ${COMMAND}`);
  expect(call).toThrow(/- old/);
  expect(call).toThrow(/\+ new/);
});

test("the errors for an obsolete and for a missing golden file show the command that updates it", () => {
  expect(() => expectGolden("shop", "flows.md", "text", undefined)).toThrow(
    `examples/shop/expected/flows.md is stored, but was not synthesized. If this is intended, run: ${COMMAND}`,
  );
  expect(() => expectGolden("shop", "flows.md", undefined, "text")).toThrow(
    `examples/shop/expected/flows.md is missing, but was synthesized. If this is intended, run: ${COMMAND}`,
  );
  expect(() => expectGolden("shop", "flows.md", "text", "text")).not.toThrow();
});

describe("the golden files of an example", () => {
  const outdir = synthesizeExample("quickstart");
  const stack = path.join(outdir, "stacks", "shop", "cdk.tf.json");
  const manifests = path.join(outdir, "manifests", "shop", "shop.yaml");
  const change = (file: string, from: RegExp, to: string) => {
    const text = fs.readFileSync(file, "utf8");
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    fs.writeFileSync(file, changed);
    const goldens = goldensOf("quickstart", outdir);
    fs.writeFileSync(file, text);
    return goldens;
  };
  const changedFiles = (goldens: { [file: string]: string }) => {
    const before = goldensOf("quickstart", outdir);
    return Object.keys(goldens).filter((file) => goldens[file] !== before[file]);
  };

  afterAll(() => fs.rmSync(path.dirname(outdir), { recursive: true }));

  test("have all of Terraform's JSON except the manifests, redundant metadata, and values of this machine", () => {
    const { resource, data, output, provider } = JSON.parse(goldensOf("quickstart", outdir)["shop.tf.json"]!);
    const full = JSON.parse(fs.readFileSync(stack, "utf8"));
    const withoutMetadata = (value: unknown) =>
      JSON.parse(JSON.stringify(value, (key, entry: unknown) => (key === "//" ? undefined : entry)));
    expect(withoutMetadata({ resource, data, provider })).toEqual(
      withoutMetadata({ resource: full.resource, data: full.data, provider: full.provider }),
    );
    expect(Object.keys(output)).toEqual(Object.keys(full.output));
    expect(output.shop_manifests.value["as in"]).toBe("manifests/shop/shop.yaml");
    expect(JSON.stringify(output)).not.toContain("kind: Deployment");
    for (const file of [os.tmpdir(), process.cwd()]) expect(JSON.stringify(output)).not.toContain(file);
  });

  test("show a wider security rule in the stack and in the flows", () => {
    const widened = change(stack, /"max": 12250/g, '"max": 12260');
    expect(changedFiles(widened)).toEqual(["flows.md", "shop.tf.json"]);
    expect(widened["flows.md"]).toContain("nodes → the API endpoint: tcp 6443, tcp 12250-12260, icmp 3/4");
  });

  test("show another port of a NetworkPolicy in the manifests and in the flows", () => {
    const opened = change(manifests, /- port: 8080\n( +)protocol: TCP/g, "- port: 9090\n$1protocol: TCP");
    expect(changedFiles(opened)).toEqual(expect.arrayContaining(["flows.md", "manifests/shop/shop.yaml"]));
    expect(opened["flows.md"]).toContain("nodes → shop/web: tcp 9090; perhaps icmp");
  });
});
