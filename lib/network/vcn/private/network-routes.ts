import { type Construct } from "constructs";
import { fail } from "../../../core/validation-error";
import { ResourceConstruct } from "../../../core/resource-construct";
import { type TaggingProps } from "../../../core/tagging";
import { CoreDefaultRouteTable } from "../../../oci/core-default-route-table";
import { CoreDefaultSecurityList } from "../../../oci/core-default-security-list";
import { CoreInternetGateway } from "../../../oci/core-internet-gateway";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../../../oci/core-route-table";
import { CoreServiceGateway } from "../../../oci/core-service-gateway";
import { type CoreVcn } from "../../../oci/core-vcn";
import { type IRegionServices } from "../region-services";

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
