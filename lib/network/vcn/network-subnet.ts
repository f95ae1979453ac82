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
