import { findCredential } from "./credential-look";
import { isComment, linesOf, pairOfLine, pairsIn, type Pair } from "./credential-pairs";
import { type Problems } from "./validation-error";

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
// Short words that say so only at the end of a name: DB_PASS, not PASS_THROUGH; PWD alone is a directory.
const SHORT_WORDS = new Set(["auth", "pass", "pwd"]);
// An annotation whose name ends in secret or credentials names an object of Kubernetes.
const ANNOTATION_WORDS = new Set(["apikey", "pass", "passphrase", "passwd", "password", "pwd", "token"]);
// How somebody is known, and not what he knows: SMTP_AUTH=login.
const METHOD =
  /^(?:basic|bearer|cert|digest|disabled|enabled|ident|jwt|kerberos|ldap|login|m?tls|md5|ntlm|oauth2?|oidc|optional|peer|plain|required|saml|scram[\w-]*|trust)$/i;
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
// A name that ends so speaks about a secret and does not hold it: TOKEN_TTL, PASSWORD_FILE, SECRET_NAME.
const ABOUT_WORDS = new Set(
  (
    "algorithm audience bytes class count dir directory duration enabled encoder encoding encryption endpoint expiration " +
    "expiry field file folder format header hint host hours id interval issuer label length lifetime limit location max " +
    "message method min minutes mode name namespace ocid path pattern placeholder policy port prefix provider ref regex " +
    "region required retries rotation seconds size store strength suffix timeout title ttl type uri url user username version"
  ).split(" "),
);
const FLAG = /^--?(?:D)?([A-Za-z][\w.-]*)(?:=(.*))?$/s;
const USER_FLAG = /^(?:-u|--user)$/;
// Within a script: --password hunter2, --password=hunter2 or PASSWORD=hunter2.
const ASSIGNMENT =
  /(?<![\w$-])(?:--([A-Za-z][\w.-]*)[\s=]|([A-Za-z_][\w.-]*)=)\s*(?:"([^"]*)"|'([^']*)'|([^\s"';|&-][^\s"';|&]*))/g;
const FIX =
  "Keep the value in OCI Vault and let the workload read it as a file: secretFiles: [SecretFiles.fromSecretsStore(path, name)], " +
  "or SecretFiles.fromSecret(path, name) with External Secrets; only the name, or the path of the file, stands here";

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

/** A value that only says where the real one is, or that a template fills in. */
function standsForAnother(value: string): boolean {
  return (
    value === "" ||
    /^(?:true|false|yes|no|on|off|none|null|\*+)$/i.test(value) ||
    /^process\.env[.[]/.test(value) ||
    /^[$%@]?[({<[][\s\S]*[)}>\]]$/.test(value) ||
    /^\$[A-Za-z_]\w*$/.test(value) ||
    /^(?:file:\/\/)?\.{0,2}(?:\/[\w.@-]+)+\/?$/.test(value) ||
    /^https?:\/\//.test(value) ||
    /^ocid1\.[a-z0-9]+\./.test(value)
  );
}

/** Whether a value is what its name says: the secret itself. */
function isSecret(name: string, value: string): boolean {
  const isMethod = /auth$/i.test(name) && METHOD.test(value);
  return namesSecret(name) && !isMethod && !standsForAnother(value);
}

function refuse(problems: Problems, where: string, what: string): void {
  // The value itself stays out of the message: errors end in logs.
  problems.add("CREDENTIAL_LITERAL", `${where} ${what}`, FIX);
}

function refuseNamed(problems: Problems, where: string, name: string): void {
  refuse(problems, where, `has a literal value, and the name ${name} says that it is a secret`);
}

/** Adds a problem for each name that is given a secret. */
function refusePairs(problems: Problems, where: string, pairs: readonly Pair[]): void {
  const secrets = pairs.filter(({ name, value }) => isSecret(name, value));
  for (const name of new Set(secrets.map((pair) => pair.name))) refuseNamed(problems, where, name);
}

/** Adds a problem where a literal is a credential by its name or by its look. */
export function checkLiteral(problems: Problems, where: string, name: string, value: string): void {
  // MAX_TOKENS=4096 counts the words of a language model.
  const counted = /tokens$/i.test(name) && /^\d+$/.test(value);
  const found = findCredential(value);
  if (found) refuse(problems, where, `holds ${found}`);
  else if (!counted && isSecret(name, value)) refuseNamed(problems, where, name);
  else refusePairs(problems, where, pairsIn(value));
}

/** Adds a problem where an annotation is a credential by its look, or by the last word of its name. */
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
  if (found) return refuse(problems, where, `holds ${found}`);
  for (const [, option, variable, double, single, bare] of script.matchAll(ASSIGNMENT)) {
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
      refuse(problems, `${what}[${index + 1}]`, `is a literal value, and --${flag} says that it is a secret`);
    }
  });
}

/** Adds a problem for each credential in the text of a configuration file. */
export function checkFileContent(problems: Problems, where: string, content: string): void {
  linesOf(content).forEach((line, index) => {
    const place = `${where}, line ${index + 1},`;
    const found = findCredential(line);
    if (found) return refuse(problems, place, `holds ${found}`);
    const pair = pairOfLine(line);
    const others = isComment(line) ? [] : pairsIn(line).filter(({ name }) => name !== pair?.name);
    refusePairs(problems, place, [...(pair ? [pair] : []), ...others]);
  });
}

// Such a key of a ConfigMap names a file and not a value.
const FILE_NAME =
  /\.(?:cfg|cnf|conf|config|crt|css|env|html?|ini|js|json|lua|md|pem|properties|py|sh|sql|tmpl|toml|tpl|txt|xml|ya?ml)$/i;

/** Adds a problem for each credential in the data of a ConfigMap, whose keys name files or single values. */
export function checkConfigMapEntry(problems: Problems, where: string, key: string, value: string): void {
  if (FILE_NAME.test(key) || value.trim().includes("\n")) checkFileContent(problems, where, value);
  else checkLiteral(problems, where, key, value.trim());
}
