import { type ITerraformDependable, type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";
import { type ISecureOkeCluster } from "./cluster-base";
import { clusterValue } from "./private/cluster-readers";
import { type CredentialProvider } from "./private/node-start";
import { nodePoolPrincipal, tagNamespaceStatement } from "./private/cluster-policies";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import {
  boolean,
  checkedBy,
  listOf,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  text,
  withDefault,
} from "../core/readers";
import { nameOf, shortHash } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { IdentityDynamicGroup } from "../oci/identity-dynamic-group";
import { IdentityPolicy } from "../oci/identity-policy";

/** Props for NodeRegistryAccess. */
export interface NodeRegistryAccessProps extends TaggingProps {
  /** The cluster of the nodes. */
  readonly cluster: ISecureOkeCluster;
  /** The OCID of the tenancy: dynamic groups exist in its root compartment only. */
  readonly tenancyId: string;
  /**
   * The names of the repositories that the nodes may pull from, without the registry's host and namespace: `shop/web` for the image
   * `fra.ocir.io/acme/shop/web`.
   *
   * A name that ends with `*` and has no slash matches all repositories with this prefix.
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
   * The namespace and the key of a defined tag that distinguishes the nodes from all other instances of the compartment, such as
   * `Operations.NodeRole`.
   *
   * Both must exist in the tenancy. Everyone who may set the tag on an instance can let that instance pull images: restrict the use of
   * the tag namespace. IAM policies don't support freeform tags.
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
   * The name of the dynamic group, unique in the tenancy; it can't be changed later.
   *
   * @default - the path of the construct, and a hash of the path and the cluster's compartment
   */
  readonly dynamicGroupName?: string;
  /**
   * Whether the cloud-init script of the nodes starts the kubelet with the credential provider.
   *
   * Set it to false if the image of the nodes does that itself.
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
   * The configuration file in the image of the nodes that tells the kubelet for which images to ask the credential provider.
   *
   * @default "/etc/kubernetes/credential-provider-config.yaml"
   */
  readonly providerConfigFile?: string;
  /**
   * The provider of the tenancy's home region, in which IAM resources are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const PROVIDER_FOLDER = "/usr/local/bin/";
const PROVIDER_CONFIG_FILE = "/etc/kubernetes/credential-provider-config.yaml";

const REPOSITORY = /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/;
const PREFIX = /^[a-z0-9]+([._-]+[a-z0-9]+)*[._-]*\*$/;

const identifier = () =>
  matching(/^[A-Za-z0-9._-]{1,100}$/, "Use up to 100 letters, digits, periods, underscores and dashes");
// Inserted into a script without quoting.
const absolutePath = (example: string) =>
  matching(/^\/[A-Za-z0-9._/-]+$/, `Give an absolute path, for example "${example}"`, {
    code: "VALUE_INVALID",
  });

const REGISTRY_ACCESS = {
  cluster: clusterValue(),
  tenancyId: ocid("tenancy"),
  repositories: checkedBy(
    listOf(checkedBy(text(), checkRepository), 'a list, for example ["shop/web", "shop/worker"]'),
    checkList,
  ),
  compartmentId: optional(ocid("compartment", "tenancy")),
  nodeTag: matching(
    /^[A-Za-z0-9_-]{1,100}\.[A-Za-z0-9_-]{1,100}$/,
    'Give the namespace, a period and the key, for example "Operations.NodeRole"',
    { code: "TAG_INVALID" },
  ),
  nodeTagValue: optional(identifier()),
  dynamicGroupName: optional(identifier()),
  configureKubelet: withDefault(boolean(), true),
  providerFolder: withDefault(absolutePath(PROVIDER_FOLDER), PROVIDER_FOLDER),
  providerConfigFile: withDefault(absolutePath(PROVIDER_CONFIG_FILE), PROVIDER_CONFIG_FILE),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<NodeRegistryAccessProps>;

type ResolvedAccess = Resolved<typeof REGISTRY_ACCESS>;

/** Reads the props before anything is created; throws all problems together. */
function readRegistryAccess(scope: Construct, id: string, props: NodeRegistryAccessProps): ResolvedAccess {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, REGISTRY_ACCESS);
  const { cluster } = read;
  if (cluster) problems.collect(() => cluster.compartmentId);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedAccess>(read);
}

function checkRepository(problems: Problems, name: string, repository: string): void {
  if (Token.isUnresolved(repository) || REPOSITORY.test(repository) || PREFIX.test(repository)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(repository)}`,
    'Give the name without the host and the namespace of the registry, such as "shop/web", or a prefix of names without a ' +
      'slash, such as "shop-*"',
  );
}

function checkList(problems: Problems, name: string, repositories: readonly string[]): void {
  if (Token.isUnresolved(repositories)) {
    const fix = 'Give a literal list, for example ["shop/web", "shop/worker"]';
    problems.add("VALUE_INVALID", `${name} is ${shown(repositories)}`, fix);
    return;
  }
  if (repositories.length === 0) {
    const fix = 'Name the repositories that the nodes may pull from, for example ["shop/web"]';
    problems.add("COUNT_INVALID", `${name} is empty, so that the nodes could pull nothing`, fix);
  }
  const duplicates = repositories.filter((repository, index) => repositories.indexOf(repository) < index);
  for (const repository of new Set(duplicates)) {
    problems.add("NAME_DUPLICATE", `${name} has ${shown(repository)} twice`, "Name each repository once");
  }
}

const MAX_NAME_LENGTH = 100;
const TAG_SUFFIX = "-tag";

/**
 * Lets the nodes of pools pull private images of OCIR without a Secret, through the kubelet's credential provider.
 *
 * It creates a dynamic group of the nodes, identified by a defined tag that the pools set on them, and a policy that allows the group to
 * read the given repositories only. Pass it to pools as `registryAccess`; several pools can share one.
 *
 * The image of the nodes must contain the binary of a credential provider, such as Oracle's, and its configuration: nothing is
 * downloaded, as private nodes have no route to where it is published. Nodes reach OCIR of their region through the service gateway.
 * Existing nodes get neither the tag nor the script: replace them. No tenancy has confirmed the combination of tag and policy.
 *
 * @see https://github.com/oracle-devrel/oke-credential-provider-for-ocir
 * @see https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/
 */
@checked
export class NodeRegistryAccess extends Construct {
  /** The cluster whose nodes may pull images. */
  public readonly cluster: ISecureOkeCluster;
  /** The OCID of the compartment of the repositories. */
  public readonly compartmentId: string;
  /** The names of the repositories. */
  public readonly repositories: string[];
  /** The name of the dynamic group of the nodes. */
  public readonly dynamicGroupName: string;
  /** The OCID of the dynamic group of the nodes. */
  public readonly dynamicGroupId: string;
  /** The namespace and the key of the tag on the nodes. */
  public readonly nodeTag: string;
  /** The value of the tag on the nodes. */
  public readonly nodeTagValue: string;

  /**
   * The policies that nodes depend on, so that the first image can be pulled.
   *
   * @internal
   */
  public readonly _policies: ITerraformDependable[];

  /**
   * The credential provider arguments of the kubelet; undefined if the image starts the kubelet with them.
   *
   * @internal
   */
  public readonly _credentialProvider: CredentialProvider | undefined;

  constructor(scope: Construct, id: string, props: NodeRegistryAccessProps) {
    const read = readRegistryAccess(scope, id, props);
    super(scope, id);
    const { cluster, compartmentId = cluster.compartmentId } = read;
    this.cluster = cluster;
    this.compartmentId = compartmentId;
    this.repositories = sorted(read.repositories);
    this.dynamicGroupName = read.dynamicGroupName ?? this.defaultName();
    this.nodeTag = read.nodeTag;
    this.nodeTagValue = read.nodeTagValue ?? this.dynamicGroupName;
    this._credentialProvider = read.configureKubelet
      ? { folder: read.providerFolder, config: read.providerConfigFile }
      : undefined;
    const tags = tagsOf(this, read);
    const conditions = [
      `instance.compartment.id = '${cluster.compartmentId}'`,
      `tag.${this.nodeTag}.value = '${this.nodeTagValue}'`,
    ];
    // IAM can rename neither a group nor a policy.
    const common = { lifecycle: { ignoreChanges: ["name"] }, provider: read.homeRegionProvider };
    const group = new IdentityDynamicGroup(this, "Resource", {
      ...common,
      compartmentId: read.tenancyId,
      name: this.dynamicGroupName,
      description: "Nodes that may pull private images",
      matchingRule: `ALL {${conditions.join(", ")}}`,
      ...tags,
    });
    this.dynamicGroupId = group.id;
    this._policies = [
      new IdentityPolicy(this, "Policy", {
        ...common,
        compartmentId,
        name: this.dynamicGroupName,
        description: "Lets nodes pull the images of their workloads",
        statements: [
          `Allow dynamic-group id ${group.id} to read repos in compartment id ${compartmentId} where any {${this.repositories
            .map(repositoryCondition)
            .join(", ")}}`,
        ],
        ...tags,
      }),
      // OKE sets the tag on the nodes on behalf of the pool.
      new IdentityPolicy(this, "TagPolicy", {
        ...common,
        compartmentId: read.tenancyId,
        name: `${this.dynamicGroupName.slice(0, MAX_NAME_LENGTH - TAG_SUFFIX.length)}${TAG_SUFFIX}`,
        description: "Lets node pools put the tag on their nodes",
        statements: [
          tagNamespaceStatement(
            nodePoolPrincipal(cluster.compartmentId),
            this.nodeTag.split(".")[0] ?? this.nodeTag,
          ),
        ],
        ...tags,
      }),
    ];
  }

  private defaultName(): string {
    const { compartmentId } = this.cluster;
    const hash = shortHash(`${this.node.path}\n${Token.isUnresolved(compartmentId) ? "" : compartmentId}`);
    const words = nameOf(this).replace(/[^A-Za-z0-9._-]+/g, "-");
    return `${words.slice(0, MAX_NAME_LENGTH - hash.length - 1)}-${hash}`;
  }
}

/** In a stable order; the placeholder of a reference can change, so references stay at the end in their given order. */
function sorted(repositories: readonly string[]): string[] {
  const isReference = (name: string) => Token.isUnresolved(name);
  const literals = repositories.filter((name) => !isReference(name)).sort();
  return [...literals, ...repositories.filter(isReference)];
}

function repositoryCondition(name: string): string {
  return name.endsWith("*") ? `target.repo.name = /${name}/` : `target.repo.name = '${name}'`;
}
