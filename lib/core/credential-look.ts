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

/** Whether a text in base64 is what HTTP's basic authentication sends. */
function isUserAndPassword(encoded: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]+$/.test(Buffer.from(encoded, "base64").toString("latin1"));
}

/** What a text has in it that is a credential under any name. */
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
