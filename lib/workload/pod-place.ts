import { type Construct } from "constructs";

/** Which workload the pods are of. */
export interface PodPlace {
  readonly scope: Construct;
  readonly id: string;
  /** The kind of the object that runs them. */
  readonly kind: string;
  /** The most characters of its name. @default - 63 */
  readonly longestName?: number;
}
