import { type TerraformProvider } from "cdktf";
import { type IConstruct } from "constructs";
import { type SecretContent } from "./secret-content";
import { type SecretExpiry } from "./secret-expiry";
import { type ISecretReader } from "./secret-reader";
import { type SecretRotation } from "./secret-rotation";
import { type TaggingProps } from "../core/tagging";

/** A secret in OCI Vault. */
export interface IVaultSecret extends IConstruct {
  /** The name of the secret, unique in the vault. */
  readonly secretName: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /** The region of the vault, if it is known. */
  readonly region?: string;

  /**
   * Allows a workload to read this secret with its own service account, by one IAM statement.
   *
   * `workload.mountSecret` includes this call.
   *
   * @param reader the workload, such as a HardenedDeployment, whose chart is added to a cluster
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
   * The name of the secret, unique in the vault: letters, digits, `-`, `_`, and `.`. A change replaces the secret.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly secretName?: string;
  /** The purpose of the secret. @default - none */
  readonly description?: string;
  /**
   * The value that the vault generates.
   *
   * @default SecretContent.passphrase()
   */
  readonly content?: SecretContent;
  /**
   * The expiry of the secret.
   *
   * @default - each version expires after 90 days, the maximum of OCI Vault
   */
  readonly expiry?: SecretExpiry;
  /**
   * The rotation of the secret.
   *
   * @default - none; you write each new version before the current one expires
   */
  readonly rotation?: SecretRotation;
  /**
   * The region of the vault, such as `eu-frankfurt-1`; only External Secrets needs it.
   *
   * @default - the region in the OCID of the vault, if that is a literal
   */
  readonly region?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/** The attributes of an existing secret. */
export interface VaultSecretAttributes {
  /** The name of the secret, unique in the vault. */
  readonly secretName: string;
  /** The OCID of the vault. */
  readonly vaultId: string;
  /** The OCID of the compartment of the secret. */
  readonly compartmentId: string;
  /**
   * The region of the vault, such as `eu-frankfurt-1`; only External Secrets needs it.
   *
   * @default - the region in the OCID of the vault, if that is a literal
   */
  readonly region?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}
