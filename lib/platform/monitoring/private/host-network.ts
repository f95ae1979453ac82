import { ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";

interface Runner {
  readonly spec?: { readonly template?: { readonly spec?: { readonly hostNetwork?: boolean } } };
}

/** Whether pods have the addresses of their nodes, so that no NetworkPolicy selects them and rules of the nodes hold. */
export function isOnHostNetwork({ node: { defaultChild } }: IConstruct): boolean {
  if (!ApiObject.isApiObject(defaultChild)) return false;
  return (defaultChild.toJson() as Runner).spec?.template?.spec?.hostNetwork === true;
}
