import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EXAMPLES, synthesizeExample } from "../support/examples";
import { goldenFolder, goldensOf, holdsGolden, storedGoldens } from "../support/goldens";

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

test("a file that differs is named with its lines and the command that accepts it", () => {
  const call = () => holdsGolden("shop", "flows.md", "same\nold\n", "same\nnew\n");
  expect(call).toThrow(`examples/shop/expected/flows.md differs. If that is right: ${COMMAND}`);
  expect(call).toThrow(/- old/);
  expect(call).toThrow(/\+ new/);
});

test("a file too many and a file too few are named with the command that accepts them", () => {
  expect(() => holdsGolden("shop", "flows.md", "text", undefined)).toThrow(
    `examples/shop/expected/flows.md is stored, but was not synthesized. If that is right: ${COMMAND}`,
  );
  expect(() => holdsGolden("shop", "flows.md", undefined, "text")).toThrow(
    `examples/shop/expected/flows.md is missing, but was synthesized. If that is right: ${COMMAND}`,
  );
  expect(() => holdsGolden("shop", "flows.md", "text", "text")).not.toThrow();
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

  test("have all of Terraform's JSON but the manifests, ids that are keys, and what differs by folder and version", () => {
    const { resource, data, output, provider } = JSON.parse(goldensOf("quickstart", outdir)["shop.tf.json"]!);
    const full = JSON.parse(fs.readFileSync(stack, "utf8"));
    const withoutMetadata = (value: unknown) =>
      JSON.parse(JSON.stringify(value, (key, one: unknown) => (key === "//" ? undefined : one)));
    expect(withoutMetadata({ resource, data, provider })).toEqual(
      withoutMetadata({ resource: full.resource, data: full.data, provider: full.provider }),
    );
    expect(Object.keys(output)).toEqual(Object.keys(full.output));
    expect(output.shop_manifests.value["as in"]).toBe("manifests/shop/shop.yaml");
    expect(JSON.stringify(output)).not.toContain("kind: Deployment");
    for (const file of [os.tmpdir(), process.cwd()]) expect(JSON.stringify(output)).not.toContain(file);
  });

  test("show a rule of a security group that was widened in the stack and in the flows", () => {
    const widened = change(stack, /"max": 12250/g, '"max": 12260');
    expect(changedFiles(widened)).toEqual(["flows.md", "shop.tf.json"]);
    expect(widened["flows.md"]).toContain("nodes → the API endpoint: tcp 6443, tcp 12250-12260, icmp 3/4");
  });

  test("show a port of a NetworkPolicy that was opened in the manifests and in the flows", () => {
    const opened = change(manifests, /- port: 8080\n( +)protocol: TCP/g, "- port: 9090\n$1protocol: TCP");
    expect(changedFiles(opened)).toEqual(expect.arrayContaining(["flows.md", "manifests/shop/shop.yaml"]));
    expect(opened["flows.md"]).toContain("nodes → shop/web: tcp 9090; perhaps icmp");
  });
});
