import { Token, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type ISecureOkeCluster } from "./cluster";
import { type NodeRegistryAccessProps } from "./node-registry-access-props";
import { PROVIDER_CONFIG_FILE, PROVIDER_FOLDER, readRegistryAccess } from "./read-registry-access";
import { nodePoolPrincipal, tagNamespaceStatement } from "./tag-namespace-policy";
import { checked } from "../core/checked";
import { nameOf } from "../core/resource-name";
import { shortHash } from "../core/short-hash";
import { tagsOf } from "../core/tagging";
import { IdentityDynamicGroup } from "../oci/identity-dynamic-group";
import { IdentityPolicy } from "../oci/identity-policy";

const LONGEST_NAME = 100;
const TAG_SUFFIX = "-tag";

/**
 * Lets the nodes of some pools pull private images of OCIR without a Secret, by the kubelet's credential provider.
 *
 * It makes a dynamic group of the nodes, known by a defined tag that the pools put on them, and a policy that lets the group read
 * the named repositories and nothing else. Give it to pools as `registryAccess`; several pools can share one.
 *
 * The image of the nodes must have the binary of a credential provider, such as Oracle's, and its configuration: nothing is
 * downloaded, as private nodes have no route to where it is published. Nodes reach OCIR of their region by the service gateway. Nodes that exist
 * already get neither the tag nor the script: replace them. No tenancy has confirmed the combination of tag and policy.
 *
 * @see https://github.com/oracle-devrel/oke-credential-provider-for-ocir
 * @see https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/
 */
@checked
export class NodeRegistryAccess extends Construct {
  /** The cluster whose nodes may pull. */
  public readonly cluster: ISecureOkeCluster;
  /** The names of the repositories. */
  public readonly repositories: string[];
  /** The name of the dynamic group of the nodes. */
  public readonly dynamicGroupName: string;
  /** The OCID of the dynamic group of the nodes. */
  public readonly dynamicGroupId: string;
  /** The namespace and the key of the tag of the nodes. */
  public readonly nodeTag: string;
  /** The value of the tag of the nodes. */
  public readonly nodeTagValue: string;

  /**
   * What nodes wait for, so that the first image can be pulled.
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
    // IAM renames neither a group nor a policy.
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
      // OKE puts the tag on the nodes in the name of the pool.
      new IdentityPolicy(this, "TagPolicy", {
        ...common,
        compartmentId: props.tenancyId,
        name: `${this.dynamicGroupName.slice(0, LONGEST_NAME - TAG_SUFFIX.length)}${TAG_SUFFIX}`,
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
   * The script that starts a node, as its metadata holds it; nothing where the image starts the kubelet as it must.
   *
   * OKE runs it in the place of its own script, which it therefore runs itself, with the kubelet's further arguments.
   *
   * @internal
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingcustomcloudinitscripts.htm
   */
  public _userData(): string | undefined {
    const { configureKubelet = true, providerFolder = PROVIDER_FOLDER } = this.props;
    if (!configureKubelet) return undefined;
    const { providerConfigFile = PROVIDER_CONFIG_FILE } = this.props;
    return Buffer.from(startScript(providerFolder, providerConfigFile)).toString("base64");
  }

  private ownName(): string {
    const { compartmentId } = this.props.cluster;
    const hash = shortHash(`${this.node.path}\n${Token.isUnresolved(compartmentId) ? "" : compartmentId}`);
    const words = nameOf(this).replace(/[^A-Za-z0-9._-]+/g, "-");
    return `${words.slice(0, LONGEST_NAME - hash.length - 1)}-${hash}`;
  }
}

/** In an order of their own; the placeholder of a reference moves, so references keep theirs at the end. */
function sorted(repositories: readonly string[]): string[] {
  const isReference = (name: string) => Token.isUnresolved(name);
  const known = repositories.filter((name) => !isReference(name)).sort();
  return [...known, ...repositories.filter(isReference)];
}

function repositoryCondition(name: string): string {
  return name.endsWith("*") ? `target.repo.name = /${name}/` : `target.repo.name = '${name}'`;
}

function startScript(folder: string, config: string): string {
  return `#!/usr/bin/env bash
set -o errexit -o nounset -o pipefail
metadata=http://169.254.169.254/opc/v2/instance/metadata/oke_init_script
init=/var/run/oke-init.sh
curl --fail --silent --show-error --location --retry 10 --header "Authorization: Bearer Oracle" "$metadata" | base64 --decode > "$init"
# A kubelet that is told of files that are not there does not start at all; without them it still runs what needs no private image.
if [ -d ${folder} ] && [ -f ${config} ]; then
  bash "$init" --kubelet-extra-args "--image-credential-provider-bin-dir=${folder} --image-credential-provider-config=${config}"
else
  echo "No credential provider: ${folder} or ${config} is missing in the image of this node, so it can't pull private images" >&2
  bash "$init"
fi
`;
}
