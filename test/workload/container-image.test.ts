import { Token } from "cdktf";
import fc from "fast-check";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { DIGEST, validationProblemsOf, problemCodesOf } from "./support";

describe("an image pinned by its digest", () => {
  test.each([
    ["fra.ocir.io/acme/web", undefined],
    ["fra.ocir.io/acme/web:1.4.2", "1.4.2"],
    ["localhost/web", undefined],
    ["localhost:5000/web:v1", "v1"],
    ["registry.example.com:5000/a/b-c/d.e__f:x_y", "x_y"],
  ])("can be %s@sha256:…", (name, tag) => {
    const image = ContainerImage.of(`${name}@${DIGEST}`);
    expect(image.reference).toBe(`${name}@${DIGEST}`);
    expect(image.digest).toBe(DIGEST);
    expect(image.tag).toBe(tag);
  });

  test.each([
    ["", ["IMAGE_INVALID", "IMAGE_NOT_PINNED"]],
    ["web", ["IMAGE_INVALID", "IMAGE_NOT_PINNED"]],
    ["fra.ocir.io/acme/web", ["IMAGE_NOT_PINNED"]],
    ["fra.ocir.io/acme/web:1.0", ["IMAGE_NOT_PINNED"]],
    ["fra.ocir.io/acme/web:latest", ["IMAGE_NOT_PINNED", "IMAGE_NOT_PINNED"]],
    [`fra.ocir.io/acme/web:latest@${DIGEST}`, ["IMAGE_NOT_PINNED"]],
    [`acme/web@${DIGEST}`, ["IMAGE_INVALID"]],
    [`web:1.0@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/Acme/web@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme//web@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web/@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/-web@${DIGEST}`, ["IMAGE_INVALID"]],
    [`-fra.ocir.io/acme/web@${DIGEST}`, ["IMAGE_INVALID"]],
    [`https://fra.ocir.io/acme/web@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web:@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web:.1@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web:${"a".repeat(129)}@${DIGEST}`, ["IMAGE_INVALID"]],
    ["fra.ocir.io/acme/web@sha256:abc", ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web@${DIGEST.toUpperCase()}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web@${DIGEST}0`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web@md5:${"0".repeat(64)}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/acme/web@${DIGEST}@${DIGEST}`, ["IMAGE_INVALID"]],
    [` fra.ocir.io/acme/web@${DIGEST}`, ["IMAGE_INVALID"]],
    [`fra.ocir.io/${"a/".repeat(130)}web@${DIGEST}`, ["IMAGE_INVALID"]],
  ])("can't be %s", (reference, codes) => {
    expect(problemCodesOf(() => ContainerImage.of(reference))).toEqual([...codes].sort());
  });

  test("keeps every valid name unchanged", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
    const tag = fc.option(
      fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,20}$/).filter((text) => text !== "latest"),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), tag, (parts, suffix) => {
        const reference = `fra.ocir.io/${parts.join("/")}${suffix === null ? "" : `:${suffix}`}@${DIGEST}`;
        return ContainerImage.of(reference).reference === reference;
      }),
    );
  });

  test("can have a repository that is a reference to a Terraform value, with a literal digest", () => {
    const repository = Token.asString({ resolve: () => "${oci_x.y.path}", creationStack: [] });
    expect(ContainerImage.of(`${repository}@${DIGEST}`).digest).toBe(DIGEST);
    expect(problemCodesOf(() => ContainerImage.of(repository))).toEqual(["IMAGE_NOT_PINNED"]);
  });

  test("is refused with the name of its factory and a fix", () => {
    const [problem] = validationProblemsOf(() => ContainerImage.of("fra.ocir.io/acme/web:1.0"));
    expect(problem).toMatchObject({ path: "ContainerImage.of", fix: expect.stringContaining("@sha256:") });
  });
});

