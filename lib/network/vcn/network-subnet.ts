/** The subnets of a cluster's network. */
export enum SubnetRole {
  /** That of the API endpoint. */
  API_ENDPOINT = "API_ENDPOINT",
  /** That of the worker nodes. */
  WORKERS = "WORKERS",
  /** That of the pods. */
  PODS = "PODS",
  /** That of the load balancers. */
  LOAD_BALANCERS = "LOAD_BALANCERS",
  /** That of public load balancers, where they have one of their own. */
  PUBLIC_LOAD_BALANCERS = "PUBLIC_LOAD_BALANCERS",
}
