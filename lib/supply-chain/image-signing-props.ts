import { type TerraformProvider } from "cdktf";
import { type PrivateRepository } from "./private-repository";
import { type SigningKey } from "./signing-key";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { type TaggingProps } from "../core/tagging";

/** Props for ImageSigning. */
export interface ImageSigningProps extends TaggingProps {
  /** The cluster that runs signed images only; it has one such construct. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The keys whose signatures count, one to five: an image that has been signed by any of them may run.
   *
   * A second key is how to replace the first: name both, sign all images by the new one, and leave out the old one.
   *
   * @default [SigningKey.generated()]
   */
  readonly keys?: SigningKey[];
  /**
   * The repositories of the images, which the cluster may read to verify signatures.
   *
   * @default - all repositories of the cluster's compartment
   */
  readonly repositories?: PrivateRepository[];
  /**
   * The OCID of the compartment of the vault and the keys.
   *
   * @default - that of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}
