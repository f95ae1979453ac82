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
  const loadBalancers = services.filter(({ spec }) => spec?.type === "LoadBalancer");
  const withNodePorts = services.filter((service) => nodePortsOf(service) > 0);
  const ports = services.reduce((sum, service) => sum + nodePortsOf(service), 0);
  const check = (
    key: string,
    [singular, plural]: readonly [string, string],
    count: number,
    counted: readonly CountedService[],
    quota: string,
  ) => {
    const limit = parseQuantity(String(hard[key]));
    if (limit === undefined || BigInt(count) * ONE <= limit) return;
    const names = counted.map(({ metadata }) => metadata.name).sort();
    problems.add(
      "RESOURCES_INVALID",
      `The namespace has ${count} ${count === 1 ? singular : plural} (${names.join(", ")}), and the quota allows ${hard[key]}`,
      `Raise the quota of the SecureNamespace or Tenant: quota: { ${quota}: ${count} }, or remove Services`,
    );
  };
  check(
    "services.loadbalancers",
    ["load balancer", "load balancers"],
    loadBalancers.length,
    loadBalancers,
    "loadBalancers",
  );
  check("services.nodeports", ["node port", "node ports"], ports, withNodePorts, "nodePorts");
}
