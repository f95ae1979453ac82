import { type TerraformStack } from "cdktf";
import { PrivateBucket, type IPolicyGrantee, type PolicyGrant, type PrivateBucketProps } from "../../lib";
import { COMPARTMENT, newStack, onlyResource, problemCodesOf, resourcesOf } from "../support/stack";

const KEY = "ocid1.key.oc1.eu-frankfurt-1.vault.test";
const props: PrivateBucketProps = { compartmentId: COMPARTMENT, kmsKeyId: KEY };
const bucketOf = (stack: TerraformStack) => onlyResource(stack, "oci_objectstorage_bucket");

class Grantee implements IPolicyGrantee {
  public readonly grants: PolicyGrant[] = [];

  public grant(grant: PolicyGrant): void {
    this.grants.push(grant);
  }

  public get texts(): string[] {
    return this.grants.map(
      ({ verb, resourceType, location, condition }) =>
        `${verb} ${resourceType.name} in ${JSON.stringify(location._model)} where ${condition?.toString()}`,
    );
  }
}

describe("a bucket", () => {
  test("is private, versioned, and encrypted by a key that it may use", () => {
    const stack = newStack();
    const bucket = new PrivateBucket(stack, "assets", props);
    expect(bucketOf(stack)).toMatchObject({
      compartment_id: COMPARTMENT,
      name: "stack-assets",
      access_type: "NoPublicAccess",
      versioning: "Enabled",
      kms_key_id: KEY,
      lifecycle: { prevent_destroy: true },
      depends_on: [expect.stringContaining("KeyPolicy")],
    });
    expect(onlyResource(stack, "oci_identity_policy").statements).toEqual([
      `Allow service objectstorage-eu-frankfurt-1 to use keys in compartment id ${COMPARTMENT} where target.key.id = '${KEY}'`,
    ]);
    expect(bucket).toMatchObject({ bucketName: "stack-assets", versioned: true });
  });

  test("takes everything that can be set", () => {
    const stack = newStack();
    new PrivateBucket(stack, "assets", {
      compartmentId: COMPARTMENT,
      kmsKeyId: "ocid1.key.oc1.iad.vault.test",
      keyCompartmentId: "ocid1.compartment.oc1..keys",
      region: "us-ashburn-1",
      bucketName: "shop-assets",
      versioned: false,
      freeformTags: { team: "web" },
    });
    expect(bucketOf(stack)).toMatchObject({
      name: "shop-assets",
      versioning: "Disabled",
      freeform_tags: { team: "web" },
    });
    expect(onlyResource(stack, "oci_identity_policy")).toMatchObject({
      compartment_id: "ocid1.compartment.oc1..keys",
      statements: [expect.stringContaining("service objectstorage-us-ashburn-1")],
    });
  });

  test("grants reading of its own objects only", () => {
    const grantee = new Grantee();
    new PrivateBucket(newStack(), "assets", props).grantRead(grantee);
    expect(grantee.texts).toEqual([
      `read objects in {"kind":"compartment","compartment":"id ${COMPARTMENT}"} where target.bucket.name = 'stack-assets'`,
    ]);
  });

  test("grants writing without reading and deletion", () => {
    const grantee = new Grantee();
    new PrivateBucket(newStack(), "assets", props).grantWrite(grantee);
    expect(grantee.texts).toEqual([
      expect.stringMatching(
        /where all \{target\.bucket\.name = 'stack-assets', any \{request\.permission = 'OBJECT_CREATE', request\.permission = 'OBJECT_INSPECT', request\.permission = 'OBJECT_OVERWRITE'\}\}$/,
      ),
    ]);
  });

  test("that exists creates nothing", () => {
    const stack = newStack();
    const attributes = { bucketName: "old", compartmentId: COMPARTMENT };
    const bucket = PrivateBucket.fromBucketAttributes(stack, "assets", attributes);
    const grantee = new Grantee();
    bucket.grantRead(grantee);
    expect(grantee.texts[0]).toContain("target.bucket.name = 'old'");
    expect(resourcesOf(stack, "oci_objectstorage_bucket")).toEqual({});
  });
});

describe("bad input", () => {
  test.each([
    ["the tenancy as compartment", { compartmentId: "ocid1.tenancy.oc1..a" }, ["OCID_INVALID"]],
    ["no key", { kmsKeyId: undefined }, ["ATTRIBUTE_MISSING"]],
    ["a key of another region", { region: "eu-amsterdam-1" }, ["OCID_INVALID"]],
    ["a key that names no region", { kmsKeyId: "ocid1.key.oc1..a" }, ["ATTRIBUTE_MISSING"]],
    ["a name with a slash", { bucketName: "a/b" }, ["NAME_INVALID"]],
    ["a region that is none", { region: "frankfurt" }, ["NAME_INVALID"]],
  ])("is refused: %s", (_, further, codes) => {
    const stack = newStack();
    expect(
      problemCodesOf(() => new PrivateBucket(stack, "assets", { ...props, ...further } as never)),
    ).toEqual(codes);
    expect(stack.node.tryFindChild("assets")).toBeUndefined();
  });

  test("is rejected: an invalid grantee", () => {
    const bucket = new PrivateBucket(newStack(), "assets", props);
    expect(problemCodesOf(() => bucket.grantRead("web" as never))).toEqual(["VALUE_INVALID"]);
  });
});
