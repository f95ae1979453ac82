import { type Chart } from "cdk8s";
import { addWarning } from "../core/warnings";
import { type IConstruct } from "constructs";
import { isOfGatewayApi } from "./ingress/gateway-api";
import { type Resource } from "./role-resource";
import { knownResources } from "./role-resource-table";
import { apiObjectsIn, dataOf } from "../manifests/chart-objects";
import { whenAdded } from "../manifests/chart-scopes";

interface Definition {
  readonly spec?: { readonly group?: string; readonly names?: { readonly plural?: string } };
}

/**
 * Warns of resources that neither Kubernetes nor the Gateway API nor a CustomResourceDefinition of the program has: the API server takes a rule for
 * a name that is misspelt, and it allows nothing. On the output of the stack, where Terraform's side shows it.
 */
export function warnOfUnknown(role: IConstruct, chart: Chart, resources: readonly Resource[]): void {
  const others = resources.filter(
    (resource) => knownResources(resource.group) === undefined && !isOfGatewayApi(resource),
  );
  if (others.length === 0) return;
  whenAdded(chart, (scope) => {
    const defined = new Set(definitionsIn(chart.node.root));
    const unknown = new Set(others.map(({ group, plural }) => `${plural}.${group}`));
    for (const name of [...unknown].sort()) {
      if (defined.has(name)) continue;
      addWarning(
        scope,
        `[role-resource-unknown] ${role.node.path} allows something of ${name}, which is no resource of Kubernetes and of no ` +
          "CustomResourceDefinition of this program: check how it is spelt, or see that its definition is in the cluster",
      );
    }
  });
}

function definitionsIn(root: IConstruct): string[] {
  return apiObjectsIn(root)
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .map((object) => (dataOf(object) as Definition).spec)
    .map((spec) => `${spec?.names?.plural}.${spec?.group}`);
}
