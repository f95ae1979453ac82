import { fail } from "../../core/validation-error";

/** The roles of the subnets of a cluster's network. */
export enum SubnetRole {
  /** The subnet of the API endpoint. */
  API_ENDPOINT = "API_ENDPOINT",
  /** The subnet of the worker nodes. */
  WORKERS = "WORKERS",
  /** The subnet of the pods. */
  PODS = "PODS",
  /** The subnet of the load balancers. */
  LOAD_BALANCERS = "LOAD_BALANCERS",
  /** The subnet of public load balancers, if they have a separate one. */
  PUBLIC_LOAD_BALANCERS = "PUBLIC_LOAD_BALANCERS",
}

/** The subnets of a network by role, with their names in props, in plans, in construct ids and in display names. */
export const SUBNETS = [
  {
    role: SubnetRole.API_ENDPOINT,
    prop: "apiEndpointSubnet",
    range: "apiEndpointCidr",
    id: "ApiEndpoint",
    label: "api",
  },
  {
    role: SubnetRole.WORKERS,
    prop: "workerSubnet",
    range: "workerCidr",
    id: "Workers",
    label: "workers",
  },
  {
    role: SubnetRole.PODS,
    prop: "podSubnet",
    range: "podCidr",
    id: "Pods",
    label: "pods",
  },
  {
    role: SubnetRole.LOAD_BALANCERS,
    prop: "loadBalancerSubnet",
    range: "loadBalancerCidr",
    id: "LoadBalancers",
    label: "lb",
  },
  {
    role: SubnetRole.PUBLIC_LOAD_BALANCERS,
    prop: "publicLoadBalancerSubnet",
    range: "publicLoadBalancerCidr",
    id: "PublicLoadBalancers",
    label: "publb",
  },
] as const;

/** One of the subnets of a network. */
export type NetworkSubnet = (typeof SUBNETS)[number];

/** The names of the subnet with a role. */
export function subnetOf(role: SubnetRole): NetworkSubnet {
  return SUBNETS.find((subnet) => subnet.role === role) ?? fail(`no subnet has the role ${role}`);
}
