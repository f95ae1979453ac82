import { type Construct } from "constructs";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import {
  cidrs,
  displayName,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
} from "../../core/readers";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
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

const ADDRESS_LIST = {
  compartmentId: ocid("compartment", "tenancy"),
  addresses: cidrs({ ipv6: true, wide: true }),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<NetworkAddressListProps>;

/**
 * A list of addresses for the conditions of web application firewalls: `WafCondition.addressLists([list.networkAddressListId])`.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/NetworkAddressLists/network_address_list_management.htm
 */
@checked
export class NetworkAddressList extends ResourceConstruct {
  /** The OCID of the list. */
  public readonly networkAddressListId: string;
  /** The address ranges, sorted. */
  public readonly addresses: string[];
  /** The name of the list. */
  public readonly displayName: string;

  constructor(scope: Construct, id: string, props: NetworkAddressListProps) {
    const { compartmentId, addresses, displayName: name, ...tags } = read(scope, id, props);
    super(scope, id);
    this.addresses = addresses.map(({ text }) => text);
    this.displayName = name ?? nameOf(this);
    const list = new WafNetworkAddressList(this, "Resource", {
      compartmentId,
      displayName: this.displayName,
      type: "ADDRESSES",
      addresses: this.addresses,
      ...tagsOf(this, tags),
    });
    this.networkAddressListId = list.id;
  }
}

function read(scope: Construct, id: string, props: NetworkAddressListProps): Resolved<typeof ADDRESS_LIST> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  return problems.resolved(readProps(problems, props, ADDRESS_LIST));
}
