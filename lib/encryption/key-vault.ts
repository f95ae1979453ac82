import { type ITerraformDependable } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { requiredAttribute } from "../core/missing-values";
import {
  choice,
  displayName,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  text,
  withDefault,
} from "../core/readers";
import { checkRegionWhenWritten } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { KmsVault } from "../oci/kms-vault";

/** The type of a vault; it can't be changed later. */
export enum VaultType {
  /** A vault in a shared hardware security module. The vault is free of charge; each key version in the HSM is billed. */
  DEFAULT = "DEFAULT",
  /** A vault in its own HSM partition, billed by the hour. Only its keys support automatic rotation and backup. */
  VIRTUAL_PRIVATE = "VIRTUAL_PRIVATE",
}

/** A vault of OCI Vault, created here or imported. */
export interface IKeyVault extends IConstruct, ITerraformDependable {
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the compartment of the vault. */
  readonly compartmentId: string;
  /** The URL at which keys are created and rotated. */
  readonly managementEndpoint: string;
  /** The URL at which keys encrypt, decrypt and sign. */
  readonly cryptoEndpoint: string;
  /** The type of the vault; undefined for an imported vault whose type was not given. */
  readonly vaultType?: VaultType;
}

/** Props for KeyVault. */
export interface KeyVaultProps extends TaggingProps {
  /** The OCID of the compartment of the vault. */
  readonly compartmentId: string;
  /**
   * The type of the vault.
   *
   * @default VaultType.DEFAULT
   */
  readonly vaultType?: VaultType;
  /**
   * The name of the vault, 1 to 255 characters.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

/** The attributes of an existing vault. */
export interface KeyVaultAttributes {
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of its compartment. @default - throws when it is used */
  readonly compartmentId?: string;
  /** Its management endpoint, at which keys are created and rotated. @default - throws when it is used */
  readonly managementEndpoint?: string;
  /** Its crypto endpoint, at which keys encrypt and sign. @default - throws when it is used */
  readonly cryptoEndpoint?: string;
  /** The type of the vault. @default - unknown, and nothing is rejected */
  readonly vaultType?: VaultType;
}

const TYPE = choice(VaultType, "VaultType.DEFAULT or VaultType.VIRTUAL_PRIVATE");

const VAULT = {
  compartmentId: ocid("compartment", "tenancy"),
  vaultType: withDefault(TYPE, VaultType.DEFAULT),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<KeyVaultProps>;

const IMPORTED_VAULT = {
  vaultId: ocid("vault"),
  compartmentId: optional(ocid("compartment", "tenancy")),
  managementEndpoint: optional(text()),
  cryptoEndpoint: optional(text()),
  vaultType: optional(TYPE),
} satisfies PropsSchema<KeyVaultAttributes>;

/**
 * A vault for keys and secrets.
 *
 * Terraform refuses to destroy it while the program has it (`prevent_destroy`): without the vault, all data that its keys encrypted is lost.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Concepts/keyoverview.htm
 */
@checked
export class KeyVault extends ResourceConstruct implements IKeyVault {
  /** Imports an existing vault; nothing is created or looked up. */
  public static fromKeyVaultAttributes(
    scope: Construct,
    id: string,
    attributes: KeyVaultAttributes,
  ): IKeyVault {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    return new ImportedVault(scope, id, problems.resolved(readProps(problems, attributes, IMPORTED_VAULT)));
  }

  public readonly vaultId: string;
  public readonly compartmentId: string;
  public readonly managementEndpoint: string;
  public readonly cryptoEndpoint: string;
  public readonly vaultType?: VaultType;
  /** The name of the vault. */
  public readonly displayName: string;

  constructor(scope: Construct, id: string, props: KeyVaultProps) {
    const { compartmentId, vaultType, displayName: name, ...tags } = readVault(scope, id, props);
    super(scope, id);
    this.compartmentId = compartmentId;
    this.vaultType = vaultType;
    this.displayName = name ?? nameOf(this);
    const vault = new KmsVault(this, "Resource", {
      compartmentId,
      displayName: this.displayName,
      vaultType,
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, tags),
    });
    this.vaultId = vault.id;
    this.managementEndpoint = vault.managementEndpoint;
    this.cryptoEndpoint = vault.cryptoEndpoint;
  }
}

class ImportedVault extends ResourceConstruct implements IKeyVault {
  public readonly vaultId: string;
  public readonly vaultType?: VaultType;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: Resolved<typeof IMPORTED_VAULT>,
  ) {
    super(scope, id);
    this.vaultId = attributes.vaultId;
    this.vaultType = attributes.vaultType;
    checkRegionWhenWritten(this, "vaultId", attributes.vaultId);
  }

  public get compartmentId(): string {
    return this.attribute("compartmentId", this.attributes.compartmentId);
  }

  public get managementEndpoint(): string {
    return this.attribute("managementEndpoint", this.attributes.managementEndpoint);
  }

  public get cryptoEndpoint(): string {
    return this.attribute("cryptoEndpoint", this.attributes.cryptoEndpoint);
  }

  private attribute<T>(name: string, value: T | undefined): T {
    return requiredAttribute(this, "KeyVault.fromKeyVaultAttributes", name, value);
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readVault(scope: Construct, id: string, props: KeyVaultProps): Resolved<typeof VAULT> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  return problems.resolved(readProps(problems, props, VAULT));
}

/**
 * A vault whose resource another construct creates.
 *
 * A KeyVault would change the address of that resource, and Terraform would replace the vault.
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
