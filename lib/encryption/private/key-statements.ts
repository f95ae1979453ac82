/** What a key encrypts beside the Secrets in etcd. */
export type DataKind = "bootVolumes" | "blockVolumes" | "fileStorage" | "buckets";

interface Grantee {
  readonly keyId: string;
  /** That of the key, where the policy is. */
  readonly compartmentId: string;
  /** That of the clusters and the node pools. */
  readonly clusterCompartmentId: string;
  readonly region?: string;
  /** The name of File Storage in IAM, which differs by realm. */
  readonly fileStorageService: string;
}

/** The name of File Storage in the commercial realm. */
export const FILE_STORAGE_SERVICE = "FssOc1Prod";

/**
 * Lets the clusters of a compartment use a key for their Secrets.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengencryptingdata.htm
 */
export function secretsStatement(keyId: string, compartmentId: string, clusterCompartmentId: string): string {
  return (
    `Allow any-user to use keys in compartment id ${compartmentId} where all {` +
    `request.principal.type = 'cluster', request.principal.compartment.id = '${clusterCompartmentId}', ` +
    `target.key.id = '${keyId}'}`
  );
}

/**
 * Lets the services of OCI use a key for one kind of data, and clusters or node pools name it when they create volumes.
 *
 * A volume is encrypted by the service of the volumes. Whoever creates it delegates the key, and needs no right to use it.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpolicyconfig.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 * @see https://docs.oracle.com/iaas/Content/File/Tasks/encrypt-file-system.htm
 * @see https://docs.oracle.com/iaas/Content/Object/Tasks/encryption.htm
 */
export function dataStatements(kind: DataKind, grantee: Grantee): string[] {
  const { keyId, compartmentId, clusterCompartmentId, region, fileStorageService } = grantee;
  const service = (name: string) =>
    `Allow service ${name} to use keys in compartment id ${compartmentId} where target.key.id = '${keyId}'`;
  const delegate = (principal: string) =>
    `Allow any-user to use key-delegates in compartment id ${compartmentId} where all {` +
    `request.principal.type = '${principal}', request.principal.compartment.id = '${clusterCompartmentId}', ` +
    `target.key.id = '${keyId}'}`;
  switch (kind) {
    case "bootVolumes":
      return [delegate("nodepool"), service("blockstorage")];
    case "blockVolumes":
      return [delegate("cluster"), service("blockstorage")];
    case "fileStorage":
      return [delegate("cluster"), service(fileStorageService)];
    case "buckets":
      return [service(`objectstorage-${region}`)];
  }
}
