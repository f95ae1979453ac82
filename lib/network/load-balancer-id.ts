import { Token } from "cdktf";
import { checkOcid } from "../core/ocid";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

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
