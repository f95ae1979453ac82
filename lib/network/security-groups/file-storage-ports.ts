import { checked } from "../../core/checked";
import { Port } from "../../core/port";

/**
 * The ports of mount targets of File Storage.
 *
 * File systems are mounted by nodes and not by pods, so it is their group that connects, and no policy is needed:
 * `for (const port of FileStoragePorts.nfs()) cluster.workerSecurityGroup.allowTo(mountTargets, port, { reason })`.
 *
 * @see https://docs.oracle.com/iaas/Content/File/Tasks/securitylistsfilestorage.htm
 */
@checked
export class FileStoragePorts {
  /** NFS as it is: TCP 111, 2048, 2049 and 2050, UDP 111 and 2048; what is sent is not encrypted. */
  public static nfs(): Port[] {
    return [Port.tcp(111), Port.tcpRange(2048, 2050), Port.udp(111), Port.udp(2048)];
  }

  /**
   * NFS inside of TLS, for volumes with encryption in transit: TCP 2051.
   *
   * @see https://docs.oracle.com/iaas/Content/File/Tasks/intransitencryption.htm
   */
  public static encryptedInTransit(): Port[] {
    return [Port.tcp(2051)];
  }

  private constructor() {}
}
