import * as fs from "node:fs";
import * as path from "node:path";
import { checkConfiguration } from "../../lib/core/credential-attributes";
import { checkFileContent } from "../../lib/core/credential-literal";
import { Problems } from "../../lib/core/validation-error";
import { EXAMPLES, exampleFolder } from "../support/examples";
import { newStack } from "../support/stack";

/** All files below a folder. */
function filesIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const inside = path.join(folder, entry.name);
    return entry.isDirectory() ? filesIn(inside) : [inside];
  });
}

const files = EXAMPLES.flatMap((name) => filesIn(path.join(exampleFolder(name), "expected")));
const read = (file: string) => fs.readFileSync(file, "utf8");
const named = (file: string) => path.relative(exampleFolder(""), file);

/** Whether a manifest has a Secret with a value. */
function hasSecretData(file: string): boolean {
  return read(file)
    .split(/^---$/m)
    .some((object) => /^kind: Secret$/m.test(object) && /^(?:data|stringData):/m.test(object));
}

// External Secrets has a field secretKey for the key of a value.
const withoutKeys = (text: string) => text.replace(/^\s*(?:- )?secretKey: \S+$/gm, "");

describe("the output of the examples", () => {
  test("includes the files of all examples", () => {
    expect(files.length).toBeGreaterThan(60);
    expect(files.some((file) => file.includes(path.join("vault-secrets", "expected")))).toBe(true);
  });

  test("has no Secret with data", () => {
    const manifests = files.filter((file) => /\.ya?ml$/.test(file));
    expect(manifests.filter(hasSecretData).map(named)).toEqual([]);
  });

  test("has no literal that looks like a credential", () => {
    const found = files.filter((file) => {
      const problems = new Problems(named(file));
      // Terraform configurations are checked by attribute, including the decoded scripts of nodes.
      if (!file.endsWith(".tf.json")) checkFileContent(problems, named(file), withoutKeys(read(file)));
      else problems.collect(() => checkConfiguration(newStack(), JSON.parse(read(file))));
      return problems.any;
    });
    expect(found.map(named)).toEqual([]);
  });

  test("has no values of vault secrets, because OCI generates each of them", () => {
    const secrets = files
      .filter((file) => file.endsWith(".tf.json"))
      .flatMap((file) => Object.values<any>(JSON.parse(read(file)).resource?.oci_vault_secret ?? {}));
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) {
      expect(secret.enable_auto_generation).toBe(true);
      expect(secret.secret_content).toBeUndefined();
    }
  });

  test("would be rejected with a credential in a manifest, an attribute or a script", () => {
    for (const text of ["password: hunter2", "  token: abc123", "#!/bin/bash\nexport API_TOKEN=abc123"]) {
      const problems = new Problems("test");
      checkFileContent(problems, "file", text);
      expect(problems.any).toBe(true);
    }
    const script = Buffer.from("#!/bin/bash\nexport API_TOKEN=abc123").toString("base64");
    for (const body of [{ admin_password: "hunter2" }, { metadata: { user_data: script } }]) {
      expect(() => checkConfiguration(newStack(), { resource: { oci_x: { y: body } } })).toThrow();
    }
  });
});
