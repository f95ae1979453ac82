import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Size } from "cdk8s";
import { TerraformStack, Testing } from "cdktf";
import { KubernetesVersion, NodeImage, NodeShape, PrivateNodePool, SecureOkeCluster } from "secure-oke";

const README = readFileSync(join(__dirname, "..", "..", "README.md"), "utf8");
const PROGRAM = join(__dirname, "..", "..", "examples", "quickstart", "main.ts");

/** The first piece of the README in a language. */
function piece(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(README) ?? [];
  return text ?? "";
}

test("the README's program is the quickstart", () => {
  expect(piece("ts")).toBe(readFileSync(PROGRAM, "utf8"));
});

test("the README's refusal is what a pool of 300 nodes prints", () => {
  const stack = new TerraformStack(Testing.app(), "shop");
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_34,
  });
  const refused = () =>
    new PrivateNodePool(stack, "general", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 300,
    });
  const printed = piece("text")
    .replace(/^ValidationError: /, "")
    .trimEnd();
  expect(printed).not.toBe("");
  expect(refused).toThrow(new Error(printed));
});
