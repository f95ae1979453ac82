import { Token } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { firstApply } from "../../core/resource-construct";
import { objectOf, ocid, passing, type PropsSchema, readArguments, type Reader } from "../../core/readers";
import { checkGiven } from "../../core/missing-values";
import { type Problems } from "../../core/validation-error";
import { DataOciCoreServices } from "../../oci/data-oci-core-services";
import { type INetworkPeer, type RuleEnd } from "../security-groups/security-group";

/** The attributes of the region's services, if they are known in advance. */
export interface RegionServicesAttributes {
  /** The OCID of the service, `ocid1.service...`. */
  readonly serviceId: string;
  /** The service CIDR label, such as `all-fra-services-in-oracle-services-network`. */
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
  /** The service CIDR label. */
  readonly cidrLabel: string;
}

/** Factories for the services of the region. */
@checked
export class RegionServices {
  /**
   * Services with a known OCID and label: nothing is looked up, and every plan shows the full rules.
   *
   * `oci network service list` prints both values.
   */
  public static of(attributes: RegionServicesAttributes): IRegionServices {
    const { serviceId, cidrLabel } = readArguments("RegionServices.of", attributes, REGION_SERVICES);
    return new KnownServices(serviceId, cidrLabel);
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

const REGION_SERVICES = {
  serviceId: ocid("service"),
  cidrLabel: passing<string>(checkCidrLabel),
} satisfies PropsSchema<RegionServicesAttributes>;

/** Reads all services of the region; Object Storage alone is fewer than OKE needs. */
export function regionServices(): Reader<IRegionServices> {
  const members = objectOf(REGION_SERVICES);
  return (problems, name, value) => {
    const read = members(problems, name, value);
    if (!read) return undefined;
    if (!isObjectStorage(read.cidrLabel)) return value as IRegionServices;
    problems.add(
      "EGRESS_INVALID",
      `${name} is Object Storage only, ${read.cidrLabel}, and nodes also need the registry, OKE and IAM`,
      "Give all services of the region, or leave it out; to restrict a single group, use OracleServices.objectStorageOnly",
    );
    return undefined;
  };
}

/** Whether a label covers Object Storage only. */
export function isObjectStorage(label: string): boolean {
  return typeof label === "string" && /^oci-[a-z0-9-]+-objectstorage$/.test(label);
}

/** Adds a problem if a text is not a service CIDR label; references to Terraform values pass. */
export function checkCidrLabel(problems: Problems, name: string, label: string): void {
  if (!checkGiven(problems, { [name]: label }) || Token.isUnresolved(label)) return;
  if (typeof label === "string" && /^[a-z][a-z0-9-]*$/.test(label)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(label)}, which is not a service CIDR label`,
    "Give a label such as all-fra-services-in-oracle-services-network",
  );
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
