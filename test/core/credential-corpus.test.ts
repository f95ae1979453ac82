import { checkUserData } from "../../lib/core/credential-attributes";
import { checkArguments, checkFileContent, checkLiteral } from "../../lib/core/credential-literal";
import { Problems } from "../../lib/core/validation-error";
import corpus from "./credential-corpus.json";

/** One string of the corpus; patterns that scanners know are kept in parts, so that none takes them for real ones. */
interface Sample {
  readonly isCredential: boolean;
  readonly place: string;
  readonly name: string;
  readonly value: string | string[];
}

const textOf = ({ value }: Sample) => (Array.isArray(value) ? value.join("") : value);
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Judges a string as the place does where it stands. */
function isRefused(sample: Sample): boolean {
  const problems = new Problems("corpus");
  const { name, place, value } = sample;
  if (place === "args") checkArguments(problems, "args", value as string[]);
  else if (place === "file") checkFileContent(problems, "file", textOf(sample));
  else if (place === "userData") checkUserData(problems, "user_data", base64(textOf(sample)));
  else checkLiteral(problems, place, name, textOf(sample));
  return problems.any;
}

// Held so that a change of the rules shows what it does to both.
const MAX_MISSED = 0.05;
const MAX_FALSE_ALARMS = 0.02;

describe("the rules for literals that look like credentials, over a corpus of 200 strings", () => {
  const samples = corpus as readonly Sample[];
  const credentials = samples.filter(({ isCredential }) => isCredential);
  const others = samples.filter(({ isCredential }) => !isCredential);
  const missed = credentials.filter((sample) => !isRefused(sample));
  const alarms = others.filter(isRefused);

  test("the corpus has as many of one kind as of the other, from every place, each once", () => {
    expect([credentials.length, others.length]).toEqual([100, 100]);
    for (const kind of [credentials, others]) {
      expect([...new Set(kind.map(({ place }) => place))].sort()).toEqual([
        "args",
        "env",
        "file",
        "terraform",
        "userData",
      ]);
    }
    expect(new Set(samples.map((sample) => JSON.stringify(sample))).size).toBe(200);
  });

  test("both error rates are within their limits", () => {
    const rates = { missed: missed.length / credentials.length, falseAlarms: alarms.length / others.length };
    const listed = (all: readonly Sample[]) =>
      all.map(({ name, place, value }) => `\n  ${place} ${name}: ${JSON.stringify(value)}`).join("");
    process.stdout.write(
      `Credentials missed: ${(rates.missed * 100).toFixed(1)} %${listed(missed)}\n` +
        `Other strings refused: ${(rates.falseAlarms * 100).toFixed(1)} %${listed(alarms)}\n`,
    );
    expect(rates.missed).toBeLessThanOrEqual(MAX_MISSED);
    expect(rates.falseAlarms).toBeLessThanOrEqual(MAX_FALSE_ALARMS);
  });
});
