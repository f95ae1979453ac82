import {
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  StringConcat,
  TerraformElement,
  TerraformOutput,
  TerraformStack,
  Tokenization,
} from "cdktf";
import { type IConstruct } from "constructs";
import { MarkOn, StateOf } from "./construct-state";
import { Problems } from "./validation-error";

/** A description of the part of a stack that refers to another stack; undefined if it is unknown. */
type Explain = (other: TerraformStack) => string | undefined;

const guarded = new MarkOn<TerraformStack>();
const explanations = new StateOf<TerraformStack, Explain[]>(() => []);

/** Registers a construct that can describe its references to another stack, for cycles of stacks. */
export function explainReferences(stack: TerraformStack, explain: Explain): void {
  explanations.of(stack).push(explain);
}

/**
 * Rejects a cycle of stacks with its references.
 *
 * cdktf finds a cycle at the reference that closes it, and names only the two stacks.
 */
export function guardStackCycles(root: IConstruct): void {
  const stacks = root.node
    .findAll()
    .filter((construct): construct is TerraformStack => TerraformStack.isStack(construct));
  for (const stack of stacks) guardStack(stack);
}

/** The same for one stack. */
export function guardStack(stack: TerraformStack): void {
  if (!guarded.once(stack)) return;
  const add = stack.addDependency.bind(stack);
  stack.addDependency = (dependency: TerraformStack) => {
    if (dependency.dependsOn(stack)) refuse(stack, dependency);
    // A stack without constructs of the library may be the one that closes a cycle.
    guardStack(dependency);
    add(dependency);
  };
}

function refuse(stack: TerraformStack, dependency: TerraformStack): void {
  const cycle = [stack, ...pathBetween(dependency, stack)];
  const edges = cycle.slice(1).map((to, index) => edge(cycle[index] as TerraformStack, to));
  // Edges of charts come first: charts can be moved.
  edges.sort((one, other) => Number(other.isChart) - Number(one.isChart));
  const [first] = edges;
  const problems = new Problems(stack);
  problems.add(
    "DEPENDENCY_CYCLE",
    `The stacks ${[...new Set(cycle)].map(({ node }) => node.path).join(" and ")} need each other: ${edges.map(({ text }) => text).join("; ")}`,
    first?.isChart
      ? `Add the chart in the stack ${first.to.node.path}: give its addCdk8sChart to SecureOkeCluster.fromClusterAttributes(${first.to.node.id}, …) there`
      : "Move one of the two ends into the other stack, or replace one reference by a literal",
  );
  problems.throwIfAny();
}

interface Edge {
  readonly to: TerraformStack;
  readonly text: string;
  readonly isChart: boolean;
}

function edge(from: TerraformStack, to: TerraformStack): Edge {
  for (const explain of explanations.peek(from) ?? []) {
    const text = explain(to);
    if (text !== undefined) return { to, text, isChart: true };
  }
  const element = elementThatRefers(from, to);
  const what = element ? `${element.node.path} refers to` : `${from.node.path} was declared to depend on`;
  return { to, text: `${what} ${element ? `the stack ${to.node.path}` : to.node.path}`, isChart: false };
}

/** The path of stacks from one to another, each a dependency of the previous one. */
function pathBetween(from: TerraformStack, to: TerraformStack): TerraformStack[] {
  const waiting = [[from]];
  const seen = new Set([from]);
  for (let path = waiting.shift(); path; path = waiting.shift()) {
    const last = path[path.length - 1] as TerraformStack;
    if (last === to) return path;
    for (const next of last.dependencies) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push([...path, next]);
    }
  }
  return [from, to];
}

/** Finds references to a stack without resolving them, which would add the dependency again. */
class Finder extends DefaultTokenResolver {
  public found = false;

  constructor(private readonly stack: TerraformStack) {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    const { originStack } = token as { originStack?: TerraformStack };
    if (originStack === this.stack) this.found = true;
    if (originStack && originStack !== TerraformStack.of(context.scope)) return "elsewhere";
    return super.resolveToken(token, context, postProcessor);
  }
}

function elementThatRefers(from: TerraformStack, to: TerraformStack): TerraformElement | undefined {
  return from.node.findAll().find((construct): construct is TerraformElement => {
    // The output of a chart describes itself.
    if (!TerraformElement.isTerraformElement(construct) || TerraformOutput.isTerraformOutput(construct))
      return false;
    const finder = new Finder(to);
    Tokenization.resolve(construct.toTerraform(), { scope: construct, resolver: finder, preparing: false });
    return finder.found;
  });
}
