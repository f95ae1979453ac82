import {
  Aspects,
  DefaultTokenResolver,
  dependable,
  type IResolvable,
  type IResolveContext,
  type ITerraformDependable,
  StringConcat,
  TerraformDataSource,
  TerraformElement,
  TerraformModule,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  Token,
  Tokenization,
} from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { MarkOn } from "./construct-state";
import { guardCredentials } from "./credential-attributes";
import { guardLateValues } from "./late-values";
import { byPath } from "./stable-order";
import { guardStack } from "./stack-cycles";
import { Problems } from "./validation-error";

const ID = "FirstApply";
const TYPE = "terraform_data";

/**
 * What a data source depends on so that it is read when a stack is applied for the first time, and planned from then on.
 *
 * A plan of a new stack then needs no call, and so no account. Not a resource of the provider: whenever one of those is
 * updated, Terraform knows nothing of what depends on it, and replaces whatever can't be updated in place.
 *
 * Not cdktf's own class for it either: that one runs Terraform to ask for its version, while a program must synthesize
 * where there is none.
 *
 * @see https://developer.hashicorp.com/terraform/language/resources/terraform-data
 */
export function firstApply(scope: Construct): TerraformResource {
  return new TerraformResource(scope, ID, { terraformResourceType: TYPE });
}

/** The id of the resource that keeps the Kubernetes versions that OKE offered when a version was applied. */
export const RECORDED_VERSIONS = "RecordedVersions";

/** Whether a resource is one of the library's own markers, which stand for nothing in OCI. */
export function isMarker({ node, terraformResourceType }: TerraformResource): boolean {
  return [ID, RECORDED_VERSIONS].includes(node.id) && terraformResourceType === TYPE;
}

// An address begins a reference; what follows it names an attribute.
const ADDRESS = /(?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*/g;

/** The references between elements of a stack; read on demand, as it resolves each element completely. */
class ElementReferences {
  private readonly direct = new Map<TerraformElement, readonly TerraformElement[]>();
  private byAddress: Map<string, TerraformElement> | undefined;

  constructor(
    private readonly stack: TerraformStack,
    private readonly constructs: readonly IConstruct[],
  ) {}

  /** Whether an element refers to one of the others, directly or through other elements. */
  public reach(from: TerraformElement, others: ReadonlySet<TerraformElement>): boolean {
    const seen = new Set<TerraformElement>();
    const waiting = [from];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      for (const resource of this.of(next)) {
        if (others.has(resource)) return true;
        if (!seen.has(resource)) waiting.push(resource);
        seen.add(resource);
      }
    }
    return false;
  }

  /** The elements that an element refers to directly. */
  public of(element: TerraformElement): readonly TerraformElement[] {
    const cached = this.direct.get(element);
    if (cached) return cached;
    this.byAddress ??= this.addresses();
    const resolver = new DefaultTokenResolver(new StringConcat());
    const data: unknown = Tokenization.resolve(element.toTerraform(), {
      scope: this.stack,
      resolver,
      preparing: false,
    });
    const found = new Set(
      [...JSON.stringify(data).matchAll(ADDRESS)].flatMap(([address]) => this.byAddress?.get(address) ?? []),
    );
    found.delete(element);
    const list = [...found];
    this.direct.set(element, list);
    return list;
  }

  private addresses(): Map<string, TerraformElement> {
    const elements = this.constructs.filter(
      (construct): construct is TerraformElement =>
        // Nothing refers to an output, and the output of a chart is expensive to read.
        TerraformElement.isTerraformElement(construct) && !TerraformOutput.isTerraformOutput(construct),
    );
    return new Map(
      elements.flatMap((element) => {
        const [address] = JSON.stringify(this.addressOf(element)).match(ADDRESS) ?? [];
        return address ? [[address, element] as const] : [];
      }),
    );
  }

  private addressOf(element: TerraformElement): unknown {
    // Providers and backends have no address.
    if (!(element as unknown as { _elementType?: string })._elementType) return "";
    const resolver = new DefaultTokenResolver(new StringConcat());
    return Tokenization.resolve(element.fqn, { scope: this.stack, resolver, preparing: false });
  }
}

/** An element that Terraform accepts in `depends_on`. */
type Dependent = TerraformResource | TerraformDataSource | TerraformModule | TerraformOutput;

const ordered = new MarkOn<TerraformStack>();

/**
 * Applies `dependsOn: [construct]` and `construct.node.addDependency(other)` of a stack to the resources of both constructs.
 *
 * cdktf renders one address for each entry of `dependsOn`, and nothing for `addDependency`. It runs aspects before it writes a stack,
 * also in `Testing.synth`.
 */
function orderAtSynthesis(construct: IConstruct): void {
  const stack = construct.node.scopes.find((scope): scope is TerraformStack => TerraformStack.isStack(scope));
  if (!stack || !ordered.once(stack)) return;
  guardStack(stack);
  Aspects.of(stack).add({
    visit: (visited) => {
      if (visited === stack) order(stack);
    },
  });
}

/** The resource that represents a construct where Terraform accepts only one address. */
function mainElementOf(construct: IConstruct): TerraformElement | undefined {
  if (TerraformElement.isTerraformElement(construct)) return construct;
  const { defaultChild } = construct.node;
  if (TerraformElement.isTerraformElement(defaultChild)) return defaultChild;
  return resourcesIn(construct)[0];
}

