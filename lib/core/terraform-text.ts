import { type Problems } from "./validation-error";

// A placeholder of cdktf, which becomes a reference when the stack is synthesized.
const REFERENCE = /\$\{TfToken\[[A-Za-z0-9:._-]+\]\}/g;
// Stands for a reference: no text of a user has it.
const MARK = "\u0000";
const BEGINNING = /(?<!\$)\$\{|(?<!%)%\{/;
const ESCAPING = new RegExp(`[$%]${MARK}`);

/**
 * Adds a problem where Terraform would read a part of a text as a template.
 *
 * cdktf writes texts as they are: a `${` or `%{` in one of them begins a template, which ends in an error of Terraform or
 * in another text. References of cdktf pass, and so does what is escaped as Terraform asks for.
 *
 * Such a text is refused and not escaped: mostly it is a template literal whose quotes are the wrong ones.
 *
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings
 */
export function checkText(problems: Problems, name: string, text: string | undefined): void {
  if (typeof text !== "string") return;
  const literal = text.replace(REFERENCE, MARK);
  if (BEGINNING.test(literal)) {
    problems.add(
      "TEXT_TEMPLATE",
      `${name} is ${JSON.stringify(text)}, which has a template of Terraform in it`,
      "Use backquotes for values of the program, a reference of cdktf for values of Terraform, and $${ or %%{ for the characters",
    );
  } else if (ESCAPING.test(literal)) {
    problems.add(
      "TEXT_TEMPLATE",
      `${name} has a $ or % just before a reference to a Terraform value, which makes plain text of the reference`,
      "Put another character between the two",
    );
  }
}

/** A text of ours, such as a path, as Terraform must read it to mean its characters; references stay. */
export function literalText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)|%\{/g, (beginning) => `${beginning[0]}${beginning}`);
}
