import { type ApiObject } from "cdk8s";
import { App, TerraformElement, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import {
  imagesOf,
  isRegistry,
  type PulledImage,
  REGISTRY_PREFIX,
  splitImage,
} from "./private/image-reference";
import { checked } from "../../core/checked";
import { StateOf } from "../../core/construct-state";
import { kind, readArgument } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { apiObjectsIn, dataOf } from "../../synthesis/chart-objects";
import { checkAtSynthesis, checkChartsBelow } from "../../synthesis/synthesis-checks";

const SCOPE = kind(["node"], "a chart, an App, a stack or a cluster");

/**
 * The registries and repositories that the pods in a scope may pull images from.
 *
 * Every container and image volume of every object is checked when the chart is synthesized, after all
 * patches, including objects of cdk8s and cdk8s-plus. In custom resources, such as those of Prometheus, Argo
 * or Tekton, images are found by field name, whatever the kind. For an App of cdktf, a stack or a cluster,
 * the list applies to all charts added below it, whichever App of cdk8s they belong to. If several scopes of
 * a chart have a list, an image must be allowed by each of them.
 */
@checked
export class AllowedRegistries {
  /**
   * The allowed registries of a scope; everything is allowed until a prefix is added.
   *
   * @param scope a chart or an App of cdk8s; or an App of cdktf, a stack or a cluster
   */
  public static of(scope: IConstruct): AllowedRegistries {
    readArgument("AllowedRegistries.of", "scope", scope, SCOPE);
    const problems = new Problems(scope);
    if (TerraformElement.isTerraformElement(scope)) {
      problems.add(
        "IMAGE_NOT_ALLOWED",
        "scope is a resource of Terraform, which contains no pods",
        "Pass the cluster, the stack, a chart, or an App",
      );
    }
    problems.throwIfAny();
    return AllowedRegistries.instances.of(scope);
  }

  private static readonly instances = new StateOf<IConstruct, AllowedRegistries>(
    (scope) => new AllowedRegistries(scope),
  );

  private readonly prefixes: string[] = [];
  private tenant?: IConstruct;

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Allows a registry or repository, and the repositories below it.
   *
   * @param prefixes such as `fra.ocir.io/acme`, which allows `fra.ocir.io/acme/web` and not `fra.ocir.io/acme-evil/web`
   */
  public add(...prefixes: string[]): AllowedRegistries {
    const problems = new Problems(this.scope);
    for (const prefix of prefixes) REGISTRY_PREFIX(problems, "prefixes", prefix);
    if (prefixes.length === 0) {
      problems.add(
        "IMAGE_INVALID",
        "prefixes is empty",
        'Give at least one registry, for example "fra.ocir.io/acme"',
      );
    }
    problems.throwIfAny();
    // At synthesis, so that the order of construction and patching does not matter.
    if (this.prefixes.length === 0) this.register();
    this.prefixes.push(...prefixes);
    return this;
  }

  /**
   * Allows the prefixes for a tenant; a violation names the prop of the tenant.
   *
   * @internal
   */
  public _addOf(tenant: IConstruct, prefixes: readonly string[]): void {
    this.tenant = tenant;
    this.add(...prefixes);
  }

  private register(): void {
    const { scopes } = this.scope.node;
    if (scopes.some((each) => App.isApp(each) || TerraformStack.isStack(each))) {
      checkChartsBelow(this.scope, (chart) => {
        this.checkObjects(chart);
      });
    } else {
      checkAtSynthesis(this.scope, () => {
        this.checkObjects(this.scope);
      });
    }
  }

  private checkObjects(root: IConstruct): void {
    const problems = new Problems(this.scope);
    for (const object of apiObjectsIn(root)) {
      problems.collect(() => {
        const ofObject = new Problems(object);
        for (const image of imagesOf(dataOf(object))) this.check(ofObject, object, image);
        ofObject.throwIfAny();
      });
    }
    problems.throwIfAny();
  }

  private check(problems: Problems, { kind, name }: ApiObject, { user, reference }: PulledImage): void {
    const parts = splitImage(reference).name.split("/");
    const prefix = JSON.stringify(parts.slice(0, -1).join("/") || "registry.example.com");
    const isAllowed = this.prefixes.some((allowed) =>
      allowed.split("/").every((part, index) => part === parts[index]),
    );
    if (isAllowed) return;
    problems.add(
      "IMAGE_NOT_ALLOWED",
      `${user} of the ${kind} ${name} pulls ${reference}, ` +
        (isRegistry(parts[0] ?? "") ? "from a registry that is not allowed" : "which has no registry"),
      `Use an image of ${[...this.prefixes].sort().join(" or ")}, or allow the registry: ` +
        (this.tenant
          ? `add ${prefix} to allowedRegistries of the Tenant ${this.tenant.node.path}`
          : `AllowedRegistries.of(scope).add(${prefix})`),
    );
  }
}
