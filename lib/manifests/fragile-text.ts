// What YAML does not allow unescaped, and what some of its readers take for line breaks. The first group is JSON's.
const CONTROL = /[\u0000-\u0008\u000b-\u001f]/;
const NOT_PRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;
const NOT_ASCII = /[\u007f-\u{10ffff}]/gu;
// Text for the YAML 1.1 of cdk8s, numbers for kubectl: 0o17, 0X1F, 0b-1, and any number with a _ anywhere but in front.
const NUMBER_FOR_KUBECTL =
  /^[-+]?(?:0x[\da-f]+|0o?[0-7]+|0b[-+]?[01]+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?)$/i;
// kubectl refuses a block of text whose first character is a tab.
const TAB_FIRST = /^[ \n]*\t/;
// Keys that say something else than their name in YAML 1.1: the merge key and the default value.
const SPECIAL_KEY = /^(?:<<|=)$/;
// These join with a character before them: marks, the second and third letter of a Korean syllable, a vowel of Kirat Rai.
const JOINING_START = /^[\p{M}\u1160-\u11ff\u{16d67}]/u;
// Terraform may know more characters than Node does, and with them how they join.
const UNASSIGNED = /\p{Cn}/u;

// Most text is this: without a line break, and nothing that a number could begin with.
const HARMLESS = /^[A-Za-z/][ -~]*$/;

/** Whether text without references would not come out as it went in if YAML were left to write it. */
export function isFragile(text: string): boolean {
  if (HARMLESS.test(text)) return false;
  return (
    CONTROL.test(text) ||
    text.search(NOT_PRINTABLE) >= 0 ||
    (!text.startsWith("_") && NUMBER_FOR_KUBECTL.test(text.replace(/_/g, ""))) ||
    TAB_FIRST.test(text) ||
    SPECIAL_KEY.test(text) ||
    isComposable(text)
  );
}

/** Text as a part of a double-quoted scalar. */
export function escape(text: string): string {
  const json = JSON.stringify(text).slice(1, -1);
  return json.replace(isComposable(text) ? NOT_ASCII : NOT_PRINTABLE, unicodeEscape);
}

/**
 * Whether Terraform, which normalizes all text to NFC, would join characters of it, or its first with one before.
 *
 * Escaping makes new neighbours: a line break and an accent are two characters, the n of \\n and an accent are one.
 */
function isComposable(text: string): boolean {
  const json = JSON.stringify(text);
  return json.normalize("NFC") !== json || JOINING_START.test(text) || UNASSIGNED.test(text);
}

export function unicodeEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
