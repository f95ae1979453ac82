import * as fs from "node:fs";
import * as path from "node:path";
import { ApiObject, App as KubernetesApp, Chart, JsonPatch, Lazy, Testing, Yaml } from "cdk8s";
import {
  Fn,
  Lazy as CdktfLazy,
  TerraformLocal,
  TerraformStack,
  TerraformVariable,
  Token,
  type App,
} from "cdktf";
import * as fc from "fast-check";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { CoreVcn } from "../../lib/oci/core-vcn";
import { OciProvider } from "../../lib/oci/provider";
import { StreamingStream } from "../../lib/oci/streaming-stream";
import { HOSTILE, LONG, hostileText, hostileValue, terraformLiteral } from "./hostile-text";
import { describeWithTerraform, synthInto, withProvider, type Terraform } from "./terraform";
import { misreadByKubectl, parseYaml } from "./yaml-readers";

jest.setTimeout(120_000);

/** The attributes that manifests refer to: references while the program runs, values after the apply. */
interface Refs {
  id: string;
  name: string;
  blocks: string[];
  tags: { [key: string]: string };
  texts: string[];
  count: number;
}

const TAGS = 12;

// To repeat a failure, or to search longer for one: SEED=1 RUNS=100 npx jest test/terraform/manifest-output
const SEED = process.env.SEED ? Number(process.env.SEED) : undefined;
const NUM_RUNS = Number(process.env.RUNS ?? 3);

class Infrastructure {
  readonly refs: Refs;
  readonly stack: TerraformStack;
  readonly vcn: CoreVcn;

  constructor(app: App, id = "stack") {
    this.stack = new TerraformStack(app, id);
    new OciProvider(this.stack, "oci", { region: "eu-frankfurt-1" });
    const freeformTags = Object.fromEntries(Array.from({ length: TAGS }, (_, i) => [`t${i}`, `TEXT${i}`]));
    const vcn = (this.vcn = new CoreVcn(this.stack, "vcn", {
      compartmentId: "c",
      cidrBlocks: ["10.0.0.0/16", "10.1.0.0/16"],
      displayName: "TEXT0",
      freeformTags,
    }));
    const stream = new StreamingStream(this.stack, "stream", {
      compartmentId: "c",
      name: "s",
      partitions: 3,
    });
    this.refs = {
      id: vcn.id,
      name: vcn.displayName,
      blocks: vcn.cidrBlocks,
      tags: vcn.freeformTags,
      texts: Object.keys(freeformTags).map((key) => Token.asString(Fn.lookup(vcn.freeformTags, key))),
      count: stream.partitions,
    };
  }
}

type Build = (refs: Refs) => object[];

function chartOf(objects: readonly object[], id = "chart"): Chart {
  const chart = new Chart(new KubernetesApp(), id);
  objects.forEach((object, i) => {
    new ApiObject(chart, `object${i}`, {
      // Not a ConfigMap: the check for credentials would reject some of the strings in it.
      apiVersion: "example.com/v1",
      kind: "Texts",
      metadata: { name: `object${i}` },
      ...object,
    });
  });
  return chart;
}

/** Replaces TEXT0, TEXT1… in the synthesized stacks by strings that cdktf would change. */
function replacePlaceholders(outdir: string, texts: readonly string[]): void {
  for (const stack of fs.readdirSync(path.join(outdir, "stacks"))) {
    const file = path.join(outdir, "stacks", stack, "cdk.tf.json");
    const content = fs.readFileSync(file, "utf8");
    const escaped = (i: string) => JSON.stringify(terraformLiteral(texts[Number(i)] ?? "none"));
    fs.writeFileSync(
      file,
      content.replace(/"TEXT(\d+)"/g, (_, i) => escaped(i)),
    );
  }
}

/** Applies objects; returns the manifests that Terraform writes and the values that it writes into them. */
async function applyManifests(terraform: Terraform, build: Build, texts: readonly string[] = []) {
  const outdir = synthInto(terraform.outdir(), (app) => {
    const { stack, refs } = new Infrastructure(app);
    new ChartOutput(stack, "shop", chartOf(build(refs)));
  });
  replacePlaceholders(outdir, texts);
  const run = await terraform.init(path.join(outdir, "stacks/stack"));
  await run.apply();
  const vcn = await run.resource("oci_core_vcn.vcn");
  const values: Refs = {
    id: vcn.id,
    name: vcn.display_name,
    blocks: vcn.cidr_blocks,
    tags: vcn.freeform_tags,
    texts: Array.from({ length: TAGS }, (_, i) => vcn.freeform_tags[`t${i}`]),
    count: 3,
  };
  return { run, outdir, values, manifests: await run.output("shop_manifests") };
}

/**
 * Applies the objects and compares the manifests with the same objects built from values instead of references.
 *
 * The values are those of the state. Terraform normalizes strings to NFC, so a value may differ from the configured
 * one. The manifest has the value of the state and the literal text around it byte for byte, in NFC or not.
 */
