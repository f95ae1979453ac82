import * as fs from "node:fs";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { EXAMPLES, previewsOf, sharedExample, stacksOf, synthesizeExample } from "../support/examples";
import { describeWithTerraform, withProvider, type TerraformStackRun } from "./terraform";
import { misreadByKubectl, parseYaml } from "./yaml-readers";

jest.setTimeout(120_000);

const REFERENCE = /\$\{((?:data\.)?[a-z0-9_]+\.[\w-]+)\.([\w.[\]-]+)\}/g;
const OCID = /ocid1\.([a-z]+)\.oc1\.test\.[0-9a-f]+/g;

/** The attributes in the state, by resource address. */
async function valuesOf(run: TerraformStackRun): Promise<Map<string, any>> {
  const { values } = await run.show();
  return new Map(values.root_module.resources.map((resource: any) => [resource.address, resource.values]));
}

/** Parses a preview and replaces its references by the values in the state. */
function fill(preview: string, values: Map<string, any>): unknown[] {
  const valueAt = (address: string, attributes: string) =>
    attributes
      .split(/[.[\]]+/)
      .filter(Boolean)
      .reduce((value, name) => value[name], values.get(address));
  const fillIn = (value: any): any => {
    if (typeof value === "string") {
      const [whole, address, attributes] = new RegExp(`^${REFERENCE.source}$`).exec(value) ?? [];
      if (whole && values.has(address!)) return valueAt(address!, attributes!);
      return value.replace(REFERENCE, (text, owner: string, name: string) =>
        values.has(owner) ? String(valueAt(owner, name)) : text,
      );
    }
    if (Array.isArray(value)) return value.map(fillIn);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fillIn(entry)]));
  };
  return parseYaml(preview, "1.2").map(fillIn);
}

function loadAsCdk8s(manifests: string, folder: string): unknown[] {
  const file = path.join(folder, "applied.yaml");
  fs.writeFileSync(file, manifests);
  return Yaml.load(file);
}

test.each(EXAMPLES)("%s synthesizes the same bytes in a second run", (name) => {
  const first = sharedExample(name);
  const second = synthesizeExample(name);
  expect(stacksOf(second)).toEqual(stacksOf(first));
  expect(previewsOf(second)).toEqual(previewsOf(first));
  fs.rmSync(path.dirname(second), { recursive: true });
});

describeWithTerraform("Terraform with each example", () => {
  test.each(EXAMPLES)(
    "applies %s in one run and writes the values of the created resources to its manifests",
    async (name) => {
      const outdir = synthesizeExample(name);
      await withProvider(async (terraform) => {
        const { account } = terraform.provider;
        const stacks = await terraform.initAll(outdir);
        for (const stack of stacks) {
          await stack.validate();
          expect(await stack.planExitCode()).toBe(2);
          await stack.apply();
        }
        for (const stack of stacks) expect(await stack.planExitCode()).toBe(0);

        const previews = Object.entries(previewsOf(outdir));
        for (const [file, preview] of previews) {
          const stack = stacks.find(({ name: stackName }) => stackName === path.dirname(file))!;
          const manifests = await stack.output(`${path.basename(file, ".yaml")}_manifests`);
          const expected = fill(preview, await valuesOf(stack));
          expect(parseYaml(manifests, "1.2")).toEqual(expected);
          expect(loadAsCdk8s(manifests, path.dirname(outdir))).toEqual(expected);
          expect(misreadByKubectl(manifests)).toEqual([]);
          expect(manifests).not.toMatch(/TfToken|unresolved-|\$\{(data\.)?oci_|\$\{jsonencode/);
          const ids = [...manifests.matchAll(OCID)];
          for (const [id, kind] of ids) expect([id, account.exists(id, [kind!])]).toEqual([id, true]);
          // Manifests whose preview refers to resources contain their OCIDs after the apply.
          expect(ids.length > 0).toBe(
            preview.match(REFERENCE)?.some((text) => text.endsWith("id}")) ?? false,
          );
        }
        expect(previews.length).toBeGreaterThan(0);

        // A second run of the program changes nothing.
        const again = synthesizeExample(name);
        fs.cpSync(again, outdir, { recursive: true });
        fs.rmSync(path.dirname(again), { recursive: true });
        for (const stack of await terraform.initAll(outdir)) expect(await stack.planExitCode()).toBe(0);
      });
      fs.rmSync(path.dirname(outdir), { recursive: true });
    },
  );
});
