import {
  Aspects,
  TerraformDataSource,
  TerraformElement,
  TerraformModule,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  Token,
  Tokenization,
  dependable,
  type ITerraformDependable,
} from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { isMarker } from "./first-apply";
import { ElementReferences } from "./element-references";
import { guardStack } from "./stack-cycles";
import { Problems } from "./validation-error";

/** What Terraform takes `depends_on` of. */
type Dependent = TerraformResource | TerraformDataSource | TerraformModule | TerraformOutput;

const ordered = new WeakSet<TerraformStack>();

/**
 * Has `dependsOn: [construct]` and `construct.node.addDependency(other)` of a stack reach the resources of both constructs.
 *
 * cdktf renders one address for each entry of `dependsOn`, and nothing at all for `addDependency`. An aspect is what it runs
 * before a stack is written, also by `Testing.synth`.
 */
export function orderAtSynthesis(construct: IConstruct): void {
  const stack = construct.node.scopes.find((one): one is TerraformStack => TerraformStack.isStack(one));
  if (!stack || ordered.has(stack)) return;
  ordered.add(stack);
  guardStack(stack);
  Aspects.of(stack).add({
    visit: (visited) => {
      if (visited === stack) order(stack);
    },
  });
}

/** The resource that stands for a construct where Terraform takes one address only. */
export function mainElementOf(construct: IConstruct): TerraformElement | undefined {
  if (TerraformElement.isTerraformElement(construct)) return construct;
  const { defaultChild } = construct.node;
  if (TerraformElement.isTerraformElement(defaultChild)) return defaultChild;
  return resourcesIn(construct)[0];
}

/** What one element is to wait for, as it was written: its own entries, and the constructs among them. */
interface Wait {
  readonly dependent: Dependent;
  readonly kept: string[];
  readonly targets: Set<TerraformElement>;
}

function order(stack: TerraformStack): void {
  const constructs = withoutInnerStacks(stack);
  const references = new ElementReferences(stack, constructs);
  const waits = new Map<Dependent, Wait>();
  const waitOf = (dependent: Dependent) => {
    const wait = waits.get(dependent) ?? read(dependent);
    waits.set(dependent, wait);
    return wait;
  };
  const problems = new Problems(stack);
  for (const construct of constructs) {
    if (isDependent(construct) && constructsIn(construct.dependsOn).some((one) => !isElement(one))) {
      const { targets } = waitOf(construct);
      const composites = constructsIn(construct.dependsOn).filter((one) => !isElement(one));
      for (const target of composites) {
        add(problems, stack, references, target, [construct], (_, found) => targets.add(found));
      }
    }
    for (const target of construct.node.dependencies) {
      const dependents = isDependent(construct) ? [construct] : resourcesIn(construct);
      add(problems, stack, references, target, dependents, (one, found) => waitOf(one).targets.add(found));
    }
  }
  problems.throwIfAny();
  // Only now: what was added must not count as a reference that was there before.
  for (const wait of waits.values()) write(wait);
}

/** Finds what is to wait for which resources of a target; those that need one of the dependents themselves can't be among them. */
function add(
  problems: Problems,
  stack: TerraformStack,
  references: ElementReferences,
  target: IConstruct,
  dependents: readonly Dependent[],
  found: (dependent: Dependent, target: TerraformElement) => void,
): void {
  const other = target.node.scopes.find((one): one is TerraformStack => TerraformStack.isStack(one));
  if (dependents.length === 0 || !other) return;
  // All of a stack is applied before the stacks that depend on it, and no resource can name one of another stack.
  if (other !== stack) {
    stack.addDependency(other);
    return;
  }
  const own = new Set<TerraformElement>(dependents);
  const all = (isDependent(target) ? [target] : resourcesIn(target)).filter((one) => !own.has(one));
  const usable = all.filter((one) => !references.reach(one, own));
  if (all.length > 0 && usable.length === 0) {
    problems.add(
      "DEPENDENCY_CYCLE",
      `${dependents.map(({ node }) => node.path).join(", ")} can't wait for ${target.node.path}, which refers to it`,
      "Remove this dependency, or the reference in the other direction",
    );
  }
  for (const dependent of dependents) for (const one of usable) found(dependent, one);
}

function read(dependent: Dependent): Wait {
  const kept: string[] = [];
  const targets = new Set<TerraformElement>();
  for (const entry of (dependent.dependsOn ?? []) as readonly unknown[]) {
    const construct = constructOf(entry);
    if (isElement(construct)) targets.add(construct);
    else if (!construct) kept.push(textOf(entry));
  }
  return { dependent, kept, targets };
}

function write({ dependent, kept, targets }: Wait): void {
  const sorted = [...targets].sort((one, other) => (one.node.path < other.node.path ? -1 : 1));
  const all = [...kept, ...sorted.map((one) => dependable(one))];
  // cdktf writes what an output waits for in braces, which Terraform refuses there.
  if (TerraformOutput.isTerraformOutput(dependent)) dependent.dependsOn = all.map((fqn) => ({ fqn }));
  else dependent.dependsOn = all;
}

function constructsIn(dependsOn: readonly unknown[] | undefined): IConstruct[] {
  return (dependsOn ?? []).flatMap((entry) => constructOf(entry) ?? []);
}

/** The construct of an entry of `dependsOn`, which resources keep as a token around it. */
function constructOf(entry: unknown): IConstruct | undefined {
  if (Construct.isConstruct(entry)) return entry;
  const text = textOf(entry);
  if (!Token.isUnresolved(text)) return undefined;
  const { firstToken } = Tokenization.reverseString(text);
  const { dependable: inner } = (firstToken ?? {}) as { dependable?: ITerraformDependable };
  return Construct.isConstruct(inner) ? inner : undefined;
}

/** Outputs keep objects with an address, all others the address. */
function textOf(entry: unknown): string {
  return typeof entry === "string" ? entry : (entry as ITerraformDependable).fqn;
}

/** The resources and modules of a construct; its data sources read when what they name is there. */
function resourcesIn(construct: IConstruct): (TerraformResource | TerraformModule)[] {
  return withoutInnerStacks(construct).filter(
    (one): one is TerraformResource | TerraformModule =>
      (TerraformResource.isTerraformResource(one) && !isMarker(one)) || one instanceof TerraformModule,
  );
}

function withoutInnerStacks(construct: IConstruct): IConstruct[] {
  const inner = construct.node.children.filter((child) => !TerraformStack.isStack(child));
  return [construct, ...inner.flatMap(withoutInnerStacks)];
}

function isElement(construct: IConstruct | undefined): construct is TerraformElement {
  return construct !== undefined && TerraformElement.isTerraformElement(construct);
}

function isDependent(construct: IConstruct): construct is Dependent {
  return (
    TerraformResource.isTerraformResource(construct) ||
    TerraformDataSource.isTerraformDataSource(construct) ||
    TerraformOutput.isTerraformOutput(construct) ||
    construct instanceof TerraformModule
  );
}
