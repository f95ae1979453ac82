import { Lazy, type TerraformProvider, TerraformStack, Token } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkOcid } from "../core/ocid";
import { idPartOf } from "../core/reference";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { shortHash } from "../core/short-hash";
import { checkTags, type TaggingProps, tagsOf } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { IdentityPolicy } from "../oci/identity-policy";
import { VulnerabilityScanningContainerScanRecipe } from "../oci/vulnerability-scanning-container-scan-recipe";
import { VulnerabilityScanningContainerScanTarget } from "../oci/vulnerability-scanning-container-scan-target";
import { checkRepositoryName } from "./private/repository-name";

const DEFAULT_IMAGES = 4;
const MAX_IMAGES = 10_000;

/** Props for ImageScanning. */
export interface ImageScanningProps extends TaggingProps {
  /** The OCID of the compartment of the repositories, and also of the recipe, the target, and the results. */
  readonly compartmentId: string;
  /**
   * The names of the repositories, such as `shop/web`; at least one.
   *
   * Those of `PrivateRepository` constructs with this scanning are added.
   *
   * @default - only those of `PrivateRepository` constructs with this scanning
   */
  readonly repositories?: string[];
  /**
   * The number of newest images of each repository that are scanned immediately, 0 to 10,000; each image
   * pushed later is scanned too.
   *
   * @default 4
   */
  readonly imageCount?: number;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/**
 * Scans the images of repositories for known vulnerabilities: the newest ones immediately, each pushed image,
 * and all of them again when new vulnerabilities become known.
 *
 * It creates a recipe and a target of the Vulnerability Scanning service, and before them the policy that
 * allows the service to read the repositories. A target without repositories would scan the whole
 * compartment, so it has at least one.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registryscanningimagesforvulnerabilities.htm
 */
@checked
export class ImageScanning extends ResourceConstruct {
  /** The OCID of the recipe. */
  public readonly recipeId: string;
  /** The OCID of the target. */
  public readonly targetId: string;
  /** The OCID of the compartment of the repositories. */
  public readonly compartmentId: string;
  private readonly names: string[];
  private readonly policy: IdentityPolicy;

  constructor(scope: Construct, id: string, props: ImageScanningProps) {
    checkImageScanning(scope, id, props);
    super(scope, id);
    const { compartmentId, imageCount = DEFAULT_IMAGES } = props;
    const tags = tagsOf(this, props);
    this.compartmentId = compartmentId;
    this.names = [...(props.repositories ?? [])];
    this.policy = new IdentityPolicy(this, "Policy", {
      provider: props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, nameOf(this)),
      description: "Lets the Vulnerability Scanning service read the images that it scans",
      statements: statementsFor(compartmentId),
      lifecycle: { ignoreChanges: ["name"] },
      ...tags,
    });
    const recipe = new VulnerabilityScanningContainerScanRecipe(this, "Recipe", {
      compartmentId,
      displayName: nameOf(this),
      imageCount,
      scanSettings: { scanLevel: "STANDARD" },
      ...tags,
    });
    const target = new VulnerabilityScanningContainerScanTarget(this, "Resource", {
      compartmentId,
      displayName: nameOf(this),
      description: "Repositories whose images are scanned",
      containerScanRecipeId: recipe.id,
      targetRegistry: {
        type: "OCIR",
        compartmentId,
        // Repositories are created after their scanning.
        repositories: Lazy.listValue({ produce: () => this.repositories() }),
      },
      // The service reads the repositories as soon as the target exists.
      dependsOn: [this.policy],
      ...tags,
    });
    this.recipeId = recipe.id;
    this.targetId = target.id;
  }

  /**
   * The default scanning that all repositories of a stack and a compartment share.
   *
   * @internal
   */
  public static _shared(
    scope: Construct,
    compartmentId: string,
    provider?: TerraformProvider,
  ): ImageScanning {
    const stack = TerraformStack.of(scope);
    const id = `ImageScanning-${shortHash(idPartOf(stack, compartmentId))}`;
    const known = stack.node.tryFindChild(id) as ImageScanning | undefined;
    const scanning = known ?? new ImageScanning(stack, id, { compartmentId });
    // A later repository may give the provider that the first one left out.
    scanning.policy.provider ??= provider;
    return scanning;
  }

  /** @internal */
  public _add(repositoryName: string): void {
    this.names.push(repositoryName);
  }

  private repositories(): string[] {
    const problems = new Problems(this);
    if (this.names.length === 0) {
      problems.add(
        "COUNT_INVALID",
        "No repository was named, which would mean the whole compartment",
        "Name repositories, or give the scanning to a PrivateRepository: RepositoryScanning.by(scanning)",
      );
    }
    problems.throwIfAny();
    const all = [...new Set(this.names)];
    // The placeholder of a reference has no stable order.
    const references = all.filter((name) => Token.isUnresolved(name));
    return [...all.filter((name) => !references.includes(name)).sort(), ...references];
  }
}

function statementsFor(compartmentId: string): string[] {
  const allow = (what: string) =>
    `Allow service vulnerability-scanning-service to read ${what} in compartment id ${compartmentId}`;
  return [allow("repos"), allow("compartments")];
}

/** Validates the props before the construct is created, so that its id stays free if they are refused. */
function checkImageScanning(scope: Construct, id: string, given: ImageScanningProps): void {
  const props: Partial<ImageScanningProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const { repositories, imageCount } = props;
  if (Array.isArray(repositories)) {
    if (repositories.length === 0) {
      const fix =
        "Name at least one repository, or leave it out and give the scanning to PrivateRepository constructs";
      problems.add("COUNT_INVALID", "repositories is empty, which means the whole compartment", fix);
    }
    repositories.forEach((name, index) => checkRepositoryName(problems, `repositories[${index}]`, name));
  } else if (repositories !== undefined) {
    problems.add(
      "VALUE_INVALID",
      `repositories is ${shown(repositories)}`,
      'Write a list, for example ["shop/web"]',
    );
  }
  if (
    imageCount !== undefined &&
    (!Number.isInteger(imageCount) || imageCount < 0 || imageCount > MAX_IMAGES)
  ) {
    const fix = `Give a whole number from 0 to ${MAX_IMAGES}`;
    problems.add("COUNT_INVALID", `imageCount is ${shown(imageCount)}`, fix);
  }
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}
