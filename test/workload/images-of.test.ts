import { TerraformVariable, Token } from "cdktf";
import { imagesOf } from "../../lib/workload/images/private/image-reference";
import { newStack } from "../support/stack";

const A = "docker.io/acme/a:1";
const custom = (spec: object, kind = "Cache") => ({
  apiVersion: "acme.example/v1",
  kind,
  metadata: { name: "cache" },
  spec,
});
const references = (value: unknown) => imagesOf(value).map(({ reference }) => reference);

describe("the images of an object", () => {
  test.each<[string, object, string]>([
    ["a container", { template: { spec: { containers: [{ name: "a", image: A }] } } }, "a"],
    ["a single container", { container: { image: A } }, "spec.container.image"],
    ["the object itself", { image: A }, "spec.image"],
    ["a script", { templates: [{ name: "run", script: { image: A } }] }, "spec.templates.0.script.image"],
    ["a step", { steps: [{ name: "build", image: A }] }, "build"],
    ["a name of an image", { imageName: A }, "spec.imageName"],
    ["a longer name of the field", { proxy: { sidecarImage: A } }, "spec.proxy.sidecarImage"],
    ["an image in parts", { image: { registry: "docker.io", repository: "acme/a", tag: "1" } }, "spec.image"],
    ["a volume", { volumes: [{ name: "data", image: { reference: A, pullPolicy: "Always" } }] }, "data"],
    ["a list of images", { images: [{ major: 16, image: A }] }, "spec.images.0.image"],
  ])("include those of %s", (_, spec, user) => {
    expect(imagesOf(custom(spec))).toEqual([{ user, reference: A }]);
  });

  test("in parts include the digest, and require a repository", () => {
    const image = { repository: "acme/a", digest: "sha256:12" };
    expect(references(custom({ image }))).toEqual(["acme/a@sha256:12"]);
    expect(references(custom({ image: { tag: "1", pullPolicy: "Always" } }))).toEqual([]);
  });

  test("can be references to Terraform values", () => {
    const { stringValue } = new TerraformVariable(newStack(), "image", {});
    const [found] = references(custom({ image: stringValue }));
    expect(Token.isUnresolved(found)).toBe(true);
  });

  test.each<[string, unknown]>([
    ["a schema", custom({ versions: [{ schema: { image: A } }] }, "CustomResourceDefinition")],
    ["a file", { apiVersion: "v1", kind: "ConfigMap", data: { image: A } }],
    ["a picture", custom({ image: "https://acme.example/logo.png" })],
    ["a picture beside the page", custom({ image: "images/logo.svg" })],
    ["an image of a system", custom({ osImage: "oracle-linux" })],
    ["a policy", custom({ imagePullPolicy: "Always" })],
    ["a pattern of a policy", custom({ containers: [{ image: "!*:latest" }] })],
    ["an empty text", custom({ image: "" })],
    ["what a controller reports", { ...custom({}), status: { image: A } }],
    ["annotations", { ...custom({}), metadata: { annotations: { image: A } } }],
    ["nothing", undefined],
  ])("do not include %s", (_, value) => {
    expect(imagesOf(value)).toEqual([]);
  });
});
