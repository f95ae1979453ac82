import { App, type Chart, Duration } from "cdk8s";
import { TerraformStack, type App as TerraformApp } from "cdktf";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KeyShape } from "../../lib/encryption/key-properties";
import { KeyVault } from "../../lib/encryption/key-vault";
import { SecretContent } from "../../lib/encryption/secret-content";
import { SecretExpiry, SecretRotation } from "../../lib/encryption/secret-lifecycle";
import { VaultKey } from "../../lib/encryption/vault-key";
import { VaultSecret, type VaultSecretProps } from "../../lib/encryption/vault-secret";
import { OciProvider } from "../../lib/oci/provider";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { describeWithTerraform, synthInto, withProvider } from "../terraform/terraform";
import { IMAGE, newChart } from "../workload/support";

jest.setTimeout(120_000);

const VAULT = "ocid1.vault.oc1.eu-frankfurt-1.existing";
const KEY = "ocid1.key.oc1.eu-frankfurt-1.existing";
const FUNCTION = "ocid1.fnfunc.oc1.eu-frankfurt-1.existing";
const CLUSTER = "ocid1.cluster.oc1..existing";

function secretIn(
  stack: TerraformStack,
  props: Partial<VaultSecretProps> | object = {},
  id = "db",
): VaultSecret {
  return new VaultSecret(stack, id, { compartmentId: COMPARTMENT, vaultId: VAULT, keyId: KEY, ...props });
}

const clusterIn = (stack: TerraformStack, id = "cluster", clusterId = CLUSTER): ISecureOkeCluster =>
  SecureOkeCluster.fromClusterAttributes(stack, id, { clusterId });

function readerIn(chart: Chart, name = "web") {
  return new HardenedDeployment(chart, name, { image: IMAGE, port: 8080 });
}

const statementsOf = (stack: TerraformStack): string[] =>
  Object.values(resourcesOf(stack, "oci_identity_policy")).flatMap(({ statements }) => statements);

