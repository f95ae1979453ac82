import { type Construct } from "constructs";
import { type TaggingProps } from "../../../core/tagging";
import { type Problems } from "../../../core/validation-error";
import { byKey } from "../../../core/stable-order";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../../../oci/core-route-table";
import { type CoreSubnet } from "../../../oci/core-subnet";
import { describe } from "../../security-groups/private/security-rule";

/** A subnet that can get its own routes. */
export interface RoutedSubnet {
  /** The prefix of the id of its route table. */
  readonly id: string;
  /** The suffix of the name of its route table. */
  readonly label: string;
  readonly resource: CoreSubnet;
  /** The default routes of the subnet. */
  readonly routes: readonly CoreRouteTableRouteRules[];
}

/** A route to an address range over a gateway. */
export interface Route {
  readonly to: string;
  readonly target: string;
  readonly reason: string;
}

/** A route out of a subnet, with its kind of gateway. */
export interface EgressRoute extends Route {
  readonly exit: Exit;
}

export type Exit = "internet" | "drg" | "peering";

/** The VCN and the compartment of the route tables. */
export interface RoutedVcn {
  readonly id: string;
  readonly compartmentId: string;
}

interface SubnetRoutesProps {
  readonly vcn: RoutedVcn;
  readonly displayName: string;
  readonly tags: TaggingProps;
}

/** The route table of one subnet with routes that the other subnets don't have. */
export class SubnetRoutes {
  private readonly table: CoreRouteTable;

  constructor(
    scope: Construct,
    private readonly subnet: RoutedSubnet,
    { vcn, displayName, tags }: SubnetRoutesProps,
  ) {
    this.table = new CoreRouteTable(scope, `${subnet.id}RouteTable`, {
      compartmentId: vcn.compartmentId,
      vcnId: vcn.id,
      displayName: `${displayName}-${subnet.label}-out`,
      // Deleted after the subnet uses the shared table again; OCI deletes no table in use.
      lifecycle: { createBeforeDestroy: true },
      ...tags,
    });
    subnet.resource.routeTableId = this.table.id;
  }

  /** Adds the routes to the table besides the default ones, in a stable order. */
  public put(routes: readonly Route[]): void {
    this.table.putRouteRules([...this.subnet.routes, ...rulesOf(routes)]);
  }
}

/** Routes in the format of a table: each destination once, in a stable order. */
export function rulesOf(routes: readonly Route[]): CoreRouteTableRouteRules[] {
  const byDestination = new Map<string, { target: string; reasons: Set<string> }>();
  for (const { to, target, reason } of routes) {
    const rule = byDestination.get(to) ?? { target, reasons: new Set() };
    byDestination.set(to, { ...rule, reasons: rule.reasons.add(reason) });
  }
  const sorted = [...byDestination].sort(byKey);
  return sorted.map(([destination, { target, reasons }]) => ({
    destination,
    destinationType: "CIDR_BLOCK",
    networkEntityId: target,
    description: describe(reasons),
  }));
}

// See https://docs.oracle.com/iaas/Content/General/service-limits/default.htm
const MAX_RULES = 200;

/** Adds a problem for each table that would have more rules than OCI allows. */
export function checkRuleCounts(problems: Problems, scope: Construct): void {
  for (const table of scope.node.children) {
    if (!(table instanceof CoreRouteTable)) continue;
    const rules = table.routeRulesInput;
    if (!Array.isArray(rules) || rules.length <= MAX_RULES) continue;
    problems.add(
      "COUNT_INVALID",
      `The route table ${table.displayNameInput} would have ${rules.length} rules`,
      `Merge adjacent ranges, or give one wider range that contains them: OCI allows ${MAX_RULES} rules in a route table`,
    );
  }
}
