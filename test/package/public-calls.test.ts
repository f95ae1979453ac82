import { Lazy, Token } from "cdktf";
import { type Construct } from "constructs";
import { SamplePlace } from "./surface-samples";
import * as secureOke from "../../lib";
import { isChecked } from "../../lib/core/checked";
import { membersOf, parametersOf, PUBLIC_SURFACE, type Slot } from "../../lib/core/public-surface";
import { ValidationError } from "../../lib/core/validation-error";

const library = secureOke as { readonly [name: string]: any };

/** Values that no compiler would let through, or of which nobody knows what they will be. */
const WRONG: { readonly [what: string]: (place: SamplePlace) => unknown } = {
  undefined: () => undefined,
  null: () => null,
  "a number": () => 7.5,
  NaN: () => Number.NaN,
  "a text": () => "no such thing",
  true: () => true,
  "a BigInt": () => 10n,
  "a symbol": () => Symbol("it"),
  "a function": () => () => 1,
  "an object": () => ({ unknown: 1 }),
  "an object without a prototype": () => Object.create(null),
  "an object that can't be shown": () => ({ toString: null, toJSON: () => 10n }),
  "an empty list": () => [],
  "a list of nothing": () => [null, undefined],
  "a list of others": () => [{}, 10n, "text"],
  "an object of nothing": () => ({ name: null }),
  "a construct": ({ stack }) => stack,
  "another construct": (place) => place.sample({ name: "network", type: "ClusterNetwork" }),
  "a workload": (place) => place.sample({ name: "workload", type: "HardenedDeployment" }),
  "a value of another kind": (place) => place.sample({ name: "port", type: "Port" }),
  "a reference to null": () => Token.asString(null),
  "a reference to a list": () => Token.asString(["a", "b"]),
  "a list of Terraform": () => Token.asList(Token.asAny({ a: 1 })),
  "a reference that has no value": () => Lazy.stringValue({ produce: () => undefined }),
};

/** One call of the library: its name, what it takes, and how it is made. */
interface PublicCall {
  readonly name: string;
  readonly words: readonly string[];
  readonly prepare: (place: SamplePlace) => ((...args: any[]) => unknown) | undefined;
}

const CALLS = Object.entries(PUBLIC_SURFACE.classes).flatMap(([name, known]): PublicCall[] => [
  ...Object.entries(known.statics).map(([method, words]) => ({
    name: `${name}.${method}`,
    words,
    prepare:
      () =>
      (...args: unknown[]) =>
        library[name][method](...args),
  })),
  ...Object.entries(known.methods).map(([method, words]) => ({
    name: `${name}#${method}`,
    words,
    prepare: (place: SamplePlace) => {
      const self: any = place.instance(name);
      return self && ((...args: unknown[]) => self[method](...args));
    },
  })),
  ...(known.new
    ? [
        {
          name: `new ${name}`,
          words: known.new,
          prepare:
            () =>
            (...args: unknown[]) =>
              new library[name](...args),
        },
      ]
    : []),
]);

/** The arguments of a call with one value that is wrong, in each place where one can be. */
function* variants(
  place: SamplePlace,
  words: readonly string[],
  scope: Construct,
): Generator<[string, unknown[]]> {
  const parameters = parametersOf(words);
  for (const [index, slot] of parameters.entries()) {
    for (const [what, make] of Object.entries(WRONG)) {
      for (const [where, value] of placesIn(place, slot, make)) {
        const args = parameters
          .slice(0, index + 1)
          .map((one) => (one.name === "scope" ? scope : place.sample(one)));
        args[index] = value;
        yield [`${where}: ${what}`, [...args, ...place.args(words.slice(index + 1), scope)]];
      }
    }
  }
}

/** A value in the place of a parameter, of a member of its props, and of a member of props in those. */
function* placesIn(
  place: SamplePlace,
  slot: Slot,
  make: (place: SamplePlace) => unknown,
  depth = 0,
): Generator<[string, unknown]> {
  yield [slot.name, make(place)];
  const list = slot.type.endsWith("[]");
  const type = list ? slot.type.slice(0, -2) : slot.type;
  if (depth > 1) return;
  for (const member of membersOf(type) ?? []) {
    for (const [where, value] of placesIn(place, member, make, depth + 1)) {
      const props = { ...place.props(type), [member.name]: value };
      yield [`${slot.name}.${where}`, list ? [props] : props];
    }
  }
}

/** What a call does with an argument, other than to be refused in words. */
function failureOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (ValidationError.isValidationError(error)) return undefined;
    return error instanceof Error
      ? `${error.name}: ${error.message.split("\n")[0]} ${error.stack?.split("\n")[1]}`
      : String(error);
  }
}

test("every public class is known to the table, and takes part", () => {
  const classes = Object.keys(library).filter((name) => typeof library[name] === "function");
  expect(classes.sort()).toEqual(Object.keys(PUBLIC_SURFACE.classes).sort());
});

test("every public class that takes arguments checks them itself, by @checked", () => {
  const takesArguments = ({ statics, methods, new: made = [] }: (typeof PUBLIC_SURFACE.classes)[string]) =>
    [made, ...Object.values(statics), ...Object.values(methods)].some((words) => words.length > 0);
  const unchecked = Object.entries(PUBLIC_SURFACE.classes)
    .filter(([name, known]) => takesArguments(known) && !isChecked(library[name]))
    .map(([name]) => name);
  expect(unchecked).toEqual([]);
});

const scopesOf = (place: SamplePlace) => [place.stack, place.chart];

describe.each(CALLS.filter(({ words }) => words.length > 0))("$name", ({ name, words, prepare }) => {
  test("refuses what is of another kind with a ValidationError, and nothing else", () => {
    const place = new SamplePlace();
    const call = prepare(place);
    if (!call) throw new Error(`test/package/surface-samples.ts can make no ${name.split("#")[0]}`);
    const failures = scopesOf(place).flatMap((scope) =>
      words[0]?.startsWith("scope:") || scope === place.stack
        ? [...variants(place, words, scope)].flatMap(([what, args]) => {
            const failure = failureOf(() => call(...args));
            return failure === undefined ? [] : [`${what}: ${failure}`];
          })
        : [],
    );
    expect(failures).toEqual([]);
  }, 60_000);
});
