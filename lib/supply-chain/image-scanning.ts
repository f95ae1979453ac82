import { Lazy, type TerraformProvider, TerraformStack, Token } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../core/checked";
import {
  readArgument,
  checkedBy,
  listOf,
  matching,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { idPartOf, nameOf, policyNameOf, shortHash } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { IdentityPolicy } from "../oci/identity-policy";
import { VulnerabilityScanningContainerScanRecipe } from "../oci/vulnerability-scanning-container-scan-recipe";
import { VulnerabilityScanningContainerScanTarget } from "../oci/vulnerability-scanning-container-scan-target";

/**
 * Reads the name of a repository, or a reference to a Terraform value.
 *
 * The name is a path without the host and the namespace of the registry, as in image references.
 */
export function repositoryName(): Reader<string> {
  return matching(
    /^(?=.{1,255}$)[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/,
    'Give lower-case letters and digits, joined by ".", "_", "-" and "/", without the host and the namespace of the registry, for example "shop/web"',
    { references: true },
  );
}

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

const IMAGE_SCANNING = {
  compartmentId: ocid("compartment", "tenancy"),
  repositories: optional(
    checkedBy(listOf(repositoryName(), 'a list, for example ["shop/web"]'), (problems, name, list) => {
      if (list.length > 0) return;
      const fix =
        "Name at least one repository, or leave it out and give the scanning to PrivateRepository constructs";
      problems.add("COUNT_INVALID", `${name} is empty, which means the whole compartment`, fix);
    }),
  ),
  imageCount: withDefault(wholeNumber({ least: 0, most: 10_000 }), 4),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<ImageScanningProps>;

type ResolvedScanning = Resolved<typeof IMAGE_SCANNING>;

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
  /** The number of newest images of each repository that are scanned immediately. */
  public readonly imageCount: number;
  private readonly names: string[];
  private readonly policy: IdentityPolicy;

  constructor(scope: Construct, id: string, props: ImageScanningProps) {
    const read = readScanning(scope, id, props);
    super(scope, id);
    const { compartmentId, imageCount, repositories = [] } = read;
    const tags = tagsOf(this, read);
    this.compartmentId = compartmentId;
    this.imageCount = imageCount;
    this.names = [...repositories];
    this.policy = new IdentityPolicy(this, "Policy", {
      provider: read.homeRegionProvider,
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
    const existing = stack.node.tryFindChild(id) as ImageScanning | undefined;
    const scanning = existing ?? new ImageScanning(stack, id, { compartmentId });
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
        "repositories is empty, so that the whole compartment would be scanned",
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
  const allow = (resource: string) =>
    `Allow service vulnerability-scanning-service to read ${resource} in compartment id ${compartmentId}`;
  return [allow("repos"), allow("compartments")];
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function readScanning(scope: Construct, id: string, props: ImageScanningProps): ResolvedScanning {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, IMAGE_SCANNING);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedScanning>(read);
}

const SCANNING = valueOf(ImageScanning);

/** The vulnerability scanning of the images of a repository. */
@checked
export class RepositoryScanning {
  /** Scans images with a scanning that all such repositories of the stack and the compartment share. */
  public static enabled(): RepositoryScanning {
    return new RepositoryScanning();
  }

  /** Scans images with your own scanning, in the compartment of the repository. */
  public static by(scanning: ImageScanning): RepositoryScanning {
    return new RepositoryScanning(readArgument("RepositoryScanning.by", "scanning", scanning, SCANNING));
  }

  /**
   * Creates no scanning for the images.
   *
   * The reason is recorded as an acknowledgement of the repository: for example, another team scans the whole
   * compartment.
   */
  public static none(choice: ReasonedChoice): RepositoryScanning {
    const reason = readChoice("RepositoryScanning.none", "A repository whose images are not scanned", choice);
    return new RepositoryScanning(undefined, reason);
  }

  private constructor(
    /** The scanning, if given. */
    public readonly scanning?: ImageScanning,
    /** The reason for no scanning, if there is none. */
    public readonly reason?: string,
  ) {}
}
