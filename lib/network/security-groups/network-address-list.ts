import { type Construct } from "constructs";
import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkOcid } from "../../core/ocid";
import { checkGiven } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { checkDisplayName, nameOf } from "../../core/resource-name";
import { checkTags, type TaggingProps, tagsOf } from "../../core/tagging";
import { WafNetworkAddressList } from "../../oci/waf-network-address-list";

/** Props for NetworkAddressList. */
export interface NetworkAddressListProps extends TaggingProps {
  /** The OCID of the compartment of the list. */
  readonly compartmentId: string;
  /** IPv4 and IPv6 address ranges such as `203.0.113.0/24`, in any order, at least one. */
  readonly addresses: string[];
  /**
   * The name of the list.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

/**
 * A list of addresses for the conditions of web application firewalls: `WafCondition.addressLists([list.networkAddressListId])`.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/NetworkAddressLists/network_address_list_management.htm
 */
@checked
export class NetworkAddressList extends ResourceConstruct {
  /** The OCID of the list. */
  public readonly networkAddressListId: string;

  constructor(scope: Construct, id: string, props: NetworkAddressListProps) {
    const addresses = read(scope, id, props);
    super(scope, id);
    const list = new WafNetworkAddressList(this, "Resource", {
      compartmentId: props.compartmentId,
      displayName: props.displayName ?? nameOf(this),
      type: "ADDRESSES",
      addresses,
      ...tagsOf(this, props),
    });
    this.networkAddressListId = list.id;
  }
}

function read(scope: Construct, id: string, props: NetworkAddressListProps): string[] {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const addresses = readCidrs(problems, "addresses", props.addresses, { ipv6: true, wide: true });
  checkDisplayName(problems, "displayName", props.displayName);
  checkTags(problems, props);
  problems.throwIfAny();
  return addresses;
}
