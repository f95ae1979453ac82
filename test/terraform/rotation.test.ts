import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Duration } from "cdk8s";
import { TerraformStack } from "cdktf";
import {
  describeWithTerraform,
  synthInto,
  withProvider,
  type Terraform,
  type TerraformStackRun,
} from "./terraform";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { CredentialRotation } from "../../lib/cluster/credential-rotation";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KeyRotation } from "../../lib/encryption/key-properties";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT } from "../support/stack";

jest.setTimeout(240_000);

const START = "oci_containerengine_cluster_start_credential_rotation_management";
const COMPLETE = "oci_containerengine_cluster_complete_credential_rotation_management";
const VERSION = "oci_kms_key_version";

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

/** The changes that Terraform plans for a step, by type and instance. They are also printed, so that the log shows the steps. */
async function changesOf(step: string, run: TerraformStackRun): Promise<string[]> {
  const all = Object.entries(await run.changes())
    .map(([address, actions]) => {
      const [, type = "", instance = ""] = /^(\w+)\.[^[]+(?:\["(.*)"\])?$/.exec(address) ?? [];
      return `${actions.join("+")} ${type} ${instance}`.trim();
    })
    .sort();
  process.stdout.write(`    ${step}: ${all.length === 0 ? "no changes" : all.join(", ")}\n`);
  return all;
}

/** Moves the start of a credential rotation, which only the state records, to two days ago. */
async function setStartToTwoDaysAgo(run: TerraformStackRun): Promise<void> {
  const state = JSON.parse((await run.run(["state", "pull"])).stdout);
  const before = new Date(Date.now() - 48 * 3600 * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  const record = state.resources.find(({ name }: { name: string }) => /StartedAt/.test(name));
  for (const instance of record.instances) {
    instance.attributes.input.value = before;
    instance.attributes.output.value = before;
  }
  state.serial += 1;
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "rotation-")), "state.json");
  fs.writeFileSync(file, JSON.stringify(state));
  await run.run(["state", "push", "-lock=false", file]);
  fs.rmSync(path.dirname(file), { recursive: true });
}

describeWithTerraform("the credential rotation of a cluster", () => {
  const completeAfter = Duration.days(7);
  const stackWith = (
    terraform: Terraform,
    epoch: string | undefined,
    completeNow = false,
    after = completeAfter,
  ) =>
    stackOf(terraform, (stack) => {
      new SecureOkeCluster(stack, "cluster", {
        compartmentId: COMPARTMENT,
        kubernetesVersion: KubernetesVersion.V1_34,
        credentialRotation:
          epoch === undefined
            ? undefined
            : CredentialRotation.epoch(epoch, { completeAfter: after, completeNow }),
      });
    });

  test("starts with a new epoch, is completed by completeNow a day later, and starts again with the next epoch", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      const created = await stackWith(terraform, "2026-05");
      await created.apply();
      expect(await changesOf("create the cluster with the epoch 2026-05, then plan again", created)).toEqual(
        [],
      );
      expect(account.all(START)).toEqual([]);

      const rotated = await stackWith(terraform, "2026-11");
      const started = ["create terraform_data 2026-11", `create ${START} 2026-11`].sort();
      expect(await changesOf("epoch 2026-11", rotated)).toEqual(started);
      await rotated.apply();
      expect(account.all(START)).toMatchObject([{ auto_completion_delay_duration: "P7D" }]);
      expect(await changesOf("plan again", rotated)).toEqual([]);

      const delayed = await stackWith(terraform, "2026-11", false, Duration.days(30));
      expect(await changesOf("another completeAfter", delayed)).toEqual([]);

      const early = await stackWith(terraform, "2026-11", true);
      await expect(early.plan()).rejects.toThrow(
        /The credential rotation 2026-11 was started at \S+, and OKE completes a rotation 24 hours after its start/,
      );
      process.stdout.write("    completeNow on the same day: refused\n");

      await setStartToTwoDaysAgo(early);
      expect(await changesOf("completeNow two days later", early)).toEqual([`create ${COMPLETE} 2026-11`]);
      await early.apply();
      expect(await changesOf("plan again", early)).toEqual([]);

      const both = await stackWith(terraform, "2027-05", true);
      await expect(both.plan()).rejects.toThrow(/The credential rotation 2027-05 was started at/);
      process.stdout.write("    epoch 2027-05 with completeNow in one apply: refused\n");

      const next = await stackWith(terraform, "2027-05");
      expect(await changesOf("epoch 2027-05", next)).toEqual([
        "create oci_containerengine_cluster_start_credential_rotation_management 2027-05",
        "create terraform_data 2027-05",
        "delete oci_containerengine_cluster_complete_credential_rotation_management 2026-11",
        "delete oci_containerengine_cluster_start_credential_rotation_management 2026-11",
        "delete terraform_data 2026-11",
      ]);
      await next.apply();
      expect(await changesOf("plan again", next)).toEqual([]);
    });
  });

  test("neither starts nor completes with the first epoch of an existing cluster", async () => {
    await withProvider(async (terraform) => {
      await (await stackWith(terraform, undefined)).apply();
      const recorded = await stackWith(terraform, "2026-11", true);
      expect(await changesOf("the first epoch of an existing cluster", recorded)).toEqual([
        "create terraform_data",
      ]);
      await recorded.apply();
      expect(await changesOf("plan again", recorded)).toEqual([]);
    });
  });
});

describeWithTerraform("the key that encrypts the Secrets of a cluster", () => {
  const stackWith = (terraform: Terraform, epochs: string[]) =>
    stackOf(terraform, (stack) => {
      new ClusterEncryption(stack, "encryption", {
        compartmentId: COMPARTMENT,
        rotation: epochs.length === 0 ? undefined : KeyRotation.epochs(epochs),
      });
    });

  test("gets one version for each epoch, and keeps each version when its epoch is removed", async () => {
    await withProvider(async (terraform) => {
      const created = await stackWith(terraform, []);
      await created.apply();
      expect(await changesOf("create the key, then plan again", created)).toEqual([]);

      const rotated = await stackWith(terraform, ["2026-11"]);
      expect(await changesOf("epoch 2026-11", rotated)).toEqual([`create ${VERSION} 2026-11`]);
      await rotated.apply();
      expect(await changesOf("plan again", rotated)).toEqual([]);

      const again = await stackWith(terraform, ["2027-05", "2026-11"]);
      expect(await changesOf("epoch 2027-05 added", again)).toEqual([`create ${VERSION} 2027-05`]);
      await again.apply();
      expect(await changesOf("plan again", again)).toEqual([]);

      for (const [step, epochs] of [
        ["epoch 2026-11 removed", ["2027-05"]],
        ["rotation removed", []],
      ] as const) {
        const fewer = await stackWith(terraform, [...epochs]);
        await expect(fewer.plan()).rejects.toThrow(/Instance cannot be destroyed/);
        process.stdout.write(`    ${step}: refused\n`);
      }
      expect(terraform.provider.account.all(VERSION)).toHaveLength(2);
    });
  });
});