async function expectSame(build: Build, texts: readonly string[] = []): Promise<void> {
  await withProvider(async (terraform) => {
    const { manifests, values } = await applyManifests(terraform, build, texts);
    const expected = build(values).map((object, i) => ({
      apiVersion: "example.com/v1",
      kind: "Texts",
      metadata: { name: `object${i}` },
      ...object,
    }));
    keepManifests(manifests, expected);
    expect(parseYaml(manifests, "1.2")).toEqual(expected);
    expect(parseYaml(manifests, "1.1")).toEqual(expected);
    expect(misreadByKubectl(manifests)).toEqual([]);
  });
}

let count = 0;

/** With KEEP_MANIFESTS=<folder>, writes the manifests and the expected objects, to compare YAML parsers of other languages. */
function keepManifests(manifests: string, expected: readonly object[]): void {
  const folder = process.env.KEEP_MANIFESTS;
  if (!folder) return;
  const file = path.join(folder, `${process.pid}-${count++}`);
  fs.writeFileSync(`${file}.yaml`, manifests);
  fs.writeFileSync(`${file}.json`, JSON.stringify(expected));
}

/** A piece of a string: literal text, or the number of a hostile string that Terraform inserts. */
type Part = string | number;
const parts = fc.array(fc.oneof(hostileText, fc.nat(TAGS - 1)), { minLength: 1, maxLength: 5 });

function joinParts(pieces: readonly Part[], refs: Refs): string {
  return pieces.map((part) => (typeof part === "number" ? refs.texts[part] : part)).join("");
}

