import { Token, Tokenization } from "cdktf";
import { Construct } from "constructs";
import { namesSecret } from "./credential-literal";
import { findCredential } from "./credential-patterns";
import { shown } from "./display-value";
import { type ErrorCode } from "./error-codes";
import { exampleOf, exampleOfMember, inner, missingFix } from "./missing-values";
import { membersOf, PUBLIC_SURFACE, type Slot, type TypeWord } from "./public-surface";
import { nearestNames, nearName } from "./stable-order";

const MAX_TEXT_LENGTH = 80;

/**
 * What a value of the wrong kind is, for messages: a short text itself, unless it may be a credential, and never what is
 * in a list or an object.
 *
 * @param place the place of the value, such as `images.web`, whose name may indicate a secret
 */
export function kindOf(place: string, value: unknown): string {
  if (value === undefined) return "not given";
  if (Token.isUnresolved(value)) return shown(value);
  if (typeof value === "string") return mayBeShown(place, value) ? shown(value) : "a text";
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || value === null || Construct.isConstruct(value)) return shown(value);
  return "an object of another kind";
}

function mayBeShown(place: string, text: string): boolean {
  return text.length <= MAX_TEXT_LENGTH && !namesSecret(place) && findCredential(text) === undefined;
}

/** A problem with one value of a call. */
interface KindProblem {
  readonly code: ErrorCode;
  /** The prop, if the call itself may not report it; undefined for parameters and nested values. */
  readonly slot?: string;
  readonly what: string;
  readonly fix: string;
}

/** The place of a value: its name in a message, and the prop that it belongs to, if any. */
interface Place {
  readonly name: string;
  readonly slot?: string;
}

/** Collects the problems with the values of one call. */
export class KindProblems {
  public readonly found: KindProblem[] = [];

  public add(code: ErrorCode, { slot }: Place, what: string, fix: string): void {
    this.found.push({ code, slot, what, fix });
  }
}

/**
 * Checks the members of a props object: their types, and that there are no unknown ones.
 *
 * @param props the name of the props, such as `BastionProps`
 * @param at the place of the object; undefined for the props of a call, whose members are named without a prefix
 */
export function checkProps(problems: KindProblems, props: string, value: object, at?: Place): void {
  const members = membersOf(props) ?? [];
  const values = value as { readonly [name: string]: unknown };
  const placeOf = (name: string) => ({
    name: at ? `${at.name}.${name}` : name,
    slot: at ? undefined : name,
  });
  for (const slot of members) checkSlot(problems, slot, values[slot.name], placeOf(slot.name));
  // An instance of a class may serve as props, and has members of its own.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(values) as object | null)) return;
  const names = members.map(({ name }) => name);
  for (const name of Object.keys(values)) {
    // A member that has the value undefined is one that was left out.
    if (names.includes(name) || values[name] === undefined) continue;
    refuseUnknown(problems, placeOf(name), nearName(name, names), names);
  }
}

function refuseUnknown(
  problems: KindProblems,
  place: Place,
  nearest: string | undefined,
  names: readonly string[],
): void {
  const others = names.filter((name) => name !== nearest);
  const start = nearest === undefined ? "Use" : `Write ${nearest}, or use`;
  const fix = others.length > 0 ? `${start} one of ${others.join(", ")}` : `Write ${nearest ?? "no props"}`;
  problems.add("PROP_UNKNOWN", { ...place, slot: place.name }, `${place.name} is not a prop`, fix);
}

/** The problems of a value that must be given, against its type. */
export function problemsOfValue(name: string, type: TypeWord, value: unknown): readonly KindProblem[] {
  const problems = new KindProblems();
  checkSlot(problems, { name, type, isOptional: false, isRest: false }, value);
  return problems.found;
}

/** Checks one value against what the parameter or the prop takes. */
export function checkSlot(
  problems: KindProblems,
  slot: Slot,
  value: unknown,
  place: Place = { name: slot.name },
): void {
  const { name } = place;
  if (slot.type === "any" || (value === undefined && slot.isOptional)) return;
  if (value === undefined || (value === null && !slot.isOptional)) {
    const fix = missingFix(name, exampleOfMember(slot.name, slot.type));
    problems.add("ATTRIBUTE_MISSING", place, `${name} was not given`, fix);
  } else if (value === null) {
    problems.add("VALUE_INVALID", place, `${name} is null`, "Leave it out to get its default");
  } else {
    checkKind(problems, place, slot.type, value);
  }
}

function checkKind(problems: KindProblems, place: Place, type: TypeWord, value: unknown): void {
  if (type === "any") return;
  const literal = literalOf(value);
  if (literal && !canStand(literal.value, type)) {
    const what = `${place.name} is a reference to ${kindOf(place.name, literal.value)}`;
    return problems.add("VALUE_INVALID", place, what, `Write ${exampleOf(type)}, or a reference to one`);
  }
  if (type.endsWith("[]")) return checkList(problems, place, inner(type.slice(0, -2)), value);
  if (type.includes("|")) return checkEither(problems, place, type.split("|").map(inner), value);
  if (type.startsWith("{")) return checkMap(problems, place, type.slice(1, -1), value);
  if (type in SIMPLE) return checkSimple(problems, place, type, value);
  const choices = PUBLIC_SURFACE.enums[type];
  if (choices) return checkChoice(problems, place, type, choices, value);
  if (PUBLIC_SURFACE.props[type]) return checkNested(problems, place, type, value);
  checkInstance(problems, place, type, value);
}

