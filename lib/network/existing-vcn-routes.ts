import { type Construct } from "constructs";
import { type ExistingVcnProps } from "./existing-vcn-props";
import { type IRegionServices } from "./region-services";
import { ResourceConstruct } from "../core/resource-construct";
import { type TaggingProps } from "../core/tagging";
import { CoreInternetGateway } from "../oci/core-internet-gateway";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../oci/core-route-table";
import { CoreSecurityList } from "../oci/core-security-list";
import { CoreServiceGateway } from "../oci/core-service-gateway";

interface ExistingVcnRoutesProps {
  readonly vcn: ExistingVcnProps;
  readonly displayName: string;
  readonly regionServices: IRegionServices;
  readonly withInternet: boolean;
  readonly tags: TaggingProps;
}

/** What subnets in a VCN of somebody else's start with: an empty security list, and the least routes. */
export class ExistingVcnRoutes extends ResourceConstruct {
  public readonly securityListId: string;
  /** The routes of private subnets. */
  public readonly privateRoutes: readonly CoreRouteTableRouteRules[];
  public readonly privateRouteTableId: string;
  /** The routes of public subnets. */
  public readonly publicRoutes: readonly CoreRouteTableRouteRules[] = [];
  public readonly publicRouteTableId: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ExistingVcnRoutesProps,
  ) {
    super(scope, id);
    // Of our own: the VCN's default list, which a subnet gets otherwise, has rules, and is not ours to empty.
    this.securityListId = new CoreSecurityList(this, "EmptySecurityList", this.common("empty")).id;
    this.privateRoutes = [this.toServices()];
    this.privateRouteTableId = this.table("PrivateRouteTable", "private", this.privateRoutes);
    this.publicRouteTableId = this.privateRouteTableId;
    if (!props.withInternet) return;
    this.publicRoutes = [this.toInternet()];
    this.publicRouteTableId = this.table("PublicRouteTable", "public", this.publicRoutes);
  }

  private toServices(): CoreRouteTableRouteRules {
    const { vcn, regionServices: services } = this.props;
    const gateway = () =>
      new CoreServiceGateway(this, "ServiceGateway", {
        ...this.common("services"),
        services: [{ serviceId: services.serviceId }],
      });
    return {
      destination: services.cidrLabel,
      destinationType: "SERVICE_CIDR_BLOCK",
      networkEntityId: vcn.serviceGatewayId ?? gateway().id,
      description: "Oracle services of the region, without the internet",
    };
  }

  private toInternet(): CoreRouteTableRouteRules {
    const gateway = () =>
      new CoreInternetGateway(this, "InternetGateway", { ...this.common("internet"), enabled: true });
    return {
      destination: "0.0.0.0/0",
      destinationType: "CIDR_BLOCK",
      networkEntityId: this.props.vcn.internetGatewayId ?? gateway().id,
      description: "The internet, for the public subnet that was asked for",
    };
  }

  private table(id: string, label: string, routes: readonly CoreRouteTableRouteRules[]): string {
    return new CoreRouteTable(this, id, { ...this.common(label), routeRules: [...routes] }).id;
  }

  private common(label: string) {
    const { vcn, displayName, tags } = this.props;
    const { compartmentId, vcnId } = vcn;
    return { compartmentId, vcnId, displayName: `${displayName}-${label}`, ...tags };
  }
}
