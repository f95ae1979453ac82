import { Token } from "cdktf";
import { type Problems } from "./validation-error";

const OCID = /^ocid1\.([a-z0-9_-]+)\.(oc\d+)\.([a-z0-9-]*)\.[A-Za-z0-9._-]+$/;

/**
 * Adds a problem where a text is not an OCID of one of the kinds.
 *
 * References to Terraform values pass: what they hold is not known yet.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm
 */
export function checkOcid(
  problems: Problems,
  name: string,
  value: string | undefined,
  ...kinds: readonly string[]
): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  const kind = OCID.exec(value)?.[1];
  if (kind && kinds.includes(kind)) return;
  const wanted = kinds.join(" or ");
  const got = kind ? `the OCID of a ${kind}` : "not an OCID";
  problems.add(
    "OCID_INVALID",
    `${name} is ${JSON.stringify(value)}, ${got}`,
    `Give the OCID of a ${wanted}, which begins with ocid1.${kinds[0]}.`,
  );
}
