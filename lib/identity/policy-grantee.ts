import { type PolicyGrant } from "./policy-statement";

/** Something that can be granted access in OCI, such as the pods of a workload. */
export interface IPolicyGrantee {
  /** Grants access to exactly this grantee, by a statement of an IAM policy. */
  grant(grant: PolicyGrant): void;
}
