import { type TerraformStack } from "cdktf";
import { KeyShape, KeyVault, PrivateBucket, StateBucket, VaultKey } from "../../lib";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const region = "eu-frankfurt-1";
const bucketName = "acme-states";

describe.each([
  [
    "a PrivateBucket",
    (stack: TerraformStack, kmsKeyId: string) =>
      new PrivateBucket(stack, "bucket", { compartmentId: COMPARTMENT, kmsKeyId, region }),
  ],
  [
    "a StateBucket",
    (stack: TerraformStack, kmsKeyId: string) =>
      new StateBucket(stack, "bucket", { compartmentId: COMPARTMENT, kmsKeyId, region, bucketName }),
  ],
])("the key of %s", (_, addBucket) => {
  const keyOf = (stack: TerraformStack, shape: KeyShape) => {
    const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
    return new VaultKey(stack, "key", { vault, shape }).keyId;
  };

  test.each([
    ["RSA", KeyShape.RSA_4096],
    ["ECDSA", KeyShape.ECDSA_P256],
  ])("is refused if the program creates it with the algorithm %s", (algorithm, shape) => {
    const stack = newStack();
    const keyId = keyOf(stack, shape);
    expect(validationProblemsOf(() => addBucket(stack, keyId))).toMatchObject([
      { code: "VALUE_INVALID", property: "kmsKeyId", what: expect.stringContaining(algorithm) },
    ]);
  });

  test("is accepted with the algorithm AES, and if its algorithm is unknown", () => {
    const stack = newStack();
    const keyId = keyOf(stack, KeyShape.AES_256);
    expect(() => addBucket(stack, keyId)).not.toThrow();
    expect(() => addBucket(newStack(), "ocid1.key.oc1.eu-frankfurt-1.vault.test")).not.toThrow();
  });
});
