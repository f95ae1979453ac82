/** A text that a rule takes, what is left of it, and one that looks alike and stays. Parts are joined so that no scanner takes them for real. */
export interface RedactionSample {
  readonly rule: string;
  readonly hit: string;
  readonly masked: string;
  readonly nearMiss: string;
}

const word = (count: number) => "Ab3".repeat(count).slice(0, count);
const begin = (what: string) => `-----BEGIN ${what}-----`;
const end = (what: string) => `-----END ${what}-----`;

export const REDACTION_SAMPLES: readonly RedactionSample[] = [
  {
    rule: "private-key",
    hit: `key ${begin("RSA PRIVATE KEY")} ${word(64)} ${end("RSA PRIVATE KEY")} read`,
    masked: "key [REDACTED] read",
    nearMiss: `key ${begin("PUBLIC KEY")} ${word(64)} ${end("PUBLIC KEY")} read`,
  },
  { rule: "private-key-line", hit: word(64), masked: "[REDACTED]", nearMiss: `digest ${word(64)} built` },
  {
    rule: "header-authorization",
    hit: "> Authorization: Basic dXNlcjpwdw==",
    masked: "> Authorization: [REDACTED]",
    nearMiss: "authorization of the request failed",
  },
  {
    rule: "header-cookie",
    hit: "cookie: a=1; b=2",
    masked: "cookie: [REDACTED]",
    nearMiss: "cookies are off",
  },
  {
    rule: "header-set-cookie",
    hit: "Set-Cookie: id=1; Secure",
    masked: "Set-Cookie: [REDACTED]",
    nearMiss: "set-cookie was missing",
  },
  {
    rule: "bearer-token",
    hit: `sent Bearer ${word(20)} to it`,
    masked: "sent Bearer [REDACTED] to it",
    nearMiss: "the bearer of this letter",
  },
  {
    rule: "json-web-token",
    hit: `got eyJ${word(12)}.eyJ${word(12)}.${word(20)}!`,
    masked: "got [REDACTED]!",
    nearMiss: "eyJ is how they begin",
  },
  {
    rule: "url-password",
    hit: `to postgres://app:${word(9)}@db:5432/shop`,
    masked: "to postgres://app:[REDACTED]@db:5432/shop",
    nearMiss: "to postgres://db:5432/shop",
  },
  {
    rule: "pre-authenticated-request",
    hit: `GET /p/${word(40)}/n/acme/b/files/o/a`,
    masked: "GET /p/[REDACTED]/n/acme/b/files/o/a",
    nearMiss: "GET /p/shoes/n/12",
  },
  {
    rule: "aws-access-key",
    hit: `id ${"AKIA"}${"ABCDEFGH23456789"}`,
    masked: "id [REDACTED]",
    nearMiss: "id AKIA-1234",
  },
  {
    rule: "github-token",
    hit: `with ${"ghp_"}${word(36)}`,
    masked: "with [REDACTED]",
    nearMiss: "with ghp_short",
  },
  {
    rule: "gitlab-token",
    hit: `with ${"glpat-"}${word(20)}`,
    masked: "with [REDACTED]",
    nearMiss: "with glpat-short",
  },
  {
    rule: "slack-token",
    hit: `with ${"xoxb-"}${word(12)}`,
    masked: "with [REDACTED]",
    nearMiss: "with xoxb-short",
  },
  {
    rule: "pair",
    hit: `login user=ada ${"password"}=${word(9)} ok`,
    masked: "login user=ada password=[REDACTED] ok",
    nearMiss: "login user=ada attempts=3 ok",
  },
  {
    rule: "pair",
    hit: `sent {"user": "ada", "api${"_key"}": "correct horse", "n": 1}!`,
    masked: 'sent {"user": "ada", "api_key": "[REDACTED]", "n": 1}!',
    nearMiss: 'sent {"user": "ada", "n": 1}!',
  },
];
