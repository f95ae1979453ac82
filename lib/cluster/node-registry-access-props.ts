import { type TerraformProvider } from "cdktf";
import { type ISecureOkeCluster } from "./cluster";
import { type TaggingProps } from "../core/tagging";

/** Props for NodeRegistryAccess. */
export interface NodeRegistryAccessProps extends TaggingProps {
  /** The cluster that the nodes belong to. */
  readonly cluster: ISecureOkeCluster;
  /** The OCID of the tenancy: a dynamic group belongs to no other compartment. */
  readonly tenancyId: string;
  /**
   * The names of the repositories that the nodes may pull from, without the registry's host and namespace: `shop/web` for the image
   * `fra.ocir.io/acme/shop/web`.
   *
   * A name that ends with `*` and has no slash stands for all repositories whose names begin so.
   *
   * @see https://docs.oracle.com/iaas/Content/Registry/Concepts/registrypolicyrepoaccess.htm
   */
  readonly repositories: string[];
  /**
   * The OCID of the compartment of the repositories.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The namespace and the key of a defined tag that tells the nodes from all other instances of the compartment, such as
   * `Operations.NodeRole`.
   *
   * Both must exist in the tenancy, and whoever may set the tag on an instance lets that instance pull: restrict the use of its
   * namespace. IAM policies know no freeform tags.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengtaggingclusterresources_managing-access-using-tags.htm
   */
  readonly nodeTag: string;
  /**
   * The value of that tag on the nodes, unique in the compartment; up to 100 letters, digits, `.`, `_` and `-`.
   *
   * @default - the name of the dynamic group
   */
  readonly nodeTagValue?: string;
  /**
   * The name of the dynamic group, unique in the tenancy; it can't change later.
   *
   * @default - made of the path of the construct and a hash of it and of the cluster's compartment
   */
  readonly dynamicGroupName?: string;
  /**
   * Whether the cloud-init script of the nodes starts the kubelet with the credential provider.
   *
   * False where the image of the nodes does that itself.
   *
   * @default true
   */
  readonly configureKubelet?: boolean;
  /**
   * The folder of the credential provider's binary in the image of the nodes.
   *
   * @default "/usr/local/bin/"
   */
  readonly providerFolder?: string;
  /**
   * The file in the image of the nodes that tells the kubelet which images the credential provider is asked about.
   *
   * @default "/etc/kubernetes/credential-provider-config.yaml"
   */
  readonly providerConfigFile?: string;
  /**
   * The provider of the tenancy's home region, where IAM resources are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}
