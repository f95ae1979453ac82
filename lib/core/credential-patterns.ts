const PATTERNS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "a private key", pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/ },
  { what: "an AWS access key", pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: "a GitHub token", pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50,})/ },
  { what: "a GitLab token", pattern: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { what: "a Slack token", pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: "a Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}/ },
  { what: "a live payment key", pattern: /\b[rs]k_live_[A-Za-z0-9]{16,}/ },
  { what: "an npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: "a registry's token", pattern: /:_(?:authToken|auth|password)\s*=\s*[^\s$]/ },
  { what: "a Docker Hub token", pattern: /\bdckr_[a-z]+_[A-Za-z0-9_-]{20,}/ },
  {
    what: "a key of a language model",
    pattern: /\bsk-(?:(?:admin|ant|proj|svcacct)-[\w-]{16,}|[A-Za-z0-9]{32,})/,
  },
  { what: "a bearer token", pattern: /\bBearer\s+(?=\S*\d|\S{20})[\w.~+/-]{8,}/i },
  { what: "a bearer token", pattern: /^(?:Authorization:\s*)?Bearer\s+(?!tokens?$|auth)[\w.~+/-]{6,}=*$/i },
  {
    what: "the address of a webhook, which is a credential",
    pattern:
      /\bhttps:\/\/(?:hooks\.slack\.com\/(?:services|triggers|workflows)|discord(?:app)?\.com\/api\/webhooks|events\.pagerduty\.com\/integration|(?:[\w-]+\.webhook|outlook)\.office(?:365)?\.com\/webhook(?:b2)?)\/[\w@-]/,
  },
  // The DSN of Sentry: whoever has it can send events to the project.
  {
    what: "the key of an error tracker",
    pattern: /\bhttps?:\/\/[0-9a-f]{16,64}@[\w.-]+(?::\d+)?\/(?:[\w-]+\/)*\d+\b/,
  },
  { what: "a JSON Web Token", pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/ },
];

const USER_INFO = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@?#]*:([^\s/@]+)@[^\s/]/gi;
// Key and value in a row of such, as drivers take them: host=db;Password=…, ?user=app&password=…, host=db password=…
const CONNECTION = /(?:[;?&]|\w=\S{1,200} )\s*(?:password|passwd|pwd)\s*=\s*([^\s;&"']+)/gi;
const ORACLE = /\bjdbc:oracle:\w+:[^\s/:@]+\/([^\s@]+)@/gi;
const BASIC = /\bBasic\s+([A-Za-z0-9+/]{6,}={0,2})/gi;
const PLACEHOLDER = /^(?:[$%]?[({<]|\$[A-Za-z_]\w*$)/;
const PUBLIC_PEM =
  /-----BEGIN ((?:[A-Z0-9]+ )*(?:CERTIFICATE|PUBLIC KEY)(?: REQUEST)?)-----[\s\S]*?-----END \1-----/g;

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

/** Whether a Base64 text is a user and a password of HTTP basic authentication. */
function isUserAndPassword(encoded: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]+$/.test(Buffer.from(encoded, "base64").toString("latin1"));
}

/** The credential in a text that is one under any name; undefined if there is none. */
export function findCredential(text: string): string | undefined {
  const found = PATTERNS.find(({ pattern }) => pattern.test(text));
  if (found) return found.what;
  if ([...text.matchAll(BASIC)].some(([, encoded = ""]) => isUserAndPassword(encoded)))
    return "a password for HTTP";
  const passwords = (pattern: RegExp) =>
    [...text.matchAll(pattern)].filter(([, password = ""]) => !PLACEHOLDER.test(password));
  if (passwords(USER_INFO).length + passwords(ORACLE).length > 0) return "a password in a URL";
  if (passwords(CONNECTION).length > 0) return "a password in a connection string";
  return holdsRandomWord(text) ? "a random text as long as a key" : undefined;
}

interface CommandPattern {
  readonly what: string;
  /** Its one group is the value. */
  readonly pattern: RegExp;
}

// A value that is written out: neither a variable, nor the output of a command, nor a placeholder.
const VALUE = String.raw`["']?([^\s"'$(){}<>|;&\x60-][^\s"'|;&]*)`;
const pattern = (text: string, flags = "") => new RegExp(text.split("VALUE").join(VALUE), flags);

/** How programs take a password without an option for it, or in a file without a separator between name and value. */
const COMMANDS: readonly CommandPattern[] = [
  // curl -u shop:…; two numbers are the user and the group of a container.
  {
    what: "a user and a password",
    pattern: /\s(?:-u|--user|--proxy-user)[\s=]+["']?(?!\d+:\d+\b)[^\s:"'$/]+:([^\s"'$(){}<>]+)/,
  },
  {
    what: "a password for a registry",
    pattern: pattern(
      String.raw`\b(?:docker|podman|nerdctl|helm|oras|skopeo|crane)\b[^|;&\n]*\blogin\b[^|;&\n]*\s-p[\s=]*VALUE`,
    ),
  },
  {
    what: "a password for a registry",
    pattern: pattern(String.raw`\b(?:echo|printf)\s+(?:-n\s+)?VALUE["']?\s*\|[^|\n]*--password-stdin`),
  },
  { what: "a password for SSH", pattern: pattern(String.raw`\bsshpass\s+-p\s*VALUE`) },
  {
    what: "a password for a database",
    pattern: pattern(String.raw`\b(?:mysql|mysqldump|mysqladmin|mariadb(?:-\w+)?)\b[^|;&\n]*\s-pVALUE`),
  },
  { what: "a password for Redis", pattern: pattern(String.raw`^\s*(?:requirepass|masterauth)\s+VALUE`, "m") },
  { what: "a password for Redis", pattern: /^\s*user\s+\S+\s+(?:on|off)\s.*>([^\s$]+)/m },
  {
    what: "a password for a host",
    pattern: pattern(String.raw`\bmachine\s+\S+\s+login\s+\S+\s+password\s+VALUE`),
  },
  {
    what: "a password for a user of the system",
    pattern: /^\s*chpasswd:(?:\s*\n\s+[\w-]+:.*)*?\n\s+(?:-\s+)?[a-z_][\w-]*:([^\s$!*|]\S*)/m,
  },
  {
    what: "a password for a user of the system",
    pattern: pattern(String.raw`\becho\s+["']?[a-z_][\w-]*:VALUE["']?\s*\|\s*(?:sudo\s+)?chpasswd`),
  },
];

/** What a script or a configuration file gives to a program as a password, in a form that only that program knows. */
export function findCommandPassword(text: string): string | undefined {
  return COMMANDS.find((command) => command.pattern.test(text))?.what;
}
