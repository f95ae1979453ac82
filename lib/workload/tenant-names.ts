import { type IConstruct } from "constructs";
import { isOfSameCluster } from "./same-cluster";
import { Problems } from "../core/validation-error";
import { checkAtSynthesis } from "../manifests/synthesis-checks";

interface Named extends IConstruct {
  readonly name: string;
}

/** The tenants of a tree, by their names. */
const tenants = new WeakMap<IConstruct, Map<string, readonly Named[]>>();

/**
 * Has a tenant refused at synthesis where one of its name was made before it for the same cluster.
 *
 * By then it is known which cluster each chart was added to. Charts that were added to none count as those of one cluster:
 * cdk8s writes them side by side, and whoever applies the folder would make one namespace of both.
 */
export function guardName(tenant: Named): void {
  const { root } = tenant.node;
  const byName = tenants.get(root) ?? new Map<string, readonly Named[]>();
  tenants.set(root, byName);
  const before = byName.get(tenant.name) ?? [];
  byName.set(tenant.name, [...before, tenant]);
  checkAtSynthesis(tenant, () => {
    const other = before.find((one) => isOfSameCluster(one, tenant));
    if (!other) return;
    const problems = new Problems(tenant);
    problems.add(
      "NAME_DUPLICATE",
      `The cluster has a tenant ${tenant.name} already, made by ${other.node.path}`,
      "Name each tenant of a cluster once; add the charts of two clusters to their clusters by addCdk8sChart, or make an " +
        "App of cdk8s for each",
    );
    problems.throwIfAny();
  });
}
