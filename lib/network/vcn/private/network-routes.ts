import { type IConstruct, type Construct } from "constructs";
import { compareOcids } from "../../../core/ocid";
import { type Problems, fail } from "../../../core/validation-error";
import { type TaggingProps } from "../../../core/tagging";
import { byKey } from "../../../core/stable-order";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../../../oci/core-route-table";
import { type CoreSubnet } from "../../../oci/core-subnet";
import { describe } from "../../security-groups/private/security-rule";
import { CoreDrgAttachment } from "../../../oci/core-drg-attachment";
import { CoreLocalPeeringGateway } from "../../../oci/core-local-peering-gateway";
import { CoreNatGateway } from "../../../oci/core-nat-gateway";
import { CoreRemotePeeringConnection } from "../../../oci/core-remote-peering-connection";
import { ResourceConstruct } from "../../../core/resource-construct";
import { CoreDefaultRouteTable } from "../../../oci/core-default-route-table";
import { CoreDefaultSecurityList } from "../../../oci/core-default-security-list";
import { CoreInternetGateway } from "../../../oci/core-internet-gateway";
import { CoreServiceGateway } from "../../../oci/core-service-gateway";
import { type CoreVcn } from "../../../oci/core-vcn";
import { type IRegionServices } from "../region-services";

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

/** Common props of the gateways of a network. */
export interface GatewayProps {
  readonly vcn: RoutedVcn;
  readonly displayName: string;
  readonly tags: TaggingProps;
}

// Deleted after the routes to it, as OCI requires.
const AFTER_ITS_ROUTES = { createBeforeDestroy: true };

export function natGateway(scope: Construct, id: string, props: GatewayProps): CoreNatGateway {
  const { vcn, displayName, tags } = props;
  return new CoreNatGateway(scope, id, {
    compartmentId: vcn.compartmentId,
    vcnId: vcn.id,
    displayName: `${displayName}-nat`,
    blockTraffic: false,
    lifecycle: AFTER_ITS_ROUTES,
    ...tags,
  });
}

export function drgAttachment(
  scope: Construct,
  id: string,
  { vcn, displayName, tags }: GatewayProps,
  drgId: string,
): CoreDrgAttachment {
  return new CoreDrgAttachment(scope, id, {
    drgId,
    displayName: `${displayName}-drg`,
    networkDetails: { type: "VCN", id: vcn.id },
    ...tags,
  });
}

/**
 * @param name the suffix of the display name
 */
export function localPeeringGateway(
  scope: Construct,
  id: string,
  { vcn, displayName, tags }: GatewayProps,
  name: string,
  peerId: string | undefined,
): CoreLocalPeeringGateway {
  return new CoreLocalPeeringGateway(scope, id, {
    compartmentId: vcn.compartmentId,
    vcnId: vcn.id,
    displayName: `${displayName}-${name}`,
    peerId,
    lifecycle: AFTER_ITS_ROUTES,
    ...tags,
  });
}

/**
 * @param name the suffix of the display name
 */
export function remotePeeringConnection(
  scope: Construct,
  id: string,
  { vcn, displayName, tags }: GatewayProps,
  name: string,
  peer: { readonly drgId: string; readonly peerId?: string; readonly peerRegionName?: string },
): CoreRemotePeeringConnection {
  return new CoreRemotePeeringConnection(scope, id, {
    compartmentId: vcn.compartmentId,
    displayName: `${displayName}-${name}`,
    ...peer,
    ...tags,
  });
}

interface NetworkRoutesProps {
  readonly vcn: CoreVcn;
  readonly displayName: string;
  readonly regionServices: IRegionServices;
  readonly withInternet: boolean;
  readonly tags: TaggingProps;
}

