import { type IConstruct } from "constructs";
import { compareOcids } from "../core/ocid";
import { type Problems } from "../core/validation-error";

/** A group, of which only one that was made here knows its VCN. */
interface Group extends IConstruct {
  readonly _vcnId?: string;
}

/**
 * Adds a problem where a group is known to be of another VCN.
 *
 * @param what the group, as the message names it
 * @param home what has the VCN that the group should be of
 * @param vcnId the OCID of that VCN, undefined where it is not known
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/manage-nsg-security-rules.htm
 */
export function checkGroupVcn(
  problems: Problems,
  what: string,
  group: Group,
  home: IConstruct,
  vcnId: string | undefined,
): void {
  if (group._vcnId === undefined || vcnId === undefined) return;
  if (compareOcids({ scope: group, id: group._vcnId }, { scope: home, id: vcnId }) !== "different") return;
  problems.add(
    "NSG_OTHER_VCN",
    `${what} ${group.node.path} is of another VCN than ${home.node.path}`,
    "Take a group of the same VCN; what is in another one is named by its address range, once the VCNs are peered",
  );
}
