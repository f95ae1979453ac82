import { Aspects, dependable, TerraformStack, type TerraformResource } from "cdktf";
import { type IConstruct } from "constructs";
import { compareOcids } from "../../../core/ocid";
import { ContainerengineAddon } from "../../../oci/containerengine-addon";
import { ContainerengineNodePool } from "../../../oci/containerengine-node-pool";

/** The cluster of each add-on; the OCID in an add-on resource is a reference that another stack can't compare. */
const clusterOf = new WeakMap<IConstruct, IConstruct>();

interface WithId extends IConstruct {
  readonly clusterId: string;
}

/** Records the construct that represents the cluster of an add-on. */
export function noteAddOn(addOn: ContainerengineAddon, cluster: WithId): void {
  clusterOf.set(addOn, cluster);
}

/** The add-ons that the program creates for a cluster, whatever construct created them. */
export function addOnsOf(cluster: WithId): ContainerengineAddon[] {
  const { root } = cluster.node;
  return root.node
    .findAll()
    .filter((one): one is ContainerengineAddon => one instanceof ContainerengineAddon)
    .filter((one) => isOf(one, one.clusterIdInput, cluster));
}

/** The node pools of the stack of a construct that belong to a cluster. */
export function nodePoolsBeside(scope: IConstruct, cluster: WithId): ContainerengineNodePool[] {
  const stack = TerraformStack.of(scope);
  return stack.node
    .findAll()
    .filter((one): one is ContainerengineNodePool => one instanceof ContainerengineNodePool)
    .filter((one) => TerraformStack.of(one) === stack && isOf(one, one.clusterIdInput, cluster));
}

function isOf(resource: TerraformResource, clusterId: string | undefined, cluster: WithId): boolean {
  if (clusterOf.get(resource) === cluster) return true;
  if (clusterId === undefined) return false;
  return (
    compareOcids({ scope: resource, id: clusterId }, { scope: cluster, id: cluster.clusterId }) === "same"
  );
}

/** Makes an add-on depend on cert-manager, which may be created later in the program. */
export function waitForCertManager(scope: IConstruct, resource: ContainerengineAddon, cluster: WithId): void {
  Aspects.of(scope).add({
    visit: (node) => {
      if (node !== scope) return;
      waitFor(
        resource,
        addOnsOf(cluster).filter((one) => one.addonNameInput === "CertManager"),
      );
    },
  });
}

// A stack may be written several times.
const waited = new WeakMap<TerraformResource, Set<TerraformResource>>();

/** Makes a resource depend on others of its stack, in addition to its existing dependencies. */
export function waitFor(resource: TerraformResource, others: readonly TerraformResource[]): void {
  const stack = TerraformStack.of(resource);
  const before = waited.get(resource) ?? new Set<TerraformResource>();
  waited.set(resource, before);
  const targets = others
    .filter((one) => one !== resource && !before.has(one) && TerraformStack.of(one) === stack)
    .sort((one, other) => (one.node.path < other.node.path ? -1 : 1));
  if (targets.length === 0) return;
  for (const target of targets) before.add(target);
  resource.dependsOn = [...(resource.dependsOn ?? []), ...targets.map((one) => dependable(one))];
}
