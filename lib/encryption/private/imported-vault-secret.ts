import { Construct } from "constructs";
import { readImportedSecret } from "./read-vault-secret";
import { SecretReaders } from "./secret-readers";
import { regionOf } from "../../core/regions";
import { type ISecretReader } from "../secret-reader";
import { type IVaultSecret, type VaultSecretAttributes } from "../vault-secret-props";

export class ImportedVaultSecret extends Construct implements IVaultSecret {
  public readonly secretName: string;
  public readonly vaultId: string;
  public readonly compartmentId: string;
  public readonly region?: string;
  private readonly readers: SecretReaders;

  constructor(scope: Construct, id: string, attributes: VaultSecretAttributes) {
    const { secretName, vaultId, compartmentId, region, homeRegionProvider } = readImportedSecret(
      scope,
      id,
      attributes,
    );
    super(scope, id);
    this.secretName = secretName;
    this.vaultId = vaultId;
    this.compartmentId = compartmentId;
    this.region = region ?? regionOf(vaultId);
    this.readers = new SecretReaders(this, homeRegionProvider, {});
  }

  public grantRead(reader: ISecretReader): void {
    this.readers.add(reader);
  }
}
