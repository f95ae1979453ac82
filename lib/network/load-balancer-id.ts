import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { checkOcid } from "../core/ocid";
import { identityOf } from "../core/reference";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

const attached = new WeakMap<IConstruct, Map<string, string>>();

/** Something of which a load balancer has one at most. */
export interface Attachment {
  /** What it is, as the message begins, such as "A web application firewall protects". */
  readonly what: string;
  readonly loadBalancerId: string;
  /** What to do instead of a second one. */
  readonly fix: string;
}

/** Adds a problem where a value is no OCID of a load balancer; that of a network load balancer gets the reason. */
export function checkLoadBalancerId(problems: Problems, id: string, because: string): void {
  const isNetwork = typeof id === "string" && id.startsWith("ocid1.networkloadbalancer.");
  if (Token.isUnresolved(id) || !isNetwork) {
    checkOcid(problems, "loadBalancerId", id, "loadbalancer");
    return;
  }
  problems.add(
    "LOAD_BALANCER_INVALID",
    `loadBalancerId is ${shown(id)}: network load balancers pass packets on unread, and ${because}`,
    "Expose the workload through LoadBalancerType.LOAD_BALANCER with TlsTermination.atLoadBalancer",
  );
}

/** Adds a problem where the app has one of a kind for a load balancer already, in whatever stack. */
export function checkUnattached(problems: Problems, scope: IConstruct, attachment: Attachment): void {
  const { what, loadBalancerId, fix } = attachment;
  if (typeof loadBalancerId !== "string") return;
  const owner = attached.get(scope.node.root)?.get(keyOf(scope, attachment));
  if (owner !== undefined) problems.add("NAME_DUPLICATE", `${what} the load balancer already: ${owner}`, fix);
}

/** Notes whose the one of a kind is, for as long as the app lives. */
export function attach(scope: IConstruct, attachment: Attachment): void {
  const { root } = scope.node;
  const known = attached.get(root) ?? new Map<string, string>();
  attached.set(root, known.set(keyOf(scope, attachment), scope.node.path));
}

function keyOf(scope: IConstruct, { what, loadBalancerId }: Attachment): string {
  return `${what} ${identityOf(scope, loadBalancerId)}`;
}
