import { Duration } from "cdk8s";
import { TerraformOutput, type TerraformProvider, TerraformStack, Token } from "cdktf";
import { type Construct } from "constructs";
import { ImageScanning, repositoryName, RepositoryScanning } from "./image-scanning";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import {
  readArguments,
  reasonFor,
  checkedBy,
  duration,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  text,
  valueOf,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { compareOcids } from "../core/ocid";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { outputNameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { checkText } from "../core/terraform-text";
import { type Problems } from "../core/validation-error";
import { ArtifactsContainerRepository } from "../oci/artifacts-container-repository";

/**
 * The mutability of the tags of a repository.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrycreatingarepository.htm
 */
@checked
export class TagMutability {
  /** A tag always refers to the image that it was pushed with. */
  public static immutable(): TagMutability {
    return new TagMutability(true);
  }

  /**
   * A tag can be moved, so it does not identify the running image.
   *
   * The reason is recorded as an acknowledgement of the repository.
   */
  public static mutable(choice: ReasonedChoice): TagMutability {
    const reason = readChoice("TagMutability.mutable", "A repository whose tags can be moved", choice);
    return new TagMutability(false, reason);
  }

  private constructor(
    /** Whether tags are immutable. */
    public readonly isImmutable: boolean,
    /** The reason for mutable tags, if they are. */
    public readonly reason?: string,
  ) {}
}

/** Options of `ImageRetention.of`. */
export interface ImageRetentionOptions {
  /** The number of newest images to keep regardless of their age, 1 to 10,000. */
  readonly keepNewest: number;
  /**
   * The age up to which all images are kept, such as `Duration.days(180)`; a whole number of days, 1 to
   * 3,650.
   *
   * @default Duration.days(90)
   */
  readonly olderThan?: Duration;
}

const RETENTION_OPTIONS = {
  keepNewest: wholeNumber({ least: 1, most: 10_000 }),
  olderThan: withDefault(duration("days", { least: 1, most: 3650 }), Duration.days(90)),
} satisfies PropsSchema<ImageRetentionOptions>;

/**
 * The retention of the images of a repository.
 *
 * The retention policies of Container Registry have no API, so Terraform can't manage them. Instead, an
 * output of the repository contains an OCI CLI command that deletes expired images. Run it from a pipeline.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrymanagingimageretention.htm
 */
@checked
export class ImageRetention {
  /** Keeps every image. */
  public static keepAll(): ImageRetention {
    return new ImageRetention();
  }

  /**
   * Keeps the newest images, and all images up to an age.
   *
   * The command does not know which images are running: keep more of them than a rollback needs.
   */
  public static of(options: ImageRetentionOptions): ImageRetention {
    const { keepNewest, olderThan } = readArguments("ImageRetention.of", options, RETENTION_OPTIONS);
    return new ImageRetention(keepNewest, olderThan);
  }

  private constructor(
    /** The number of newest images to keep; undefined if all images are kept. */
    public readonly keepNewest?: number,
    /** The age up to which all images are kept; undefined if all images are kept. */
    public readonly olderThan?: Duration,
  ) {}

  /**
   * The command that deletes expired images; undefined if all images are kept.
   *
   * @internal
   */
  public _command(compartmentId: string, repositoryId: string): string | undefined {
    if (this.keepNewest === undefined || this.olderThan === undefined) return undefined;
    // ISO 8601 times compare as texts. JMESPath has literals in backquotes, which the single quotes protect
    // from the shell.
    const query =
      `join(' ', reverse(sort_by(data.items, &"time-created"))[${this.keepNewest}:]` +
      `[?"time-created" < '"$(date -u -d '${this.olderThan.toDays()} days ago' +%Y-%m-%d)"'].id)`;
    return (
      `oci artifacts container image list --all --compartment-id ${compartmentId} --repository-id ${repositoryId} ` +
      `--raw-output --query ${quoted(query)} | xargs -r -n 1 oci artifacts container image delete --force --image-id`
    );
  }
}

/** In double quotes, as the shell computes the date in it. */
function quoted(query: string): string {
  const [before = "", date = "", after = ""] = query.split(/'"(\$\(date [^)]*\))"'/);
  return `"${before.replace(/"/g, '\\"')}'${date}'${after.replace(/"/g, '\\"')}"`;
}

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

const MOVABLE_TAGS = reasonFor("A repository whose tags can be moved");
const MAX_README_LENGTH = 102_400;

const REPOSITORY = {
  compartmentId: ocid("compartment", "tenancy"),
  repositoryName: repositoryName(),
  tagMutability: withDefault(
    checkedBy(valueOf(TagMutability), (problems, name, { isImmutable, reason }) => {
      if (!isImmutable) MOVABLE_TAGS(problems, `${name}.reason`, reason);
    }),
    TagMutability.immutable(),
  ),
  scanning: withDefault(valueOf(RepositoryScanning), RepositoryScanning.enabled()),
  retention: withDefault(valueOf(ImageRetention), ImageRetention.keepAll()),
  readme: optional(checkedBy(text(), checkReadme)),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<PrivateRepositoryProps>;

type ResolvedRepository = Resolved<typeof REPOSITORY>;

/**
 * A private repository of Container Registry with immutable tags and scanned images.
 *
 * Create it before the first push: a push to a name that does not exist creates a mutable repository in the
 * tenancy's root compartment, unless the tenancy forbids it. Terraform refuses to destroy the repository
 * with its images while the program has it (`prevent_destroy`).
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
  /** The retention of the images. */
  public readonly retention: ImageRetention;
  /** The scanning of the images; undefined if they are not scanned, or by a scanning unknown to the program. */
  public readonly scanning?: ImageScanning;

  constructor(scope: Construct, id: string, props: PrivateRepositoryProps) {
    const read = readRepository(scope, id, props);
    super(scope, id);
    const { compartmentId, repositoryName: name, readme, retention, tagMutability, scanning } = read;
    this.retention = retention;
    this.isImmutable = tagMutability.isImmutable;
    const repository = new ArtifactsContainerRepository(this, "Resource", {
      compartmentId,
      displayName: name,
      isPublic: false,
      isImmutable: this.isImmutable,
      readme: readme === undefined ? undefined : { content: readme, format: "TEXT_MARKDOWN" },
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, read),
    });
    this.repositoryId = repository.id;
    this.repositoryName = name;
    this.compartmentId = compartmentId;
    this.namespace = repository.namespace;
    if (tagMutability.reason !== undefined) {
      const what = `tags of the repository ${name} that can be moved`;
      Acknowledgements._record(this, "immutable-containers", what, tagMutability.reason);
    }
    if (scanning.reason === undefined) {
      this.scanning =
        scanning.scanning ?? ImageScanning._shared(this, compartmentId, read.homeRegionProvider);
      this.scanning._add(name);
    } else {
      const what = `images of the repository ${name} that are not scanned`;
      Acknowledgements._record(this, "small-images", what, scanning.reason);
    }
    this.addCleanUp(retention._command(compartmentId, repository.id));
  }

  private addCleanUp(command: string | undefined): void {
    if (command === undefined) return;
    const output = new TerraformOutput(this, "CleanUp", {
      description: `Deletes the expired images of ${this.repositoryName}`,
      value: command,
    });
    output.overrideLogicalId(outputNameOf(this, "clean_up"));
  }
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function readRepository(scope: Construct, id: string, props: PrivateRepositoryProps): ResolvedRepository {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, REPOSITORY);
  const { compartmentId, repositoryName: name, scanning } = read;
  if (name !== undefined) checkUnused(problems, scope, name);
  if (compartmentId !== undefined) checkScanning(problems, scope, compartmentId, scanning?.scanning);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedRepository>(read);
}

/** Names are unique in the region of a tenancy, and a stack has one region for each of its providers. */
function checkUnused(problems: Problems, scope: Construct, name: string): void {
  if (Token.isUnresolved(name)) return;
  const other = TerraformStack.of(scope)
    .node.findAll()
    .find((construct) => construct instanceof PrivateRepository && construct.repositoryName === name);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `repositoryName is ${shown(name)}, which ${other.node.path} has already`,
    "Create each repository once, and pass that construct on",
  );
}

function checkScanning(
  problems: Problems,
  scope: Construct,
  compartmentId: string,
  scanning: ImageScanning | undefined,
): void {
  if (!scanning) return;
  const [own, other] = [compartmentId, scanning.compartmentId].map((id) => ({ scope, id }));
  if (!own || !other || compareOcids(own, other) !== "different") return;
  problems.add(
    "VALUE_INVALID",
    `scanning is ${scanning.node.path}, which scans another compartment`,
    "Use an ImageScanning of the compartment of the repository, or leave scanning out",
  );
}

function checkReadme(problems: Problems, name: string, readme: string): void {
  checkText(problems, name, readme);
  if (Token.isUnresolved(readme) || readme.length <= MAX_README_LENGTH) return;
  problems.add(
    "VALUE_INVALID",
    `${name} is ${readme.length} characters long`,
    `Give a text of at most ${MAX_README_LENGTH.toLocaleString("en")} characters`,
  );
}
