import { findCommandPassword, findCredential } from "./credential-patterns";
import { type Problems } from "./validation-error";

/** A name, and the value that a text gives it. */
export interface Pair {
  readonly name: string;
  readonly value: string;
}

// name: value, name = value or "name": "value", alone in a line, with a comment behind it or not.
const LINE =
  /^\s*(?:export\s+|-\s+)?["']?([\w.-]+)["']?\s*[:=]>?\s*(?:"([^"]*)"|'([^']*)'|([^\s"'#,;][^"']*?))\s*[,;]?\s*(?:(?:(?<=\s)|(?<=["';]))[#;].*)?$/;
const COMMENT = /^\s*(?:#|;|\/\/)/;
// Within a text: name=value, as -Dname=value and --name=value too. What follows a name with == or => is code.
const ASSIGNMENT =
  /(?<![\w$-])(?:--|-D)?([A-Za-z_][\w.-]*)=(?![=>~])(?:"([^"]*)"|'([^']*)'|([^\s"';|&,<>$`%{(-][^\s"';|&,<>]*))/g;
// Within JSON or a map of YAML in one line: {"name": "value", name: value}
const ENTRY =
  /(?<=[{,]\s*)(?:"([\w.-]+)"|'([\w.-]+)'|([A-Za-z_][\w.-]*))\s*:\s*(?:"([^"]*)"|'([^']*)'|([^\s"',{}[\]][^"',{}[\]]*))(?=\s*[,}])/g;
