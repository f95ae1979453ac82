import { LogRedaction } from "../../../lib";
import {
  luaScript,
  MASK,
  REDACTION_RULES,
  rubyPlugin,
} from "../../../lib/platform/logging/private/redaction-rules";
import { REDACTION_SAMPLES } from "./redaction-samples";

/** What the expressions for Ruby make of a text: those here are read alike by JavaScript. */
function redacted(text: string): string {
  return REDACTION_RULES.reduce((all, { after = "", keepsBefore, ruby }) => {
    const pattern = new RegExp(ruby.replace("\\A", "^").replace("\\z", "$"), "g");
    return all.replace(pattern, (_whole: string, before: unknown) =>
      keepsBefore ? `${String(before)}${MASK}${after}` : `${MASK}${after}`,
    );
  }, text);
}

test("each rule has a hit and a near miss", () => {
  const samples = new Set(REDACTION_SAMPLES.map(({ rule }) => rule));
  expect(REDACTION_RULES.map(({ id }) => id).filter((id) => !samples.has(id))).toEqual([]);
});

test.each(REDACTION_SAMPLES.filter(({ rule }) => rule !== "pair"))(
  "$rule takes $hit and leaves $nearMiss",
  ({ rule, hit, masked, nearMiss }) => {
    expect(REDACTION_RULES.some(({ id }) => id === rule)).toBe(true);
    expect(redacted(hit)).toBe(masked);
    expect(redacted(nearMiss)).toBe(nearMiss);
  },
);

test("further fields are written into both programs, without case and punctuation", () => {
  const redaction = LogRedaction.recommended({ fields: ["Card-Number"] });
  expect(luaScript(redaction)).toContain('"cardnumber"');
  expect(rubyPlugin(redaction)).toContain("'cardnumber'");
  expect(luaScript(LogRedaction.recommended())).not.toContain("cardnumber");
});
