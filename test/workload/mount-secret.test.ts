import { type Chart, Duration } from "cdk8s";
import { type App, type TerraformStack, TerraformVariable } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { VaultSecret, type VaultSecretProps } from "../../lib/encryption/vault-secret";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { HardenedCronJob } from "../../lib/workload/hardened-cron-job";
import { HardenedJob } from "../../lib/workload/hardened-job";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { SecretStage, SecretDelivery, SecretReload } from "../../lib/workload/pods/mount-secret-options";
import { COMPARTMENT, newStack, problemCodesOf, resourcesOf } from "../support/stack";
import { IMAGE, newChart, objectOf } from "./support";

const VAULT = "ocid1.vault.oc1.eu-frankfurt-1.existing";
const OTHER_VAULT = "ocid1.vault.oc1.eu-frankfurt-1.other";
const KEY = "ocid1.key.oc1.eu-frankfurt-1.existing";
const REASON = { reason: "The test asks for it" };

function secretIn(stack: TerraformStack, id = "db", props: Partial<VaultSecretProps> = {}): VaultSecret {
  return new VaultSecret(stack, id, {
    compartmentId: COMPARTMENT,
    vaultId: VAULT,
    keyId: KEY,
    secretName: id,
    ...props,
  });
}

/** A workload whose chart is added to a cluster, and a secret of the same stack. */
function setUp(props: Partial<HardenedDeploymentProps> = {}) {
  const [stack, chart] = [newStack(), newChart()];
  const clusterId = "ocid1.cluster.oc1..existing";
  SecureOkeCluster.fromClusterAttributes(stack, "cluster", { clusterId }).addCdk8sChart("shop", chart);
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, ...props });
  return { stack, chart, web, secret: secretIn(stack) };
}

const podOf = (chart: Chart, kind = "Deployment", name = "web") =>
  objectOf(chart, kind, name).spec.template.spec;

describe("a secret by the Secrets Store CSI driver", () => {
  test("creates a class with workload identity, a read-only volume, and one statement", () => {
    const { chart, secret, stack, web } = setUp();
    expect(web.mountSecret(secret)).toBe("/run/secrets/vault/db");
    expect(objectOf(chart, "SecretProviderClass")).toMatchObject({
      apiVersion: "secrets-store.csi.x-k8s.io/v1",
      metadata: { name: "web-vault", namespace: "shop" },
      spec: {
        provider: "oci",
        parameters: {
          authType: "workload",
          vaultId: VAULT,
          secrets: '- name: "db"\n  stage: CURRENT\n  fileName: "db"\n',
        },
      },
    });
    const { containers, volumes } = podOf(chart);
    expect(volumes).toEqual([
      {
        name: "secret-run-secrets-vault",
        csi: {
          driver: "secrets-store.csi.k8s.io",
          readOnly: true,
          volumeAttributes: { secretProviderClass: "web-vault" },
        },
      },
    ]);
    expect(containers[0].volumeMounts).toEqual([
      { name: "secret-run-secrets-vault", mountPath: "/run/secrets/vault", readOnly: true },
    ]);
    expect(containers[0].env).toBeUndefined();
    const statements = Object.values(resourcesOf(stack, "oci_identity_policy")).flatMap(
      (entry) => entry.statements,
    );
    expect(statements).toEqual([
      `Allow any-user to read secret-bundles in compartment id ${COMPARTMENT} where all {request.principal.type = 'workload', ` +
        "request.principal.cluster_id = 'ocid1.cluster.oc1..existing', request.principal.namespace = 'shop', " +
        `request.principal.service_account = 'web', target.vault.id = '${VAULT}', target.secret.name = 'db'}`,
    ]);
  });

  test("allows the provider to create tokens of this service account only", () => {
    const { chart, secret, web } = setUp();
    web.mountSecret(secret);
    expect(objectOf(chart, "Role").rules).toEqual([
      { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["web"], verbs: ["create"] },
    ]);
    expect(objectOf(chart, "RoleBinding")).toMatchObject({
      roleRef: { kind: "Role", name: "web-vault-token" },
      subjects: [
        {
          kind: "ServiceAccount",
          name: "oci-secrets-store-csi-driver-provider",
          namespace: "secrets-store",
        },
      ],
    });
  });

  test("shares a directory with others in a stable order, or uses another directory", () => {
    const { chart, secret, stack, web } = setUp();
    const [key, other] = [secretIn(stack, "a-key"), secretIn(stack, "other", { vaultId: OTHER_VAULT })];
    web.mountSecret(secret);
    web.mountSecret(key, { fileName: "tls.key", stage: SecretStage.PENDING });
    expect(web.mountSecret(other, { directory: "/etc/app/secrets" })).toBe("/etc/app/secrets/other");
    const classes = objectsOf(chart).filter((entry: any) => entry.kind === "SecretProviderClass") as any[];
    expect(classes.map(({ spec }) => [spec.parameters.vaultId, spec.parameters.secrets])).toEqual([
      [
        VAULT,
        '- name: "db"\n  stage: CURRENT\n  fileName: "db"\n- name: "a-key"\n  stage: PENDING\n  fileName: "tls.key"\n',
      ],
      [OTHER_VAULT, '- name: "other"\n  stage: CURRENT\n  fileName: "other"\n'],
    ]);
    expect(podOf(chart).volumes.map(({ name }: any) => name)).toEqual([
      "secret-etc-app-secrets",
      "secret-run-secrets-vault",
    ]);
    // One role and one binding for all.
    expect(objectsOf(chart).filter((entry: any) => /^Role/.test(entry.kind))).toHaveLength(2);
  });

  test("sets a path variable and an epoch only if they are given", () => {
    const { chart, secret, web } = setUp({ env: { LOG: EnvironmentValue.fromValue("info") } });
    web.mountSecret(secret, { pathVariable: "DB_PASSWORD_FILE", reload: SecretReload.byRestart("2026-11") });
    expect(podOf(chart).containers[0].env).toEqual([
      { name: "DB_PASSWORD_FILE", value: "/run/secrets/vault/db" },
      { name: "LOG", value: "info" },
    ]);
    const { metadata } = objectOf(chart, "Deployment").spec.template;
    expect(metadata.annotations).toEqual({ "secure-oke/secret-epoch": "2026-11" });
    expect(SecretReload.inPlace().epoch).toBeUndefined();
  });

  test("can be mounted in every kind of workload", () => {
    const { chart, secret } = setUp();
    const others = [
      new HardenedStatefulSet(chart, "state", { image: IMAGE, port: 8080 }),
      new HardenedDaemonSet(chart, "agent", { image: IMAGE }),
      new HardenedJob(chart, "job", { image: IMAGE }),
      new HardenedCronJob(chart, "cron", { image: IMAGE, schedule: "0 3 * * *" }),
    ];
    for (const entry of others) entry.mountSecret(secret);
    for (const [kind, name] of [
      ["StatefulSet", "state"],
      ["DaemonSet", "agent"],
      ["Job", "job"],
    ] as const) {
      expect(podOf(chart, kind, name).volumes).toHaveLength(1);
    }
    expect(objectOf(chart, "CronJob").spec.jobTemplate.spec.template.spec.volumes).toHaveLength(1);
  });

  test("accepts references to the secret and the vault", () => {
    const { chart, stack, web } = setUp();
    const vault = new TerraformVariable(stack, "vault", { type: "string" }).stringValue;
    const secret = VaultSecret.fromVaultSecretAttributes(stack, "late", {
      secretName: new TerraformVariable(stack, "name", { type: "string" }).stringValue,
      vaultId: vault,
      compartmentId: COMPARTMENT,
    });
    expect(problemCodesOf(() => web.mountSecret(secret))).toEqual(["ATTRIBUTE_MISSING"]);
    web.mountSecret(secret, { fileName: "late" });
    const written = JSON.stringify(resourcesOf(stack, "oci_identity_policy"));
    expect(written).toContain("${var.vault}");
    expect(written).toContain("${var.name}");
    expect(objectOf(chart, "SecretProviderClass").spec.parameters.vaultId).toBe(vault);
  });
});

