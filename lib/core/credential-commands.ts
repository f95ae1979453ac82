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
  return COMMANDS.find((one) => one.pattern.test(text))?.what;
}
