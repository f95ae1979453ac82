import { TerraformOutput, type TerraformProvider, TerraformStack, Token } from "cdktf";
import { type Construct } from "constructs";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkOcid, compareOcids } from "../core/ocid";
import { checkReason } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { checkTags, type TaggingProps, tagsOf } from "../core/tagging";
import { checkText } from "../core/terraform-text";
import { type Problems } from "../core/validation-error";
import { ArtifactsContainerRepository } from "../oci/artifacts-container-repository";
import { ImageRetention } from "./image-retention";
import { ImageScanning } from "./image-scanning";
import { outputNameOf } from "./private/output-name";
import { checkRepositoryName } from "./private/repository-name";
import { RepositoryScanning } from "./repository-scanning";
import { TagMutability } from "./tag-mutability";

const MAX_README_LENGTH = 102_400;

/** Props for PrivateRepository. */
export interface PrivateRepositoryProps extends TaggingProps {
  /** The OCID of the compartment of the repository. */
  readonly compartmentId: string;
  /**
   * The name of the repository, such as `shop/web`: lower-case letters and digits, joined by `.`, `_`, `-` and `/`.
   *
   * It is unique in the region of the tenancy and can't be changed later.
   */
  readonly repositoryName: string;
  /**
   * The mutability of the tags.
   *
   * @default TagMutability.immutable()
   */
  readonly tagMutability?: TagMutability;
  /**
   * The vulnerability scanning of the images.
   *
   * @default RepositoryScanning.enabled(), with a scanning that all such repositories of the stack and the
   * compartment share
   */
  readonly scanning?: RepositoryScanning;
  /**
   * The retention of the images; unless all are kept, the output `<path>_clean_up` contains the command that
   * deletes the expired ones.
   *
   * @default ImageRetention.keepAll()
   */
  readonly retention?: ImageRetention;
  /**
   * A description of the repository, in Markdown.
   *
   * @default - none
   */
  readonly readme?: string;
  /**
   * The provider of the tenancy's home region, in which the IAM policy of the scanning is created.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/**
 * A private repository of Container Registry with immutable tags and scanned images.
 *
 * Create it before the first push: a push to a name that does not exist creates a mutable repository in the
 * tenancy's root compartment, unless the tenancy forbids it. Terraform refuses to destroy the repository
 * (`prevent_destroy`), which would delete its images.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrycreatingarepository.htm
 */
@checked
export class PrivateRepository extends ResourceConstruct {
  /** The OCID of the repository. */
  public readonly repositoryId: string;
  /** The name of the repository, without the host and the namespace of the registry. */
  public readonly repositoryName: string;
  /** The OCID of the compartment of the repository. */
  public readonly compartmentId: string;
  /** The namespace of the registry, which precedes the name in image references. */
  public readonly namespace: string;
  /** Whether tags are immutable. */
  public readonly isImmutable: boolean;
  /** The scanning of the images; undefined if they are not scanned, or by a scanning unknown to the program. */
  public readonly scanning?: ImageScanning;

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, REASON_MISSING, TAG_INVALID, TEXT_TEMPLATE, PROVIDER_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID */
  constructor(scope: Construct, id: string, props: PrivateRepositoryProps) {
    checkPrivateRepository(scope, id, props);
    super(scope, id);
    const { compartmentId, repositoryName, readme, retention = ImageRetention.keepAll() } = props;
    const { tagMutability = TagMutability.immutable(), scanning = RepositoryScanning.enabled() } = props;
    this.isImmutable = tagMutability.isImmutable;
    const repository = new ArtifactsContainerRepository(this, "Resource", {
      compartmentId,
      displayName: repositoryName,
      isPublic: false,
      isImmutable: this.isImmutable,
      readme: readme === undefined ? undefined : { content: readme, format: "TEXT_MARKDOWN" },
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, props),
    });
    this.repositoryId = repository.id;
    this.repositoryName = repositoryName;
    this.compartmentId = compartmentId;
    this.namespace = repository.namespace;
    if (tagMutability.reason !== undefined) {
      const what = `tags of the repository ${repositoryName} that can be moved`;
      Acknowledgements._record(this, "immutable-containers", what, tagMutability.reason);
    }
    if (scanning.reason === undefined) {
      this.scanning =
        scanning.scanning ?? ImageScanning._shared(this, compartmentId, props.homeRegionProvider);
      this.scanning._add(repositoryName);
    } else {
      const what = `images of the repository ${repositoryName} that are not scanned`;
      Acknowledgements._record(this, "small-images", what, scanning.reason);
    }
    this.addCleanUp(retention._command(compartmentId, repository.id));
  }