describe("a secret by External Secrets", () => {
  const delivery = SecretDelivery.externalSecrets({ refreshInterval: Duration.minutes(5) });

  test("creates a store with workload identity and a region, an external secret, and files", () => {
    const { chart, secret, web } = setUp();
    web.mountSecret(secret, { delivery, fileName: "password" });
    expect(objectOf(chart, "SecretStore").spec).toEqual({
      provider: {
        oracle: {
          principalType: "Workload",
          region: "eu-frankfurt-1",
          serviceAccountRef: { name: "web" },
          vault: VAULT,
        },
      },
    });
    expect(objectOf(chart, "ExternalSecret").spec).toEqual({
      refreshPolicy: "Periodic",
      refreshInterval: "5m",
      secretStoreRef: { kind: "SecretStore", name: "web-vault" },
      target: { name: "web-vault", creationPolicy: "Owner", deletionPolicy: "Retain" },
      data: [{ secretKey: "password", remoteRef: { key: "db", version: "CURRENT" } }],
    });
    expect(podOf(chart).volumes).toEqual([
      { name: "secret-run-secrets-vault", secret: { secretName: "web-vault", defaultMode: 0o440 } },
    ]);
    expect(objectOf(chart, "RoleBinding").subjects).toEqual([
      { kind: "ServiceAccount", name: "external-secrets", namespace: "external-secrets" },
    ]);
  });

  test("is set in the environment with a reason, which is recorded", () => {
    const { chart, secret, web } = setUp();
    web.setSecretVariable("DB_PASSWORD", secret, { ...REASON, restartEpoch: "1" });
    expect(podOf(chart).containers[0].env).toEqual([
      { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "web-vault-env", key: "DB_PASSWORD" } } },
    ]);
    expect(podOf(chart).volumes).toBeUndefined();
    expect(Acknowledgements.of(chart)).toContainEqual(
      expect.objectContaining({
        path: "shop/web",
        practice: "credential-exposure",
        what: "the secret stack/db in the variable DB_PASSWORD",
        ...REASON,
      }),
    );
    expect(problemCodesOf(() => web.setSecretVariable("OTHER", secret, { reason: "" }))).toEqual([
      "REASON_MISSING",
    ]);
    const files = { ...REASON, delivery: SecretDelivery.secretsStore() };
    expect(problemCodesOf(() => web.setSecretVariable("OTHER", secret, files))).toEqual(["SECRET_INVALID"]);
  });

  test("requires the region of the vault", () => {
    const { stack, web } = setUp();
    const vaultId = new TerraformVariable(stack, "vault", { type: "string" }).stringValue;
    expect(problemCodesOf(() => web.mountSecret(secretIn(stack, "late", { vaultId }), { delivery }))).toEqual(
      ["ATTRIBUTE_MISSING"],
    );
    const region = "eu-frankfurt-1";
    expect(() => web.mountSecret(secretIn(stack, "told", { vaultId, region }), { delivery })).not.toThrow();
  });
});

