import { type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import {
  addProtectedBucket,
  keyStatement,
  objectStorageName,
  objectStorageNamespace,
} from "./private/object-storage";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import {
  boolean,
  kind,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../core/readers";
import { checkHomeRegionProvider, regionOf, terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { checkEncryptionKey } from "../encryption/vault-key";
import { LeastPrivilegePolicy } from "../identity/least-privilege-policy";
import { PolicyResourceType, PolicyVerb } from "../identity/policy-action";
import { PolicyCondition } from "../identity/policy-condition";
import { type IPolicyGrantee, PolicyLocation, PolicyStatement } from "../identity/policy-statement";

/** A bucket of Object Storage, created here or existing. */
export interface IPrivateBucket extends IConstruct {
  /** The name of the bucket. */
  readonly bucketName: string;
  /** The OCID of the compartment of the bucket. */
  readonly compartmentId: string;

  /**
   * Lets a workload list and read the objects of this bucket, and of no other.
   *
   * @param grantee such as a HardenedDeployment
   */
  grantRead(grantee: IPolicyGrantee): void;

  /**
   * Lets a workload list, create and overwrite objects of this bucket, and neither read nor delete them.
   *
   * @param grantee such as a HardenedDeployment
   */
  grantWrite(grantee: IPolicyGrantee): void;
}

/** Props for PrivateBucket. */
export interface PrivateBucketProps extends TaggingProps {
  /** The OCID of the compartment of the bucket. */
  readonly compartmentId: string;
  /** The OCID of your AES key that encrypts the objects, in the same region. */
  readonly kmsKeyId: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - that of the bucket
   */
  readonly keyCompartmentId?: string;
  /**
   * The region of the bucket, such as `eu-frankfurt-1`: IAM knows Object Storage by it.
   *
   * @default - that of the key's OCID, where it names one
   */
  readonly region?: string;
  /**
   * The name of the bucket: letters, digits, `-`, `_` and `.`, unique in the tenancy's region. Another name is another bucket.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly bucketName?: string;
  /**
   * Whether earlier versions of objects are kept when they are overwritten or deleted.
   *
   * @default true
   */
  readonly versioned?: boolean;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/** Attributes of an existing bucket. */
export interface PrivateBucketAttributes {
  /** The name of the bucket. */
  readonly bucketName: string;
  /** The OCID of the compartment of the bucket. */
  readonly compartmentId: string;
}

const BUCKET = {
  compartmentId: ocid("compartment"),
  kmsKeyId: ocid("key"),
  keyCompartmentId: optional(ocid("compartment")),
  bucketName: optional(objectStorageName("bucketName")),
  region: optional(objectStorageName("region")),
  versioned: withDefault(boolean(), true),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<PrivateBucketProps>;

/** The props of a bucket, with its region. */
type ResolvedBucket = Resolved<typeof BUCKET> & { readonly region: string };

const IMPORTED_BUCKET = {
  bucketName: objectStorageName("bucketName"),
  compartmentId: ocid("compartment"),
} satisfies PropsSchema<PrivateBucketAttributes>;

abstract class BucketBase extends ResourceConstruct implements IPrivateBucket {
  public abstract readonly bucketName: string;
  public abstract readonly compartmentId: string;

  public grantRead(grantee: IPolicyGrantee): void {
    this.grant("grantRead", grantee, PolicyVerb.READ);
  }

  public grantWrite(grantee: IPolicyGrantee): void {
    const permissions = ["OBJECT_CREATE", "OBJECT_INSPECT", "OBJECT_OVERWRITE"];
    this.grant(
      "grantWrite",
      grantee,
      PolicyVerb.MANAGE,
      PolicyCondition.oneOf("request.permission", permissions),
    );
  }

  private grant(method: string, grantee: IPolicyGrantee, verb: PolicyVerb, further?: PolicyCondition): void {
    const problems = new Problems(`${this.node.path}.${method}`);
    kind(["grant"], "a workload, such as a HardenedDeployment")(problems, "grantee", grantee);
    problems.throwIfAny();
    const bucket = PolicyCondition.equalTo("target.bucket.name", this.bucketName);
    grantee.grant({
      verb,
      resourceType: PolicyResourceType.OBJECTS,
      location: PolicyLocation.compartment(this.compartmentId),
      condition: further ? PolicyCondition.all([bucket, further]) : bucket,
    });
  }
}

class ImportedBucket extends BucketBase {
  public readonly bucketName: string;
  public readonly compartmentId: string;

  constructor(scope: Construct, id: string, { bucketName, compartmentId }: PrivateBucketAttributes) {
    super(scope, id);
    this.bucketName = bucketName;
    this.compartmentId = compartmentId;
  }
}

/**
 * A bucket without public access, encrypted by your key, that keeps earlier versions of its objects.
 *
 * Terraform refuses to destroy it while the program has it (`prevent_destroy`).
 *
 * @see https://docs.oracle.com/iaas/Content/Object/Tasks/managingbuckets.htm
 */
@checked
export class PrivateBucket extends BucketBase {
  /** A bucket that exists already; nothing of it is looked up. */
  public static fromBucketAttributes(
    scope: Construct,
    id: string,
    attributes: PrivateBucketAttributes,
  ): IPrivateBucket {
    const problems = problemsIn(scope, id);
    return new ImportedBucket(scope, id, problems.resolved(readProps(problems, attributes, IMPORTED_BUCKET)));
  }

  public readonly bucketName: string;
  public readonly compartmentId: string;
  /** The Object Storage namespace of the tenancy. */
  public readonly namespace: string;
  /** Whether earlier versions of objects are kept. */
  public readonly versioned: boolean;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    const { compartmentId, kmsKeyId, region, versioned, ...read } = readBucket(scope, id, props);
    const { keyCompartmentId = compartmentId } = read;
    super(scope, id);
    this.compartmentId = compartmentId;
    this.versioned = versioned;
    this.bucketName = read.bucketName ?? nameOf(this).replace(/[^A-Za-z0-9_.-]+/g, "-");
    this.namespace = objectStorageNamespace(this);
    const keyPolicy = new LeastPrivilegePolicy(this, "KeyPolicy", {
      compartmentId: keyCompartmentId,
      description: "Lets Object Storage encrypt a bucket with one key",
      homeRegionProvider: read.homeRegionProvider,
      statements: [PolicyStatement.parse(keyStatement(region, keyCompartmentId, kmsKeyId))],
    });
    this.node.defaultChild = addProtectedBucket(this, {
      compartmentId,
      namespace: this.namespace,
      bucketName: this.bucketName,
      kmsKeyId,
      keyPolicy,
      versioned,
      tags: tagsOf(this, read),
    });
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readBucket(scope: Construct, id: string, props: PrivateBucketProps): ResolvedBucket {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, BUCKET);
  const { kmsKeyId } = read;
  const ofKey = regionOf(kmsKeyId);
  const region = read.region ?? ofKey;
  if (kmsKeyId !== undefined && region === undefined && !problems.hasProblemWith("region")) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "region was not given, and the OCID of the key does not name one",
      'Give the region of the bucket and the key, such as "eu-frankfurt-1"',
    );
  } else if (ofKey !== undefined && region !== ofKey) {
    problems.add(
      "OCID_INVALID",
      `kmsKeyId is a key of ${ofKey}, and the bucket is in ${region}`,
      `Give a key of ${region}: Object Storage uses keys of its own region only`,
    );
  }
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  checkEncryptionKey(problems, scope, "kmsKeyId", read.kmsKeyId);
  return problems.resolved<ResolvedBucket>({ ...read, region });
}