  private addCleanUp(command: string | undefined): void {
    if (command === undefined) return;
    const output = new TerraformOutput(this, "CleanUp", {
      description: `Deletes the images of ${this.repositoryName} that are not to be kept`,
      value: command,
    });
    output.overrideLogicalId(outputNameOf(this, "clean_up"));
  }
}

/** Validates the props before the construct is created, so that its id stays free if they are refused. */
function checkPrivateRepository(scope: Construct, id: string, given: PrivateRepositoryProps): void {
  const props: Partial<PrivateRepositoryProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const { repositoryName, tagMutability, scanning, retention, readme } = props;
  if (checkGiven(problems, { repositoryName })) {
    checkRepositoryName(problems, "repositoryName", repositoryName);
    checkUnused(problems, scope, repositoryName as string);
  }
  const isMutability = checkMembers(
    problems,
    "tagMutability",
    tagMutability,
    ["isImmutable"],
    "TagMutability.immutable() or .mutable({ reason })",
  );
  // A value from another copy of this library, or from JavaScript, may have no reason.
  if (isMutability && tagMutability?.isImmutable !== true) {
    checkReason(problems, "A repository whose tags can be moved", tagMutability?.reason);
  }
  checkScanning(problems, scope, props.compartmentId, scanning);
  const instead = "ImageRetention.of({ keepNewest: 20 }) or .keepAll()";
  checkMembers(problems, "retention", retention, ["keepNewest", "olderThan", "_command"], instead);
  checkReadme(problems, readme);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** Names are unique in the region of a tenancy, and a stack has one region for each of its providers. */
function checkUnused(problems: Problems, scope: Construct, name: string): void {
  if (Token.isUnresolved(name)) return;
  const other = TerraformStack.of(scope)
    .node.findAll()
    .find((one) => (one as Partial<PrivateRepositoryProps>).repositoryName === name && "repositoryId" in one);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `${other.node.path} has the repositoryName ${shown(name)} already`,
    "Make each repository once, and give that one to whatever needs it",
  );
}

function checkScanning(
  problems: Problems,
  scope: Construct,
  compartmentId: string | undefined,
  scanning: RepositoryScanning | undefined,
): void {
  if (scanning === undefined || scanning === null) return;
  const given = scanning as Partial<RepositoryScanning>;
  if (typeof given !== "object") {
    const fix = "Write RepositoryScanning.enabled(), .by(scanning) or .none({ reason })";
    problems.add("VALUE_INVALID", `scanning is ${shown(scanning)}`, fix);
    return;
  }
  const theirs = given.scanning?.compartmentId;
  if (theirs === undefined || compartmentId === undefined) return;
  if (compareOcids({ scope, id: theirs }, { scope, id: compartmentId }) !== "different") return;
  problems.add(
    "VALUE_INVALID",
    `scanning is that of another compartment, ${given.scanning?.node.path}`,
    "Give one of the compartment of the repository, or leave it out",
  );
}

function checkReadme(problems: Problems, readme: string | undefined): void {
  if (readme === undefined) return;
  checkText(problems, "readme", readme);
  if (typeof readme === "string" && (Token.isUnresolved(readme) || readme.length <= MAX_README_LENGTH))
    return;
  problems.add(
    "VALUE_INVALID",
    `readme is ${typeof readme === "string" ? `${String(readme).length} characters long` : shown(readme)}`,
    `Write a text of up to ${MAX_README_LENGTH} characters`,
  );
}
