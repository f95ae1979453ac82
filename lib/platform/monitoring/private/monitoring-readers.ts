import { checkLiteral } from "../../../core/credential-literal";
import { findCredential } from "../../../core/credential-patterns";
import { shown } from "../../../core/display-value";
import { checkedBy, listOf, type Reader, text, valueOf } from "../../../core/readers";
import { type Egress } from "../../../network/egress/egress";

export const EGRESS = listOf(
  valueOf<Egress>("Egress"),
  "a list of Egress, such as [Egress.to(cidr, port, { reason })]",
);

function parsed(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** Reads an address of HTTP without credentials in it. */
export function webAddress(protocols: readonly string[] = ["http:", "https:"]): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    const url = parsed(value);
    if (!url || !protocols.includes(url.protocol)) {
      const fix = 'Give an address such as "https://alerts.example.com/hook"';
      problems.add("RECEIVER_INVALID", `${name} is ${shown(value)}`, fix);
      return;
    }
    const hasUser = url.username !== "" || url.password !== "";
    const credential = hasUser ? "a user or a password" : findCredential(value);
    if (credential !== undefined) {
      problems.add(
        "CREDENTIAL_LITERAL",
        `${name} contains ${credential}`,
        "Keep the whole address in OCI Vault, and give secretFiles with the file url",
      );
    } else checkLiteral(problems, name, name, value);
  });
}

const CLOSING: { readonly [open: string]: string } = { "(": ")", "[": "]", "{": "}" };

/** Reads an expression whose brackets and quotes match; what its words mean is for `promtool check rules`. */
export function promQl(code: "ALERT_INVALID" | "DASHBOARD_INVALID"): Reader<string> {
  return checkedBy(text(), (problems, name, expression) => {
    const fault = faultOf(expression);
    if (fault === undefined) return;
    const fix = "Give PromQL, for example up == 0, and try it with promtool check rules";
    problems.add(code, `${name} ${fault}`, fix);
  });
}

function faultOf(expression: string): string | undefined {
  if (expression.trim() === "") return "is empty";
  const open: string[] = [];
  let quote: string | undefined;
  for (let index = 0; index < expression.length; index += 1) {
    const letter = expression[index] as string;
    if (quote !== undefined) {
      if (letter === "\\" && quote !== "`") index += 1;
      else if (letter === quote) quote = undefined;
    } else if (`"'\``.includes(letter)) quote = letter;
    else if (CLOSING[letter]) open.push(CLOSING[letter]);
    else if (")]}".includes(letter) && open.pop() !== letter) return `closes ${letter}, which was not opened`;
  }
  if (quote !== undefined) return `has a text that does not end, after ${quote}`;
  return open.length > 0 ? `lacks ${open.at(-1)}` : undefined;
}
