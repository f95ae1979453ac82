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
import { Problems } from "./validation-error";
import { MarkOn, StateOf } from "./construct-state";

/** What of a stack refers to another stack, for people; nothing where it can't be told. */
type Explain = (other: TerraformStack) => string | undefined;

const guarded = new MarkOn<TerraformStack>();
const explanations = new StateOf<TerraformStack, Explain[]>(() => []);

/** Has a construct of a stack tell what in it refers to another stack, where two stacks need each other. */
export function explainReferences(stack: TerraformStack, explain: Explain): void {
  explanations.of(stack).push(explain);
}

/**
 * Has a cycle of stacks refused with what refers where.
 *
 * cdktf finds cycles when it resolves references, at whatever reference closes the cycle, and names the two stacks only.
 */
export function guardStackCycles(root: IConstruct): void {
  const stacks = root.node.findAll().filter((one): one is TerraformStack => TerraformStack.isStack(one));
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
  // The first edge of a chart is told first: it is the one that can move.
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

/** The stacks from one to another, each a dependency of the one before. */
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

/** Finds what refers to a stack without resolving it, which would ask for the dependency again. */
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
  return from.node.findAll().find((one): one is TerraformElement => {
    // A chart's output tells by itself what is in it.
    if (!TerraformElement.isTerraformElement(one) || TerraformOutput.isTerraformOutput(one)) return false;
    const finder = new Finder(to);
    Tokenization.resolve(one.toTerraform(), { scope: one, resolver: finder, preparing: false });
    return finder.found;
  });
}
