import { Construct } from "constructs";
import { pathOf } from "./construct-scope";
import { MarkOn } from "./construct-state";
import { ERROR_CODES } from "./error-codes";
import { checkProps, checkSlot, KindProblems } from "./kind-checks";
import { parametersOf, propertyOf, PUBLIC_SURFACE, type Slot } from "./public-surface";
import {
  fail,
  isWithinCall,
  type PendingProblem,
  ValidationError,
  whilePending,
  withPending,
} from "./validation-error";

/** A class, whether or not everybody may construct it. */
interface AnyClass {
  readonly name: string;
  readonly prototype: object;
}
type Call = (this: unknown, ...args: unknown[]) => unknown;

// By their prototypes, which a class shares with the proxy of withCheckedConstructor.
const checkedPrototypes = new MarkOn<object>();

/** Whether a class checks the arguments of its calls. */
export function isChecked(target: AnyClass): boolean {
  return checkedPrototypes.has(target.prototype);
}

/**
 * Makes the public constructor, factories and methods of a class check their arguments against the public surface.
 *
 * The compiler refuses `null`, a value of another kind and a prop that does not exist; JavaScript, and languages whose types
 * are looser, don't. Here they end in a `ValidationError` as any other bad input does, together with what the class finds
 * wrong itself, and before anything is made.
 */
export function checked<T extends AnyClass>(target: T): T {
  const surface = PUBLIC_SURFACE.classes[target.name];
  checkedPrototypes.once(target.prototype);
  if (!surface) fail(`${target.name} is not in lib/core/public-types.json, which npm run surface writes`);
  wrapAll(target, surface.statics, () => target.name);
  wrapAll(target.prototype, surface.methods, (self) =>
    Construct.isConstruct(self) ? self.node.path : target.name,
  );
  return surface.new ? withCheckedConstructor(target, surface.new) : target;
}

function wrapAll(
  owner: object,
  methods: { readonly [method: string]: readonly string[] },
  ownerName: (self: unknown) => string,
): void {
  for (const [name, words] of Object.entries(methods)) {
    const original = (owner as { [name: string]: Call })[name] as Call;
    const parameters = parametersOf(words);
    const wrapped: Call = function (this: unknown, ...args) {
      const problems = problemsOf(parameters, args, () => `${ownerName(this)}.${name}`);
      return run(problems, [this, ...args], () => original.apply(this, args));
    };
    Object.defineProperty(wrapped, "name", { value: name });
    Object.defineProperty(owner, name, { value: wrapped, writable: true, configurable: true });
  }
}

/** A class can't replace its own constructor, so a proxy stands in for the class. */
function withCheckedConstructor<T extends AnyClass>(target: T, words: readonly string[]): T {
  const parameters = parametersOf(words);
  return new Proxy(target, {
    construct: (original, args: unknown[], newTarget) => {
      const [scope, id] = args as [Construct, string];
      const path = () => (Construct.isConstruct(scope) ? pathOf(scope, id) : original.name);
      const problems = problemsOf(parameters, args, path);
      const make = () => Reflect.construct(original as never, args, newTarget) as object;
      return run(problems, args, make) as object;
    },
  });
}

function problemsOf(
  parameters: readonly Slot[],
  args: readonly unknown[],
  path: () => string,
): readonly PendingProblem[] {
  if (isWithinCall()) return [];
  const problems = new KindProblems();
  parameters.forEach((slot, index) => {
    if (!slot.isRest) return checkArgument(problems, slot, args[index]);
    args.slice(index).forEach((value) => checkArgument(problems, slot, value));
  });
  if (problems.found.length === 0) return [];
  const origin = path();
  return problems.found.map((problem) => ({
    ...problem,
    path: origin,
    property: propertyOf(problem.what) ?? problem.slot,
    why: ERROR_CODES[problem.code].why,
  }));
}

/** Messages name the members of props without the name of the parameter, which callers do not see. */
function checkArgument(problems: KindProblems, slot: Slot, value: unknown): void {
  const isProps = slot.type in PUBLIC_SURFACE.props && typeof value === "object" && value !== null;
  if (isProps && !Array.isArray(value)) checkProps(problems, slot.type, value);
  else checkSlot(problems, slot, value);
}

/**
 * Runs a call; with invalid arguments only to collect the problems that it finds itself, and everything that it created is removed.
 *
 * Other errors that invalid arguments cause, such as a TypeError, are dropped.
 */
function run<T>(problems: readonly PendingProblem[], values: readonly unknown[], call: () => T): T {
  if (problems.length === 0) return whilePending(problems, call);
  const scopes = values.filter((value) => Construct.isConstruct(value));
  const before = new Set(scopes.flatMap(({ node }) => node.children));
  try {
    whilePending(problems, call);
  } catch (error) {
    if (ValidationError.isValidationError(error))
      throw new ValidationError(withPending(error.problems, problems));
  } finally {
    for (const { node } of scopes)
      for (const child of node.children) if (!before.has(child)) node.tryRemoveChild(child.node.id);
  }
  throw new ValidationError(problems);
}
