import { type TerraformProvider } from "cdktf";
import { type IConstruct } from "constructs";
import { type SecretContent } from "./secret-content";
import { type SecretExpiry } from "./secret-expiry";
import { type ISecretReader } from "./secret-reader";
import { type SecretRotation } from "./secret-rotation";
import { type TaggingProps } from "../core/tagging";

/** A secret in OCI Vault. */
export interface IVaultSecret extends IConstruct {
  /** The name, unique in the vault. */
  readonly secretName: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /** The region of the vault, where it is known. */
  readonly region?: string;

  /**
   * Lets a workload read this secret as its own service account, by one IAM statement.
   *
   * `workload.mountSecret` does this by itself.
   *
   * @param reader such as a HardenedDeployment, whose chart is added to a cluster
   * @throws NAME_INVALID where the workload has no namespace; ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis CHART_NOT_ADDED
   */
  grantRead(reader: ISecretReader): void;
}

/** Props for VaultSecret. */
export interface VaultSecretProps extends TaggingProps {
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the AES key that encrypts the secret; it must be in the same vault. */
  readonly keyId: string;
  /**
   * The name, unique in the vault: letters, digits, `-`, `_`, and `.`. Another name is another secret.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly secretName?: string;
  /** What the secret is for. @default - none */
  readonly description?: string;
  /**
   * What the vault generates as the value.
   *
   * @default SecretContent.passphrase()
   */
  readonly content?: SecretContent;
  /**
   * When the secret expires.
   *
   * @default - each version after 90 days, the longest time that OCI Vault accepts
   */
  readonly expiry?: SecretExpiry;
  /**
   * Who rotates the secret.
   *
   * @default - nobody: you write each new version, before the current one expires
   */
  readonly rotation?: SecretRotation;
  /**
   * The region of the vault, such as `eu-frankfurt-1`; only External Secrets needs it.
   *
   * @default - the region in the OCID of the vault, where that is a literal
   */
  readonly region?: string;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/** A secret that exists already. */
export interface VaultSecretAttributes {
  /** The name, unique in the vault. */
  readonly secretName: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /**
   * The region of the vault, such as `eu-frankfurt-1`; only External Secrets needs it.
   *
   * @default - the region in the OCID of the vault, where that is a literal
   */
  readonly region?: string;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}
