import { TerraformVariable } from "cdktf";
import { checkText, literalText } from "../../lib/core/terraform-text";
import { Problems } from "../../lib/core/validation-error";
import { newStack, validationProblemsOf } from "../support/stack";

function check(text: string): void {
  const problems = new Problems("test");
  checkText(problems, "the reason", text);
  problems.throwIfAny();
}

const reference = () => new TerraformVariable(newStack(), "owner", {}).stringValue;

describe("a text for Terraform", () => {
  test.each(["", "plain", "5 $ or 3 %", "{braces}", "$${literal}", "100 %%{ of it", "$ {", "a$"])(
    "%p means what it says",
    (text) => {
      expect(() => check(text)).not.toThrow();
    },
  );

  test("may have references of cdktf in it", () => {
    expect(() => check(`owned by ${reference()}, ${reference()}`)).not.toThrow();
  });

  test.each(["${name}", "of ${var.owner}", "%{ if true }", "a $${b} ${c}"])(
    "%p is refused: Terraform would replace it",
    (text) => {
      const [problem, ...more] = validationProblemsOf(() => check(text));
      expect(more).toEqual([]);
      expect(problem).toMatchObject({ code: "TEXT_TEMPLATE", fix: expect.stringContaining("$${") });
      expect(problem?.what).toContain(`the reason is ${JSON.stringify(text)}`);
    },
  );

  test.each(["$", "%"])("with a %p just before a reference is refused, without the placeholder", (sign) => {
    const [problem] = validationProblemsOf(() => check(`costs ${sign}${reference()}`));
    expect(problem?.code).toBe("TEXT_TEMPLATE");
    expect(problem?.what).not.toContain("TfToken");
  });

  test("that the library makes is escaped, its references aside", () => {
    const owner = reference();
    expect(literalText("a${b}/c%{d}/plain")).toBe("a$${b}/c%%{d}/plain");
    expect(literalText(`of ${owner}`)).toBe(`of ${owner}`);
  });
});
