import { type Construct } from "constructs";
import { type TaggingProps } from "../../../core/tagging";
import { CoreSecurityList } from "../../../oci/core-security-list";
import { type RoutedVcn } from "../../vcn/private/subnet-routes";

interface BastionSecurityListProps {
  readonly displayName: string;
  /** The range of the subnet that the bastion and the API endpoint are in. */
  readonly cidr: string;
  readonly tags: TaggingProps;
}

/**
 * What lets a bastion's private endpoint out: a rule of its subnet, because it can be in no group.
 *
 * The other VNICs of the subnet are those of the API endpoint itself, which gain nothing by it.
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
    // Taken away after the subnet has let go of it, which OCI asks for.
    lifecycle: { createBeforeDestroy: true },
    ...tags,
  });
}
