import { Token } from "cdktf";
import { checkAnnotation } from "./credential-literal";
import { shown } from "./display-value";
import { type Problems } from "./validation-error";
import { checkedBy, kind, passing, type Reader } from "./value-readers";

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const MAX_LABEL_LENGTH = 63;
const MAX_SUBDOMAIN_LENGTH = 253;
const LARGEST_ANNOTATIONS = 256 * 1024;

/** Whether a text is a DNS-1123 label: the name of most objects, safe in a host name and in a label value. */
export function isDnsLabel(text: string): boolean {
  return typeof text === "string" && text.length <= MAX_LABEL_LENGTH && LABEL.test(text);
}

/** Whether a text is a DNS-1123 subdomain, as the names of Secrets and ConfigMaps are. */
export function isDnsSubdomain(text: string): boolean {
  return typeof text === "string" && text.length <= MAX_SUBDOMAIN_LENGTH && SUBDOMAIN.test(text);
}

/** Adds a problem where a name is not a DNS-1123 label. */
export function checkObjectName(problems: Problems, what: string, name: string): void {
  if (isDnsLabel(name)) return;
  problems.add(
    "NAME_INVALID",
    typeof name === "string"
      ? `${what} is ${shown(name)}${Token.isUnresolved(name) ? "" : ` (${name.length} characters)`}`
      : `${what} is ${name === undefined ? "not given" : shown(name)}`,
    `Use 1 to ${MAX_LABEL_LENGTH} lower-case letters, digits and dashes, beginning and ending with a letter or digit`,
  );
}

/** Adds a problem where a name is not a DNS-1123 subdomain, as the names of Secrets and ConfigMaps are. */
export function checkSubdomainName(problems: Problems, what: string, name: string): void {
  if (isDnsSubdomain(name)) return;
  problems.add(
    "NAME_INVALID",
    `${what} is ${name === undefined ? "not given" : shown(name)}`,
    `Use 1 to ${MAX_SUBDOMAIN_LENGTH} lower-case letters, digits, dashes and dots, each part beginning and ending with a letter or digit`,
  );
}

/** Reads the name of an object: a DNS-1123 label. */
export function objectName(): Reader<string> {
  return passing(checkObjectName);
}

/** Reads the name of a Secret, a ConfigMap, and other objects: a DNS-1123 subdomain. */
export function subdomainName(): Reader<string> {
  return passing(checkSubdomainName);
}

/** Whether a text is the key of a label or annotation: a name, with a DNS prefix and a slash before it or not. */
export function isQualifiedName(key: string): boolean {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && !isDnsSubdomain(prefix)) return false;
  return name.length <= MAX_LABEL_LENGTH && QUALIFIED_NAME.test(name);
}

/** Whether a text can be the value of a label. */
export function isLabelValue(value: string): boolean {
  return value === "" || (value.length <= MAX_LABEL_LENGTH && QUALIFIED_NAME.test(value));
}

const shownKey = (key: string) => (Token.isUnresolved(key) ? shown(key) : key);

function checkKeys(problems: Problems, what: string, keys: readonly string[]): void {
  for (const key of keys.filter((candidate) => !isQualifiedName(candidate))) {
    problems.add(
      "LABEL_INVALID",
      `${what} has the key ${shown(key)}`,
      'Write up to 63 letters, digits, -, _ and ., optionally after a DNS name and a slash, for example "tier" or "example.com/tier"',
    );
  }
}

/** Adds a problem for each label that Kubernetes would refuse, and for each that is reserved. */
export function checkLabels(
  problems: Problems,
  what: string,
  labels: { [key: string]: string } = {},
  reserved: readonly string[] = [],
): void {
  checkKeys(problems, what, Object.keys(labels));
  for (const [key, value] of Object.entries(labels)) {
    if (reserved.includes(key)) {
      problems.add(
        "LABEL_INVALID",
        `${what} sets ${shownKey(key)}, which the construct itself sets`,
        `Leave ${key} out`,
      );
    }
    if (typeof value === "string" && isLabelValue(value)) continue;
    problems.add(
      "LABEL_INVALID",
      `${what} gives ${shownKey(key)} the value ${shown(value)}`,
      "Write up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit; longer texts are annotations",
    );
  }
}

/** Adds a problem for each annotation that Kubernetes would refuse, or that is a credential. */
export function checkAnnotations(
  problems: Problems,
  what: string,
  annotations: { [key: string]: string } = {},
): void {
  checkKeys(problems, what, Object.keys(annotations));
  const entries = Object.entries(annotations);
  for (const [key, value] of entries) {
    if (typeof value === "string") checkAnnotation(problems, `${what}.${key}`, key, value);
    else
      problems.add(
        "LABEL_INVALID",
        `${what} gives ${shownKey(key)} a value that is not a text`,
        "Put it into quotes",
      );
  }
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key + String(value)), 0);
  if (size <= LARGEST_ANNOTATIONS) return;
  problems.add(
    "LABEL_INVALID",
    `${what} has ${size} bytes`,
    "Keep annotations below 256 KiB; a ConfigMap holds more",
  );
}

const TEXTS_BY_NAME = kind<{ [key: string]: string }>([], 'an object, for example { team: "shop" }');

/** Reads labels. */
export function labels(reserved: readonly string[] = []): Reader<{ [key: string]: string }> {
  return checkedBy(TEXTS_BY_NAME, (problems, name, value) => {
    checkLabels(problems, name, value, reserved);
  });
}

/** Reads annotations. */
export function annotations(): Reader<{ [key: string]: string }> {
  return checkedBy(TEXTS_BY_NAME, checkAnnotations);
}
