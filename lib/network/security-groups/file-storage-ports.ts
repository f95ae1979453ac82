import { checked } from "../../core/checked";
import { Port } from "../../core/port";

/**
 * The ports of mount targets of OCI File Storage.
 *
 * Nodes mount the file systems, not pods. Allow the ports for the group of the nodes; a NetworkPolicy is not needed: `for (const port of
 * FileStoragePorts.nfs()) cluster.workerSecurityGroup.allowTo(mountTargets, port, { reason })`.
 *
 * @see https://docs.oracle.com/iaas/Content/File/Tasks/securitylistsfilestorage.htm
 */
@checked
export class FileStoragePorts {
  /** Plain NFS, without encryption: TCP 111, 2048, 2049 and 2050, UDP 111 and 2048. */
  public static nfs(): Port[] {
    return [Port.tcp(111), Port.tcpRange(2048, 2050), Port.udp(111), Port.udp(2048)];
  }

  /**
   * NFS over TLS, for volumes with encryption in transit: TCP 2051.
   *
   * @see https://docs.oracle.com/iaas/Content/File/Tasks/intransitencryption.htm
   */
  public static encryptedInTransit(): Port[] {
    return [Port.tcp(2051)];
  }

  private constructor() {}
}
