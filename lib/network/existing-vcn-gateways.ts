import { type IConstruct } from "constructs";
import { compareOcids } from "../core/ocid";
import { type Problems } from "../core/validation-error";
import { CoreInternetGateway } from "../oci/core-internet-gateway";
import { CoreServiceGateway } from "../oci/core-service-gateway";

/** Which gateways a network would make in a VCN. */
export interface GatewaysToMake {
  readonly vcnId: string;
  readonly service: boolean;
  readonly internet: boolean;
}

/**
 * Adds a problem for each gateway that the program makes in the VCN already: a VCN has one of each.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/servicelimits.htm
 */
export function checkGatewaysOfVcn(
  problems: Problems,
  scope: IConstruct,
  { vcnId, service, internet }: GatewaysToMake,
): void {
  const check = (
    name: string,
    what: string,
    kind: typeof CoreServiceGateway | typeof CoreInternetGateway,
  ) => {
    const isGateway = (one: IConstruct): one is CoreServiceGateway | CoreInternetGateway =>
      one instanceof kind;
    const gateways = scope.node.root.node.findAll().filter(isGateway);
    const other = gateways.find(
      (one) => compareOcids({ scope, id: vcnId }, { scope: one, id: one.vcnIdInput ?? "" }) === "same",
    );
    if (!other) return;
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} was not given, and ${other.node.path} is ${what} of the VCN already, which has one at most`,
      `Give ${name}: the OCID of that one, or of one made apart that all networks of the VCN are given`,
    );
  };
  if (service) check("serviceGatewayId", "a service gateway", CoreServiceGateway);
  if (internet) check("internetGatewayId", "an internet gateway", CoreInternetGateway);
}
