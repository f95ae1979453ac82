import { Duration } from "cdk8s";
import { TerraformOutput, type TerraformProvider, TerraformStack } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { OciStateBackend } from "./oci-state-backend";
import { checkEncryptionKey } from "../encryption/vault-key";
import { objectStorageName } from "./private/object-storage-names";
import { addProtectedBucket, keyStatement, objectStorageNamespace } from "./private/protected-bucket";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { checkHomeRegionProvider } from "../core/regions";
import { findWhenWritten } from "../core/warnings";
import {
  any,
  duration,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { IdentityPolicy } from "../oci/identity-policy";
import { ObjectstorageObjectLifecyclePolicy } from "../oci/objectstorage-object-lifecycle-policy";

const MAX_DAYS = 3650;

/** Props for StateBucket. */
export interface StateBucketProps extends TaggingProps {
  /** The OCID of the compartment of the bucket; preferably one that only people who run Terraform may read. */
  readonly compartmentId: string;
  /** The name of the bucket: letters, digits, `-`, `_` and `.`, unique in the tenancy's region. A change replaces the bucket. */
  readonly bucketName: string;
  /** The region of the bucket, such as `eu-frankfurt-1`. */
  readonly region: string;
  /** The OCID of your key that encrypts the bucket: an AES key in the same region. */
  readonly kmsKeyId: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - the compartment of the bucket
   */
  readonly keyCompartmentId?: string;
  /**
   * The retention of earlier versions of a state: whole days, 1 to 3,650.
   *
   * @default Duration.days(180)
   */
  readonly keepVersionsFor?: Duration;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const STATE_BUCKET = {
  compartmentId: ocid("compartment", "tenancy"),
  bucketName: objectStorageName("bucketName"),
  region: objectStorageName("region"),
  kmsKeyId: ocid("key"),
  keyCompartmentId: optional(ocid("compartment", "tenancy")),
  keepVersionsFor: withDefault(
    duration("days", { least: 1, most: MAX_DAYS, example: "Duration.days(180)" }),
    Duration.days(180),
  ),
  homeRegionProvider: optional(any<TerraformProvider>()),
  ...taggingReaders(),
} satisfies PropsSchema<StateBucketProps>;

/**
 * A bucket for Terraform states: private, encrypted by your key, and with every version of each state.
 *
 * Put it in a separate stack, which keeps its state on disk or in another bucket, and apply that stack first. The other stacks refer to
 * the bucket with `OciStateBackend`. The output `<path>_backend` contains the backend block, with the Object Storage namespace that the
 * other stacks need. A state contains the attributes of its resources: everyone who may read the bucket may read all of them.
 *
 * Terraform refuses to destroy the bucket while the program has it (`prevent_destroy`).
 *
 * @see https://docs.oracle.com/iaas/Content/terraform/object-storage-state.htm
 */
@checked
export class StateBucket extends ResourceConstruct {
  /** The name of the bucket. */
  public readonly bucketName: string;
  /** The Object Storage namespace of the tenancy. */
  public readonly namespace: string;
  /** The region of the bucket. */
  public readonly region: string;

  /** The retention of earlier versions of a state. */
  public readonly keepVersionsFor: Duration;

  private readonly homeRegionProvider?: TerraformProvider;
  private readonly tags: TaggingProps;

  constructor(scope: Construct, id: string, props: StateBucketProps) {
    const read = readStateBucket(scope, id, props);
    const { compartmentId, bucketName, region, kmsKeyId } = read;
    super(scope, id);
    this.homeRegionProvider = read.homeRegionProvider;
    this.tags = tagsOf(this, read);
    this.keepVersionsFor = read.keepVersionsFor;
    this.bucketName = bucketName;
    this.region = region;
    this.namespace = objectStorageNamespace(this);
    const keyCompartmentId = read.keyCompartmentId ?? compartmentId;
    const keyPolicy = this.addPolicy(
      "KeyPolicy",
      keyCompartmentId,
      keyStatement(region, keyCompartmentId, kmsKeyId),
    );
    const bucket = addProtectedBucket(this, {
      compartmentId,
      namespace: this.namespace,
      bucketName,
      kmsKeyId,
      keyPolicy,
      versioned: true,
      tags: this.tags,
    });
    const lifecycle = this.addPolicy(
      "LifecyclePolicy",
      compartmentId,
      `Allow service objectstorage-${region} to manage object-family in compartment id ${compartmentId} where target.bucket.name = '${bucketName}'`,
    );
    new ObjectstorageObjectLifecyclePolicy(this, "Lifecycle", {
      namespace: this.namespace,
      bucket: bucket.name,
      rules: [
        {
          name: "delete-earlier-versions",
          action: "DELETE",
          isEnabled: true,
          target: "previous-object-versions",
          timeAmount: String(this.keepVersionsFor.toDays()),
          timeUnit: "DAYS",
        },
      ],
      dependsOn: [lifecycle],
    });
    this.addBackend();
    findWhenWritten(this, () => this.checkBackend());
  }

  /** A backend can't be initialized before its bucket exists, and a lost bucket would lose the state that could restore it. */
  private checkBackend(): [] {
    const { bucketName, region } = this;
    const isOwn = (construct: IConstruct) =>
      construct instanceof OciStateBackend &&
      construct._has("bucketName", bucketName) &&
      construct._has("region", region);
    const backend = TerraformStack.of(this).node.findAll().find(isOwn);
    if (!backend) return [];
    const problems = new Problems(this);
    problems.add(
      "VALUE_INVALID",
      `bucketName is ${bucketName}, in which ${backend.node.path} keeps the state of this stack, and Terraform can't store a state before its bucket exists`,
      'Create the bucket in a separate stack: new StateBucket(new TerraformStack(app, "states"), …)',
      "bucketName",
    );
    return problems.throwAll();
  }

  private addPolicy(id: string, compartmentId: string, statement: string): IdentityPolicy {
    const { homeRegionProvider } = this;
    return new IdentityPolicy(this, id, {
      provider: homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}-${id}`),
      description: "What the bucket of Terraform's states needs",
      statements: [statement],
      lifecycle: { ignoreChanges: ["name"] },
      ...this.tags,
    });
  }

  private addBackend(): void {
    const output = new TerraformOutput(this, "Backend", {
      description: "The backend block of the stacks whose states the bucket holds",
      value: [
        'backend "oci" {',
        `  bucket    = "${this.bucketName}"`,
        `  namespace = "${this.namespace}"`,
        `  region    = "${this.region}"`,
        '  key       = "<stack>.tfstate"',
        "}",
      ].join("\n"),
    });
    const stack = TerraformStack.of(this);
    const inStack = this.node.scopes.slice(stack.node.scopes.length);
    const path = inStack.map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]+/g, "-")).join("_");
    output.overrideLogicalId(`${path}_backend`);
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readStateBucket(
  scope: Construct,
  id: string,
  props: StateBucketProps,
): Resolved<typeof STATE_BUCKET> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, STATE_BUCKET);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  checkEncryptionKey(problems, scope, "kmsKeyId", read.kmsKeyId);
  return problems.resolved(read);
}
