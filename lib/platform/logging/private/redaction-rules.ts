import { type LogRedaction } from "../log-redaction";
import { byText } from "../../../core/stable-order";

/** The replacement of a credential. */
export const MASK = "[REDACTED]";

/** The form of a credential, for both collectors. */
export interface RedactionRule {
  readonly id: string;
  /** The Lua pattern for Fluent Bit. */
  readonly lua: string;
  /** The Ruby regular expression for Fluentd, which is also valid in JavaScript. */
  readonly ruby: string;
  /** Whether the first group is kept before the mask. */
  readonly keepsBefore?: boolean;
  /** The text after the mask. */
  readonly after?: string;
}

/** Lua has no flag for case. */
const anyCase = (word: string) =>
  [...word]
    .map((letter) => (/[a-z]/.test(letter) ? `[${letter.toUpperCase()}${letter}]` : `%${letter}`))
    .join("");
const caseless = (word: string) =>
  [...word].map((letter) => (/[a-z]/.test(letter) ? `[${letter.toUpperCase()}${letter}]` : letter)).join("");
/** At least a number of characters of a class; Lua has no counted repetition. */
const atLeast = (count: number, klass: string) => `${klass.repeat(count)}${klass}*`;

const HEADERS = ["authorization", "set-cookie", "cookie"];

/** The rules in their order; no rule matches the mask. */
export const REDACTION_RULES: readonly RedactionRule[] = [
  {
    id: "private-key",
    lua: "%-%-%-%-%-BEGIN [%u%d ]*PRIVATE KEY[%u ]*%-%-%-%-%-.-%-%-%-%-%-END [%u%d ]*PRIVATE KEY[%u ]*%-%-%-%-%-",
    ruby: "-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----[\\s\\S]*?-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----",
  },
  {
    // A key that is printed with its line breaks arrives line by line.
    id: "private-key-line",
    lua: `^%s*${atLeast(60, "[%w+/]")}=*%s*$`,
    ruby: "\\A\\s*[A-Za-z0-9+/]{60,}=*\\s*\\z",
  },
  ...HEADERS.map((name) => ({
    id: `header-${name}`,
    lua: `(${anyCase(name)}["']?%s*:%s*["']?)[^\r\n"']+`,
    ruby: `(${caseless(name)}["']?\\s*:\\s*["']?)[^\\r\\n"']+`,
    keepsBefore: true,
  })),
  {
    id: "bearer-token",
    lua: `(${anyCase("bearer")}%s+)${atLeast(16, "[%w%-%._~+/]")}=*`,
    ruby: `(${caseless("bearer")}\\s+)[A-Za-z0-9._~+/-]{16,}=*`,
    keepsBefore: true,
  },
  {
    id: "json-web-token",
    lua: "%f[%w]eyJ[%w_%-]+%.eyJ[%w_%-]+%.[%w_%-]*",
    ruby: "(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]+\\.eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*",
  },
  {
    id: "url-password",
    lua: "(://[^%s/:@]*:)[^%s/@]+@",
    ruby: "(://[^\\s/:@]*:)[^\\s/@]+@",
    keepsBefore: true,
    after: "@",
  },
  {
    id: "pre-authenticated-request",
    lua: `(/p/)${atLeast(20, "[%w_%-]")}/n/`,
    ruby: "(/p/)[A-Za-z0-9_-]{20,}/n/",
    keepsBefore: true,
    after: "/n/",
  },
  {
    id: "aws-access-key",
    lua: `A[KS]IA${"[%u%d]".repeat(16)}`,
    ruby: "A[KS]IA[A-Z0-9]{16}",
  },
  {
    id: "github-token",
    lua: `gh[opsur]_${atLeast(36, "%w")}`,
    ruby: "gh[opsur]_[A-Za-z0-9]{36,}",
  },
  {
    id: "gitlab-token",
    lua: `glpat%-${atLeast(20, "[%w_%-]")}`,
    ruby: "glpat-[A-Za-z0-9_-]{20,}",
  },
  {
    id: "slack-token",
    lua: `xox[abprs]%-${atLeast(10, "[%w%-]")}`,
    ruby: "xox[abprs]-[A-Za-z0-9-]{10,}",
  },
];

/** Parts of the names of secret fields, without punctuation and in lower case. */
const SECRET_NAMES = [
  ...["password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey"],
  ...["authorization", "credential", "cookie"],
];

/** Parts of the names of secret fields with numbers; under other names, such as `tokens_used`, numbers are counts. */
const NUMBER_NAMES = ["password", "passwd", "passphrase"];

function withOwn(names: readonly string[], { fields }: LogRedaction): string[] {
  const own = fields.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ""));
  return [...new Set([...names, ...own])].sort(byText);
}

const secretNames = (redaction: LogRedaction) => withOwn(SECRET_NAMES, redaction);
const numberNames = (redaction: LogRedaction) => withOwn(NUMBER_NAMES, redaction);

const luaText = (text: string) =>
  `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\r/g, "\\r").replace(/\n/g, "\\n")}"`;

