import { checked } from "../core/checked";
import {
  boolean,
  checkedBy,
  mapOf,
  ocid,
  optional,
  type PropsSchema,
  readArguments,
  readProps,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";

/** Options for preemptible nodes, which OCI may reclaim. */
export interface PreemptibleCapacityOptions {
  /**
   * Whether the boot volume is kept, and billed, after OCI has reclaimed the node.
   *
   * @default false
   */
  readonly preserveBootVolume?: boolean;
}

/** Options for reserved capacity. */
export interface ReservedCapacityOptions {
  /**
   * The OCID of the compartment of the reservations.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
}

const RESERVATION = '{ "Uocm:EU-FRANKFURT-1-AD-1": "ocid1.capacityreservation…" }';
const reservationIds = checkedBy(
  mapOf(ocid("capacityreservation"), `the OCIDs of reservations by availability domain: ${RESERVATION}`),
  (problems, name, ids) => {
    if (Object.keys(ids).length > 0) return;
    problems.add(
      "VALUE_INVALID",
      `${name} is empty`,
      `Give the OCID of a reservation for at least one availability domain: ${RESERVATION}`,
    );
  },
);
const PREEMPTIBLE = {
  preserveBootVolume: withDefault(boolean(), false),
} satisfies PropsSchema<PreemptibleCapacityOptions>;
const RESERVED = {
  compartmentId: optional(ocid("compartment", "tenancy")),
} satisfies PropsSchema<ReservedCapacityOptions>;

/**
 * The kind of compute capacity that the nodes of a pool use.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmanagingcapacitytypes.htm
 */
@checked
export class NodeCapacity {
  /** On-demand capacity, whose availability is not guaranteed. */
  public static onDemand(): NodeCapacity {
    return new NodeCapacity("on-demand", {});
  }

  /**
   * Capacity at a lower price that OCI may reclaim with two minutes' notice; for virtual machines only.
   *
   * OKE gives the nodes the label `oci.oraclecloud.com/oke-is-preemptible=true`. Give the pool a taint too, so that only workloads that
   * tolerate an interruption run there.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm
   */
  public static preemptible(options: PreemptibleCapacityOptions = {}): NodeCapacity {
    const { preserveBootVolume } = readArguments("NodeCapacity.preemptible", options, PREEMPTIBLE);
    return new NodeCapacity("preemptible", {}, preserveBootVolume);
  }

  /**
   * Capacity of existing reservations, in their availability domains only.
   *
   * The shape and the fault domains of the pool must match those of the reservations. The cluster is granted the policy by which OKE uses
   * them.
   *
   * @param reservations the OCID of the reservation in each availability domain, by the name of the domain: `{ "Uocm:EU-FRANKFURT-1-AD-1": "ocid1.capacityreservation…" }`
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmakingcapacityreservations.htm
   */
  public static reserved(
    reservations: { [availabilityDomain: string]: string },
    options: ReservedCapacityOptions = {},
  ): NodeCapacity {
    const problems = new Problems("NodeCapacity.reserved");
    const ids = reservationIds(problems, "reservations", reservations);
    const { compartmentId } = readProps(problems, options, RESERVED);
    return new NodeCapacity("reserved", problems.resolved({ ...ids }), undefined, compartmentId);
  }

  private constructor(
    /** `on-demand`, `preemptible` or `reserved`. */
    public readonly kind: string,
    /** The OCIDs of the reservations, by availability domain; empty for other kinds. */
    public readonly reservations: { [availabilityDomain: string]: string },
    /** Whether the boot volume of a preempted node is kept. */
    public readonly preservesBootVolume = false,
    /** The OCID of the compartment of the reservations, if it was given. */
    public readonly compartmentId?: string,
  ) {}
}
