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
import { MarkOn } from "./construct-state";
import { Problems, ValidationError } from "./validation-error";

/** The expected type of a place: text, a number, a list, or any. */
type Promised = "any" | "list" | "number" | "optional text" | "text";

const guarded = new MarkOn<TerraformStack>();

/**
 * Rejects a stack in which a late value, such as a `Lazy`, is `null` or has the wrong type.
 *
 * Terraform would read `null` as "not given", and fail with an error about JSON for a list in place of text. The value is known only
 * when the stack is written, not when its construct is created.
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
    // Only the members of the provider's bindings that hold attributes.
    if (!/^_[a-z]/.test(member) || value === undefined) continue;
    const wrong = wrongValuesIn(value, element, snakeCase(member.slice(1)));
    for (const { field, what } of wrong) {
      refuseLate(problems, `${field} of ${element.terraformResourceType}`, what);
    }
  }
  problems.throwIfAny();
}

/** Adds a problem for a place with an invalid value. */
export function refuseLate(problems: Problems, place: string, what: string): void {
  problems.add(
    "VALUE_INVALID",
    `${place} is ${what} once the program is written: its Lazy or token gives no other value`,
    "Set the value before synthesis, or omit the prop if it may have no value",
  );
}

/** A place with an invalid value, and the fault. */
export interface WrongValue {
  readonly field: string;
  readonly what: string;
}

/**
 * The parts of a late value that are missing or of another type when the program has produced them; references to resources are
 * known only when Terraform runs, and are not checked.
 *
 * @param promised the type of the placeholder: text for `Lazy.stringValue`, and so on
 */
export function wrongValuesIn(
  value: unknown,
  scope: IConstruct,
  field = "",
  promised: Promised = "any",
): WrongValue[] {
  const wrong = (what: string) => [{ field, what }];
  if (value === null) return wrong("null");
  // A place for any value is omitted without one.
  if (value === undefined) return promised === "text" || promised === "number" ? wrong("undefined") : [];
  // Checked first: cdktf also treats a nested block as a reference.
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

/** A nested block, as cdktf keeps it. */
function isNestedBlock(value: unknown): value is { readonly internalValue: unknown } {
  return typeof value === "object" && value !== null && "internalValue" in value;
}

/** The tokens that a value consists of, and their types; undefined for a value without tokens, or with nested ones only. */
function tokensIn(
  value: unknown,
): { readonly tokens: readonly unknown[]; readonly promised?: Promised } | undefined {
  if (Tokenization.isResolvable(value)) return { tokens: [value] };
  if (typeof value === "string") {
    return Token.isUnresolved(value)
      ? { tokens: Tokenization.reverseString(value).tokens, promised: "text" }
      : undefined;
  }
  const token = oneTokenOf(value);
  if (!token) return undefined;
  if (Array.isArray(value)) return { tokens: [token], promised: "list" };
  return { tokens: [token], promised: typeof value === "number" ? "number" : undefined };
}

/** The token that a number, a list or a map represents as a whole. */
function oneTokenOf(value: unknown): IResolvable | undefined {
  if (typeof value === "number") return Tokenization.reverseNumber(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return Tokenization.reverseMap(value as never);
  const [only] = value as unknown[];
  if (value.length !== 1) return undefined;
  if (typeof only === "string") return Tokenization.reverseList(value as string[]);
  return typeof only === "number" ? Tokenization.reverseNumberList(value as number[]) : undefined;
}

// The class of a token for a plain value; the classes for references and functions extend it.
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

/** The value that a token produces, not resolved further. */
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
