import { type Construct } from "constructs";
import { type TaggingProps } from "../../../core/tagging";
import { CoreSecurityList } from "../../../oci/core-security-list";
import { type RoutedVcn } from "../../vcn/private/network-routes";

interface BastionSecurityListProps {
  readonly displayName: string;
  /** The range of the subnet of the bastion and the API endpoint. */
  readonly cidr: string;
  readonly tags: TaggingProps;
}

/**
 * The security list that allows the egress of a bastion's private endpoint, which can't be a member of a security group.
 *
 * The other VNICs of the subnet belong to the API endpoint itself, for which the rule makes no difference.
 *
 * @see https://github.com/oracle-terraform-modules/terraform-oci-oke/issues/406 for what happens without it
 */
export function bastionSecurityList(
  scope: Construct,
  vcn: RoutedVcn,
  { displayName, cidr, tags }: BastionSecurityListProps,
): CoreSecurityList {
  const { compartmentId, id: vcnId } = vcn;
  return new CoreSecurityList(scope, "BastionSecurityList", {
    compartmentId,
    vcnId,
    displayName,
    egressSecurityRules: [
      {
        protocol: "6",
        destination: cidr,
        destinationType: "CIDR_BLOCK",
        stateless: false,
        description: "Sessions of the bastion reach the API endpoint",
        tcpOptions: { min: 6443, max: 6443 },
      },
    ],
    // Deleted after the subnet no longer uses it, as OCI requires.
    lifecycle: { createBeforeDestroy: true },
    ...tags,
  });
}
