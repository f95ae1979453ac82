import { isIPv4 } from "node:net";
import { Token } from "cdktf";
import { shown } from "../../core/display-value";
import { isDnsSubdomain } from "../../core/kubernetes-names";
import { checkedBy, complete, type Reader, text, uniqueListOf } from "../../core/readers";
import { type Problems } from "../../core/validation-error";

export const MAX_COMMON_NAME_LENGTH = 64;

const HOST_FIX =
  'Write lower-case letters, digits, dashes and dots, such as "web.shop.svc" or "*.shop.example.com"';

/** Reads the host names of a certificate, each once. */
export function dnsNames(): Reader<string[]> {
  const host = checkedBy(text(), (problems, name, value) => {
    const base = value.replace(/^\*\./, "");
    // A certificate for all hosts of a top-level domain is never intended.
    if (isDnsSubdomain(base) && (value === base || base.includes("."))) return;
    problems.add("NAME_INVALID", `${name} is ${shown(value)}`, HOST_FIX);
  });
  return complete(uniqueListOf(host, 'a list, for example ["web.shop.svc"]', UNIQUE));
}

/** Reads the addresses of a certificate, each once. */
export function ipAddresses(): Reader<string[]> {
  const address = checkedBy(text(), (problems, name, value) => {
    if (isIPv4(value)) return;
    problems.add("NAME_INVALID", `${name} is ${shown(value)}`, 'Write an IPv4 address, such as "10.0.0.5"');
  });
  return complete(uniqueListOf(address, 'a list, for example ["10.0.0.5"]', UNIQUE));
}

const UNIQUE = { fix: "Give each host once" };

/** Adds a problem if a certificate would be valid for no host. */
export function checkHosts(
  problems: Problems,
  {
    dnsNames: names,
    ipAddresses: addresses,
  }: { readonly dnsNames?: string[]; readonly ipAddresses?: string[] },
): void {
  if (names?.length !== 0 || addresses?.length !== 0) return;
  const fix = 'Give the hosts that clients connect to, for example dnsNames: ["web.shop.svc"]';
  problems.add("ATTRIBUTE_MISSING", "Neither dnsNames nor ipAddresses has an entry", fix);
}

/** Reads a name in the subject of a certificate, which X.509 limits to 64 characters. */
export function commonName(): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    if (!Token.isUnresolved(value) && value.trim() !== "" && value.length <= MAX_COMMON_NAME_LENGTH) return;
    const fix = `Write 1 to ${MAX_COMMON_NAME_LENGTH} characters, as a literal`;
    problems.add("NAME_INVALID", `${name} is ${shown(value)}`, fix);
  });
}
