import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { type TerraformStack } from "cdktf";
import { KubernetesVersion, SecureOkeCluster } from "../../lib";
import { COMPARTMENT, resourcesOf, synthesized } from "../support/stack";

const DAY = 86_400_000;

/** The date some days from now. */
export const inDays = (days: number) => new Date(Date.now() + days * DAY);

/** Adds a cluster to a stack. */
export function addCluster(stack: TerraformStack): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
}

/** The statements of policies for groups and workloads. */
export function accessStatements(stack: TerraformStack): string[] {
  return Object.entries(resourcesOf(stack, "oci_identity_policy"))
    .filter(([id]) => id.startsWith("cluster_Access"))
    .flatMap(([, { statements }]) => statements as string[]);
}

/** The objects of an output with manifests. */
export function objectsInOutput(stack: TerraformStack, output = "cluster_access_manifests"): any[] {
  const { value } = synthesized(stack).output[output];
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-access-")), "manifests.yaml");
  fs.writeFileSync(file, value as string);
  return Yaml.load(file);
}

/** The kinds, namespaces, and names of objects. */
export const namesOf = (objects: any[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`);
