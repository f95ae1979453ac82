import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Size } from "cdk8s";
import { TerraformStack, Testing } from "cdktf";
import { KubernetesVersion, NodeImage, NodeShape, PrivateNodePool, SecureOkeCluster } from "secure-oke";

const README = readFileSync(join(__dirname, "..", "..", "README.md"), "utf8");
const PROGRAM = join(__dirname, "..", "..", "examples", "quickstart", "main.ts");

/** The first code block of the README in a language. */
function codeBlock(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(README) ?? [];
  return text ?? "";
}

test("the program in README is the quickstart example", () => {
  expect(codeBlock("ts")).toBe(readFileSync(PROGRAM, "utf8"));
});

test("the error in README is the error of a node pool with 300 nodes", () => {
  const stack = new TerraformStack(Testing.app(), "shop");
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_34,
  });
  const create = () =>
    new PrivateNodePool(stack, "general", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 300,
    });
  const printed = codeBlock("text")
    .replace(/^ValidationError: /, "")
    .trimEnd();
  expect(printed).not.toBe("");
  expect(create).toThrow(new Error(printed));
});