const ELEMENT = /<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>([^<>]+)<\/\1\s*>/g;
// <property name="password" value="…"/>, in the one order that people write.
const PROPERTY = /<\w[^<>]*?\s(?:name|key|id)\s*=\s*"([^"]+)"[^<>]*?\svalue\s*=\s*"([^"]*)"/g;

export function isComment(line: string): boolean {
  return COMMENT.test(line);
}

function firstOf(values: readonly (string | undefined)[]): string {
  return (values.find((value) => value !== undefined) ?? "").trim();
}

/** The name and the value in a line of a configuration file; a sentence, or the output of a command, is not a value. */
export function pairOfLine(line: string): Pair | undefined {
  if (isComment(line)) return undefined;
  const [, name, ...values] = LINE.exec(line) ?? [];
  const value = firstOf(values);
  const isSentence = values[2] !== undefined && /\s/.test(value) && /^\$\(|^`|[.!?:]$/.test(value);
  return name === undefined ? undefined : { name, value: isSentence ? "" : value };
}

/** The names that are given values anywhere in a text: options of a program, JSON, maps of YAML, XML. */
export function pairsIn(text: string): Pair[] {
  const assigned = [...text.matchAll(ASSIGNMENT)]
    .map(([, name = "", ...values]) => ({ name, value: firstOf(values), isBare: values[2] !== undefined }))
    // A call of a function is code.
    .filter(({ value, isBare }) => !isBare || !/[()[\]]/.test(value));
  const entries = [...text.matchAll(ENTRY)].map(([, ...parts]) => ({
    name: firstOf(parts.slice(0, 3)),
    value: firstOf(parts.slice(3)),
  }));
  const elements = [...text.matchAll(ELEMENT), ...text.matchAll(PROPERTY)];
  return [
    ...assigned.map(({ name, value }) => ({ name, value })),
    ...entries,
    ...elements.map(([, name = "", value = ""]) => ({ name, value: value.trim() })),
  ];
}

/** The lines of a file without what stands in a block of PEM: a key is named once, and public ones never. */
export function linesOf(content: string): string[] {
  const blank = (text: string) => text.replace(/[^\n]+/g, "");
  return content
    .replace(
      /-----BEGIN [A-Z0-9 ]*(?:CERTIFICATE|PUBLIC KEY)(?: REQUEST)?-----[\s\S]*?-----END [A-Z0-9 ]+-----/g,
      blank,
    )
    .replace(
      /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)([\s\S]*?)(?:-----END [A-Z0-9 ]+-----|$)/g,
      (_, first: string, rest: string) => first + blank(rest),
    )
    .split(/\r?\n/);
}

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
// Short words, which indicate a secret only at the end of a name: DB_PASS, not PASS_THROUGH; PWD alone is a directory.
const SHORT_WORDS = new Set(["auth", "pass", "pwd"]);
// An annotation whose name ends in secret or credentials names an object of Kubernetes.
const ANNOTATION_WORDS = new Set(["apikey", "pass", "passphrase", "passwd", "password", "pwd", "token"]);
// Methods of authentication are not secrets: SMTP_AUTH=login.
const METHOD =
  /^(?:basic|bearer|cert|digest|disabled|enabled|ident|jwt|kerberos|ldap|login|m?tls|md5|ntlm|oauth2?|oidc|optional|peer|plain|required|saml|scram[\w-]*|trust)$/i;
// Where a system looks up its users: the line passwd of nsswitch.conf.
const LOOKUP = /^(?:compat|db|files|ldap|nis|sss|systemd|winbind)\b/;
const SECRET_PAIRS = new Set([
  "api key",
  "access key",
  "private key",
  "secret key",
  "signing key",
  "encryption key",
  "auth key",
  "pass phrase",
  "pass word",
]);
// Words that end in pass and mean something else; DBPASS doesn't.
const OTHER_PASS = /^(?:by|com|encom|im|over|sur|tres|under)pass$/;
// Names that end in these words describe a secret and do not contain it: TOKEN_TTL, PASSWORD_FILE, SECRET_NAME.
const ABOUT_WORDS = new Set(
  (
    "algorithm audience bytes class command count dir directory duration enabled encoder encoding encryption endpoint expiration " +
    "expiry field file folder format header hint host hours id interval issuer label length lifetime limit location max " +
    "message method min minutes mode name namespace ocid path pattern placeholder policy port prefix provider ref regex " +
    "region required retries rotation seconds size status store strength suffix timeout title ttl type uri url user username version"
  ).split(" "),
);
const FLAG = /^--?(?:D)?([A-Za-z][\w.-]*)(?:=(.*))?$/s;
const USER_FLAG = /^(?:-u|--user)$/;
// Within a script: --password hunter2, --password=hunter2 or PASSWORD=hunter2.
const OPTION =
  /(?<![\w$-])(?:--([A-Za-z][\w.-]*)[\s=]|([A-Za-z_][\w.-]*)=)\s*(?:"([^"]*)"|'([^']*)'|([^\s"';|&-][^\s"';|&]*))/g;
const FIX =
  "Keep the value in OCI Vault and mount it as a file: workload.mountSecret(new VaultSecret(...)); " +
  "or mount an existing Secret with SecretFiles. Pass only the path of the file here";

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Whether a name indicates that its value is a secret. */
export function namesSecret(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (last === "pass" || (words.length > 1 && SHORT_WORDS.has(last))) return true;
  if (last.length > 4 && /(?:pass|pwd)$/.test(last)) return !OTHER_PASS.test(last) && last !== "oldpwd";
  if (ABOUT_WORDS.has(last)) return false;
  return words.some(
    (word, index) =>
      SECRET_WORDS.has(word) ||
      SECRET_PAIRS.has(`${word} ${words[index + 1]}`) ||
      [...SECRET_WORDS].some((secret) => secret.length > 5 && word.endsWith(secret)),
  );
}

/** Whether a value only locates the real one, or is filled in by a template. */
function standsForAnother(value: string): boolean {
  return (
    value === "" ||
    /^(?:true|false|yes|no|on|off|none|null|\*+)$/i.test(value) ||
    /^process\.env[.[]/.test(value) ||
    /^[$%@]?[({<[][\s\S]*[)}>\]]$/.test(value) ||
    /^\$[A-Za-z_]\w*$/.test(value) ||
    /^(?:file:\/\/)?\.{0,2}(?:\/[\w.@-]+)+\/?$/.test(value) ||
    /^https?:\/\//.test(value) ||
    /^ocid1\.[a-z0-9]+\./.test(value) ||
    // Where OCI Vault puts what it generates.
    /%GENERATED_[A-Z_]+%/.test(value)
  );
}

/** Whether a value is a secret, as its name indicates. */
function isSecret(name: string, value: string): boolean {
  const isMethod = (/auth$/i.test(name) && METHOD.test(value)) || (name === "passwd" && LOOKUP.test(value));
  return namesSecret(name) && !isMethod && !standsForAnother(value);
}

function refuse(problems: Problems, where: string, what: string): void {
  // The value itself stays out of the message: errors end in logs.
  problems.add("CREDENTIAL_LITERAL", `${where} ${what}`, FIX);
}

function refuseNamed(problems: Problems, where: string, name: string): void {
  refuse(problems, where, `has a literal value, and the name ${name} indicates a secret`);
}

/** Adds a problem for each name with a secret as value. */
function refusePairs(problems: Problems, where: string, pairs: readonly Pair[]): void {
  const secrets = pairs.filter(({ name, value }) => isSecret(name, value));
  for (const name of new Set(secrets.map((pair) => pair.name))) refuseNamed(problems, where, name);
}

/** Adds a problem if a literal is a credential by its name or its form. */
export function checkLiteral(problems: Problems, where: string, name: string, value: string): void {
  // MAX_TOKENS=4096 counts the words of a language model.
  const counted = /tokens$/i.test(name) && /^\d+$/.test(value);
  const found = findCredential(value);
  if (found) refuse(problems, where, `holds ${found}`);
  else if (!counted && isSecret(name, value)) refuseNamed(problems, where, name);
  else refusePairs(problems, where, pairsIn(value));
}

/** Adds a problem if an annotation is a credential by its form, or by the last word of its name. */
export function checkAnnotation(problems: Problems, where: string, key: string, value: string): void {
  const found = findCredential(value);
  const name = key.slice(key.lastIndexOf("/") + 1);
  const [before = "", last = ""] = ["", ...wordsOf(name)].slice(-2);
  const isNamed = ANNOTATION_WORDS.has(last) || SECRET_PAIRS.has(`${before} ${last}`);
  if (found) refuse(problems, where, `holds ${found}`);
  else if (isNamed && !standsForAnother(value)) refuseNamed(problems, where, name);
}

/** Adds a problem where an argument, such as a script for a shell, has a credential in it. */
function checkScript(problems: Problems, where: string, script: string): void {
  const found = findCredential(script);
  const finding = found ?? findCommandPassword(script);
  if (finding) return refuse(problems, where, `holds ${finding}`);
  for (const [, option, variable, double, single, bare] of script.matchAll(OPTION)) {
    const name = option ?? variable ?? "";
    if (isSecret(name, double ?? single ?? bare ?? "")) return refuseNamed(problems, where, name);
  }
  refusePairs(problems, where, pairsIn(script));
}

/** Adds a problem for each argument of a command that is or holds a credential. */
export function checkArguments(problems: Problems, what: string, args: readonly string[]): void {
  args.forEach((argument, index) => {
    const where = `${what}[${index}]`;
    const [, flag, value] = FLAG.exec(argument) ?? [];
    const next = args[index + 1];
    if (flag === undefined) {
      checkScript(problems, where, argument);
    } else if (USER_FLAG.test(argument) && /^[^:/]+:[^$({<]/.test(next ?? "")) {
      refuse(problems, `${what}[${index + 1}]`, "is a user and a password");
    } else if (value !== undefined) {
      checkLiteral(problems, where, flag, value);
    } else if (next !== undefined && !next.startsWith("-") && isSecret(flag, next)) {
      refuse(problems, `${what}[${index + 1}]`, `is a literal value, and --${flag} indicates a secret`);
    }
  });
}

/** Adds a problem for each credential in the text of a configuration file. */
export function checkFileContent(problems: Problems, where: string, content: string): void {
  const lines = linesOf(content);
  const isScript = content.startsWith("#!");
  lines.forEach((line, index) => {
    const place = `${where}, line ${index + 1},`;
    const found = findCredential(line) ?? (isComment(line) ? undefined : findCommandPassword(line));
    if (found) return refuse(problems, place, `holds ${found}`);
    const pair = pairOfLine(line);
    const inside = isComment(line) ? [] : [...pairsIn(line), ...(isScript ? optionsIn(line) : [])];
    const others = inside.filter(({ name }) => name !== pair?.name);
    refusePairs(problems, place, [...(pair ? [pair] : []), ...others]);
  });
  // Some take several lines.
  const text = lines.filter((line) => !isComment(line)).join("\n");
  const spread = lines.some((line) => findCommandPassword(line)) ? undefined : findCommandPassword(text);
  if (spread) refuse(problems, where, `holds ${spread}`);
}

/** The options of a command whose values follow them: --token abc. */
function optionsIn(line: string): Pair[] {
  return [...line.matchAll(OPTION)].flatMap(([, option, , double, single, bare]) =>
    option === undefined ? [] : [{ name: option, value: double ?? single ?? bare ?? "" }],
  );
}

// Such a key of a ConfigMap names a file and not a value.
const FILE_NAME =
  /\.(?:cfg|cnf|conf|config|crt|css|env|html?|ini|js|json|lua|md|pem|properties|py|sh|sql|tmpl|toml|tpl|txt|xml|ya?ml)$/i;

/** Adds a problem for each credential in the data of a ConfigMap, whose keys name files or single values. */
export function checkConfigMapEntry(problems: Problems, where: string, key: string, value: string): void {
  if (FILE_NAME.test(key) || value.trim().includes("\n")) checkFileContent(problems, where, value);
  else checkLiteral(problems, where, key, value.trim());
}
