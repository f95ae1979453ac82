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
