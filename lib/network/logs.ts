import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";

/** Logs of OCI Logging, as what keeps or searches their records needs them. */
export interface ILogs extends IConstruct, ITerraformDependable {
  /** The OCID of the log group. */
  readonly logGroupId: string;
  /** The OCID of the compartment of the log group. */
  readonly compartmentId: string;
}