/** The gateways and route tables of a network, and its emptied defaults. */
export class NetworkRoutes extends ResourceConstruct {
  public readonly serviceGatewayId: string;
  public readonly privateRouteTableId: string;
  /** The routes of private subnets. */
  public readonly privateRoutes: readonly CoreRouteTableRouteRules[];
  /** The routes of public subnets. */
  public readonly publicRoutes: readonly CoreRouteTableRouteRules[] = [];
  private readonly publicTable?: CoreRouteTable;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkRoutesProps,
  ) {
    super(scope, id);
    const { vcn, tags, regionServices: services } = props;
    new CoreDefaultSecurityList(this, "DefaultSecurityList", {
      manageDefaultResourceId: vcn.defaultSecurityListId,
      displayName: this.name("default-emptied"),
      ...tags,
    });
    new CoreDefaultRouteTable(this, "DefaultRouteTable", {
      manageDefaultResourceId: vcn.defaultRouteTableId,
      displayName: this.name("default-emptied"),
      ...tags,
    });
    const gateway = new CoreServiceGateway(this, "ServiceGateway", {
      ...this.common("services"),
      services: [{ serviceId: services.serviceId }],
    });
    this.serviceGatewayId = gateway.id;
    this.privateRoutes = [
      {
        destination: services.cidrLabel,
        destinationType: "SERVICE_CIDR_BLOCK",
        networkEntityId: gateway.id,
        description: "Oracle services of the region, without the internet",
      },
    ];
    this.privateRouteTableId = this.table("PrivateRouteTable", "private", this.privateRoutes).id;
    if (!props.withInternet) return;
    this.publicRoutes = this.internetRoutes();
    this.publicTable = this.table("PublicRouteTable", "public", this.publicRoutes);
  }

  public get publicRouteTableId(): string {
    return (this.publicTable ?? fail(`${this.node.path} has a public subnet and no internet gateway`)).id;
  }

  private internetRoutes(): CoreRouteTableRouteRules[] {
    const gateway = new CoreInternetGateway(this, "InternetGateway", {
      ...this.common("internet"),
      enabled: true,
    });
    return [
      {
        destination: "0.0.0.0/0",
        destinationType: "CIDR_BLOCK",
        networkEntityId: gateway.id,
        description: "The internet, for the public subnet that was asked for",
      },
    ];
  }

  private table(id: string, label: string, routes: readonly CoreRouteTableRouteRules[]): CoreRouteTable {
    return new CoreRouteTable(this, id, { ...this.common(label), routeRules: [...routes] });
  }

  private common(label: string) {
    const { vcn, tags } = this.props;
    return { compartmentId: vcn.compartmentId, vcnId: vcn.id, displayName: this.name(label), ...tags };
  }

  private name(label: string): string {
    return `${this.props.displayName}-${label}`;
  }
}

/** The gateways that a network would create in a VCN. */
interface GatewaysToMake {
  readonly vcnId: string;
  readonly service: boolean;
  readonly internet: boolean;
}

/**
 * Adds a problem for each gateway that the program already creates in the VCN: a VCN has one of each.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/servicelimits.htm
 */
export function checkGatewaysOfVcn(
  problems: Problems,
  scope: IConstruct,
  { vcnId, service, internet }: GatewaysToMake,
): void {
  const check = (
    name: string,
    what: string,
    kind: typeof CoreServiceGateway | typeof CoreInternetGateway,
  ) => {
    const isGateway = (construct: IConstruct): construct is CoreServiceGateway | CoreInternetGateway =>
      construct instanceof kind;
    const gateways = scope.node.root.node.findAll().filter(isGateway);
    const other = gateways.find(
      (gateway) =>
        compareOcids({ scope, id: vcnId }, { scope: gateway, id: gateway.vcnIdInput ?? "" }) === "same",
    );
    if (!other) return;
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} was not given, and ${other.node.path} is already ${what} of the VCN, which can have only one`,
      `Give ${name}, the OCID of that gateway, to all networks of the VCN`,
    );
  };
  if (service) check("serviceGatewayId", "a service gateway", CoreServiceGateway);
  if (internet) check("internetGatewayId", "an internet gateway", CoreInternetGateway);
}