/** Checks a value that may have one of several types; the problems are those of the first type. */
function checkEither(problems: KindProblems, place: Place, types: readonly TypeWord[], value: unknown): void {
  const attempts = types.map((type) => {
    const attempt = new KindProblems();
    checkKind(attempt, place, type, value);
    return attempt.found;
  });
  if (attempts.every((found) => found.length > 0)) problems.found.push(...(attempts[0] ?? []));
}

interface Simple {
  readonly is: (value: unknown) => boolean;
  readonly instead: string;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const SIMPLE: { readonly [type: string]: Simple } = {
  string: { is: (value) => typeof value === "string", instead: "a text in quotes" },
  number: { is: (value) => typeof value === "number", instead: "a number, without quotes" },
  boolean: { is: (value) => typeof value === "boolean", instead: "true or false" },
  object: { is: (value) => isObject(value) && !Array.isArray(value), instead: "an object of that kind" },
  Date: { is: (value) => value instanceof Date, instead: 'a Date, for example new Date("2026-11-30")' },
  Construct: { is: (value) => Construct.isConstruct(value), instead: "a construct, for example this" },
  // The mark that all copies of cdk8s share; loading cdk8s for it would cost programs that have no charts.
  Chart: {
    is: (value) => isObject(value) && Symbol.for("cdk8s.Chart") in value,
    instead: 'a Chart of cdk8s: new Chart(new App(), "shop", { namespace: "shop" })',
  },
};

function checkSimple(problems: KindProblems, place: Place, type: string, value: unknown): void {
  const { is, instead } = SIMPLE[type] as Simple;
  if (["string", "number", "boolean"].includes(type) && Tokenization.isResolvable(value)) return;
  if (!is(value)) refuse(problems, place, value, instead);
}

// What Token.asAny makes of a plain value, which is known without Terraform.
const LITERAL: unknown = Object.getPrototypeOf(Token.asAny(0));

/** The plain value that a placeholder of cdktf stands for, where it stands for one. */
function literalOf(value: unknown): { readonly value: unknown } | undefined {
  if (!Token.isUnresolved(value)) return undefined;
  const [token] = Tokenization.reverse(value as never) as unknown[];
  if (!isObject(token) || Object.getPrototypeOf(token) !== LITERAL) return undefined;
  const literal = (token as { value: unknown }).value;
  return Tokenization.isResolvable(literal) ? undefined : { value: literal };
}

/** Whether a plain value behind a placeholder can stand where a value of the type is asked for; a text holds any scalar. */
function canStand(value: unknown, type: TypeWord): boolean {
  if (value === undefined || value === null) return false;
  if (type.endsWith("[]")) return Array.isArray(value);
  return type.startsWith("{") ? isObject(value) && !Array.isArray(value) : !isObject(value);
}

function checkList(problems: KindProblems, place: Place, type: TypeWord, value: unknown): void {
  if (Tokenization.isResolvable(value)) return;
  if (!Array.isArray(value)) return refuse(problems, place, value, `a list: [${exampleOf(type)}]`);
  // A loop over the indices also sees the holes of a list.
  for (let index = 0; index < value.length; index++) {
    const name = `${place.name}[${index}]`;
    const entry: unknown = value[index];
    if (entry === undefined || entry === null) {
      refuse(problems, { name }, entry, `${exampleOf(type)}, or leave it out`);
    } else checkKind(problems, { name }, type, entry);
  }
}

function checkMap(problems: KindProblems, place: Place, type: TypeWord, value: unknown): void {
  if (Tokenization.isResolvable(value)) return;
  if (!isObject(value) || Array.isArray(value)) {
    return refuse(problems, place, value, `an object by names: { name: ${exampleOf(type)} }`);
  }
  for (const [key, entry] of Object.entries(value) as [string, unknown][]) {
    const name = `${place.name}.${key}`;
    if (entry === undefined || entry === null) {
      refuse(problems, { name }, entry, `${exampleOf(type)}, or leave it out`);
    } else checkKind(problems, { name }, type, entry);
  }
}

function checkChoice(
  problems: KindProblems,
  place: Place,
  type: string,
  choices: { readonly [member: string]: string },
  value: unknown,
): void {
  if (typeof value === "string" && Object.values(choices).includes(value)) return;
  const names = Object.keys(choices);
  const [nearest = ""] = typeof value === "string" ? nearestNames(value, names, 1) : names;
  const instead =
    names.length > 6 ? `${type}.${nearest} or another of ${type}` : `one of ${type}: ${names.join(", ")}`;
  refuse(problems, place, value, instead);
}

function checkNested(problems: KindProblems, place: Place, type: string, value: unknown): void {
  if (!isObject(value) || Array.isArray(value) || Tokenization.isResolvable(value)) {
    return refuse(problems, place, value, exampleOf(type));
  }
  checkProps(problems, type, value, place);
}

/**
 * Checks a value of a public class or interface by its members: it may come from another copy of this library.
 *
 * A construct that implements an interface of ours may lack members that nothing reads; readers report the ones they need.
 */
function checkInstance(problems: KindProblems, place: Place, type: string, value: unknown): void {
  const { members } = PUBLIC_SURFACE.classes[type] ?? PUBLIC_SURFACE.interfaces[type] ?? { members: [] };
  const had =
    isObject(value) && !Array.isArray(value) ? members.filter((member) => member in value) : undefined;
  if (had?.length === members.length) return;
  if (had && had.length > 1 && type in PUBLIC_SURFACE.interfaces && Construct.isConstruct(value)) return;
  refuse(problems, place, value, exampleOf(type));
}

function refuse(problems: KindProblems, place: Place, value: unknown, instead: string): void {
  problems.add("VALUE_INVALID", place, `${place.name} is ${kindOf(place.name, value)}`, `Write ${instead}`);
}
