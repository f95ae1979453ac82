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
import { HOSTILE, LONG, hostileText, hostileValue, terraformLiteral } from "./hostile";
import { describeWithTerraform, synthInto, withProvider, type Terraform } from "./terraform";
import { misreadByKubectl, parseYaml } from "./yaml-readers";

jest.setTimeout(120_000);

/** What manifests refer to: as references when the program runs, as values when it was applied. */
interface Refs {
  id: string;
  name: string;
  blocks: string[];
  tags: { [key: string]: string };
  texts: string[];
  count: number;
}

const TAGS = 12;

// To repeat a failure, or to look longer for one: SEED=1 RUNS=100 npx jest test/terraform/manifest-bridge
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
      // No ConfigMap, in which some of the texts would look like credentials.
      apiVersion: "example.com/v1",
      kind: "Texts",
      metadata: { name: `object${i}` },
      ...object,
    });
  });
  return chart;
}

/** Puts texts, which cdktf would not leave alone, in the place of TEXT0, TEXT1… of what is synthesized. */
function plant(outdir: string, texts: readonly string[]): void {
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

/** The manifests as Terraform writes them, and what Terraform put into them. */
async function bridge(terraform: Terraform, build: Build, texts: readonly string[] = []) {
  const outdir = synthInto(terraform.outdir(), (app) => {
    const { stack, refs } = new Infrastructure(app);
    new ChartOutput(stack, "shop", chartOf(build(refs)));
  });
  plant(outdir, texts);
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
 * Applies the objects and compares them with the same objects made of values, not of references.
 *
 * The values are those of the state. Terraform keeps text in NFC, so a value may differ from what was configured; what
 * the manifest has is the value, and the literal text around it byte for byte, in NFC or not.
 */
async function expectSame(build: Build, texts: readonly string[] = []): Promise<void> {
  await withProvider(async (terraform) => {
    const { manifests, values } = await bridge(terraform, build, texts);
    const expected = build(values).map((object, i) => ({
      apiVersion: "example.com/v1",
      kind: "Texts",
      metadata: { name: `object${i}` },
      ...object,
    }));
    keep(manifests, expected);
    expect(parseYaml(manifests, "1.2")).toEqual(expected);
    expect(parseYaml(manifests, "1.1")).toEqual(expected);
    expect(misreadByKubectl(manifests)).toEqual([]);
  });
}

let kept = 0;

/** With KEEP_MANIFESTS=<folder>, for a reader that is not written in JavaScript: what it reads, and what that must say. */
function keep(manifests: string, expected: readonly object[]): void {
  const folder = process.env.KEEP_MANIFESTS;
  if (!folder) return;
  const file = path.join(folder, `${process.pid}-${kept++}`);
  fs.writeFileSync(`${file}.yaml`, manifests);
  fs.writeFileSync(`${file}.json`, JSON.stringify(expected));
}

/** A text with references in it: a number stands for one of the hostile texts that Terraform holds. */
type Part = string | number;
const parts = fc.array(fc.oneof(hostileText, fc.nat(TAGS - 1)), { minLength: 1, maxLength: 5 });

function join(spec: readonly Part[], refs: Refs): string {
  return spec.map((part) => (typeof part === "number" ? refs.texts[part] : part)).join("");
}

describeWithTerraform("manifests that terraform writes", () => {
  test("every hostile text comes out as it went in, as a value, in a list and as a key", async () => {
    await expectSame(() => [
      { data: Object.fromEntries(HOSTILE.map((text, i) => [`k${i}`, text])) },
      { spec: { list: HOSTILE, nested: HOSTILE.map((text) => ({ text, more: [[text]] })) } },
      {
        data: Object.fromEntries([...HOSTILE, ...LONG].map((key) => [key, key])),
      },
    ]);
  });

  test("hostile text stays what it is around references, and references are hostile too", async () => {
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

  test("an accent at the start of a value does not change the letter before it", async () => {
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

  test("references keep their type: text, number, list and map, alone and inside of text", async () => {
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

  test("functions, locals, variables, booleans and late values are what Terraform makes of them", async () => {
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
      plant(outdir, ['the "name"']);
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

  test("any text around any references comes out as it went in", async () => {
    const charts = fc.record({
      specs: fc.array(parts, { minLength: 50, maxLength: 80 }),
      keys: fc.array(hostileText, { maxLength: 30 }),
      texts: fc.array(hostileValue, { minLength: TAGS, maxLength: TAGS }),
    });
    await fc.assert(
      fc.asyncProperty(charts, async ({ specs, keys, texts }) => {
        await expectSame((refs) => {
          const values = specs.map((spec) => join(spec, refs));
          return [
            { data: Object.fromEntries(values.map((text, i) => [`k${i}`, text])) },
            { spec: { list: values, deep: values.map((text) => [{ text }]) } },
            { data: Object.fromEntries(keys.map((key, i) => [key, values[i]])) },
          ];
        }, texts);
      }),
      // New text every time; a failure says its seed. Shrinking takes an apply a step, and the difference shows the text.
      { numRuns: NUM_RUNS, seed: SEED, endOnFailure: true },
    );
  });

  test("an empty reference is empty text, and a missing one inside of text fails instead of vanishing", async () => {
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

  test("a stack's manifests may refer to another stack", async () => {
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

  test("what is added, patched or produced late is there", async () => {
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
      plant(outdir, ["the name"]);
      const run = await terraform.init(path.join(outdir, "stacks/stack"));
      await run.apply();
      const { id } = await run.resource("oci_core_vcn.vcn");
      const [first, second] = parseYaml(await run.output("shop_manifests"), "1.2") as any[];
      expect(first.data).toEqual({ lazy: `late ${id}`, patched: "the name" });
      expect(second.kind).toBe("Service");
    });
  });

  test("a chart without references reads the same from plain cdk8s, byte for byte", async () => {
    await withProvider(async (terraform) => {
      const build = () => [
        { data: { script: "#!/bin/sh\necho ${HOME} %{x}\n", number: "1e3", text: 'say "no"' } },
        { spec: { replicas: 3, list: ["a", "- b"], on: true } },
      ];
      const { manifests } = await bridge(terraform, build);
      expect(manifests).toBe(Yaml.stringify(...Testing.synth(chartOf(build()))));
    });
  });
});
