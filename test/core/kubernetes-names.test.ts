import fc from "fast-check";
import {
  checkAnnotations,
  checkLabels,
  checkObjectName,
  checkSubdomainName,
  isDnsLabel,
  isLabelValue,
  isQualifiedName,
} from "../../lib/core/kubernetes-names";
import { Problems } from "../../lib/core/validation-error";
import { problemCodesOf } from "../support/stack";

function codes(check: (problems: Problems) => void): string[] {
  return problemCodesOf(() => {
    const problems = new Problems("test");
    check(problems);
    problems.throwIfAny();
  });
}

describe("the name of an object", () => {
  test.each(["a", "web", "web-1", "1web", "a".repeat(63)])("may be %s", (name) => {
    expect(isDnsLabel(name)).toBe(true);
  });

  test.each(["", "Web", "-web", "web-", "we_b", "we.b", "wéb", "a".repeat(64), "web\n"])(
    "may not be %j",
    (name) => {
      expect(codes((problems) => checkObjectName(problems, "name", name))).toEqual(["NAME_INVALID"]);
    },
  );

  test("is a label of DNS whenever it is letters, digits and inner dashes", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/), (name) => isDnsLabel(name)),
    );
  });

  test.each(["a.b", "tls.example.com", "web-tls"])("of a Secret may be %s", (name) => {
    const problems = new Problems("test");
    checkSubdomainName(problems, "name", name);
    expect(problems.any).toBe(false);
  });

  test.each([".a", "a..b", "A.b", `${"a".repeat(254)}`])("of a Secret may not be %s", (name) => {
    expect(codes((problems) => checkSubdomainName(problems, "name", name))).toEqual(["NAME_INVALID"]);
  });
});

describe("a label", () => {
  test.each(["team", "example.com/team", "A_b.c-d", "a".repeat(63)])("may have the key %s", (key) => {
    expect(isQualifiedName(key)).toBe(true);
  });

  test.each(["", "/team", "example.com/", "Example.com/team", "a/b/c", "-a", "a-", "a b", "a".repeat(64)])(
    "may not have the key %j",
    (key) => {
      expect(codes((problems) => checkLabels(problems, "labels", { [key]: "x" }))).toEqual(["LABEL_INVALID"]);
    },
  );

  test.each(["a b", "-a", "a/b", "a".repeat(64), "é"])("may not have the value %j", (value) => {
    expect(codes((problems) => checkLabels(problems, "labels", { a: value }))).toEqual(["LABEL_INVALID"]);
  });

  test("has a value that fits exactly when Kubernetes' own pattern does", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 70 }), (value) => {
        const ours = isLabelValue(value);
        const theirs =
          value.length <= 63 && new RegExp("^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$").test(value);
        return ours === theirs;
      }),
    );
  });

  test("that is reserved is refused", () => {
    expect(codes((problems) => checkLabels(problems, "labels", { a: "b" }, ["a"]))).toEqual([
      "LABEL_INVALID",
    ]);
  });
});

describe("an annotation", () => {
  test("may hold any text, but all together no more than 256 KiB", () => {
    const problems = new Problems("test");
    checkAnnotations(problems, "annotations", { "example.com/a": "any text: {}\n" });
    expect(problems.any).toBe(false);
    expect(codes((found) => checkAnnotations(found, "annotations", { a: "x".repeat(262_144) }))).toEqual([
      "LABEL_INVALID",
    ]);
    expect(codes((found) => checkAnnotations(found, "annotations", { "a b": "x" }))).toEqual([
      "LABEL_INVALID",
    ]);
    expect(codes((found) => checkAnnotations(found, "annotations", { a: 1 as never }))).toEqual([
      "LABEL_INVALID",
    ]);
  });
});
