/**
 * How a path is compared with that of a request.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types
 */
export enum IngressPathType {
  /** The path itself and all below it, element by element: `/api` is for `/api/v1`, and not for `/apis`. */
  PREFIX = "Prefix",
  /** The path itself only. */
  EXACT = "Exact",
}
