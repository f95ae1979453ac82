import { Token, type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { checkHomeRegionProvider } from "../core/home-region";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { firstApply } from "../core/first-apply";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { regionOf } from "../core/region-of-ocid";
import { checkGiven } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { LeastPrivilegePolicy } from "../identity/least-privilege-policy";
import { PolicyCondition } from "../identity/policy-condition";
import { type IPolicyGrantee } from "../identity/policy-grantee";
import { PolicyLocation } from "../identity/policy-location";
import { PolicyPrincipal } from "../identity/policy-principal";
import { PolicyResourceType } from "../identity/policy-resource-type";
import { PolicyStatement } from "../identity/policy-statement";
import { PolicyVerb } from "../identity/policy-verb";
import { DataOciObjectstorageNamespace } from "../oci/data-oci-objectstorage-namespace";
import { ObjectstorageBucket } from "../oci/objectstorage-bucket";

/** A bucket of Object Storage, made here or existing. */
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

const BUCKET_NAME = /^[A-Za-z0-9_.-]{1,256}$/;
const REGION = /^[a-z]{2,3}-[a-z]+-\d+$/;

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
    if (checkGiven(problems, { grantee }) && typeof grantee.grant !== "function") {
      problems.add(
        "VALUE_INVALID",
        `grantee is ${shown(grantee)}`,
        "Give a workload, such as a HardenedDeployment",
      );
    }
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
 * Terraform refuses to destroy it (`prevent_destroy`).
 *
 * @see https://docs.oracle.com/iaas/Content/Object/Tasks/managingbuckets.htm
 */
@checked
export class PrivateBucket extends BucketBase {
  /**
   * A bucket that exists already; nothing of it is looked up.
   *
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, ATTRIBUTE_MISSING
   */
  public static fromBucketAttributes(
    scope: Construct,
    id: string,
    attributes: PrivateBucketAttributes,
  ): IPrivateBucket {
    const problems = problemsIn(scope, id);
    const { bucketName, compartmentId } = attributes;
    if (checkGiven(problems, { bucketName })) checkBucketName(problems, bucketName);
    checkOcid(problems, "compartmentId", compartmentId, "compartment");
    problems.throwIfAny();
    return new ImportedBucket(scope, id, attributes);
  }

  public readonly bucketName: string;
  public readonly compartmentId: string;
  /** The Object Storage namespace of the tenancy. */
  public readonly namespace: string;
  /** Whether earlier versions of objects are kept. */
  public readonly versioned: boolean;

  /** @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, PROVIDER_INVALID */
  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    check(scope, id, props);
    super(scope, id);
    const { compartmentId, kmsKeyId, keyCompartmentId = compartmentId, versioned = true } = props;
    this.compartmentId = compartmentId;
    this.versioned = versioned;
    this.bucketName = props.bucketName ?? nameOf(this).replace(/[^A-Za-z0-9_.-]+/g, "-");
    this.namespace = new DataOciObjectstorageNamespace(this, "Namespace", {
      dependsOn: [firstApply(this)],
    }).namespace;
    const policy = new LeastPrivilegePolicy(this, "KeyPolicy", {
      compartmentId: keyCompartmentId,
      description: "Lets Object Storage encrypt a bucket with one key",
      homeRegionProvider: props.homeRegionProvider,
      statements: [
        PolicyStatement.allow({
          principal: PolicyPrincipal.service(`objectstorage-${regionIn(props)}`),
          verb: PolicyVerb.USE,
          resourceType: PolicyResourceType.KEYS,
          location: PolicyLocation.compartment(keyCompartmentId),
          condition: PolicyCondition.equalTo("target.key.id", kmsKeyId),
        }),
      ],
    });
    this.node.defaultChild = new ObjectstorageBucket(this, "Resource", {
      compartmentId,
      namespace: this.namespace,
      name: this.bucketName,
      accessType: "NoPublicAccess",
      storageTier: "Standard",
      versioning: versioned ? "Enabled" : "Disabled",
      kmsKeyId,
      // Free of charge, and rules of the Events service see nothing without it.
      objectEventsEnabled: true,
      // The service tries the key while it makes the bucket, and IAM knows no implicit order.
      dependsOn: [policy],
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, props),
    });
  }
}

function regionIn({ region, kmsKeyId }: PrivateBucketProps): string | undefined {
  return region ?? regionOf(kmsKeyId);
}

/** Before the construct is made, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: PrivateBucketProps): void {
  const props: Partial<PrivateBucketProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment");
  checkOcid(problems, "kmsKeyId", props.kmsKeyId, "key");
  checkOcidIfGiven(problems, "keyCompartmentId", props.keyCompartmentId, "compartment");
  if (props.bucketName !== undefined) checkBucketName(problems, props.bucketName);
  checkRegion(problems, props);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** The name stands in statements of IAM, so it must be known. */
function checkBucketName(problems: Problems, name: string): void {
  if (typeof name === "string" && !Token.isUnresolved(name) && BUCKET_NAME.test(name)) return;
  problems.add(
    "NAME_INVALID",
    `bucketName is ${shown(name)}`,
    'Give 1 to 256 letters, digits, "-", "_" and ".", as a literal',
  );
}

function checkRegion(problems: Problems, { region, kmsKeyId }: Partial<PrivateBucketProps>): void {
  const ofKey = regionOf(kmsKeyId);
  if (region === undefined) {
    if (ofKey !== undefined || kmsKeyId === undefined) return;
    problems.add(
      "ATTRIBUTE_MISSING",
      "region was not given, and the OCID of the key does not name one",
      'Give the region of the bucket and the key, such as "eu-frankfurt-1"',
    );
  } else if (typeof region !== "string" || Token.isUnresolved(region) || !REGION.test(region)) {
    problems.add("NAME_INVALID", `region is ${shown(region)}`, 'Write the region, such as "eu-frankfurt-1"');
  } else if (ofKey !== undefined && ofKey !== region) {
    problems.add(
      "OCID_INVALID",
      `kmsKeyId is a key of ${ofKey}, and the bucket is in ${region}`,
      `Give a key of ${region}: Object Storage uses keys of its own region only`,
    );
  }
}
