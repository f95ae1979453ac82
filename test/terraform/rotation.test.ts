import { Duration } from "cdk8s";
import { TerraformStack } from "cdktf";
import { CredentialRotation } from "../../lib/cluster/credential-rotation";
import { ClusterCredentials } from "../../lib/cluster/private/cluster-credentials";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KeyRotation } from "../../lib/encryption/key-rotation";
import { KeyVault, VaultType } from "../../lib/encryption/key-vault";
import { VaultKey } from "../../lib/encryption/vault-key";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT } from "../support/stack";
import {
  describeWithTerraform,
  synthInto,
  withProvider,
  type Terraform,
  type TerraformStackRun,
} from "./terraform";

jest.setTimeout(240_000);

async function stackOf(
  terraform: Terraform,
  build: (stack: TerraformStack) => void,
): Promise<TerraformStackRun> {
  const outdir = synthInto(terraform.outdir(), (app) => {
    const stack = new TerraformStack(app, "stack");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    build(stack);
  });
  const [run] = await terraform.initAll(outdir);
  return run!;
}

/** What a step of a walk makes Terraform do, printed for the reader of the test's output. */
async function changesOf(step: string, run: TerraformStackRun): Promise<string[]> {
  const all = Object.entries(await run.changes())
    .map(([address, actions]) => `${actions.join("+")} ${address}`)
    .sort();
  process.stdout.write(`  ${step}: ${all.length === 0 ? "no changes" : all.join(", ")}\n`);
  return all;
}

describeWithTerraform("the credentials of a cluster", () => {
  const program = (rotation: CredentialRotation) => (stack: TerraformStack) => {
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    new ClusterCredentials(cluster, "CredentialRotation", {
      clusterId: cluster.clusterId,
      rotation,
      timeOfExpiry: "x",
      outputName: "cluster",
    });
  };
  const completeAfter = Duration.days(7);
  test("are rotated in one apply and retired in a later one", async () => {
    await withProvider(async (terraform) => {
      const at = (epoch: string, completeNow?: boolean) =>
        stackOf(terraform, program(CredentialRotation.epoch(epoch, { completeAfter, completeNow })));
      const created = await at("2026-05");
      await created.apply();
      expect(await changesOf("again", created)).toEqual([]);
      const next = await at("2026-11");
      console.log(await changesOf("rotate", next));
      await next.apply();
      console.log(await changesOf("again", next));
      const early = await at("2026-11", true);
      console.log(await early.plan().catch((error) => error.message));
    });
  });
});

describeWithTerraform("the versions of a key", () => {
  test("are added", async () => {
    await withProvider(async (terraform) => {
      const at = (epochs: string[]) =>
        stackOf(terraform, (stack) => {
          const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
          new VaultKey(stack, "key", {
            vault,
            rotation: epochs.length ? KeyRotation.epochs(epochs) : undefined,
          });
          new VaultKey(stack, "auto", {
            vault: new KeyVault(stack, "own", {
              compartmentId: COMPARTMENT,
              vaultType: VaultType.VIRTUAL_PRIVATE,
            }),
            rotation: KeyRotation.every(Duration.days(90)),
          });
        });
      const created = await at(["2026-05"]);
      await created.apply();
      console.log(await changesOf("again", created));
      const next = await at(["2026-05", "2026-11"]);
      console.log(await changesOf("rotate", next));
      await next.apply();
      console.log(await changesOf("again", next));
      const less = await at(["2026-11"]);
      console.log(await less.plan().catch((error) => error.message));
      const none = await at([]);
      console.log(await none.plan().catch((error) => error.message));
    });
  });
});
