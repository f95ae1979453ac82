import { Duration } from "cdk8s";
import * as fc from "fast-check";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { KeyProtection, KeyRotation, KeyAlgorithm, KeyShape } from "../../lib/encryption/key-properties";
import { KeyVault, VaultType } from "../../lib/encryption/key-vault";
import { VaultKey } from "../../lib/encryption/vault-key";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const VAULT = "ocid1.vault.oc1.eu-frankfurt-1.test";
const KEY = "ocid1.key.oc1.eu-frankfurt-1.test";

describe("a vault", () => {
  test("is a default vault that Terraform refuses to destroy", () => {
    const stack = newStack();
    const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
    expect(vault.vaultType).toBe(VaultType.DEFAULT);
    expect(onlyResource(stack, "oci_kms_vault")).toMatchObject({
      compartment_id: COMPARTMENT,
      display_name: "stack-vault",
      vault_type: "DEFAULT",
      lifecycle: { prevent_destroy: true },
    });
  });

  test("accepts every prop", () => {
    const stack = newStack();
    new KeyVault(stack, "vault", {
      compartmentId: COMPARTMENT,
      vaultType: VaultType.VIRTUAL_PRIVATE,
      displayName: "keys",
      freeformTags: { team: "shop" },
    });
    expect(onlyResource(stack, "oci_kms_vault")).toMatchObject({
      display_name: "keys",
      vault_type: "VIRTUAL_PRIVATE",
      freeform_tags: { team: "shop" },
    });
  });

  test("is refused with all problems together, and imported without a resource", () => {
    const stack = newStack();
    const props = { compartmentId: "x", vaultType: "PRIVATE" as VaultType, displayName: " " };
    expect(problemCodesOf(() => new KeyVault(stack, "vault", props))).toEqual([
      "OCID_INVALID",
      "VALUE_INVALID",
      "NAME_INVALID",
    ]);
    const imported = KeyVault.fromKeyVaultAttributes(stack, "vault", { vaultId: VAULT });
    expect(imported.vaultId).toBe(VAULT);
    expect(problemCodesOf(() => imported.managementEndpoint)).toEqual(["ATTRIBUTE_MISSING"]);
    expect(resourcesOf(stack, "oci_kms_vault")).toEqual({});
  });
});

