import { type IConstruct } from "constructs";
import { Problems } from "../core/validation-error";

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
  const validate = () => {
    runChecks(root);
    return [];
  };
  root.node.addValidation({ validate });
}

/** Runs the checks of a tree, unless it is read without them just now; throws all that they find. */
export function runChecks(root: IConstruct): void {
  if (suspended.has(root)) return;
  const problems = new Problems(root);
  withoutChecks(root, () => {
    for (const check of checks.get(root) ?? []) problems.collect(check);
  });
  problems.throwIfAny();
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
