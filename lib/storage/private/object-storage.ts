import { type ITerraformDependable } from "cdktf";
import { type Construct } from "constructs";
import { matching, type Reader } from "../../core/readers";
import { firstApply } from "../../core/resource-construct";
import { type TaggingProps } from "../../core/tagging";
import { DataOciObjectstorageNamespace } from "../../oci/data-oci-objectstorage-namespace";
import { ObjectstorageBucket, type ObjectstorageBucketRetentionRules } from "../../oci/objectstorage-bucket";

const FORMS = {
  bucketName: {
    form: /^[A-Za-z0-9_.-]{1,256}$/,
    fix: 'Give 1 to 256 letters, digits, "-", "_" and ".", as a literal',
  },
  region: {
    form: /^[a-z]+-[a-z]+-\d+$/,
    fix: 'Give the region\'s identifier as a literal, for example "eu-frankfurt-1"',
  },
  namespace: {
    form: /^[A-Za-z0-9_.-]{1,256}$/,
    fix: "Give the Object Storage namespace as a literal; oci os ns get prints it",
  },
  key: {
    form: /^(?!\/)(?!.*\/\/)[A-Za-z0-9_.\/-]{1,1024}(?<!\/)$/,
    fix: 'Give the name of an object as a literal, for example "shop.tfstate"',
  },
};

/** Reads a name of Object Storage as a literal: backend blocks and IAM statements are written from it. */
export function objectStorageName(name: keyof typeof FORMS): Reader<string> {
  const { form, fix } = FORMS[name];
  return matching(form, fix);
}

interface ProtectedBucketProps {
  readonly compartmentId: string;
  readonly namespace: string;
  readonly bucketName: string;
  readonly kmsKeyId: string;
  /** The policy that lets Object Storage use the key. */
  readonly keyPolicy: ITerraformDependable;
  readonly versioned: boolean;
  /** OCI accepts these for buckets without versioning only. */
  readonly retentionRules?: ObjectstorageBucketRetentionRules[];
  readonly tags: TaggingProps;
}

/** The Object Storage namespace of the tenancy, looked up after the first apply. */
export function objectStorageNamespace(scope: Construct): string {
  return new DataOciObjectstorageNamespace(scope, "Namespace", { dependsOn: [firstApply(scope)] }).namespace;
}

/** The statement that lets Object Storage of a region encrypt with one key. */
export function keyStatement(region: string, keyCompartmentId: string, kmsKeyId: string): string {
  return `Allow service objectstorage-${region} to use keys in compartment id ${keyCompartmentId} where target.key.id = '${kmsKeyId}'`;
}

/** Creates a bucket without public access that a key of the tenancy encrypts, and that Terraform refuses to destroy. */
export function addProtectedBucket(scope: Construct, props: ProtectedBucketProps): ObjectstorageBucket {
  const { compartmentId, namespace, bucketName, kmsKeyId, keyPolicy, versioned, retentionRules, tags } =
    props;
  return new ObjectstorageBucket(scope, "Resource", {
    compartmentId,
    namespace,
    name: bucketName,
    accessType: "NoPublicAccess",
    storageTier: "Standard",
    versioning: versioned ? "Enabled" : "Disabled",
    kmsKeyId,
    // Free of charge, and rules of the Events service get no events without it.
    objectEventsEnabled: true,
    ...(retentionRules ? { retentionRules } : {}),
    // The service uses the key during the creation of the bucket, and IAM has no implicit order.
    dependsOn: [keyPolicy],
    lifecycle: { preventDestroy: true },
    ...tags,
  });
}
