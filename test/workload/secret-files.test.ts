import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { ConfigFile, SecretFiles } from "../../lib/workload/pods/mounted-files";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { IMAGE, newChart, objectOf, problemCodesOf } from "./support";

function specOf(props: Partial<HardenedDeploymentProps>) {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, ...props });
  return objectOf(chart, "Deployment").spec.template.spec;
}

const db = SecretFiles.fromSecret("/run/secrets/db", "db");
const vault = SecretFiles.fromSecretsStore("/run/secrets/vault", "oci-vault");

describe("secret files", () => {
  test("are mounted read-only for the user of the pod, and the manifest contains only names", () => {
    const spec = specOf({ secretFiles: [vault, db] });
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: "secret-run-secrets-db", mountPath: "/run/secrets/db", readOnly: true },
      { name: "secret-run-secrets-vault", mountPath: "/run/secrets/vault", readOnly: true },
    ]);
    expect(spec.volumes).toEqual([
      { name: "secret-run-secrets-db", secret: { secretName: "db", defaultMode: 0o440 } },
      {
        name: "secret-run-secrets-vault",
        csi: {
          driver: "secrets-store.csi.k8s.io",
          readOnly: true,
          volumeAttributes: { secretProviderClass: "oci-vault" },
        },
      },
    ]);
    expect(spec.securityContext.fsGroup).toBe(65532);
  });

  test("contain the given keys once, in a stable order", () => {
    const keys = ["tls.key", "password", "tls.key"];
    expect(
      specOf({ secretFiles: [SecretFiles.fromSecret("/run/secrets/db", "db", { keys })] }).volumes,
    ).toMatchObject([
      {
        secret: {
          items: [
            { key: "password", path: "password" },
            { key: "tls.key", path: "tls.key" },
          ],
        },
      },
    ]);
  });

  test("belong to one container, and do not change when others are added", () => {
    const sidecar = { name: "proxy", image: IMAGE, secretFiles: [db] };
    const { containers, initContainers, volumes } = specOf({ secretFiles: [db], sidecars: [sidecar] });
    expect(volumes.map(({ name }: any) => name)).toEqual([
      "secret-run-secrets-db",
      "proxy--secret-run-secrets-db",
    ]);
    expect(containers[0].volumeMounts).toMatchObject([{ name: "secret-run-secrets-db" }]);
    expect(initContainers[0].volumeMounts).toMatchObject([{ name: "proxy--secret-run-secrets-db" }]);
    expect(specOf({ secretFiles: [vault, db] }).volumes[0]).toEqual(specOf({ secretFiles: [db] }).volumes[0]);
  });

  test.each<[string, Partial<HardenedDeploymentProps>]>([
    ["other secret files", { secretFiles: [db, SecretFiles.fromSecret("/run/secrets/db/tls", "tls")] }],
    ["the same path", { secretFiles: [db, SecretFiles.fromSecretsStore("/run/secrets/db", "vault")] }],
    ["a writable path", { secretFiles: [db], writablePaths: [WritablePath.of("/run/secrets")] }],
    ["a shared path", { secretFiles: [db], sharedPaths: [WritablePath.of("/run/secrets/db/x")] }],
    ["a file", { secretFiles: [db], files: [ConfigFile.of("/run/secrets/db/user", "app")] }],
  ])("can't overlap with %s", (_, props) => {
    expect(problemCodesOf(() => specOf(props))).toEqual(["PATH_INVALID"]);
  });

  test.each<[() => unknown, string[]]>([
    [() => SecretFiles.fromSecret("/etc", "DB"), ["PATH_INVALID", "NAME_INVALID"]],
    [() => SecretFiles.fromSecret("/run/secrets/a", "db", { keys: [] }), ["NAME_INVALID"]],
    [
      () => SecretFiles.fromSecret("/run/secrets/a", "db", { keys: ["a/b", "..", "..a", ".", ".ok"] }),
      ["NAME_INVALID", "NAME_INVALID", "NAME_INVALID", "NAME_INVALID"],
    ],
    [
      () => SecretFiles.fromSecretsStore("/run/secrets/kubernetes.io/x", ""),
      ["PATH_INVALID", "NAME_INVALID"],
    ],
    [() => SecretFiles.fromSecret("/a", "db", { keys: "password" as never }), ["VALUE_INVALID"]],
    [
      () => SecretFiles.fromSecret(undefined as never, undefined as never),
      ["ATTRIBUTE_MISSING", "NAME_INVALID"],
    ],
    [() => specOf({ secretFiles: ["db"] as never }), ["VALUE_INVALID"]],
  ])("are refused for %s", (call, codes) => {
    expect(problemCodesOf(call)).toEqual(codes);
  });
});
