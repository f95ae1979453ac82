import { TerraformLocal, TerraformOutput, TerraformVariable, type TerraformStack } from "cdktf";
import { gzipSync } from "node:zlib";
import { CoreVcn } from "../../lib/oci/core-vcn";
import { VaultSecret as RawSecret } from "../../lib/oci/vault-secret";
import { newStack, validationProblemsOf, synthesized } from "../support/stack";
import { VaultSecret } from "../../lib/encryption/vault-secret";

const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");

/** A stack with a construct of the library, which is what has a stack looked at. */
function ownStack(): TerraformStack {
  const stack = newStack();
  new VaultSecret(stack, "db", {
    compartmentId: "ocid1.compartment.oc1..test",
    vaultId: "ocid1.vault.oc1.eu-frankfurt-1.existing",
    keyId: "ocid1.key.oc1.eu-frankfurt-1.existing",
  });
  return stack;
}

function refusedIn(
  stack: TerraformStack,
): readonly { readonly code: string; readonly path: string; readonly what: string }[] {
  return validationProblemsOf(() => synthesized(stack));
}

describe("literals in attributes of Terraform that look like credentials", () => {
  test("are refused in a resource of the bindings, under its path, and without the value", () => {
    const stack = ownStack();
    new CoreVcn(stack, "vcn", {
      compartmentId: "ocid1.compartment.oc1..test",
      cidrBlocks: ["10.0.0.0/16"],
      freeformTags: { "db-password": "hunter2" },
    });
    const [problem, ...more] = refusedIn(stack);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "CREDENTIAL_LITERAL", path: "stack/vcn" });
    expect(problem?.what).toContain("freeform_tags.db-password");
    expect(problem?.what).not.toContain("hunter2");
  });

  test("are refused as the given content of a secret, which would be in the state", () => {
    const stack = ownStack();
    new RawSecret(stack, "raw", {
      compartmentId: "ocid1.compartment.oc1..test",
      vaultId: "ocid1.vault.oc1.eu-frankfurt-1.existing",
      keyId: "ocid1.key.oc1.eu-frankfurt-1.existing",
      secretName: "raw",
      secretContent: { contentType: "BASE64", content: base64("hunter2") },
    });
    expect(refusedIn(stack).map(({ code, path }) => [code, path])).toEqual([
      ["CREDENTIAL_LITERAL", "stack/raw"],
    ]);
  });

  test("are refused as defaults of variables, locals, outputs, and overrides", () => {
    for (const add of [
      (stack: TerraformStack) =>
        new TerraformVariable(stack, "db_password", { type: "string", default: "hunter2" }),
      (stack: TerraformStack) => new TerraformLocal(stack, "api_token", "abc123"),
      (stack: TerraformStack) =>
        new TerraformOutput(stack, "url", { value: "https://shop:hunter2@repo.example.com" }),
      (stack: TerraformStack) => {
        new CoreVcn(stack, "vcn", { compartmentId: "ocid1.compartment.oc1..test" }).addOverride(
          "admin_password",
          "x9",
        );
      },
    ]) {
      const stack = ownStack();
      add(stack);
      expect(refusedIn(stack).map(({ code }) => code)).toEqual(["CREDENTIAL_LITERAL"]);
    }
  });

  test.each([
    ["plain", (script: string) => script],
    ["Base64", base64],
    ["gzip in Base64", (script: string) => base64(gzipSync(script))],
  ])("are refused in a script that instances run at their start, %s", (_, encode) => {
    const stack = ownStack();
    const vcn = new CoreVcn(stack, "vcn", { compartmentId: "ocid1.compartment.oc1..test" });
    vcn.addOverride("metadata", { user_data: encode("#!/bin/bash\nexport DB_PASSWORD=hunter2\n") });
    const [problem] = refusedIn(stack);
    expect(problem?.what).toContain("metadata.user_data, line 2,");
  });

  test("do not include references, names, OCIDs, and scripts without credentials", () => {
    const stack = ownStack();
    const variable = new TerraformVariable(stack, "db_password", { type: "string", sensitive: true });
    const vcn = new CoreVcn(stack, "vcn", {
      compartmentId: "ocid1.compartment.oc1..test",
      freeformTags: { "secret-name": "shop-db", "db-password": variable.stringValue },
    });
    vcn.addOverride("metadata", { user_data: base64("#!/bin/bash\necho started\n") });
    expect(() => synthesized(stack)).not.toThrow();
  });

  test("are found in decoded Base64, and the encoded text itself is accepted", () => {
    const written = (content: string) => {
      const stack = ownStack();
      new TerraformLocal(stack, "configuration_file", base64(content));
      return stack;
    };
    const harmless =
      '{"apiVersion":"apiserver.config.k8s.io/v1beta1","jwt":[{"issuer":{"url":"https://idp.example.com"}}]}';
    expect(() => synthesized(written(harmless))).not.toThrow();
    expect(refusedIn(written("issuer: https://idp.example.com\nclient_secret: hunter2\n"))).toMatchObject([
      { code: "CREDENTIAL_LITERAL" },
    ]);
  });

  test("do not include commands that print a token, or the state of a rotation", () => {
    const stack = ownStack();
    new TerraformOutput(stack, "scanner_token_command", {
      value: "kubectl create token scanner --namespace shop",
    });
    new TerraformOutput(stack, "credential_rotation_status", { value: "COMPLETED" });
    expect(() => synthesized(stack)).not.toThrow();
  });

  test("are left alone in a stack without anything of the library", () => {
    const stack = newStack();
    new TerraformLocal(stack, "api_token", "abc123");
    expect(() => synthesized(stack)).not.toThrow();
  });
});
