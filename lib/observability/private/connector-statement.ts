/**
 * The statement that allows the connectors of a compartment to write to one target.
 *
 * @param right a verb and a kind of resources, or permissions in braces
 * @param compartmentId the compartment of the target
 * @param connectorCompartmentId the compartment of the connectors
 * @param target the IAM variable that names the target, and its value
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
