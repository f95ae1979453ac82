import { Lazy, Token } from "cdktf";
import { type Construct } from "constructs";
import { SamplePlace } from "./surface-samples";
import * as secureOke from "../../lib";
import { isChecked } from "../../lib/core/checked";
import { membersOf, parametersOf, PUBLIC_SURFACE, type Slot } from "../../lib/core/public-surface";
import { ValidationError } from "../../lib/core/validation-error";

const library = secureOke as { readonly [name: string]: any };

/** Values that a compiler would reject, and references whose value is unknown. */
const WRONG_VALUES: { readonly [description: string]: (place: SamplePlace) => unknown } = {
  undefined: () => undefined,
  null: () => null,
  "a number": () => 7.5,
  NaN: () => Number.NaN,
  "a string": () => "no such thing",
  true: () => true,
  "a BigInt": () => 10n,
  "a symbol": () => Symbol("it"),
  "a function": () => () => 1,
  "an object": () => ({ unknown: 1 }),
  "an object without a prototype": () => Object.create(null),
  "an object that can't be converted to text": () => ({ toString: null, toJSON: () => 10n }),
  "an empty list": () => [],
  "a list of null and undefined": () => [null, undefined],
  "a list of values of several types": () => [{}, 10n, "text"],
  "an object with a null member": () => ({ name: null }),
  "a construct": ({ stack }) => stack,
  "another construct": (place) => place.sample({ name: "network", type: "ClusterNetwork" }),
  "a workload": (place) => place.sample({ name: "workload", type: "HardenedDeployment" }),
  "a value of another kind": (place) => place.sample({ name: "port", type: "Port" }),
  "a reference to null": () => Token.asString(null),
  "a reference to a list": () => Token.asString(["a", "b"]),
  "a Terraform list": () => Token.asList(Token.asAny({ a: 1 })),
  "a reference that has no value": () => Lazy.stringValue({ produce: () => undefined }),
};

/** A call of the library: its name, its parameters, and a function that prepares it. */
interface PublicCall {
  readonly name: string;
  readonly words: readonly string[];
  readonly prepare: (place: SamplePlace) => ((...args: any[]) => unknown) | undefined;
}

const CALLS = Object.entries(PUBLIC_SURFACE.classes).flatMap(([name, type]): PublicCall[] => [
  ...Object.entries(type.statics).map(([method, words]) => ({
    name: `${name}.${method}`,
    words,
    prepare:
      () =>
      (...args: unknown[]) =>
        library[name][method](...args),
  })),
  ...Object.entries(type.methods).map(([method, words]) => ({
    name: `${name}#${method}`,
    words,
    prepare: (place: SamplePlace) => {
      const self: any = place.instance(name);
      return self && ((...args: unknown[]) => self[method](...args));
    },
  })),
  ...(type.new
    ? [
        {
          name: `new ${name}`,
          words: type.new,
          prepare:
            () =>
            (...args: unknown[]) =>
              new library[name](...args),
        },
      ]
    : []),
]);

/** Argument lists of a call with one wrong value each: every wrong value in every position. */
function* variants(
  place: SamplePlace,
  words: readonly string[],
  scope: Construct,
): Generator<[string, unknown[]]> {
  const parameters = parametersOf(words);
  for (const [index, slot] of parameters.entries()) {
    for (const [description, make] of Object.entries(WRONG_VALUES)) {
      for (const [position, value] of positionsOf(place, slot, make)) {
        const args = parameters
          .slice(0, index + 1)
          .map((parameter) => (parameter.name === "scope" ? scope : place.sample(parameter)));
        args[index] = value;
        yield [`${position}: ${description}`, [...args, ...place.args(words.slice(index + 1), scope)]];
      }
    }
  }
}

/** Puts a value in place of a parameter, of a member of its props, and of a member of nested props. */
function* positionsOf(
  place: SamplePlace,
  slot: Slot,
  make: (place: SamplePlace) => unknown,
  depth = 0,
): Generator<[string, unknown]> {
  yield [slot.name, make(place)];
  const isList = slot.type.endsWith("[]");
  const type = isList ? slot.type.slice(0, -2) : slot.type;
  if (depth > 1) return;
  for (const member of membersOf(type) ?? []) {
    for (const [position, value] of positionsOf(place, member, make, depth + 1)) {
      const props = { ...place.props(type), [member.name]: value };
      yield [`${slot.name}.${position}`, isList ? [props] : props];
    }
  }
}

/** The error of a call that is not a ValidationError, or undefined. */
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

test("the table of the public surface contains every public class", () => {
  const classes = Object.keys(library).filter((name) => typeof library[name] === "function");
  expect(classes.sort()).toEqual(Object.keys(PUBLIC_SURFACE.classes).sort());
});

test("every public class with parameters is decorated with @checked", () => {
  const hasParameters = ({
    statics,
    methods,
    new: constructorParameters = [],
  }: (typeof PUBLIC_SURFACE.classes)[string]) =>
    [constructorParameters, ...Object.values(statics), ...Object.values(methods)].some(
      (words) => words.length > 0,
    );
  const unchecked = Object.entries(PUBLIC_SURFACE.classes)
    .filter(([name, type]) => hasParameters(type) && !isChecked(library[name]))
    .map(([name]) => name);
  expect(unchecked).toEqual([]);
});

const scopesOf = (place: SamplePlace) => [place.stack, place.chart];

describe.each(CALLS.filter(({ words }) => words.length > 0))("$name", ({ name, words, prepare }) => {
  test("throws only ValidationErrors for wrong arguments", () => {
    const place = new SamplePlace();
    const call = prepare(place);
    if (!call) throw new Error(`test/package/surface-samples.ts can't create a ${name.split("#")[0]}`);
    const failures = scopesOf(place).flatMap((scope) =>
      words[0]?.startsWith("scope:") || scope === place.stack
        ? [...variants(place, words, scope)].flatMap(([description, args]) => {
            const failure = failureOf(() => call(...args));
            return failure === undefined ? [] : [`${description}: ${failure}`];
          })
        : [],
    );
    expect(failures).toEqual([]);
  }, 60_000);
});
