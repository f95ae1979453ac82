import {
  TerraformStack,
  Token,
  type IResolvable,
  type IResolveContext,
  type ITerraformDependable,
} from "cdktf";
import { Construct } from "constructs";
import { guardLateValues } from "./late-values";
import { mainElementOf, orderAtSynthesis } from "./ordering";

/** A construct made of Terraform resources, which others can wait for and which can wait for others. */
export abstract class ResourceConstruct extends Construct implements ITerraformDependable {
  private address?: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    orderAtSynthesis(this);
    const stack = this.node.scopes.find((one): one is TerraformStack => TerraformStack.isStack(one));
    if (stack) guardLateValues(stack, isOurs);
  }

  /**
   * The Terraform address of the main resource, so that the construct can stand in `dependsOn` of a resource.
   *
   * There it means all resources of the construct; one of another stack is waited for by its stack.
   */
  public get fqn(): string {
    this.address ??= Token.asString(new Address(this));
    return this.address;
  }
}

/** Whether an element is part of a construct of the library. */
function isOurs(element: Construct): boolean {
  return element.node.scopes.some((one) => one instanceof ResourceConstruct);
}

/** Known late: the main resource of a construct is made after the construct. */
class Address implements IResolvable {
  public readonly creationStack: string[] = [];

  constructor(private readonly construct: Construct) {}

  public resolve(context: IResolveContext): unknown {
    const element = mainElementOf(this.construct);
    const [own, other] = [TerraformStack.of(context.scope), TerraformStack.of(this.construct)];
    if (own === other) return element?.fqn;
    // No resource can name one of another stack, but all of a stack is applied before the stacks that depend on it.
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
