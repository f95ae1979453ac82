import { Duration } from "cdk8s";
import {
  TerraformBackend,
  TerraformOutput,
  type TerraformProvider,
  TerraformRemoteState,
  TerraformStack,
} from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import {
  addProtectedBucket,
  keyStatement,
  objectStorageName,
  objectStorageNamespace,
} from "./private/object-storage";
import { checkEncryptionKey } from "../encryption/vault-key";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import {
  choice,
  duration,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../core/readers";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, outputNameOf, policyNameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { findWhenWritten } from "../core/warnings";
import { IdentityPolicy } from "../oci/identity-policy";
import { ObjectstorageObjectLifecyclePolicy } from "../oci/objectstorage-object-lifecycle-policy";

/** The way that Terraform authenticates to OCI to read and write states. */
export enum StateAuthentication {
  /** With the API key of a user in the configuration file of the OCI CLI. */
  API_KEY = "APIKey",
  /** As the instance that Terraform runs on. */
  INSTANCE_PRINCIPAL = "InstancePrincipal",
  /** As the resource that Terraform runs in, such as Resource Manager. */
  RESOURCE_PRINCIPAL = "ResourcePrincipal",
  /** With a session token of the OCI CLI; requires `profile`. */
  SECURITY_TOKEN = "SecurityToken",
}

/** Props for OciStateBackend. */
export interface OciStateBackendProps {
  /** The name of the bucket. */
  readonly bucketName: string;
  /** The Object Storage namespace of the tenancy; `oci os ns get` prints it. */
  readonly namespace: string;
  /** The region of the bucket, such as `eu-frankfurt-1`. */
  readonly region: string;
  /**
   * The name of the object for the state, such as `shop.tfstate`; each stack has its own.
   *
   * @default - the id of the stack and `.tfstate`
   */
  readonly key?: string;
  /**
   * The way that Terraform authenticates.
   *
   * @default - as the OCI SDK does: with the configuration file of the OCI CLI
   */
  readonly authentication?: StateAuthentication;
  /**
   * The profile in the configuration file of the OCI CLI.
   *
   * @default - `DEFAULT`
   */
  readonly profile?: string;
}

const BACKEND = {
  bucketName: objectStorageName("bucketName"),
  namespace: objectStorageName("namespace"),
  region: objectStorageName("region"),
  key: optional(objectStorageName("key")),
  authentication: optional(choice(StateAuthentication, "one of StateAuthentication")),
  profile: optional(
    matching(/^[A-Za-z0-9_.-]{1,100}$/, 'Give the name of a profile as a literal, for example "DEFAULT"'),
  ),
} satisfies PropsSchema<OciStateBackendProps>;

/** The props of a backend, with the name of its object. */
type ResolvedBackend = Resolved<typeof BACKEND> & { readonly key: string };

/**
 * Stores the state of a stack in a bucket of OCI Object Storage, with Terraform's own backend `oci`, which also locks states.
 *
 * Requires Terraform 1.12 or later. None of the values can be a reference: Terraform reads the backend before everything else. The bucket
 * must exist, preferably as a `StateBucket` of another stack. References to other stacks of the app are read from their states.
 *
 * @see https://docs.oracle.com/iaas/Content/terraform/object-storage-state.htm
 */
@checked
export class OciStateBackend extends TerraformBackend {
  /** The name of the object for the state. */
  public readonly key: string;
  private readonly config: { [attribute: string]: string };

  constructor(scope: Construct, id: string, props: OciStateBackendProps) {
    const {
      bucketName: bucket,
      namespace,
      region,
      key,
      authentication,
      profile,
    } = readBackend(scope, id, props);
    super(scope, id, "oci");
    this.key = key;
    this.config = {
      bucket,
      namespace,
      region,
      key,
      ...(authentication === undefined ? {} : { auth: authentication }),
      ...(profile === undefined ? {} : { config_file_profile: profile }),
    };
  }

  /** @internal */
  public _has(name: string, value: unknown): boolean {
    return this.config[name === "bucketName" ? "bucket" : name] === value;
  }

  // jsii takes no other type than that of the base class.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  protected synthesizeAttributes(): { [name: string]: any } {
    return { ...this.config };
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  protected synthesizeHclAttributes(): { [name: string]: any } {
    return { ...this.config };
  }

  /** The data source for the outputs of the stack with this backend. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  public getRemoteStateDataSource(scope: Construct, name: string, _fromStack: string): TerraformRemoteState {
    // cdktf calls it for references between stacks; a program may call it too.
    problemsIn(scope, name).throwIfAny();
    return new OciRemoteState(scope, name, "oci", { ...this.config, workspace: "${terraform.workspace}" });
  }
}

/** The base class is abstract and complete. */
class OciRemoteState extends TerraformRemoteState {}

function readBackend(scope: Construct, id: string, props: OciStateBackendProps): ResolvedBackend {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const stack = TerraformStack.of(scope);
  if (stack.node.findAll().some((construct) => TerraformBackend.isBackend(construct))) {
    problems.add("NAME_DUPLICATE", `${stack.node.path} has a backend already`, "Give each stack one backend");
  }
  const { key = `${stack.node.id}.tfstate`, ...read } = readProps(problems, props, BACKEND);
  const { bucketName, namespace, region, authentication, profile } = read;
  // The default is the id of the stack, which may not be the name of an object.
  if (!problems.hasProblemWith("key")) BACKEND.key(problems, "key", key);
  const isSession = authentication === StateAuthentication.SECURITY_TOKEN;
  if (isSession && profile === undefined && !problems.hasProblemWith("profile")) {
    const fix = 'Give the profile of the session, for example "DEFAULT"';
    problems.add(
      "ATTRIBUTE_MISSING",
      "profile was not given, and a security token belongs to a profile",
      fix,
    );
  }
  if (!problems.any) checkDuplicateKey(problems, stack, { bucketName, namespace, region, key });
  return problems.resolved<ResolvedBackend>({ ...read, key });
}

/** Whether a construct is such a backend, also one of another copy of this library. */
function isOciBackend(construct: IConstruct): construct is OciStateBackend {
  return TerraformBackend.isBackend(construct) && "_has" in construct;
}

/** Two stacks with one state would destroy each other's resources. */
function checkDuplicateKey(
  problems: Problems,
  stack: TerraformStack,
  own: { readonly [name: string]: unknown },
): void {
  const other = stack.node.root.node
    .findAll()
    .find(
      (construct) =>
        isOciBackend(construct) && Object.entries(own).every(([name, value]) => construct._has(name, value)),
    );
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `key is ${shown(own.key)}, the object of the bucket in which ${other.node.path} keeps its state`,
    'Give each stack its own key, for example "shop.tfstate"',
  );
}

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
  homeRegionProvider: optional(terraformProvider()),
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
    const statement = keyStatement(region, keyCompartmentId, kmsKeyId);
    const keyPolicy = this.addPolicy("KeyPolicy", keyCompartmentId, statement);
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
      isOciBackend(construct) && construct._has("bucketName", bucketName) && construct._has("region", region);
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
    output.overrideLogicalId(outputNameOf(this, "backend"));
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
