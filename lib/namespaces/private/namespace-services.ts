import { parseQuantity } from "../../core/quantity";
import { type Problems } from "../../core/validation-error";

/** The fields of a Service that count towards a quota. */
export interface CountedService {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly type?: string;
    readonly ports?: readonly unknown[];
    readonly allocateLoadBalancerNodePorts?: boolean;
  };
}

interface Hard {
  readonly [resource: string]: string | number;
}

const ONE = 1_000_000_000n;

function nodePortsOf({ spec = {} }: CountedService): number {
  const { type, ports = [], allocateLoadBalancerNodePorts: allocates = true } = spec;
  return type === "NodePort" || (type === "LoadBalancer" && allocates) ? ports.length : 0;
}

/** Adds a problem if a namespace has more load balancers or node ports than its quota allows. */
export function checkServices(problems: Problems, services: readonly CountedService[], hard: Hard): void {
  const balancers = services.filter(({ spec }) => spec?.type === "LoadBalancer");
  const opening = services.filter((service) => nodePortsOf(service) > 0);
  const ports = services.reduce((sum, service) => sum + nodePortsOf(service), 0);
  const check = (
    key: string,
    what: readonly [string, string],
    count: number,
    of: readonly CountedService[],
    quota: string,
  ) => {
    const limit = parseQuantity(String(hard[key]));
    if (limit === undefined || BigInt(count) * ONE <= limit) return;
    const names = of.map(({ metadata }) => metadata.name).sort();
    problems.add(
      "RESOURCES_INVALID",
      `The namespace has ${count} ${count === 1 ? what[0] : what[1]} (${names.join(", ")}), and the quota has ${hard[key]}`,
      `Raise it in the quota of the SecureNamespace or Tenant, quota: { ${quota}: ${count} }, or let one serve more`,
    );
  };
  check(
    "services.loadbalancers",
    ["load balancer", "load balancers"],
    balancers.length,
    balancers,
    "loadBalancers",
  );
  check("services.nodeports", ["node port", "node ports"], ports, opening, "nodePorts");
}
