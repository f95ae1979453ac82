import {
  Aspects,
  dependable,
  type ITerraformDependable,
  TerraformStack,
  type TerraformResource,
} from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { NoteOn, StateOf } from "../../../core/construct-state";
import { compareOcids } from "../../../core/ocid";
import { byPath } from "../../../core/stable-order";
import { type Problems } from "../../../core/validation-error";
import { ContainerengineAddon } from "../../../oci/containerengine-addon";
import { type ISecureOkeCluster } from "../../cluster-base";
import { ContainerengineNodePool } from "../../../oci/containerengine-node-pool";

/** The name of the cert-manager add-on as OKE spells it. */
export const CERT_MANAGER = "CertManager";

/** The cluster of each add-on; the OCID in an add-on resource is a reference that another stack can't compare. */
const clusterOf = new NoteOn<ContainerengineAddon, IConstruct>();

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
    .filter((construct): construct is ContainerengineAddon => construct instanceof ContainerengineAddon)
    .filter((addOn) => clusterOf.get(addOn) === cluster || isOf(addOn, addOn.clusterIdInput, cluster));
}

/** The node pools of the stack of a construct that belong to a cluster. */
export function nodePoolsBeside(scope: IConstruct, cluster: WithId): ContainerengineNodePool[] {
  const stack = TerraformStack.of(scope);
  return stack.node
    .findAll()
    .filter((construct): construct is ContainerengineNodePool => construct instanceof ContainerengineNodePool)
    .filter((pool) => TerraformStack.of(pool) === stack && isOf(pool, pool.clusterIdInput, cluster));
}

function isOf(resource: TerraformResource, clusterId: string | undefined, cluster: WithId): boolean {
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
        addOnsOf(cluster).filter((addOn) => addOn.addonNameInput === CERT_MANAGER),
      );
    },
  });
}

// A stack may be written several times.
const dependencies = new StateOf<TerraformResource, Set<TerraformResource>>(() => new Set());

/** Makes a resource depend on others of its stack, in addition to its existing dependencies. */
export function waitFor(resource: TerraformResource, others: readonly TerraformResource[]): void {
  const stack = TerraformStack.of(resource);
  const added = dependencies.of(resource);
  const targets = others
    .filter((other) => other !== resource && !added.has(other) && TerraformStack.of(other) === stack)
    .sort(byPath);
  if (targets.length === 0) return;
  for (const target of targets) added.add(target);
  resource.dependsOn = [...(resource.dependsOn ?? []), ...targets.map((target) => dependable(target))];
}

/** Adds a problem if the program already has the add-on for the cluster: a cluster can have an add-on once. */
export function checkOnce(
  problems: Problems,
  cluster: WithId,
  name: string,
  fix = "Remove one of the two, and give the other one the configuration of both",
): void {
  const other = addOnsOf(cluster).find((addOn) => addOn.addonNameInput === name);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `cluster is ${cluster.node.path}, which already has the add-on ${name}, ${other.node.path.replace(/\/Resource$/, "")}`,
    fix,
  );
}

/** The settings of cert-manager. */
export interface CertManagerSettings {
  /** The version. @default - Oracle installs new versions when they are released */
  readonly version?: string;
  readonly configurations: readonly (readonly [string, string])[];
  readonly dependsOn?: ITerraformDependable[];
}

/** Installs cert-manager as an add-on. */
export function installCertManager(
  scope: Construct,
  id: string,
  cluster: ISecureOkeCluster,
  { version, configurations, dependsOn }: CertManagerSettings,
): ContainerengineAddon {
  const addOn = new ContainerengineAddon(scope, id, {
    addonName: CERT_MANAGER,
    clusterId: cluster.clusterId,
    ...(version === undefined ? {} : { version }),
    configurations: configurations.map(([key, value]) => ({ key, value })),
    removeAddonResourcesOnDelete: true,
    ...(dependsOn ? { dependsOn } : {}),
  });
  noteAddOn(addOn, cluster);
  return addOn;
}