describe("a secret of OCI Vault", () => {
  test("is generated in the vault, expires, is never reused, and can't be destroyed", () => {
    const stack = newStack();
    const secret = secretIn(stack);
    const resource = onlyResource(stack, "oci_vault_secret");
    expect(resource).toMatchObject({
      compartment_id: COMPARTMENT,
      vault_id: VAULT,
      key_id: KEY,
      secret_name: "stack-db",
      enable_auto_generation: true,
      secret_generation_context: {
        generation_type: "PASSPHRASE",
        generation_template: "SECRETS_DEFAULT_PASSWORD",
        passphrase_length: 32,
      },
      secret_rules: [
        {
          rule_type: "SECRET_EXPIRY_RULE",
          secret_version_expiry_interval: "P90D",
          is_secret_content_retrieval_blocked_on_expiry: false,
        },
        { rule_type: "SECRET_REUSE_RULE", is_enforced_on_deleted_secret_versions: true },
      ],
      lifecycle: { prevent_destroy: true },
    });
    expect(resource.secret_content).toBeUndefined();
    expect(resource.rotation_config).toBeUndefined();
    expect(resourcesOf(stack, "oci_identity_policy")).toEqual({});
    expect([secret.secretName, secret.region]).toEqual(["stack-db", "eu-frankfurt-1"]);
  });

  test("accepts every prop", () => {
    const stack = newStack();
    const home = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    secretIn(stack, {
      secretName: "shop.db_password",
      description: "The database of the shop",
      content: SecretContent.databasePassword({
        template: '{"user":"shop","password":"%GENERATED_PASSPHRASE%"}',
      }),
      expiry: SecretExpiry.after(Duration.days(60)),
      rotation: SecretRotation.byFunction(FUNCTION, {
        every: Duration.days(30),
        compartmentId: "ocid1.compartment.oc1..functions",
      }),
      region: "eu-frankfurt-1",
      homeRegionProvider: home,
      freeformTags: { team: "shop" },
    });
    expect(onlyResource(stack, "oci_vault_secret")).toMatchObject({
      secret_name: "shop.db_password",
      description: "The database of the shop",
      secret_generation_context: {
        generation_template: "DBAAS_DEFAULT_PASSWORD",
        passphrase_length: 30,
        secret_template: '{"user":"shop","password":"%GENERATED_PASSPHRASE%"}',
      },
      rotation_config: {
        is_scheduled_rotation_enabled: true,
        rotation_interval: "P30D",
        target_system_details: { target_system_type: "FUNCTION", function_id: FUNCTION },
      },
      // A schedule replaces the value in time, so that an expired one is a fault.
      secret_rules: [
        {
          secret_version_expiry_interval: "P60D",
          is_secret_content_retrieval_blocked_on_expiry: true,
        },
        {},
      ],
      freeform_tags: { team: "shop" },
    });
    expect(onlyResource(stack, "oci_identity_policy")).toMatchObject({
      provider: "oci.home",
      compartment_id: "ocid1.compartment.oc1..functions",
      freeform_tags: { team: "shop" },
    });
    const who =
      "request.principal.type = 'vaultsecret', request.principal.id = '${oci_vault_secret.db_ECC37780.id}'";
    const place = "in compartment id ocid1.compartment.oc1..functions";
    expect(statementsOf(stack)).toEqual([
      `Allow any-user to read fn-function ${place} where all {${who}}`,
      `Allow any-user to use fn-invocation ${place} where all {${who}, target.function.id = '${FUNCTION}'}`,
    ]);
  });

  test("is rotated by the vault in an Autonomous Database, also on request only", () => {
    const stack = newStack();
    const database = "ocid1.autonomousdatabase.oc1.eu-frankfurt-1.existing";
    secretIn(stack, { rotation: SecretRotation.byAutonomousDatabase(database) });
    const { rotation_config: rotation } = onlyResource(stack, "oci_vault_secret");
    expect(rotation).toEqual({
      is_scheduled_rotation_enabled: false,
      target_system_details: { target_system_type: "ADB", adb_id: database },
    });
    expect(statementsOf(stack)).toEqual([
      `Allow any-user to use autonomous-databases in compartment id ${COMPARTMENT} where all {` +
        "request.principal.type = 'vaultsecret', request.principal.id = '${oci_vault_secret.db_ECC37780.id}'}",
    ]);
  });

  test.each([
    [SecretContent.passphrase({ length: 64 }), { generation_type: "PASSPHRASE", passphrase_length: 64 }],
    [SecretContent.randomBytes(1024), { generation_type: "BYTES", generation_template: "BYTES_1024" }],
    [SecretContent.sshKey(), { generation_type: "SSH_KEY", generation_template: "RSA_4096" }],
  ])("is generated by its content", (content, expected) => {
    const stack = newStack();
    secretIn(stack, { content });
    expect(onlyResource(stack, "oci_vault_secret").secret_generation_context).toMatchObject(expected);
  });

  test("can expire on a date", () => {
    const stack = newStack();
    const day = new Date(Date.now() + 100 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    secretIn(stack, { expiry: SecretExpiry.at(day, { blockReads: true }) });
    expect(onlyResource(stack, "oci_vault_secret").secret_rules[0]).toEqual({
      rule_type: "SECRET_EXPIRY_RULE",
      time_of_absolute_expiry: `${day}T00:00:00.000Z`,
      is_secret_content_retrieval_blocked_on_expiry: true,
    });
  });
});

describe("a grant to read a secret", () => {
  const statement = (workload: string, name = "stack-db", cluster = CLUSTER) =>
    `Allow any-user to read secret-bundles in compartment id ${COMPARTMENT} where all {request.principal.type = 'workload', ` +
    `request.principal.cluster_id = '${cluster}', request.principal.namespace = 'shop', ` +
    `request.principal.service_account = '${workload}', target.vault.id = '${VAULT}', target.secret.name = '${name}'}`;

  test("is one statement for each workload, whether its chart is added before or after", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const [secret, other] = [secretIn(stack), secretIn(stack, { secretName: "other" }, "other")];
    const chart = newChart();
    const [web, worker] = [readerIn(chart, "web"), readerIn(chart, "worker")];
    secret.grantRead(worker);
    cluster.addCdk8sChart("shop", chart);
    secret.grantRead(web);
    // Twice is once.
    secret.grantRead(web);
    other.grantRead(web);
    const policies = resourcesOf(stack, "oci_identity_policy");
    expect(Object.values(policies).map(({ statements }) => statements)).toEqual([
      [statement("web"), statement("worker")],
      [statement("web", "other")],
    ]);
  });

  test("is separate for each cluster, and works for an imported secret", () => {
    const stack = newStack();
    const secret = VaultSecret.fromVaultSecretAttributes(stack, "partner", {
      secretName: "partner",
      vaultId: VAULT,
      compartmentId: COMPARTMENT,
    });
    const second = "ocid1.cluster.oc1..second";
    [clusterIn(stack), clusterIn(stack, "second", second)].forEach((cluster, index) => {
      const chart = newChart("shop", new App(), `shop-${index}`);
      secret.grantRead(readerIn(chart));
      cluster.addCdk8sChart(`shop-${index}`, chart);
    });
    expect(statementsOf(stack)).toEqual([statement("web", "partner"), statement("web", "partner", second)]);
    expect(resourcesOf(stack, "oci_vault_secret")).toEqual({});
  });

  test("is refused for a workload of a basic cluster, which has no workload identity", () => {
    const stack = newStack();
    const clusterType = "BASIC_CLUSTER";
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
      clusterId: CLUSTER,
      clusterType,
    });
    const chart = newChart();
    secretIn(stack).grantRead(readerIn(chart));
    expect(problemCodesOf(() => cluster.addCdk8sChart("shop", chart))).toEqual(["VALUE_INVALID"]);
  });

  test("is refused for a workload without a namespace, and at synthesis for one without a cluster", () => {
    const stack = newStack();
    const secret = secretIn(stack);
    expect(problemCodesOf(() => secret.grantRead(readerIn(newChart(""))))).toEqual(["NAME_INVALID"]);
    expect(problemCodesOf(() => secret.grantRead(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
    const chart = newChart();
    secret.grantRead(readerIn(chart));
    expect(problemCodesOf(() => chart.toJson())).toEqual(["CHART_NOT_ADDED"]);
  });
});

describe("a key of the program", () => {
  const vaultIn = (stack: TerraformStack, id: string) =>
    new KeyVault(stack, id, { compartmentId: COMPARTMENT });

  test("encrypts a secret of the same vault", () => {
    const stack = newStack();
    const vault = vaultIn(stack, "vault");
    const { keyId } = new VaultKey(stack, "key", { vault });
    expect(() => secretIn(stack, { vaultId: vault.vaultId, keyId })).not.toThrow();
  });

  test.each([
    ["an RSA key", KeyShape.RSA_4096, "vault"],
    ["a key of another vault", KeyShape.AES_256, "other"],
  ])("is refused if it is %s", (_, shape, id) => {
    const stack = newStack();
    const vaults = { vault: vaultIn(stack, "vault"), other: vaultIn(stack, "other") };
    const { keyId } = new VaultKey(stack, "key", { vault: vaults[id as "vault" | "other"], shape });
    expect(
      validationProblemsOf(() => secretIn(stack, { vaultId: vaults.vault.vaultId, keyId })),
    ).toMatchObject([{ code: "VALUE_INVALID", property: "keyId" }]);
  });
});

describe("bad input of a secret", () => {
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

  test.each<[string, () => unknown, string[]]>([
    ["an expiry in the past", () => SecretExpiry.at(yesterday), ["SECRET_INVALID"]],
    ["an expiry that is no date", () => SecretExpiry.at("31.12.2027"), ["SECRET_INVALID"]],
    ["an expiry that is too far away", () => SecretExpiry.at("2999-01-01"), ["SECRET_INVALID"]],
    ["an expiry of more than 90 days", () => SecretExpiry.after(Duration.days(91)), ["DURATION_INVALID"]],
    ["an expiry of hours", () => SecretExpiry.after(Duration.hours(36)), ["DURATION_INVALID"]],
    [
      "a rotation of more than 360 days",
      () => SecretRotation.byFunction(FUNCTION, { every: Duration.days(361) }),
      ["DURATION_INVALID"],
    ],
    ["a rotation by something else", () => SecretRotation.byFunction(KEY), ["OCID_INVALID"]],
    ["a short passphrase", () => SecretContent.passphrase({ length: 8 }), ["COUNT_INVALID"]],
    [
      "a database password that is too long",
      () => SecretContent.databasePassword({ length: 31 }),
      ["COUNT_INVALID"],
    ],
    ["bytes of another number", () => SecretContent.randomBytes(100), ["COUNT_INVALID"]],
    ["an SSH key of another size", () => SecretContent.sshKey(1024), ["COUNT_INVALID"]],
    [
      "a template without its placeholder",
      () => SecretContent.passphrase({ template: "{}" }),
      ["SECRET_INVALID"],
    ],
    [
      "a template with a credential of its own",
      () => SecretContent.passphrase({ template: '{"password":"%GENERATED_PASSPHRASE%","token":"abc123"}' }),
      ["CREDENTIAL_LITERAL"],
    ],
  ])("%s", (_, make, codes) => {
    expect(problemCodesOf(make)).toEqual(codes);
  });

  test("is reported with all other problems, and creates nothing", () => {
    const stack = newStack();
    const make = () =>
      secretIn(stack, { compartmentId: KEY, vaultId: "vault", secretName: "no spaces", region: "Frankfurt" });
    expect(problemCodesOf(make)).toEqual(["OCID_INVALID", "OCID_INVALID", "NAME_INVALID", "VALUE_INVALID"]);
    expect(stack.node.tryFindChild("db")).toBeUndefined();
  });

  test("has a fix that shows how to import a secret, and does not repeat the value", () => {
    const found = validationProblemsOf(() => secretIn(newStack(), { secretContent: "hunter2-hunter2" }));
    const [problem] = found.filter(({ code }) => code === "SECRET_INVALID");
    expect(problem?.fix).toContain("fromVaultSecretAttributes");
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  test("a version that expires before the next rotation", () => {
    const rotation = SecretRotation.byFunction(FUNCTION, { every: Duration.days(120) });
    expect(problemCodesOf(() => secretIn(newStack(), { rotation }))).toEqual(["SECRET_INVALID"]);
    const expiry = SecretExpiry.after(Duration.days(30));
    const monthly = SecretRotation.byFunction(FUNCTION, { every: Duration.days(30) });
    expect(problemCodesOf(() => secretIn(newStack(), { rotation: monthly, expiry }))).toEqual([
      "SECRET_INVALID",
    ]);
  });

  test("attributes of a secret that exists already", () => {
    const make = () =>
      VaultSecret.fromVaultSecretAttributes(newStack(), "partner", {
        secretName: "",
        vaultId: KEY,
        compartmentId: VAULT,
        region: "x",
      });
    expect(problemCodesOf(make)).toEqual(["NAME_INVALID", "OCID_INVALID", "OCID_INVALID", "VALUE_INVALID"]);
  });
});

describeWithTerraform("a secret under Terraform", () => {
  test("is applied with its policies, and the next plan changes nothing", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app: TerraformApp) => {
        const stack = new TerraformStack(app, "stack");
        new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
        const secret = secretIn(stack, {
          rotation: SecretRotation.byFunction(FUNCTION, { every: Duration.days(30) }),
        });
        const chart = newChart();
        secret.grantRead(readerIn(chart));
        clusterIn(stack).addCdk8sChart("shop", chart);
      });
      const [run] = await terraform.initAll(outdir);
      await run!.validate();
      await run!.apply();
      expect(await run!.changes()).toEqual({});
    });
  });
});
