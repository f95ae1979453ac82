import { Fn, Token } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { ChartOutput } from "../../lib/synthesis/chart-output";
import { parseYaml } from "../terraform/yaml-readers";
import { configMap, newProgram, write } from "./support";

describe("the preview", () => {
  test("is YAML with addresses in it, also where an expression has quotes and colons", () => {
    const program = newProgram();
    const { vcn } = program;
    const object = {
      spec: {
        id: vcn.id,
        list: vcn.cidrBlocks,
        chosen: Fn.conditional(vcn.isIpv6Enabled, "a: b", vcn.id),
        text: `<${Token.asString(Fn.lookup(vcn.freeformTags, "a", 'x"'))}> $\{x}`,
      },
    };
    configMap(program.chart, "object", object);
    new ChartOutput(program.stack, "shop", program.chart);
    const [read] = parseYaml(write(program).preview(), "1.2") as any[];
    expect(read.spec).toEqual({
      id: "${oci_core_vcn.vcn.id}",
      list: "${oci_core_vcn.vcn.cidr_blocks}",
      chosen: '${oci_core_vcn.vcn.is_ipv6enabled ? "a: b" : oci_core_vcn.vcn.id}',
      text: expect.stringMatching(/^<\$\{lookup\(.*\)}> \$\{x}$/),
    });
  });

  test("and the output are the same bytes for the same program", () => {
    const run = () => {
      const program = newProgram();
      for (const name of ["b", "a"])
        configMap(program.chart, name, { spec: { id: program.vcn.id, t: "no" } });
      new ChartOutput(program.stack, "shop", program.chart);
      const { manifests, preview } = write(program);
      return [manifests(), preview()];
    };
    expect(run()).toEqual(run());
  });

  test("of a chart that is gone goes too, with the folder of a stack that has none; other files stay", () => {
    const program = newProgram();
    new ChartOutput(program.stack, "shop", program.chart);
    const stale = ["manifests/stack/old.yaml", "manifests/gone/old.yaml", "manifests/gone-too/notes.txt"];
    for (const file of stale) {
      fs.mkdirSync(path.join(program.app.outdir, path.dirname(file)), { recursive: true });
      fs.writeFileSync(path.join(program.app.outdir, file), "");
    }
    const { files } = write(program);
    expect(files.filter((file) => file.startsWith("manifests/"))).toEqual([
      "manifests/gone-too",
      "manifests/gone-too/notes.txt",
      "manifests/stack",
      "manifests/stack/shop.yaml",
    ]);
  });

  test("an empty chart is an empty text", () => {
    const program = newProgram();
    new ChartOutput(program.stack, "shop", program.chart);
    const { manifests, preview } = write(program);
    expect([manifests(), preview()]).toEqual(["", ""]);
  });
});
