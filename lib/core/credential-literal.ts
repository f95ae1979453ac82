import { type Problems } from "./validation-error";

const PATTERNS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "a private key", pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/ },
  { what: "an AWS access key", pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: "a GitHub token", pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50,})/ },
  { what: "a GitLab token", pattern: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { what: "a Slack token", pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: "a Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}/ },
  { what: "a live payment key", pattern: /\b[rs]k_live_[A-Za-z0-9]{16,}/ },
  { what: "a JSON Web Token", pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/ },
];

const USER_INFO = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@?#]*:([^\s/@]+)@[^\s/]/gi;
const SECRET_WORDS = new Set([
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "apikey",
  "credential",
  "credentials",
]);
const SECRET_PAIRS = new Set([
  "api key",
  "access key",
  "private key",
  "secret key",
  "signing key",
  "encryption key",
  "auth key",
]);
// A name that ends so speaks about a secret and does not hold it: TOKEN_TTL, PASSWORD_FILE, SECRET_NAME.
const ABOUT_WORDS = new Set(
  (
    "algorithm audience bytes class count dir directory duration enabled endpoint expiration expiry field file folder format " +
    "header host hours id interval issuer length lifetime limit location max method min minutes mode name namespace ocid " +
    "path policy port prefix provider ref region required retries rotation seconds size store suffix timeout ttl type uri " +
    "url user username version"
  ).split(" "),
);
const FILE_LINE =
  /^\s*(?:export\s+|-\s+)?["']?([\w.-]+)["']?\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|([^\s"'#,;]+))\s*[,;]?\s*(?:[#;].*)?$/;
const COMMENT = /^\s*(?:#|;|\/\/)/;
const FLAG = /^--?(?:D)?([A-Za-z][\w.-]*)(?:=(.*))?$/s;
const PUBLIC_PEM =
  /-----BEGIN ((?:[A-Z0-9]+ )*(?:CERTIFICATE|PUBLIC KEY)(?: REQUEST)?)-----[\s\S]*?-----END \1-----/g;
const FIX =
  "Keep the value in OCI Vault and let the workload read it when it starts (Secrets Store CSI driver or External Secrets); " +
  "give only the secret's name or the path of its file here";

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Whether a name says that what it names is a secret itself. */
export function namesSecret(name: string): boolean {
  const words = wordsOf(name);
  if (ABOUT_WORDS.has(words.at(-1) ?? "")) return false;
  return words.some(
    (word, index) =>
      SECRET_WORDS.has(word) ||
      SECRET_PAIRS.has(`${word} ${words[index + 1]}`) ||
      [...SECRET_WORDS].some((secret) => secret.length > 5 && word.endsWith(secret)),
  );
}

/** A value that only says where the real one is, or that a template fills in. */
function standsForAnother(value: string): boolean {
  return (
    value === "" ||
    /^(true|false|yes|no|on|off|none|null)$/i.test(value) ||
    /^[$%@]?[({<[][\s\S]*[)}>\]]$/.test(value) ||
    /^\$[A-Za-z_]\w*$/.test(value) ||
    /^(?:file:\/\/)?\.{0,2}(?:\/[\w.@-]+)+\/?$/.test(value) ||
    /^https?:\/\//.test(value) ||
    /^ocid1\.[a-z0-9]+\./.test(value)
  );
}

function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce(
    (sum, count) => sum - (count / text.length) * Math.log2(count / text.length),
    0,
  );
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** Whether there is a word as random as a generated key; digests, public keys and names of classes are not. */
function holdsRandomWord(text: string): boolean {
  const words = text.replace(PUBLIC_PEM, "").match(/(?:\bsha\d+[-:])?[A-Za-z0-9+/_-]{32,}/g) ?? [];
  return words.some(
    (word) =>
      !/^sha\d+[-:]|^AAAA|^\//.test(word) &&
      count(word, /\//g) <= 3 &&
      count(word, /\d/g) >= 3 &&
      count(word, /[A-Z]/g) >= 4 &&
      count(word, /[a-z]/g) >= 4 &&
      // Names change their kind of letter at the borders of words, keys nearly everywhere.
      count(word, /(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[0-9]|(?<=[0-9])[A-Za-z]/g) >= word.length / 5 &&
      entropyOf(word) >= 4,
  );
}

/** What a text has in it that is a credential under any name. */
export function findCredential(text: string): string | undefined {
  const found = PATTERNS.find(({ pattern }) => pattern.test(text));
  if (found) return found.what;
  const passwords = [...text.matchAll(USER_INFO)].map((match) => match[1] ?? "");
  if (passwords.some((password) => !/^[$%]?[({<]/.test(password))) return "a password in a URL";
  return holdsRandomWord(text) ? "a random text as long as a key" : undefined;
}

function refuse(problems: Problems, where: string, what: string): void {
  // The value itself stays out of the message: errors end in logs.
  problems.add("CREDENTIAL_LITERAL", `${where} ${what}`, FIX);
}

/** Adds a problem where a literal is a credential by its name or by its look. */
export function checkLiteral(problems: Problems, where: string, name: string, value: string): void {
  // MAX_TOKENS=4096 counts the words of a language model.
  const counted = /tokens$/i.test(name) && /^\d+$/.test(value);
  const found = findCredential(value);
  if (found) refuse(problems, where, `holds ${found}`);
  else if (namesSecret(name) && !counted && !standsForAnother(value)) {
    refuse(problems, where, `has a literal value, and the name ${name} says that it is a secret`);
  }
}

/** Adds a problem for each argument of a command that is or holds a credential. */
export function checkArguments(problems: Problems, what: string, args: readonly string[]): void {
  args.forEach((argument, index) => {
    const where = `${what}[${index}]`;
    const [, flag, value] = FLAG.exec(argument) ?? [];
    const next = args[index + 1];
    if (flag === undefined) {
      const found = findCredential(argument);
      if (found) refuse(problems, where, `holds ${found}`);
    } else if (value !== undefined) {
      checkLiteral(problems, where, flag, value);
    } else if (next !== undefined && !next.startsWith("-") && namesSecret(flag) && !standsForAnother(next)) {
      refuse(problems, `${what}[${index + 1}]`, `is a literal value, and --${flag} says that it is a secret`);
    }
  });
}

/** Adds a problem where the text of a configuration file holds a credential. */
export function checkFileContent(problems: Problems, where: string, content: string): void {
  const found = findCredential(content);
  if (found) return refuse(problems, where, `holds ${found}`);
  content.split(/\r?\n/).forEach((line, index) => {
    if (COMMENT.test(line)) return;
    const [, name, double, single, bare] = FILE_LINE.exec(line) ?? [];
    const value = double ?? single ?? bare ?? "";
    if (name === undefined || !namesSecret(name) || standsForAnother(value)) return;
    refuse(
      problems,
      `${where}, line ${index + 1},`,
      `has a literal value, and the name ${name} says that it is a secret`,
    );
  });
}
