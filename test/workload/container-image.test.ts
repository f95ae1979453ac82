import { Token } from "cdktf";
import fc from "fast-check";
import { ContainerImage } from "../../lib/workload/container-image";
import { DIGEST, refusal, refusedCodes } from "./support";

describe("an image pinned by its digest", () => {
  test.each([
    ["fra.ocir.io/acme/web", undefined],
    ["fra.ocir.io/acme/web:1.4.2", "1.4.2"],
    ["localhost/web", undefined],
    ["localhost:5000/web:v1", "v1"],
    ["registry.example.com:5000/a/b-c/d.e__f:x_y", "x_y"],
  ])("may be %s@sha256:…", (name, tag) => {
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
    [`https://fra.ocir.io/acme/web@${DIGEST}`, ["IMAGE_INVALID", "IMAGE_INVALID"]],
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
  ])("may not be %s", (reference, codes) => {
    expect(refusedCodes(() => ContainerImage.of(reference))).toEqual([...codes].sort());
  });

  test("keeps every well-formed name as it is", () => {
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

  test("may have a repository that Terraform knows, as long as its digest is written down", () => {
    const repository = Token.asString({ resolve: () => "${oci_x.y.path}", creationStack: [] });
    expect(ContainerImage.of(`${repository}@${DIGEST}`).digest).toBe(DIGEST);
    expect(refusedCodes(() => ContainerImage.of(repository))).toEqual(["IMAGE_NOT_PINNED"]);
  });

  test("is refused under the name of its factory, with what to write instead", () => {
    const [problem] = refusal(() => ContainerImage.of("fra.ocir.io/acme/web:1.0"));
    expect(problem).toMatchObject({ path: "ContainerImage.of", fix: expect.stringContaining("@sha256:") });
  });
});

describe("an image named by its tag", () => {
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
  ])("may not be %s because of %j", (reference, reason, codes) => {
    expect(refusedCodes(() => ContainerImage.tagOnly(reference, { reason }))).toEqual(codes);
  });
});
