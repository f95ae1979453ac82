/**
 * The statement that lets the connectors of a compartment write to one target.
 *
 * @param right a verb and a kind of resources, or permissions in braces
 * @param compartmentId that of the target
 * @param connectorCompartmentId that of the connectors
 * @param target the variable of IAM that names the target, and its value
 * @see https://docs.oracle.com/iaas/Content/connector-hub/policies.htm
 */
export function connectorStatement(
  right: string,
  compartmentId: string,
  connectorCompartmentId: string,
  target: { readonly [variable: string]: string },
): string {
  const conditions = {
    "request.principal.type": "serviceconnector",
    "request.principal.compartment.id": connectorCompartmentId,
    ...target,
  };
  const all = Object.entries(conditions).map(([variable, value]) => `${variable} = '${value}'`);
  return `Allow any-user to ${right} in compartment id ${compartmentId} where all {${all.join(", ")}}`;
}