/** The Lua script that Fluent Bit runs for each record. */
export function luaScript(redaction: LogRedaction): string {
  const rules = REDACTION_RULES.map(({ lua, keepsBefore, after = "" }) => {
    const put = `${keepsBefore ? "%1" : ""}${MASK}${after}`;
    return `  { ${luaText(lua)}, ${luaText(put)} },`;
  });
  return `local MASK = ${luaText(MASK)}
local NAMES = { ${secretNames(redaction).map(luaText).join(", ")} }
local NUMBERS = { ${numberNames(redaction).map(luaText).join(", ")} }
local RULES = {
${rules.join("\n")}
}

local function contains_any(name, parts)
  local plain = string.lower(name):gsub("[^a-z0-9]", "")
  for _, part in ipairs(parts) do
    if plain:find(part, 1, true) then return true end
  end
  return false
end
local function hides(name) return contains_any(name, NAMES) end
local function hides_number(name) return contains_any(name, NUMBERS) end

local function masked_pair(name, between, value)
  if value ~= "" and hides(name) then return name .. between .. MASK end
end

-- A name begins where a word does: tried at each letter, a long word would take time by the square of its length.
local function redacted(text)
  for _, rule in ipairs(RULES) do text = text:gsub(rule[1], rule[2]) end
  text = text:gsub("%f[%w_.-]([%w_.-]+)(\\\\?[\\"']?%s*[=:]%s*\\\\?[\\"'])([^\\"'\\\\]*)", masked_pair)
  text = text:gsub("%f[%w_.-]([%w_.-]+)(\\\\?[\\"']?%s*[=:]%s*)([^%s\\"'\\\\,;&%[]+)", masked_pair)
  return text
end

local function walk(value, depth, inside)
  if depth > 20 then return MASK end
  for name, inner in pairs(value) do
    local hidden = inside or (type(name) == "string" and hides(name))
    if type(inner) == "table" then
      local whole = walk(inner, depth + 1, hidden)
      if whole ~= nil then value[name] = whole end
    elseif type(inner) == "string" and inner ~= "" then
      value[name] = hidden and MASK or redacted(inner)
    elseif type(inner) == "number" and type(name) == "string" and hides_number(name) then
      value[name] = MASK
    end
  end
  return nil
end

-- The metadata of the pod stays as it is: labels contain no credentials, and searches use them.
function redact(tag, timestamp, record)
  local kubernetes = record["kubernetes"]
  record["kubernetes"] = nil
  -- A line that can't be redacted completely must not pass as it is.
  if not pcall(walk, record, 0, false) then
    record = { line_id = record["line_id"], stream = record["stream"], log = MASK }
  end
  record["kubernetes"] = kubernetes
  return 2, timestamp, record
end
`;
}

const rubyText = (text: string) => `'${text.replace(/\\/g, "\\\\").replace(/'/g, "\\'")}'`;

/** The same redaction as a filter plugin of Fluentd. */
export function rubyPlugin(redaction: LogRedaction): string {
  const rules = REDACTION_RULES.map(({ ruby, keepsBefore, after = "" }) => {
    const put = `${keepsBefore ? "\\1" : ""}${MASK}${after}`;
    return `        [Regexp.new(${rubyText(ruby)}), ${rubyText(put)}],`;
  });
  return `require 'fluent/plugin/filter'

module Fluent
  module Plugin
    class RedactFilter < Filter
      Fluent::Plugin.register_filter('redact', self)

      MASK = ${rubyText(MASK)}.freeze
      NAMES = [${secretNames(redaction).map(rubyText).join(", ")}].freeze
      NUMBERS = [${numberNames(redaction).map(rubyText).join(", ")}].freeze
      RULES = [
${rules.join("\n")}
      ].freeze
      PAIRS = [
        Regexp.new('(?<![\\w.-])([\\w.-]+)(\\\\\\\\?["\\']?\\s*[=:]\\s*\\\\\\\\?["\\'])([^"\\'\\\\\\\\]+)'),
        Regexp.new('(?<![\\w.-])([\\w.-]+)(\\\\\\\\?["\\']?\\s*[=:]\\s*)([^\\s"\\'\\\\\\\\,;&\\[]+)'),
      ].freeze

      # The metadata of the pod stays as it is: labels contain no credentials, and searches use them.
      def filter(_tag, _time, record)
        record.each_with_object({}) do |(name, value), out|
          out[name] = name == 'kubernetes' ? value : walk(name, value, 0, false)
        end
      end

      private

      def contains_any?(name, parts)
        plain = name.to_s.downcase.gsub(/[^a-z0-9]/, '')
        parts.any? { |part| plain.include?(part) }
      end

      def walk(name, value, depth, inside)
        return MASK if depth > 20
        hidden = inside || contains_any?(name, NAMES)
        case value
        when Hash
          value.each_with_object({}) { |(key, inner), out| out[key] = walk(key, inner, depth + 1, hidden) }
        when Array then value.map { |inner| walk('', inner, depth + 1, hidden) }
        when Numeric then contains_any?(name, NUMBERS) ? MASK : value
        when String then value != '' && hidden ? MASK : redacted(value)
        else value
        end
      end

      def redacted(text)
        text = text.scrub
        text = RULES.reduce(text) { |all, (pattern, put)| all.gsub(pattern, put) }
        PAIRS.reduce(text) do |all, pattern|
          all.gsub(pattern) { |whole| contains_any?($1, NAMES) ? $1 + $2 + MASK : whole }
        end
      end
    end
  end
end
`;
}
