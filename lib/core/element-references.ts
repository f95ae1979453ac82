import {
  DefaultTokenResolver,
  StringConcat,
  TerraformElement,
  TerraformOutput,
  Tokenization,
  type TerraformStack,
} from "cdktf";
import { type IConstruct } from "constructs";

// An address begins a reference; what follows it names an attribute.
const ADDRESS = /(?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*/g;

/** Which elements of a stack refer to which; read only when somebody asks, as all of an element is resolved for it. */
export class ElementReferences {
  private readonly direct = new Map<TerraformElement, readonly TerraformElement[]>();
  private byAddress: Map<string, TerraformElement> | undefined;

  constructor(
    private readonly stack: TerraformStack,
    private readonly constructs: readonly IConstruct[],
  ) {}

  /** Whether an element refers to one of the others, itself or by what it refers to. */
  public reach(from: TerraformElement, others: ReadonlySet<TerraformElement>): boolean {
    const seen = new Set<TerraformElement>();
    const waiting = [from];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      for (const one of this.of(next)) {
        if (others.has(one)) return true;
        if (!seen.has(one)) waiting.push(one);
        seen.add(one);
      }
    }
    return false;
  }

  /** The elements that an element refers to itself. */
  public of(element: TerraformElement): readonly TerraformElement[] {
    const known = this.direct.get(element);
    if (known) return known;
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
      (one): one is TerraformElement =>
        // Nothing refers to an output, and one that holds a chart is expensive to read.
        TerraformElement.isTerraformElement(one) && !TerraformOutput.isTerraformOutput(one),
    );
    return new Map(
      elements.flatMap((one) => {
        const [address] = JSON.stringify(this.addressOf(one)).match(ADDRESS) ?? [];
        return address ? [[address, one] as const] : [];
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
