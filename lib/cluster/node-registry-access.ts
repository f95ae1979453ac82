import { type ITerraformDependable, type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";
import { type ISecureOkeCluster } from "./cluster-base";
import { type CredentialProvider } from "./private/start-script";
import { nodePoolPrincipal, tagNamespaceStatement } from "./private/tag-namespace-policy";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { nameOf } from "../core/resource-name";
import { shortHash } from "../core/short-hash";
import { checkTags, type TaggingProps, tagsOf } from "../core/tagging";
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

const TAG = /^[A-Za-z0-9_-]{1,100}\.[A-Za-z0-9_-]{1,100}$/;
const NAME = /^[A-Za-z0-9._-]{1,100}$/;
const REPOSITORY = /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/;
const PREFIX = /^[a-z0-9]+([._-]+[a-z0-9]+)*[._-]*\*$/;
// Inserted into a script without quoting.
const PATH = /^\/[A-Za-z0-9._/-]+$/;

/** Validates the props before anything is created; throws all problems together. */
function readRegistryAccess(scope: Construct, id: string, given: NodeRegistryAccessProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props: Partial<NodeRegistryAccessProps> = given ?? {};
  const { cluster, nodeTag, repositories, configureKubelet = true } = props;
  checkGiven(problems, { cluster, nodeTag, repositories });
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    problems.collect(() => cluster?.compartmentId);
  }
  checkOcid(problems, "tenancyId", props.tenancyId, "tenancy");
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const tagFix = 'Write the namespace, a period and the key: "Operations.NodeRole"';
  checkText(problems, "nodeTag", nodeTag, TAG, tagFix, "TAG_INVALID");
  for (const name of ["nodeTagValue", "dynamicGroupName"] as const) {
    checkText(
      problems,
      name,
      props[name],
      NAME,
      "Use up to 100 letters, digits, periods, underscores and dashes",
    );
  }
  for (const name of ["providerFolder", "providerConfigFile"] as const) {
    const fix = `Write an absolute path such as "${name === "providerFolder" ? PROVIDER_FOLDER : PROVIDER_CONFIG_FILE}"`;
    checkText(problems, name, props[name], PATH, fix, "VALUE_INVALID");
  }
  checkRepositories(problems, repositories);
  if (typeof configureKubelet !== "boolean") {
    problems.add("VALUE_INVALID", `configureKubelet is ${shown(configureKubelet)}`, "Write true or false");
  }
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** Adds a problem for a text that is not valid where it is inserted: a reference to a Terraform value could contain anything. */
function checkText(
  problems: Problems,
  name: string,
  value: unknown,
  pattern: RegExp,
  fix: string,
  code: "NAME_INVALID" | "TAG_INVALID" | "VALUE_INVALID" = "NAME_INVALID",
): void {
  if (value === undefined || value === null) return;
  if (typeof value === "string" && !Token.isUnresolved(value) && pattern.test(value)) return;
  problems.add(code, `${name} is ${shown(value)}`, fix);
}

function checkRepositories(problems: Problems, repositories: unknown): void {
  if (repositories === undefined || repositories === null) return;
  if (!Array.isArray(repositories) || Token.isUnresolved(repositories)) {
    const fix = 'Write a list, for example ["shop/web", "shop/worker"]';
    problems.add("VALUE_INVALID", `repositories is ${shown(repositories)}`, fix);
    return;
  }
  if (repositories.length === 0) {
    const fix = "Name the repositories that the nodes may pull from";
    problems.add("COUNT_INVALID", "repositories is empty, so the nodes could pull nothing", fix);
  }
  for (const name of repositories as unknown[]) {
    if (Token.isUnresolved(name)) continue;
    if (typeof name === "string" && (REPOSITORY.test(name) || PREFIX.test(name))) continue;
    problems.add(
      "NAME_INVALID",
      `repositories has ${shown(name)}`,
      'Write the name without the host and the namespace of the registry, such as "shop/web", or the beginning of names ' +
        'without a slash, such as "shop-*"',
    );
  }
  const twice = repositories.filter((one, index) => repositories.indexOf(one) < index);
  for (const name of new Set(twice as unknown[])) {
    problems.add("NAME_DUPLICATE", `repositories names ${shown(name)} twice`, "Name each repository once");
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

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, COUNT_INVALID, TAG_INVALID, TEXT_TEMPLATE, PROVIDER_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: NodeRegistryAccessProps,
  ) {
    readRegistryAccess(scope, id, props);
    super(scope, id);
    const { cluster, compartmentId = cluster.compartmentId, repositories } = props;
    this.cluster = cluster;
    this.repositories = sorted(repositories);
    this.dynamicGroupName = props.dynamicGroupName ?? this.ownName();
    this.nodeTag = props.nodeTag;
    this.nodeTagValue = props.nodeTagValue ?? this.dynamicGroupName;
    const conditions = [
      `instance.compartment.id = '${cluster.compartmentId}'`,
      `tag.${this.nodeTag}.value = '${this.nodeTagValue}'`,
    ];
    // IAM can rename neither a group nor a policy.
    const common = { lifecycle: { ignoreChanges: ["name"] }, provider: props.homeRegionProvider };
    const group = new IdentityDynamicGroup(this, "Resource", {
      ...common,
      compartmentId: props.tenancyId,
      name: this.dynamicGroupName,
      description: "Nodes that may pull private images",
      matchingRule: `ALL {${conditions.join(", ")}}`,
      ...tagsOf(this, props),
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
        ...tagsOf(this, props),
      }),
      // OKE sets the tag on the nodes on behalf of the pool.
      new IdentityPolicy(this, "TagPolicy", {
        ...common,
        compartmentId: props.tenancyId,
        name: `${this.dynamicGroupName.slice(0, MAX_NAME_LENGTH - TAG_SUFFIX.length)}${TAG_SUFFIX}`,
        description: "Lets node pools put the tag on their nodes",
        statements: [
          tagNamespaceStatement(
            nodePoolPrincipal(cluster.compartmentId),
            this.nodeTag.split(".")[0] ?? this.nodeTag,
          ),
        ],
        ...tagsOf(this, props),
      }),
    ];
  }

  /**
   * The credential provider arguments of the kubelet; undefined if the image starts the kubelet with them.
   *
   * @internal
   */
  public get _credentialProvider(): CredentialProvider | undefined {
    const { configureKubelet = true, providerFolder = PROVIDER_FOLDER } = this.props;
    if (!configureKubelet) return undefined;
    return { folder: providerFolder, config: this.props.providerConfigFile ?? PROVIDER_CONFIG_FILE };
  }

  private ownName(): string {
    const { compartmentId } = this.props.cluster;
    const hash = shortHash(`${this.node.path}\n${Token.isUnresolved(compartmentId) ? "" : compartmentId}`);
    const words = nameOf(this).replace(/[^A-Za-z0-9._-]+/g, "-");
    return `${words.slice(0, MAX_NAME_LENGTH - hash.length - 1)}-${hash}`;
  }
}

/** In a stable order; the placeholder of a reference can change, so references stay at the end in their given order. */
function sorted(repositories: readonly string[]): string[] {
  const isReference = (name: string) => Token.isUnresolved(name);
  const known = repositories.filter((name) => !isReference(name)).sort();
  return [...known, ...repositories.filter(isReference)];
}

function repositoryCondition(name: string): string {
  return name.endsWith("*") ? `target.repo.name = /${name}/` : `target.repo.name = '${name}'`;
}
