import { type IConstruct } from "constructs";
import { computeOnce, rememberDuring, whileReading } from "./reading";
import { Problems, ValidationError } from "../core/validation-error";
import { MarkOn, StateOfTree } from "../core/construct-state";

/** Looks at a construct when all is made and patched; throws a ValidationError with what is wrong. */
type Check = () => void;

const checks = new StateOfTree(checksOf);
const suspended = new MarkOn<IConstruct>();

/**
 * Has something checked whenever the tree of a construct is synthesized, before anything of it is written.
 *
 * cdk8s takes from a validation texts only, from which no program can read a code again. So there is one validation, of the
 * root, which cdk8s asks first of all, and which throws the problems of all checks together.
 */
export function checkAtSynthesis(construct: IConstruct, check: Check): void {
  checks.of(construct).push(check);
}

/** The checks of a tree, which run whenever it is synthesized. */
function checksOf(root: IConstruct): Check[] {
  // cdk8s validates the whole tree again for each chart that it writes; App has no other methods that write.
  if ("synthYaml" in root) rememberDuring(root, ["synth", "synthYaml"]);
  const validate = () => {
    runChecks(root);
    return [];
  };
  root.node.addValidation({ validate });
  return [];
}

/** Runs the checks of a tree, unless it is read without them just now; throws all that they find. */
export function runChecks(root: IConstruct): void {
  if (suspended.has(root)) return;
  const error = whileReading(() => computeOnce(root, refusalOf));
  if (error) throw error;
}

/** What all checks of a tree find together. */
function refusalOf(root: IConstruct): ValidationError | undefined {
  const problems = new Problems(root);
  withoutChecks(root, () => {
    for (const check of checks.peek(root) ?? []) problems.collect(check);
  });
  try {
    problems.throwIfAny();
    return undefined;
  } catch (error) {
    if (ValidationError.isValidationError(error)) return error;
    throw error;
  }
}

/** Reads a tree without running its checks: for each chart that is read, cdk8s asks the whole tree again. */
export function withoutChecks<T>(root: IConstruct, read: () => T): T {
  if (!suspended.once(root)) return read();
  try {
    return read();
  } finally {
    suspended.clear(root);
  }
}
