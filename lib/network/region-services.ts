import { type Construct } from "constructs";
import { firstApply } from "../core/first-apply";
import { checkOcid } from "../core/ocid";
import { Problems } from "../core/validation-error";
import { DataOciCoreServices } from "../oci/data-oci-core-services";
import { type INetworkPeer, type RuleEnd } from "./network-peer";

/** The region's services when they are known beforehand. */
export interface RegionServicesAttributes {
  /** The OCID of the service, `ocid1.service...`. */
  readonly serviceId: string;
  /** The label of the services' addresses, such as `all-fra-services-in-oracle-services-network`. */
  readonly cidrLabel: string;
}

/**
 * All Oracle services of the region, reached through a service gateway and not through the internet.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Tasks/servicegateway.htm
 */
export interface IRegionServices extends INetworkPeer {
  /** The OCID of the service. */
  readonly serviceId: string;
  /** The label of the services' addresses. */
  readonly cidrLabel: string;
}

/** Ways to name the services of the region. */
export class RegionServices {
  /**
   * Services whose OCID and label are known, so that nothing is looked up.
   *
   * @throws OCID_INVALID
   */
  public static of(attributes: RegionServicesAttributes): IRegionServices {
    const problems = new Problems("RegionServices.of");
    checkOcid(problems, "serviceId", attributes.serviceId, "service");
    problems.throwIfAny();
    return new KnownServices(attributes.serviceId, attributes.cidrLabel);
  }

  /**
   * Services that Terraform looks up.
   *
   * @internal
   */
  public static _lookUp(scope: Construct): IRegionServices {
    const services = new DataOciCoreServices(scope, "Services", {
      filter: [{ name: "name", values: ["All .* Services In Oracle Services Network"], regex: true }],
      dependsOn: [firstApply(scope)],
    });
    const all = services.services.get(0);
    return new KnownServices(all.id, all.cidrBlock);
  }

  private constructor() {}
}

class KnownServices implements IRegionServices {
  constructor(
    public readonly serviceId: string,
    public readonly cidrLabel: string,
  ) {}

  public toRuleEnd(): RuleEnd {
    return { type: "SERVICE_CIDR_BLOCK", value: this.cidrLabel, key: "region-services" };
  }
}
