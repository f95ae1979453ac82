import * as fc from "fast-check";

/** Strings that YAML, JSON, Terraform templates or cdktf could misread. */
export const HOSTILE: readonly string[] = [
  ..."$ % { } \" ' \\ # & * ! | > @ ` ~ - ? : , [ ] = <".split(" "),
  ...[
    "",
    " ",
    "\n",
    "\t",
    "\r",
    "\r\n",
    "no",
    "Yes",
    "on",
    "y",
    "null",
    "Null",
    "~",
    "true",
    "- a",
    "a: b",
    "? a",
    "a #b",
  ],
  ...[
    "1e3",
    "0x1F",
    "0X1F",
    "0o17",
    "017",
    "0b11",
    "0B11",
    "1_000",
    "-_1",
    "12:30:45",
    "2001-01-01",
    ".inf",
    "NaN",
    "<<",
  ],
  // Further strings that kubectl reads as numbers and dates, and strings that only look like them.
  ...[
    "0_x1F",
    "0b-1",
    "0o1_7",
    "1__0",
    "1_",
    "_1",
    "+.5",
    "-.5e3",
    "._5",
    "1e21",
    "2026-11-24",
    "2026-1-2 3:4:5",
  ],
  ...["2026-11-24T12:30:45Z", "2026-11-24t1:2:3.5+01:00", "N", "=", "0x", "1e", "08", "1.", "Infinity"],
  ...["9007199254740993", "-9223372036854775808", "18446744073709551615", "1.10", "+1", "-0"],
  ...[
    "${x}",
    "%{if}",
    "$${x}",
    "%%{if}",
    "$$${x}",
    "$$$${x}",
    "${",
    "%{",
    "$",
    "%",
    "$$",
    "%%",
    "}",
    "${}",
    "${~ x ~}",
  ],
  ...[
    '${"a"}',
    "${var.x}%{ endif }",
    "$${TfToken",
    "#{x}",
    "&{x}",
    "{{ .Values.x }}",
    "$(VAR)",
    "$1",
    "$&",
    "\\1",
    "${1}",
  ],
  ...[
    "\u0000",
    "\u0007\u001b[0m",
    "\u007f",
    "\u0080\u009f",
    "a\u0085b",
    "a\u2028b",
    "a\u2029b",
    "\ufeffa",
    "a\u00a0b",
  ],
  ...[
    "😀",
    "🇩🇪 é ß",
    "e\u0301",
    "\u0301",
    "\u1112\u1161\u11ab",
    "\u1161",
    "\u0338=",
    "e\n\u0303",
    "\u200b\u200d\u2060\u202e",
    "\u212b\u2126\uf900",
    "\u0378",
    "<a href='x'>&amp;</a>",
    "\\u0041",
    "\\n",
    "\\\\",
    '"',
  ],
  ...[
    "  leading",
    "trailing  ",
    "\nleading line",
    "trailing line\n",
    "two\n\n",
    "a\r\nb\r\n",
    "a\rb",
    "\tx\n\ty",
    " \n x",
    "x\n ",
  ],
  ...[
    "---",
    "...",
    "a\n---\nb",
    "a\n...\nb",
    "%YAML 1.1",
    "key: |\n  text\n",
    "!!binary aGk=",
    "&a b",
    "*a",
    "'",
    "''",
    '""',
  ],
  ...["-8.1e+298", "1.7976931348623157e+308", "TfToken[TOKEN.0]"],
  `#!/bin/sh\nset -euo pipefail\nfor f in "$@"; do\n\techo "\${f%.*}" '$(( 1 + 1 ))' \\\n\t\t| sed -e 's/^\\s*$/\\1/'\ndone\n`,
  `<match **>\n  @type oci_logging\n  log_id "#{ENV['LOG']}"\n  tag \${tag_parts[0]}.%{time}\n</match>\n\n`,
];

/** Strings above YAML's limit of 1,024 characters for a plain key. */
export const LONG: readonly string[] = [
  `${"long ".repeat(1_000)}# line`,
  `${"é\u0301".repeat(600)}`,
  "k".repeat(1_100),
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
  // Letters and combining characters.
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom(..."aen<=\u0301\u0303\u0338\u1100\u1161\u11a8\n") }),
  },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."${}%\"'\\ \n\r\t:#-~ae0") }) },
);

/** One to four hostile strings in a row. */
export const hostileText = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(""));

/** Escapes a string so that Terraform's JSON syntax reads it literally. */
export function terraformLiteral(text: string): string {
  return text.replace(/\$\{/g, "$$${").replace(/%\{/g, "%%{");
}

/** Hostile values of references, without the characters that Terraform's jsonencode can't write for kubectl: see terraformYaml. */
export const hostileValue = hostileText.map((text) =>
  text.replace(/[\u007f-\u009f\ufeff\ufffe\uffff]|(?<=[\p{Cc}<>])[\p{M}\u1160-\u11ff]+/gu, ""),
);