describe("a secret without an installed reader", () => {
  const warningsOf = (delivery: SecretDelivery) => {
    jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { secret, stack, web } = setUp();
    web.mountSecret(secret, { delivery });
    // When the stack is written, and no earlier.
    (stack.node.root as App).synth();
    const warnings = stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata.map(({ data }) => String(data)));
    return warnings.filter((entry) => entry.startsWith("[secret-delivery]"));
  };

  test("causes a warning, unless the reader is declared as installed", () => {
    const driver = warningsOf(SecretDelivery.secretsStore());
    expect(driver).toEqual([expect.stringContaining("secrets-store/oci-secrets-store-csi-driver-provider")]);
    const operator = warningsOf(SecretDelivery.externalSecrets());
    expect(operator).toEqual([expect.stringContaining("external-secrets/external-secrets")]);
    const elsewhere = [
      SecretDelivery.secretsStore({ providerNamespace: "kube-system" }),
      SecretDelivery.externalSecrets({ operatorNamespace: "eso" }),
    ];
    expect(elsewhere.flatMap(warningsOf)).toEqual([]);
  });
});

describe("mounting a secret is refused with", () => {
  test.each<[string, object, string[]]>([
    ["a file name with a directory", { fileName: "db/password" }, ["NAME_INVALID"]],
    ["a file name of the directory above", { fileName: ".." }, ["NAME_INVALID"]],
    ["no file name", { fileName: "" }, ["NAME_INVALID"]],
    ["a directory of the system", { directory: "/etc" }, ["PATH_INVALID"]],
    ["a relative directory", { directory: "secrets" }, ["PATH_INVALID"]],
    ["a directory that is mounted already", { directory: "/tmp" }, ["PATH_INVALID"]],
    ["an invalid variable", { pathVariable: "1-DB" }, ["ENV_INVALID"]],
    ["a variable that the program has", { pathVariable: "LOG" }, ["NAME_DUPLICATE"]],
    ["another stage", { stage: "DEPRECATED" }, ["VALUE_INVALID"]],
  ])("%s", (_, options, codes) => {
    const { chart, secret, stack, web } = setUp({
      env: { LOG: EnvironmentValue.fromValue("info") },
      writablePaths: [WritablePath.of("/tmp")],
    });
    expect(problemCodesOf(() => web.mountSecret(secret, options as never))).toEqual(codes);
    // Nothing is written half.
    expect(objectsOf(chart).map(({ kind }: any) => kind)).not.toContain("SecretProviderClass");
    expect(resourcesOf(stack, "oci_identity_policy")).toEqual({});
  });

  test("secrets that can't share a directory", () => {
    const { secret, stack, web } = setUp();
    web.mountSecret(secret);
    const again = () => web.mountSecret(secret);
    expect(problemCodesOf(again)).toEqual(["NAME_DUPLICATE"]);
    const other = secretIn(stack, "other", { vaultId: OTHER_VAULT });
    expect(problemCodesOf(() => web.mountSecret(other))).toEqual(["SECRET_INVALID"]);
    const external = { delivery: SecretDelivery.externalSecrets(), fileName: "x" };
    expect(problemCodesOf(() => web.mountSecret(secret, external))).toEqual(["SECRET_INVALID"]);
  });

  test("a missing secret, a missing namespace, and invalid options", () => {
    const { web } = setUp();
    expect(problemCodesOf(() => web.mountSecret(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => web.mountSecret("db" as never))).toContain("VALUE_INVALID");
    const stack = newStack();
    const nameless = new HardenedDeployment(newChart(""), "web", { image: IMAGE, port: 8080 });
    expect(problemCodesOf(() => nameless.mountSecret(secretIn(stack)))).toEqual(["NAME_INVALID"]);
    expect(problemCodesOf(() => SecretReload.byRestart("two words"))).toEqual(["VALUE_INVALID"]);
    const often = { refreshInterval: Duration.seconds(10) };
    expect(problemCodesOf(() => SecretDelivery.externalSecrets(often))).toEqual(["DURATION_INVALID"]);
    expect(problemCodesOf(() => SecretDelivery.secretsStore({ providerNamespace: "A b" }))).toEqual([
      "NAME_INVALID",
    ]);
  });
});
