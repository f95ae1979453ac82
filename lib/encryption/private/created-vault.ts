import { type Construct } from "constructs";
import { ResourceConstruct } from "../../core/resource-construct";
import { type KmsVault } from "../../oci/kms-vault";
import { VaultType, type IKeyVault } from "../key-vault";

/**
 * A vault that another construct creates as a resource of its own.
 *
 * A KeyVault in the place of that resource would give it another address, and Terraform would replace the vault.
 */
export class CreatedVault extends ResourceConstruct implements IKeyVault {
  public readonly vaultId: string;
  public readonly managementEndpoint: string;
  public readonly cryptoEndpoint: string;
  public readonly vaultType = VaultType.DEFAULT;

  constructor(
    scope: Construct,
    id: string,
    vault: KmsVault,
    public readonly compartmentId: string,
  ) {
    super(scope, id);
    this.vaultId = vault.id;
    this.managementEndpoint = vault.managementEndpoint;
    this.cryptoEndpoint = vault.cryptoEndpoint;
    this.node.defaultChild = vault;
  }
}
