import { type Size } from "cdk8s";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import {
  any,
  partsOf,
  boolean,
  checkedBy,
  mapOf,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readArguments,
  readProps,
  type Resolved,
  size as sizeReader,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";

/** The size of a flexible shape. */
export interface FlexibleShapeSize {
  /** The number of OCPUs, at least 1. */
  readonly ocpus: number;
  /** The memory: whole gibibytes, from 1 to 64 for each OCPU. */
  readonly memory: Size;
}

const MAX_MEMORY_PER_OCPU = 64;

/** Reads a number of OCPUs, or a reference to a Terraform value. */
const ocpuCount = checkedBy(any<number>(), (problems, name, value) => {
  if (typeof value === "number" && (Token.isUnresolved(value) || value >= 1)) return;
  const ocpus = typeof value === "number" ? value : shown(value);
  problems.add("SHAPE_INVALID", `${name} is ${ocpus}`, "Give at least 1 OCPU, for example ocpus: 2");
});

const FLEXIBLE_SIZE = {
  ocpus: ocpuCount,
  memory: sizeReader("gibibytes", { least: 1, example: "Size.gibibytes(16)" }),
} satisfies PropsSchema<FlexibleShapeSize>;

const FLEXIBLE = partsOf(FLEXIBLE_SIZE);
const FLEXIBLE_NAME = matching(
  /^[A-Z][\w.-]*\.Flex$/,
  'Name a shape that ends in .Flex, for example "VM.Standard.E5.Flex", or use NodeShape.fixed',
  { code: "SHAPE_INVALID" },
);
const FIXED_NAME = matching(
  /^(VM|BM)\.(?![\w.-]*\.Flex$)[\w.-]+$/,
  'Name a shape such as "BM.Standard.E5.192"; a shape that ends in .Flex needs NodeShape.flexible and a size',
  { code: "SHAPE_INVALID" },
);

/**
 * The shape of worker nodes.
 *
 * @see https://docs.oracle.com/iaas/Content/Compute/References/computeshapes.htm
 */
@checked
export class NodeShape {
  /** A flexible shape, whose name ends in `.Flex`, and its size. */
  public static flexible(name: string, size: FlexibleShapeSize): NodeShape {
    const problems = new Problems("NodeShape.flexible");
    FLEXIBLE_NAME(problems, "name", name);
    const read = FLEXIBLE(problems, "size", size) ?? {};
    checkMemory(problems, read);
    return new NodeShape(name, problems.resolved<FlexibleShapeSize>(read));
  }

  /** A shape whose size is part of its name, such as `BM.Standard.E5.192`. */
  public static fixed(name: string): NodeShape {
    const problems = new Problems("NodeShape.fixed");
    FIXED_NAME(problems, "name", name);
    problems.throwIfAny();
    return new NodeShape(name);
  }

  private constructor(
    /** The name of the shape. */
    public readonly name: string,
    /** The size of a flexible shape. */
    public readonly size?: FlexibleShapeSize,
  ) {}
}

function checkMemory(problems: Problems, { ocpus, memory }: Partial<Resolved<typeof FLEXIBLE_SIZE>>): void {
  if (ocpus === undefined || memory === undefined || Token.isUnresolved(ocpus)) return;
  const gibibytes = memory.toGibibytes();
  if (gibibytes >= ocpus && gibibytes <= ocpus * MAX_MEMORY_PER_OCPU) return;
  problems.add(
    "SHAPE_INVALID",
    `size.memory is ${gibibytes} GiB, which doesn't fit ${ocpus} OCPUs`,
    `Give from 1 to ${MAX_MEMORY_PER_OCPU} GiB for each OCPU, for example Size.gibibytes(${Math.ceil(ocpus) * 8})`,
  );
}

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

/** Adds a problem if the shape or the availability domains don't fit the capacity. */
export function checkCapacityKind(
  problems: Problems,
  {
    capacity,
    shape,
    availabilityDomains,
  }: {
    readonly capacity?: NodeCapacity;
    readonly shape?: NodeShape;
    readonly availabilityDomains?: readonly string[];
  },
): void {
  if (capacity?.kind === "preemptible" && shape?.name.startsWith("BM.")) {
    problems.add(
      "SHAPE_INVALID",
      `shape is ${shape.name}, which is bare metal, but only virtual machines can be preemptible`,
      "Use a shape that begins with VM., or NodeCapacity.onDemand()",
    );
  }
  if (capacity?.kind !== "reserved" || !availabilityDomains) return;
  // A list that is a reference, or has one in it, may hold any domain, so no reservation can be found for it.
  const domains: readonly unknown[] = Array.isArray(availabilityDomains)
    ? availabilityDomains
    : [availabilityDomains];
  const missing = domains.filter((domain) => !Object.keys(capacity.reservations).includes(domain as string));
  if (missing.length === 0) return;
  const names = missing.map((domain) =>
    isReference(domain) ? "a reference to a Terraform value" : shown(domain),
  );
  problems.add(
    "VALUE_INVALID",
    `availabilityDomains has ${names.join(", ")}, for which capacity has no reservation`,
    "Leave availabilityDomains out: nodes are placed where the reservations are",
  );
}

/** Whether a value is a reference; a reference to a list holds a placeholder of lists. */
function isReference(value: unknown): boolean {
  return Token.isUnresolved(value) || Token.isUnresolved([value]);
}

/** The fields of a placement besides its availability domain and its subnet. */
export function placementFieldsOf(
  { capacity, faultDomains }: { readonly capacity: NodeCapacity; readonly faultDomains?: string[] },
  availabilityDomain?: string,
): {
  faultDomains?: string[];
  capacityReservationId?: string;
  preemptibleNodeConfig?: { preemptionAction: { type: string; isPreserveBootVolume: boolean } };
} {
  const reservation =
    availabilityDomain === undefined ? undefined : capacity.reservations[availabilityDomain];
  const preemptionAction = { type: "TERMINATE", isPreserveBootVolume: capacity.preservesBootVolume };
  return {
    ...(faultDomains === undefined ? {} : { faultDomains }),
    ...(reservation === undefined ? {} : { capacityReservationId: reservation }),
    ...(capacity.kind === "preemptible" ? { preemptibleNodeConfig: { preemptionAction } } : {}),
  };
}

/** Options for BootVolumeKey.of. */
export interface BootVolumeKeyOptions {
  /**
   * The OCID of the compartment of the key.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
}

const KEY_ID = ocid("key");
const KEY_OPTIONS = {
  compartmentId: optional(ocid("compartment", "tenancy")),
} satisfies PropsSchema<BootVolumeKeyOptions>;

/**
 * An OCI Vault key that encrypts the boot volumes of one node pool, and the traffic between its nodes and their volumes.
 *
 * To encrypt the boot volumes of all pools with one key, use `bootVolumes` of `ClusterEncryptionProps` instead: it creates the key with its
 * policy, and pools use it by default. A `BootVolumeKey` is for an existing key, for a pool with a key that differs from the other
 * pools', and for pools of an imported cluster, whose encryption the program doesn't know.
 *
 * The cluster is granted a policy by which its node pools may use this key only. OCI can't change the key and the placement of a pool in
 * one update: change one after the other.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpolicyconfig.htm
 */
@checked
export class BootVolumeKey {
  /**
   * A boot volume key, which must be an AES key: OCI encrypts volumes with no other kind.
   *
   * @param keyId the OCID of the key, such as `cluster.encryption.keyId`
   */
  public static of(keyId: string, options: BootVolumeKeyOptions = {}): BootVolumeKey {
    const problems = new Problems("BootVolumeKey.of");
    KEY_ID(problems, "keyId", keyId);
    const { compartmentId } = readProps(problems, options, KEY_OPTIONS);
    problems.throwIfAny();
    return new BootVolumeKey(keyId, compartmentId);
  }

  private constructor(
    /** The OCID of the key. */
    public readonly keyId: string,
    /** The OCID of the compartment of the key, if it was given. */
    public readonly compartmentId?: string,
  ) {}
}
