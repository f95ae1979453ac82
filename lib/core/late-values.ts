import {
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  StringConcat,
  TerraformDataSource,
  type TerraformElement,
  TerraformResource,
  type TerraformStack,
  Token,
  Tokenization,
} from "cdktf";
import { type IConstruct } from "constructs";
import { Problems, ValidationError } from "./validation-error";
import { MarkOn } from "./construct-state";

/** What was promised in a place: text, a number, a list, or whatever the place takes. */
type Promised = "any" | "list" | "number" | "optional text" | "text";

const guarded = new MarkOn<TerraformStack>();

/**
 * Has a stack refused in which a value that is known late, such as a `Lazy`, turns out to be none.
 *
 * Terraform would read `null` as "not given", and a list in the place of text ends in an error about JSON. When a construct is
 * made nobody can tell: the value is known when the program is written.
 *
 * @param isOurs whether an element belongs to a construct of the library
 */
export function guardLateValues(stack: TerraformStack, isOurs: (element: TerraformElement) => boolean): void {
  if (!guarded.once(stack)) return;
  for (const method of ["toTerraform", "toHclTerraform"] as const) {
    const inner = stack[method].bind(stack);
    // Not earlier: aspects may still set parts of a value.
    stack[method] = () => {
      checkStack(stack, isOurs);
      return inner() as { [key: string]: unknown };
    };
  }
}

function checkStack(stack: TerraformStack, isOurs: (element: TerraformElement) => boolean): void {
  const problems = new Problems(stack);
  for (const element of stack.node.findAll()) {
    const isChecked =
      TerraformResource.isTerraformResource(element) || TerraformDataSource.isTerraformDataSource(element);
    if (!isChecked || !isOurs(element)) continue;
    problems.collect(() => {
      checkElement(element);
    });
  }
  problems.throwIfAny();
}

function checkElement(element: TerraformResource | TerraformDataSource): void {
  const problems = new Problems(element);
  for (const [member, value] of Object.entries(element) as [string, unknown][]) {
    // The members of the provider's bindings that hold attributes; all else is cdktf's own.
    if (!/^_[a-z]/.test(member) || value === undefined) continue;
    const wrong = wrongValuesIn(value, element, snakeCase(member.slice(1)));
    for (const { field, what } of wrong) {
      refuseLate(problems, `${field} of ${element.terraformResourceType}`, what);
    }
  }
  problems.throwIfAny();
}

/** Adds a problem for a place whose value turned out to be none. */
export function refuseLate(problems: Problems, place: string, what: string): void {
  problems.add(
    "VALUE_INVALID",
    `${place} is ${what} once the program is written: its Lazy or token gives no other value`,
    "Set the value before synthesis, or omit the prop if it may have no value",
  );
}

/** A place whose value is wrong, and how. */
export interface WrongValue {
  readonly field: string;
  readonly what: string;
}

/**
 * What of a value turns out to be none, or of another kind, once the program has made it; references to resources are known when
 * Terraform runs, and are left alone.
 *
 * @param promised what stands in the place until then: `Lazy.stringValue` gives text, and so on
 */
export function wrongValuesIn(
  value: unknown,
  scope: IConstruct,
  field = "",
  promised: Promised = "any",
): WrongValue[] {
  const wrong = (what: string) => [{ field, what }];
  if (value === null) return wrong("null");
  // What takes any value is left out where there is none.
  if (value === undefined) return promised === "text" || promised === "number" ? wrong("undefined") : [];
  // First: to cdktf a nested block is a reference too.
  if (isNestedBlock(value)) return wrongValuesIn(value.internalValue, scope, field);
  const inner = tokensIn(value);
  if (inner) {
    return inner.tokens
      .filter(isMadeByProgram)
      .flatMap((token) => wrongValueOf(token, scope, field, inner.promised ?? promised));
  }
  if (typeof value !== "object") return [];
  const isList = Array.isArray(value);
  if (promised !== "any" && !(isList && promised === "list")) {
    return wrong(`${isList ? "a list" : "an object"}, where ${NOUNS[promised]} is expected`);
  }
  if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    wrongValuesIn(entry, scope, isList ? `${field}[${key}]` : `${field}.${snakeCase(key)}`),
  );
}

const NOUNS = { list: "a list", number: "a number", "optional text": "text", text: "text" };

/** What cdktf keeps of a nested block. */
function isNestedBlock(value: unknown): value is { readonly internalValue: unknown } {
  return typeof value === "object" && value !== null && "internalValue" in value;
}

/** The tokens that a value consists of, and what stands for them; undefined for a value that holds them further inside, or none. */
function tokensIn(
  value: unknown,
): { readonly tokens: readonly unknown[]; readonly promised?: Promised } | undefined {
  if (Tokenization.isResolvable(value)) return { tokens: [value] };
  if (typeof value === "string") {
    return Token.isUnresolved(value)
      ? { tokens: Tokenization.reverseString(value).tokens, promised: "text" }
      : undefined;
  }
  const one = oneTokenOf(value);
  if (!one) return undefined;
  if (Array.isArray(value)) return { tokens: [one], promised: "list" };
  return { tokens: [one], promised: typeof value === "number" ? "number" : undefined };
}

/** The token for which a number, a list or a map stands as a whole. */
function oneTokenOf(value: unknown): IResolvable | undefined {
  if (typeof value === "number") return Tokenization.reverseNumber(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return Tokenization.reverseMap(value as never);
  const [only] = value as unknown[];
  if (value.length !== 1) return undefined;
  if (typeof only === "string") return Tokenization.reverseList(value as string[]);
  return typeof only === "number" ? Tokenization.reverseNumberList(value as number[]) : undefined;
}

// What Token.asString makes of a plain value; what cdktf makes of a reference or a function derives from it.
const LITERAL = Object.getPrototypeOf(Token.asAny(0)) as object;

function isMadeByProgram(token: unknown): boolean {
  return !Object.prototype.isPrototypeOf.call(LITERAL, token as object) || isLiteral(token);
}

function isLiteral(token: unknown): boolean {
  return Object.getPrototypeOf(token) === LITERAL;
}

function wrongValueOf(token: unknown, scope: IConstruct, field: string, promised: Promised): WrongValue[] {
  const producer = new Producer();
  try {
    Tokenization.resolve(token, { scope, resolver: producer, preparing: false });
  } catch (error) {
    if (ValidationError.isValidationError(error)) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return [{ field, what: `not there (${reason})` }];
  }
  return wrongValuesIn(producer.produced, scope, field, promised);
}

/** Has a token produce its value, without resolving that any further. */
class Producer extends DefaultTokenResolver {
  public produced: unknown;
  private isProducing = false;

  constructor() {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    // A producer may resolve other tokens, as `Tokenization.stringifyNumber` does, and needs their values.
    if (this.isProducing) return super.resolveToken(token, context, postProcessor);
    this.isProducing = true;
    try {
      this.produced = token.resolve(context);
    } finally {
      this.isProducing = false;
    }
    return undefined;
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
