import { type Construct } from "constructs";
import { checkSubdomainName } from "../../../core/kubernetes-names";
import { matching, type Reader } from "../../../core/readers";
import { type Problems } from "../../../core/validation-error";
import { checkUnused } from "../../../synthesis/chart-objects";

/** Reads the key of a value in a Secret. */
export function secretKey(): Reader<string> {
  return matching(/^[A-Za-z0-9._-]{1,253}$/, "Use letters, digits, dashes, underscores and periods");
}

/** Adds a problem if an issuer's name is invalid, or that of another issuer of the chart. */
export function checkIssuerName(
  problems: Problems,
  scope: Construct,
  id: string,
  { issuerName, namespaced }: { readonly issuerName?: string; readonly namespaced?: boolean },
): void {
  if (issuerName === undefined) checkSubdomainName(problems, "id", id);
  checkUnused(problems, scope, [namespaced ? "Issuer" : "ClusterIssuer"], issuerName ?? id);
}
