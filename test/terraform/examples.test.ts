import * as fs from "node:fs";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { EXAMPLES, previewsOf, synthesizeExample } from "../support/examples";
import { describeWithTerraform, withProvider, type TerraformStackRun } from "./terraform";
import { misreadByKubectl, parseYaml } from "./yaml-readers";

jest.setTimeout(120_000);

const REFERENCE = /\$\{((?:data\.)?[a-z0-9_]+\.[\w-]+)\.([\w.[\]-]+)\}/g;
const OCID = /ocid1\.([a-z]+)\.oc1\.test\.[0-9a-f]+/g;

/** The values of the state, by the addresses of what has them. */
async function valuesOf(run: TerraformStackRun): Promise<Map<string, any>> {
  const { values } = await run.show();
  return new Map(values.root_module.resources.map((resource: any) => [resource.address, resource.values]));
}

/** A preview with the values of the state in the place of the addresses, as data. */
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
      return value.replace(REFERENCE, (text, of: string, name: string) =>
        values.has(of) ? String(valueAt(of, name)) : text,
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

describeWithTerraform("every example under terraform", () => {
  test.each(EXAMPLES)(
    "%s is applied once, and its manifests have the values of what was made",
    async (name) => {
      const outdir = synthesizeExample(name);
      await withProvider(async (terraform) => {
        const { world } = terraform.provider;
        const stacks = await terraform.initAll(outdir);
        for (const stack of stacks) {
          await stack.validate();
          expect(await stack.planExitCode()).toBe(2);
          await stack.apply();
        }
        for (const stack of stacks) expect(await stack.planExitCode()).toBe(0);

        const previews = Object.entries(previewsOf(outdir));
        for (const [file, preview] of previews) {
          const stack = stacks.find((one) => one.name === path.dirname(file))!;
          const manifests = await stack.output(`${path.basename(file, ".yaml")}_manifests`);
          const expected = fill(preview, await valuesOf(stack));
          expect(parseYaml(manifests, "1.2")).toEqual(expected);
          expect(loadAsCdk8s(manifests, path.dirname(outdir))).toEqual(expected);
          expect(misreadByKubectl(manifests)).toEqual([]);
          expect(manifests).not.toMatch(/TfToken|unresolved-|\$\{(data\.)?oci_|\$\{jsonencode/);
          const ids = [...manifests.matchAll(OCID)];
          for (const [id, kind] of ids) expect([id, world.knows(id, [kind!])]).toEqual([id, true]);
          // What a chart refers to is there in the end.
          expect(ids.length > 0).toBe(
            preview.match(REFERENCE)?.some((text) => text.endsWith("id}")) ?? false,
          );
        }
        expect(previews.length).toBeGreaterThan(0);

        // The program run again says the same.
        const again = synthesizeExample(name);
        fs.cpSync(again, outdir, { recursive: true });
        fs.rmSync(path.dirname(again), { recursive: true });
        for (const stack of await terraform.initAll(outdir)) expect(await stack.planExitCode()).toBe(0);
      });
      fs.rmSync(path.dirname(outdir), { recursive: true });
    },
  );
});
