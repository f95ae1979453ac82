import { checkLiteral } from "../../../core/credential-literal";
import { findCredential } from "../../../core/credential-patterns";
import { shown } from "../../../core/display-value";
import { type ErrorCode } from "../../../core/error-codes";
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

/** How messages about an address of HTTP read. */
interface WebAddressOptions {
  readonly protocols: readonly string[];
  readonly code: ErrorCode;
  readonly example: string;
  /** The fix for an address with a credential. */
  readonly secretFix: string;
}

/** An address that receives alerts. */
export const RECEIVER_ADDRESS: WebAddressOptions = {
  protocols: ["http:", "https:"],
  code: "RECEIVER_INVALID",
  example: "https://alerts.example.com/hook",
  secretFix: "Keep the whole address in OCI Vault, and give secretFiles with the file url",
};

/** An endpoint of a provider of OpenID Connect. */
export const OIDC_ADDRESS: WebAddressOptions = {
  protocols: ["https:"],
  code: "VALUE_INVALID",
  example: "https://login.example.com/oauth2/v1/token",
  secretFix: "Remove it: Grafana authenticates with the client secret in secretFiles",
};

/** Reads an HTTP address without credentials. */
export function webAddress({ code, example, protocols, secretFix }: WebAddressOptions): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    const url = parsed(value);
    if (!url || !protocols.includes(url.protocol)) {
      problems.add(code, `${name} is ${shown(value)}`, `Give an address such as "${example}"`);
      return;
    }
    const hasUser = url.username !== "" || url.password !== "";
    const credential = hasUser ? "a user or a password" : findCredential(value);
    if (credential !== undefined) {
      problems.add("CREDENTIAL_LITERAL", `${name} contains ${credential}`, secretFix);
    } else checkLiteral(problems, name, name, value);
  });
}

const CLOSING: { readonly [open: string]: string } = { "(": ")", "[": "]", "{": "}" };

/** Reads an expression whose brackets and quotes match; `promtool check rules` checks the rest. */
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