/** The dependencies of an element as given: its own entries, and the constructs among them. */
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
    if (
      isDependent(construct) &&
      constructsIn(construct.dependsOn).some((dependency) => !isElement(dependency))
    ) {
      const { targets } = waitOf(construct);
      const composites = constructsIn(construct.dependsOn).filter((dependency) => !isElement(dependency));
      for (const target of composites) {
        add(problems, stack, references, target, [construct], (_, found) => targets.add(found));
      }
    }
    for (const target of construct.node.dependencies) {
      const dependents = isDependent(construct) ? [construct] : resourcesIn(construct);
      add(problems, stack, references, target, dependents, (one, found) => waitOf(one).targets.add(found));
    }
  }
  if (!problems.any) checkCycles(problems, references, waits);
  problems.throwIfAny();
  // Only now: the additions must not count as earlier references.
  for (const wait of waits.values()) write(wait);
}

/** Adds the dependencies on the resources of a target, except on those that themselves depend on one of the dependents. */
function add(
  problems: Problems,
  stack: TerraformStack,
  references: ElementReferences,
  target: IConstruct,
  dependents: readonly Dependent[],
  found: (dependent: Dependent, target: TerraformElement) => void,
): void {
  const other = target.node.scopes.find((construct): construct is TerraformStack =>
    TerraformStack.isStack(construct),
  );
  if (dependents.length === 0 || !other) return;
  // A stack is applied before its dependents, and a resource can't refer to one of another stack.
  if (other !== stack) {
    stack.addDependency(other);
    return;
  }
  const own = new Set<TerraformElement>(dependents);
  const all = (isDependent(target) ? [target] : resourcesIn(target)).filter((resource) => !own.has(resource));
  const usable = all.filter((resource) => !references.reach(resource, own));
  const { defaultChild: main } = target.node;
  const lacksMain = all.some((one) => one === main) && !usable.some((one) => one === main);
  if (all.length > 0 && (usable.length === 0 || lacksMain)) {
    problems.add(
      "DEPENDENCY_CYCLE",
      `${dependents.map(({ node }) => node.path).join(", ")} can't wait for ${target.node.path}, which refers to it`,
      "Remove this dependency, or the reference in the other direction",
    );
  }
  for (const dependent of dependents) for (const resource of usable) found(dependent, resource);
}

/** Adds a problem for a circular dependency, through other dependencies or references. */
function checkCycles(
  problems: Problems,
  references: ElementReferences,
  waits: ReadonlyMap<TerraformElement, Wait>,
): void {
  const done = new Set<TerraformElement>();
  const open: TerraformElement[] = [];
  const visit = (element: TerraformElement): TerraformElement[] | undefined => {
    if (done.has(element)) return undefined;
    const start = open.indexOf(element);
    if (start >= 0) return open.slice(start);
    open.push(element);
    for (const next of [...(waits.get(element)?.targets ?? []), ...references.of(element)]) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    open.pop();
    done.add(element);
    return undefined;
  };
  for (const dependent of waits.keys()) {
    const cycle = visit(dependent);
    if (!cycle) continue;
    const [first, ...others] = cycle.map(({ node }) => node.path);
    problems.add(
      "DEPENDENCY_CYCLE",
      `${first} waits for itself${others.length > 0 ? `, by ${others.join(", ")}` : ""}`,
      "Remove one of the dependencies between these, by dependsOn or node.addDependency",
    );
    return;
  }
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
  const sorted = [...targets].sort(byPath);
  const all = [...kept, ...sorted.map((resource) => dependable(resource))];
  // cdktf writes the dependencies of an output in braces, which Terraform rejects there.
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

/** The address of an entry: outputs keep objects with an address, all other elements the address itself. */
function textOf(entry: unknown): string {
  return typeof entry === "string" ? entry : (entry as ITerraformDependable).fqn;
}

/** The resources and modules of a construct; data sources are read once their references are available. */
function resourcesIn(construct: IConstruct): (TerraformResource | TerraformModule)[] {
  return withoutInnerStacks(construct).filter(
    (construct): construct is TerraformResource | TerraformModule =>
      (TerraformResource.isTerraformResource(construct) && !isMarker(construct)) ||
      construct instanceof TerraformModule,
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

/** A construct that contains Terraform resources, and that can be a dependency or have dependencies. */
export abstract class ResourceConstruct extends Construct implements ITerraformDependable {
  private address?: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    orderAtSynthesis(this);
    const stack = this.node.scopes.find((construct): construct is TerraformStack =>
      TerraformStack.isStack(construct),
    );
    if (!stack) return;
    guardLateValues(stack, isOurs);
    guardCredentials(stack);
  }

  /**
   * The Terraform address of the main resource, so that the construct can be used in `dependsOn` of a resource.
   *
   * There it represents all resources of the construct; for a construct of another stack, the whole stack becomes the dependency.
   */
  public get fqn(): string {
    this.address ??= Token.asString(new Address(this));
    return this.address;
  }
}

/** Whether an element is part of a construct of the library. */
function isOurs(element: Construct): boolean {
  return element.node.scopes.some((scope) => scope instanceof ResourceConstruct);
}

/** Produced late: the main resource of a construct is created after the construct. */
class Address implements IResolvable {
  public readonly creationStack: string[] = [];

  constructor(private readonly construct: Construct) {}

  public resolve(context: IResolveContext): unknown {
    const element = mainElementOf(this.construct);
    const [own, other] = [TerraformStack.of(context.scope), TerraformStack.of(this.construct)];
    if (own === other) return element?.fqn;
    // A resource can't refer to one of another stack, but a stack is applied before its dependents.
    own.addDependency(other);
    return undefined;
  }

  public toString(): string {
    return Token.asString(this);
  }

  public toJSON(): string {
    return "<unresolved-token>";
  }
}
