import { nodePoolPrincipal } from "./tag-namespace-policy";
import { type ClusterRight } from "./cluster-right";

/**
 * The right of the node pools of a compartment, and of the block volume service, to encrypt boot volumes with one key.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpolicyconfig.htm
 */
export function bootVolumeKeyRight(keyId: string, poolCompartmentId: string): ClusterRight {
  return {
    purpose: "boot-volume-key",
    key: keyId,
    description: "encrypt the boot volumes of its nodes with one key",
    without: "OKE can't launch nodes of the pool, and reports it in the work request of the pool only.",
    statements: (_, compartmentId) => {
      const target = `target.key.id = '${keyId}'`;
      return [
        `Allow any-user to use key-delegates in compartment id ${compartmentId} where all {${nodePoolPrincipal(poolCompartmentId)}, ${target}}`,
        `Allow service blockstorage to use keys in compartment id ${compartmentId} where ${target}`,
      ];
    },
  };
}

/**
 * The right of node pools to launch nodes in reserved capacity; OCI has no variable for a single reservation.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmakingcapacityreservations.htm
 */
export function capacityReservationRight(poolCompartmentId: string): ClusterRight {
  return {
    purpose: "capacity-reservations",
    description: "launch nodes in reserved capacity",
    without: "OKE can't launch nodes of the pool, and reports it in the work request of the pool only.",
    statements: (_, compartmentId) => [
      `Allow any-user to use compute-capacity-reservations in compartment id ${compartmentId} where all {${nodePoolPrincipal(poolCompartmentId)}}`,
      `Allow service oke to use compute-capacity-reservations in compartment id ${compartmentId}`,
    ],
  };
}
