import { isIPv4 } from "node:net";
import { Token } from "cdktf";
import { isDnsSubdomain } from "../../core/kubernetes-names";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";

const MAX_COMMON_NAME_LENGTH = 64;

/** Adds a problem where a certificate would be valid for no host, or for one that can't exist. */
export function checkNames(problems: Problems, dnsNames: unknown, ipAddresses: unknown): void {
  const names = readList(problems, "dnsNames", dnsNames, '["web.shop.svc"]');
  const addresses = readList(problems, "ipAddresses", ipAddresses, '["10.0.0.5"]');
  if (names?.length === 0 && addresses?.length === 0) {
    const fix = 'Name the hosts that clients connect to, for example dnsNames: ["web.shop.svc"]';
    problems.add("ATTRIBUTE_MISSING", "Neither dnsNames nor ipAddresses has an entry", fix);
  }
  for (const name of names ?? []) {
    const host = typeof name === "string" ? name.replace(/^\*\./, "") : "";
    const isHost = typeof name === "string" && !Token.isUnresolved(name) && isDnsSubdomain(host);
    // A certificate for all hosts of a top-level domain is never what was meant.
    if (isHost && (name === host || host.includes("."))) continue;
    const fix =
      'Write lower-case letters, digits, dashes and dots, such as "web.shop.svc" or "*.shop.example.com"';
    problems.add("NAME_INVALID", `dnsNames has ${shown(name)}`, fix);
  }
  for (const address of addresses ?? []) {
    if (typeof address === "string" && isIPv4(address)) continue;
    problems.add(
      "NAME_INVALID",
      `ipAddresses has ${shown(address)}`,
      'Write an IPv4 address, such as "10.0.0.5"',
    );
  }
  for (const [list, all] of [
    ["dnsNames", names],
    ["ipAddresses", addresses],
  ] as const) {
    const twice = (all ?? []).filter((one, index) => all?.indexOf(one) !== index);
    for (const one of new Set(twice)) {
      problems.add("NAME_DUPLICATE", `${list} has ${shown(one)} twice`, "Name each host once");
    }
  }
}

function readList(problems: Problems, name: string, value: unknown, example: string): unknown[] | undefined {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && !Token.isUnresolved(value)) return value as unknown[];
  problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write a list, for example ${example}`);
  return undefined;
}

/** Adds a problem where the subject of a certificate has no name, or one that X.509 has no room for. */
export function checkCommonName(problems: Problems, name: string, value: unknown): void {
  const isText = typeof value === "string" && !Token.isUnresolved(value);
  if (isText && value.trim() !== "" && value.length <= MAX_COMMON_NAME_LENGTH) return;
  const fix = `Write 1 to ${MAX_COMMON_NAME_LENGTH} characters, as a literal`;
  if (value === undefined || value === null) problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
  else problems.add("NAME_INVALID", `${name} is ${shown(value)}`, fix);
}
