import * as fs from "node:fs";
import * as path from "node:path";
import * as cdk8s from "cdk8s";
import * as cdk8sPlus from "cdk8s-plus-27";
import * as cdktf from "cdktf";
import * as constructs from "constructs";
import { root } from "./sources";

const types = [
  ...fs
    .readFileSync(path.join(root, "api.txt"), "utf8")
    .matchAll(/^(?:abstract )?(?:class|struct|interface|enum) (\w+)/gm),
].map(([, name = ""]) => name);

/** The names that a declaration file of a package and the files it exports from declare: interfaces exist nowhere else. */
function declaredNames(request: string): readonly string[] {
  const index = require.resolve(request).replace(/\.js$/, ".d.ts");
  const folder = path.dirname(index);
  return fs
    .readdirSync(folder, { encoding: "utf8" })
    .filter((name) => name.endsWith(".d.ts"))
    .flatMap((name) => [
      ...fs
        .readFileSync(path.join(folder, name), "utf8")
        .matchAll(/^export (?:declare )?(?:abstract )?(?:class|interface|enum) (\w+)/gm),
    ])
    .map(([, name = ""]) => name);
}

test.each([
  ["cdk8s", cdk8s, "Duration", "ChartProps"],
  ["cdk8s-plus-27", cdk8sPlus, "Deployment", "ContainerProps"],
  ["cdktf", cdktf, "TerraformStack", "AppConfig"],
  ["constructs", constructs, "Construct", "IConstruct"],
] as const)(
  "no public type has the name of a type of %s, which programs import beside it",
  (request, exported, exampleClass, exampleInterface) => {
    const names = new Set([...Object.keys(exported), ...declaredNames(request)]);
    expect([...names]).toEqual(expect.arrayContaining([exampleClass, exampleInterface]));
    expect(types.filter((name) => names.has(name))).toEqual([]);
  },
);
