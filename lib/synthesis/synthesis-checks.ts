import { type IConstruct } from "constructs";
import { computeOnce, rememberDuring, whileReading } from "./reading";
import { Problems, ValidationError } from "../core/validation-error";

/** Looks at a construct when all is made and patched; throws a ValidationError with what is wrong. */
type Check = () => void;

const checks = new WeakMap<IConstruct, Check[]>();
const suspended = new WeakSet<IConstruct>();

/**
 * Has something checked whenever the tree of a construct is synthesized, before anything of it is written.
 *
 * cdk8s takes from a validation texts only, from which no program can read a code again. So there is one validation, of the
 * root, which cdk8s asks first of all, and which throws the problems of all checks together.
 */
export function checkAtSynthesis({ node: { root } }: IConstruct, check: Check): void {
  const known = checks.get(root);
  if (known) {
    known.push(check);
    return;
  }
  checks.set(root, [check]);
  // cdk8s validates the whole tree again for each chart that it writes; App has no other methods that write.
  if ("synthYaml" in root) rememberDuring(root, ["synth", "synthYaml"]);
  const validate = () => {
    runChecks(root);
    return [];
  };
  root.node.addValidation({ validate });
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
    for (const check of checks.get(root) ?? []) problems.collect(check);
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
  if (suspended.has(root)) return read();
  suspended.add(root);
  try {
    return read();
  } finally {
    suspended.delete(root);
  }
}
