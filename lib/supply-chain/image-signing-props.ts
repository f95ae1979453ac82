import { type TerraformProvider } from "cdktf";
import { type PrivateRepository } from "./private-repository";
import { type SigningKey } from "./signing-key";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { type TaggingProps } from "../core/tagging";

/** Props for ImageSigning. */
export interface ImageSigningProps extends TaggingProps {
  /** The cluster that runs only signed images; it can have one such construct. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The trusted keys, one to five: an image signed by any of them may run.
   *
   * To rotate a key, add the new one, sign all images with it, and then remove the old one.
   *
   * @default [SigningKey.generated()]
   */
  readonly keys?: SigningKey[];
  /**
   * The repositories of the images, which the cluster is allowed to read to verify signatures.
   *
   * @default - all repositories of the cluster's compartment
   */
  readonly repositories?: PrivateRepository[];
  /**
   * The OCID of the compartment of the vault and the keys.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the one of the cluster; otherwise the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}
