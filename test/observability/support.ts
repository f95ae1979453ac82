import { type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { COMPARTMENT, resourcesOf } from "../support/stack";
import { UNOBSERVED } from "../support/unobserved";

export const AUDIT = "ocid1.compartment.oc1..existing-audit";
export const KEY = "ocid1.key.oc1.eu-frankfurt-1.existing";
export const TOPIC = "ocid1.onstopic.oc1.eu-frankfurt-1.existing";

/** A cluster without an archive, alarms, and searches of its own. */
export function clusterIn(
  stack: TerraformStack,
  props: Partial<SecureOkeClusterProps> = {},
): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
    ...UNOBSERVED,
    ...props,
  });
}

/** The statements of all policies whose Terraform names contain a text. */
export function statementsOf(stack: TerraformStack, name = ""): string[] {
  return Object.entries(resourcesOf(stack, "oci_identity_policy"))
    .filter(([id]) => id.includes(name))
    .flatMap(([, { statements }]) => statements as string[]);
}