describe("an invalid part of a reference is reported:", () => {
  const parts = { registry: "fra.ocir.io", port: "", path: "/acme/web", tag: ":1.4.2", digest: `@${DIGEST}` };
  const hex = DIGEST.slice("sha256:".length);
  test.each<[string, Partial<typeof parts>, RegExp]>([
    ["no registry", { registry: "", path: "acme/web" }, /host of a registry/],
    ["a registry that is a word", { registry: "registry" }, /host of a registry/],
    ["a registry with an underscore", { registry: "fra_1.ocir.io" }, /registry "fra_1\.ocir\.io"/],
    ["a registry with a dash at its end", { registry: "fra-.ocir.io" }, /registry "fra-\.ocir\.io"/],
    ["a registry with an empty part", { registry: "fra..ocir.io" }, /registry "fra\.\.ocir\.io"/],
    ["a registry with a space", { registry: "fra .ocir.io" }, /registry "fra \.ocir\.io"/],
    ["a registry with a user", { registry: "me:pw@fra.ocir.io" }, /has the digest/],
    ["a scheme", { registry: "https://fra.ocir.io" }, /form of a URL/],
    ["an empty port", { port: ":" }, /registry "fra\.ocir\.io:"/],
    ["port 0", { port: ":0" }, /registry "fra\.ocir\.io:0"/],
    ["port 65536", { port: ":65536" }, /registry "fra\.ocir\.io:65536"/],
    ["a port that is a word", { port: ":https" }, /registry "fra\.ocir\.io:https"/],
    ["a port of six digits", { port: ":500000" }, /registry "fra\.ocir\.io:500000"/],
    ["no repository", { path: "" }, /host of a registry/],
    ["an empty repository", { path: "/" }, /repository part ""/],
    ["an empty part", { path: "/acme//web" }, /repository part ""/],
    ["upper case", { path: "/Acme/web" }, /repository part "Acme"/],
    ["a space", { path: "/ac me/web" }, /repository part "ac me"/],
    ["a part that begins with a dash", { path: "/acme/-web" }, /repository part "-web"/],
    ["two dots", { path: "/acme/../web" }, /repository part "\.\."/],
    ["three underscores", { path: "/acme/w___b" }, /repository part "w___b"/],
    ["a letter that is not ASCII", { path: "/acme/wéb" }, /repository part "wéb"/],
    ["a question mark", { path: "/acme/web?x" }, /repository part "web\?x"/],
    ["an empty tag", { tag: ":" }, /tag ""/],
    ["a tag that begins with a dot", { tag: ":.1" }, /tag "\.1"/],
    ["a tag that begins with a dash", { tag: ":-1" }, /tag "-1"/],
    ["a tag with a plus", { tag: ":1.0+build" }, /tag "1\.0\+build"/],
    ["a tag with a space", { tag: ":1 0" }, /tag "1 0"/],
    ["a tag with a line break", { tag: ":1.0\n" }, /tag "1\.0\\n"/],
    ["two tags", { tag: ":1.0:2.0" }, /tag "1\.0:2\.0"/],
    ["the tag latest", { tag: ":latest" }, /tag latest/],
    ["no digest", { digest: "" }, /has no digest/],
    ["an empty digest", { digest: "@" }, /has the digest ""/],
    ["a digest without its algorithm", { digest: `@${hex}` }, /has the digest/],
    ["an algorithm that is weak", { digest: `@md5:${hex.slice(32)}` }, /has the digest "md5:/],
    ["an algorithm in upper case", { digest: `@SHA256:${hex}` }, /has the digest "SHA256:/],
    [
      "a digest of upper case",
      { digest: `@sha256:${hex.toUpperCase()}` },
      /has the digest "sha256:0123456789ABCDEF/,
    ],
    ["a digest that is too short", { digest: `@sha256:${hex.slice(1)}` }, /has the digest/],
    ["a digest that is too long", { digest: `@sha256:${hex}0` }, /has the digest/],
    ["a digest that is no number", { digest: `@sha256:${"g".repeat(64)}` }, /has the digest/],
    ["a line break at the end", { digest: `@${DIGEST}\n` }, /has the digest/],
    ["a space before", { registry: " fra.ocir.io" }, /registry " fra\.ocir\.io"/],
  ])("%s", (_, change, what) => {
    const { registry, port, path, tag, digest } = { ...parts, ...change };
    const problems = validationProblemsOf(() => ContainerImage.of(registry + port + path + tag + digest));
    expect(problems.map((problem) => problem.what).join("\n")).toMatch(what);
    expect(problems.every(({ code }) => code === "IMAGE_INVALID" || code === "IMAGE_NOT_PINNED")).toBe(true);
  });

  test("the valid parts are an image", () => {
    const text = Object.values({ ...parts, port: ":5000" }).join("");
    expect(ContainerImage.of(text).reference).toBe(text);
  });
});

describe("an image without a digest", () => {
  test("keeps its reason", () => {
    const image = ContainerImage.tagOnly("fra.ocir.io/acme/web:1.0", { reason: "Built on every push" });
    expect(image).toMatchObject({
      reference: "fra.ocir.io/acme/web:1.0",
      tag: "1.0",
      reason: "Built on every push",
    });
  });

  test.each([
    ["fra.ocir.io/acme/web:1.0", " ", ["REASON_MISSING"]],
    ["fra.ocir.io/acme/web", "why", ["IMAGE_NOT_PINNED"]],
    ["fra.ocir.io/acme/web:latest", "why", ["IMAGE_NOT_PINNED"]],
    [`fra.ocir.io/acme/web:1.0@${DIGEST}`, "why", ["IMAGE_INVALID"]],
    ["web:1.0", "why", ["IMAGE_INVALID"]],
  ])("can't be %s with the reason %j", (reference, reason, codes) => {
    expect(problemCodesOf(() => ContainerImage.tagOnly(reference, { reason }))).toEqual(codes);
  });
});