describe("a key", () => {
  test("is an AES-256 key in a hardware security module that Terraform refuses to destroy", () => {
    const stack = newStack();
    const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
    const key = new VaultKey(stack, "key", { vault });
    expect(key.compartmentId).toBe(COMPARTMENT);
    expect(onlyResource(stack, "oci_kms_key")).toMatchObject({
      compartment_id: COMPARTMENT,
      key_shape: { algorithm: "AES", length: 32 },
      protection_mode: "HSM",
      lifecycle: { prevent_destroy: true },
    });
    // There, but without an instance: so that no later program can delete a version by leaving the rotation out.
    expect(onlyResource(stack, "oci_kms_key_version")).toMatchObject({
      for_each: "${toset([])}",
      lifecycle: { prevent_destroy: true },
    });
  });

  test("rotates by itself in a virtual private vault", () => {
    const stack = newStack();
    const vault = new KeyVault(stack, "vault", {
      compartmentId: COMPARTMENT,
      vaultType: VaultType.VIRTUAL_PRIVATE,
    });
    new VaultKey(stack, "key", { vault, rotation: KeyRotation.every(Duration.days(90)) });
    expect(onlyResource(stack, "oci_kms_key")).toMatchObject({
      is_auto_rotation_enabled: true,
      auto_key_rotation_details: { rotation_interval_in_days: 90 },
    });
  });

  test("rejects automatic rotation in a default vault, and accepts it in an imported vault", () => {
    const stack = newStack();
    const rotation = KeyRotation.every(Duration.days(90));
    const own = new KeyVault(stack, "own", { compartmentId: COMPARTMENT });
    const [problem] = validationProblemsOf(() => new VaultKey(stack, "key", { vault: own, rotation }));
    expect(problem).toMatchObject({ code: "VALUE_INVALID", path: "stack/key" });
    expect(problem!.what).toMatch(/^rotation is every 90 days/);
    expect(problem!.fix).toContain("VaultType.VIRTUAL_PRIVATE");
    const vault = KeyVault.fromKeyVaultAttributes(stack, "vault", {
      vaultId: VAULT,
      compartmentId: COMPARTMENT,
      managementEndpoint: "https://x-management.kms.eu-frankfurt-1.oraclecloud.com",
    });
    new VaultKey(stack, "key", { vault, rotation });
    expect(onlyResource(stack, "oci_kms_key")).toMatchObject({ is_auto_rotation_enabled: true });
  });

  test.each([
    [KeyShape.AES_128, { algorithm: "AES", length: 16 }],
    [KeyShape.RSA_2048, { algorithm: "RSA", length: 256 }],
    [KeyShape.RSA_4096, { algorithm: "RSA", length: 512 }],
    [KeyShape.ECDSA_P256, { algorithm: "ECDSA", length: 32, curve_id: "NIST_P256" }],
    [KeyShape.ECDSA_P521, { algorithm: "ECDSA", length: 66, curve_id: "NIST_P521" }],
  ])("has the length of %p in bytes", (shape, expected) => {
    const stack = newStack();
    const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
    new VaultKey(stack, "key", { vault, shape });
    expect(onlyResource(stack, "oci_kms_key").key_shape).toEqual(expected);
  });

  test("outside of a hardware security module needs a reason, which is recorded as an acknowledgement", () => {
    const stack = newStack();
    const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
    expect(problemCodesOf(() => KeyProtection.software({ reason: " " }))).toEqual(["REASON_MISSING"]);
    new VaultKey(stack, "key", { vault, protection: KeyProtection.software({ reason: "A test tenancy" }) });
    expect(onlyResource(stack, "oci_kms_key").protection_mode).toBe("SOFTWARE");
    expect(Acknowledgements.of(stack)).toMatchObject([
      { practice: "credential-exposure", reason: "A test tenancy" },
    ]);
  });

  test("is refused with all problems together", () => {
    const stack = newStack();
    const props = {
      vault: "vault" as unknown as KeyVault,
      compartmentId: "x",
      shape: "AES" as unknown as KeyShape,
      protection: "HSM" as unknown as KeyProtection,
      rotation: 90 as unknown as KeyRotation,
    };
    expect(
      problemCodesOf(() => new VaultKey(stack, "key", props)).filter((code) => code === "VALUE_INVALID"),
    ).toHaveLength(4);
    expect(problemCodesOf(() => new VaultKey(stack, "key", {} as never))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(resourcesOf(stack, "oci_kms_key")).toEqual({});
  });

  test("that is imported has the given attributes", () => {
    const stack = newStack();
    const key = VaultKey.fromVaultKeyAttributes(stack, "key", { keyId: KEY, shape: KeyShape.RSA_3072 });
    expect([key.keyId, key.shape?.algorithm, key.protection]).toEqual([KEY, KeyAlgorithm.RSA, undefined]);
    expect(problemCodesOf(() => key.vault)).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => VaultKey.fromVaultKeyAttributes(stack, "other", { keyId: VAULT }))).toEqual([
      "OCID_INVALID",
    ]);
  });
});

describe("a rotation of keys", () => {
  test("can be every 60 to 365 whole days", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 1000 }), (days) => {
        if (days >= 60 && days <= 365) {
          expect(KeyRotation.every(Duration.days(days)).interval?.toDays()).toBe(days);
        } else if (days >= 0) {
          expect(problemCodesOf(() => KeyRotation.every(Duration.days(days)))).toEqual(["DURATION_INVALID"]);
        }
      }),
    );
    expect(problemCodesOf(() => KeyRotation.every(Duration.hours(90 * 24 + 1)))).toEqual([
      "DURATION_INVALID",
    ]);
    expect(KeyRotation.every(Duration.hours(90 * 24)).interval?.toDays()).toBe(90);
    const [problem] = validationProblemsOf(() => KeyRotation.every(Duration.days(30)));
    expect(problem).toMatchObject({ code: "DURATION_INVALID", property: "interval" });
    expect(problem?.fix).toBe("Give 60 to 365 days, for example Duration.days(90)");
    expect(problemCodesOf(() => KeyRotation.every(90 as unknown as Duration))).toEqual(["VALUE_INVALID"]);
  });

  test("accepts epochs in any order, each once", () => {
    const stack = newStack();
    const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
    new VaultKey(stack, "key", { vault, rotation: KeyRotation.epochs(["2026-11", "2026-05"]) });
    expect(onlyResource(stack, "oci_kms_key_version").for_each).toBe('${toset(["2026-05","2026-11"])}');
    expect(problemCodesOf(() => KeyRotation.epochs([]))).toEqual(["COUNT_INVALID"]);
    expect(problemCodesOf(() => KeyRotation.epochs(["a", "a"]))).toEqual(["NAME_DUPLICATE"]);
    expect(problemCodesOf(() => KeyRotation.epochs(["a b", "${x}"]))).toEqual([
      "NAME_INVALID",
      "NAME_INVALID",
    ]);
    expect(problemCodesOf(() => KeyRotation.epochs("2026-11" as unknown as string[]))).toContain(
      "VALUE_INVALID",
    );
  });
});