describeWithTerraform("manifests that Terraform writes", () => {
  test("contain hostile strings unchanged, as values, in lists and as keys", async () => {
    await expectSame(() => [
      { data: Object.fromEntries(HOSTILE.map((text, i) => [`k${i}`, text])) },
      { spec: { list: HOSTILE, nested: HOSTILE.map((text) => ({ text, more: [[text]] })) } },
      {
        data: Object.fromEntries([...HOSTILE, ...LONG].map((key) => [key, key])),
      },
    ]);
  });

  test("contain hostile strings unchanged around references, and hostile values of references", async () => {
    const texts = HOSTILE.filter((text) => text.length > 2).slice(-TAGS);
    await expectSame(
      (refs) => [
        { data: Object.fromEntries(HOSTILE.map((text, i) => [`k${i}`, `${text}${refs.id}${text}`])) },
        { data: Object.fromEntries(HOSTILE.map((text, i) => [`k${i}`, `${refs.name}${text}${refs.name}`])) },
        { data: Object.fromEntries(refs.texts.map((text, i) => [`k${i}`, text])), spec: refs.texts },
      ],
      texts,
    );
  });

  test("keep the letter before a value that begins with a combining accent", async () => {
    const values = ["\u0301x", "\u0338", "\u1161", "\u11a8"];
    const before = ["e", "=", "\u1100", "\uac00", "e\u0301", "line\n", "😀", "~", ""];
    await expectSame(
      (refs) => [
        { spec: before.map((text) => values.map((_, i) => `${text}${refs.texts[i]}${text}`)) },
        { spec: values.map((_, i) => values.map((_, j) => `${refs.texts[i]}${refs.texts[j]}`)) },
        { spec: values.map((_, i) => `${refs.id}${refs.texts[i]}${refs.id}`) },
      ],
      values,
    );
  });

  test("keep the types of references: string, number, list and map, alone and inside of strings", async () => {
    await expectSame(
      ({ id, count, blocks, tags }) => [
        { spec: { id, count, blocks, tags, all: [id, count, blocks, tags], nested: [{ count: [count] }] } },
        {
          data: {
            text: `${count}`,
            before: `a${count}`,
            after: `${count}b`,
            digits: `7${count}5`,
            both: `${id}${count}`,
          },
        },
        {
          spec: {
            int: Number.MAX_SAFE_INTEGER,
            negative: -1,
            float: 0.5,
            on: true,
            off: false,
            empty: {},
            none: [],
            text: "",
            numbers: [1e21, 1.5e-7, -0.5, 1e300, 2 ** 53, "9223372036854775807", "1e21"],
          },
        },
      ],
      Array.from({ length: TAGS }, (_, i) => `${i}`),
    );
  });

  test("contain the results of Terraform functions, locals, variables, booleans and lazy values", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app) => {
        const { stack, vcn, refs } = new Infrastructure(app);
        const flag = vcn.isIpv6Enabled;
        const spec = {
          flag,
          not: [Fn.conditional(flag, "1e3", "0x1F"), Fn.conditional(flag, 1, 2)],
          text: `flag ${Token.asString(flag)}, ${Fn.upper(refs.name)}`,
          count: Fn.lengthOf(refs.blocks),
          joined: Fn.join("|", refs.blocks),
          map: Fn.merge([{ a: refs.name }, { b: 2 }]),
          json: Fn.jsonencode({ name: refs.name }),
          local: new TerraformLocal(stack, "local", [refs.name, true, 1.5]).asList,
          open: new TerraformVariable(stack, "open", { type: "string", default: "012" }).stringValue,
          late: CdktfLazy.stringValue({ produce: () => "${HOME} %{x}" }),
        };
        new ChartOutput(stack, "shop", chartOf([{ spec }]));
      });
      replacePlaceholders(outdir, ['the "name"']);
      const run = await terraform.init(path.join(outdir, "stacks/stack"));
      await run.apply();
      const manifests = await run.output("shop_manifests");
      const [object] = parseYaml(manifests, "1.2") as any[];
      expect(object.spec).toEqual({
        flag: false,
        not: ["0x1F", 2],
        text: 'flag false, THE "NAME"',
        count: 2,
        joined: "10.0.0.0/16|10.1.0.0/16",
        map: { a: 'the "name"', b: 2 },
        json: '{"name":"the \\"name\\""}',
        local: ['the "name"', true, 1.5],
        open: "012",
        late: "${HOME} %{x}",
      });
      expect(misreadByKubectl(manifests)).toEqual([]);
    });
  });

  test("contain random strings unchanged around random references", async () => {
    const charts = fc.record({
      specs: fc.array(parts, { minLength: 50, maxLength: 80 }),
      keys: fc.array(hostileText, { maxLength: 30 }),
      texts: fc.array(hostileValue, { minLength: TAGS, maxLength: TAGS }),
    });
    await fc.assert(
      fc.asyncProperty(charts, async ({ specs, keys, texts }) => {
        await expectSame((refs) => {
          const values = specs.map((spec) => joinParts(spec, refs));
          return [
            { data: Object.fromEntries(values.map((text, i) => [`k${i}`, text])) },
            { spec: { list: values, deep: values.map((text) => [{ text }]) } },
            { data: Object.fromEntries(keys.map((key, i) => [key, values[i]])) },
          ];
        }, texts);
      }),
      // Each run generates other strings; a failure prints its seed. Shrinking would need an apply for each step.
      { numRuns: NUM_RUNS, seed: SEED, endOnFailure: true },
    );
  });

  test("contain an empty string for an empty reference, and are not written where a reference inside of a string is null", async () => {
    await expectSame((refs) => [{ data: { alone: refs.name, inside: `<${refs.name}>` } }], [""]);
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app) => {
        const { stack } = new Infrastructure(app);
        const missing = Token.asString(Fn.try([Fn.rawString("x"), "y"]));
        new ChartOutput(stack, "shop", chartOf([{ data: { text: `<${missing}>` } }]));
      });
      const file = path.join(outdir, "stacks/stack/cdk.tf.json");
      fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/try\([^)]*\)/, "null"));
      const run = await terraform.init(path.dirname(file));
      await expect(run.apply()).rejects.toThrow(/null/);
    });
  });

  test("may refer to resources of another stack", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app) => {
        const { refs } = new Infrastructure(app, "network");
        const consumer = new TerraformStack(app, "consumer");
        const { id, count, blocks } = refs;
        new ChartOutput(consumer, "shop", chartOf([{ spec: { id, count, blocks, text: `<${id}>` } }]));
      });
      const [network, consumer] = await terraform.initAll(outdir);
      await network!.apply();
      await consumer!.apply();
      const { id, cidr_blocks } = await network!.resource("oci_core_vcn.vcn");
      const [object] = parseYaml(await consumer!.output("shop_manifests"), "1.2") as any[];
      expect(object.spec).toEqual({ id, count: 3, blocks: cidr_blocks, text: `<${id}>` });
    });
  });

  test("contain objects, patches and lazy values that are added after the chart", async () => {
    await withProvider(async (terraform) => {
      let late = "early";
      const outdir = synthInto(terraform.outdir(), (app) => {
        const { stack, refs } = new Infrastructure(app);
        const chart = chartOf([{ data: { lazy: Lazy.any({ produce: () => late }) } }]);
        new ChartOutput(stack, "shop", chart);
        late = `late ${refs.id}`;
        const first = ApiObject.of(chart.node.findChild("object0"));
        first.addJsonPatch(JsonPatch.add("/data/patched", refs.name));
        new ApiObject(chart, "second", { apiVersion: "v1", kind: "Service", metadata: { name: "second" } });
      });
      replacePlaceholders(outdir, ["the name"]);
      const run = await terraform.init(path.join(outdir, "stacks/stack"));
      await run.apply();
      const { id } = await run.resource("oci_core_vcn.vcn");
      const [first, second] = parseYaml(await run.output("shop_manifests"), "1.2") as any[];
      expect(first.data).toEqual({ lazy: `late ${id}`, patched: "the name" });
      expect(second.kind).toBe("Service");
    });
  });

  test("are byte for byte those of plain cdk8s for a chart without references", async () => {
    await withProvider(async (terraform) => {
      const build = () => [
        { data: { script: "#!/bin/sh\necho ${HOME} %{x}\n", number: "1e3", text: 'say "no"' } },
        { spec: { replicas: 3, list: ["a", "- b"], on: true } },
      ];
      const { manifests } = await applyManifests(terraform, build);
      expect(manifests).toBe(Yaml.stringify(...Testing.synth(chartOf(build()))));
    });
  });
});
