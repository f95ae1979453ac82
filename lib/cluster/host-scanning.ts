import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type ISecureOkeCluster } from "./cluster-base";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkNodeScanning, CisLevel, type NodeScanningOptions } from "./node-scanning";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkDisplayName } from "../core/resource-name";
import { compareOcids } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { setTagOwner } from "../core/scope-tags";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { IdentityPolicy } from "../oci/identity-policy";
import { VulnerabilityScanningHostScanRecipe } from "../oci/vulnerability-scanning-host-scan-recipe";
import { VulnerabilityScanningHostScanTarget } from "../oci/vulnerability-scanning-host-scan-target";

/** Props for HostScanning. */
export interface HostScanningProps extends TaggingProps, NodeScanningOptions {
  /** The cluster whose nodes are scanned. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The name of the recipe and the target.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/**
 * Scans the nodes of a cluster for known vulnerabilities, and against the CIS benchmark of their operating system.
 *
 * A SecureOkeCluster creates one by default; use this construct for imported clusters. It creates a recipe and a target of the
 * Vulnerability Scanning service, and before the target the policies that the service needs. The target is the compartment of the nodes
 * instead of a list of instances, as nodes come and go: other instances in this compartment and its subcompartments are scanned too.
 *
 * Nodes reach the service through the service gateway. The plugin "Vulnerability Scanning" of the Oracle Cloud Agent must run on them; no
 * attribute of a node pool enables it, and no source confirms that it is enabled in OKE's images. Ports are scanned on public addresses
 * only, which nodes don't have.
 *
 * @see https://docs.oracle.com/iaas/Content/scanning/using/create-host-target.htm
 * @see https://docs.oracle.com/iaas/Content/scanning/using/required-iam-policy-host-scan.htm
 */
@checked
export class HostScanning extends ResourceConstruct {
  /** The OCID of the recipe. */
  public readonly recipeId: string;
  /** The OCID of the target. */
  public readonly targetId: string;

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, PROVIDER_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: HostScanningProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, cisLevel = CisLevel.STRICT, weeklyOn } = props;
    const { compartmentId: nodes, network } = cluster;
    const { compartmentId = nodes, displayName = nameOf(this) } = props;
    setTagOwner(this, cluster);
    const policies = [this.addPolicy("Policy", nodes, statementsFor(nodes))];
    const other = network.compartmentId;
    if (compareOcids({ scope: this, id: other }, { scope: this, id: nodes }) !== "same") {
      policies.push(this.addPolicy("NetworkPolicy", other, networkStatementsFor(other)));
    }
    const recipe = new VulnerabilityScanningHostScanRecipe(this, "Recipe", {
      compartmentId,
      displayName,
      agentSettings: {
        scanLevel: "STANDARD",
        agentConfiguration: { vendor: "OCI", cisBenchmarkSettings: { scanLevel: cisLevel } },
      },
      portSettings: { scanLevel: "LIGHT" },
      schedule: weeklyOn === undefined ? { type: "DAILY" } : { type: "WEEKLY", dayOfWeek: weeklyOn },
      ...tagsOf(this, props),
    });
    const target = new VulnerabilityScanningHostScanTarget(this, "Resource", {
      compartmentId,
      displayName,
      description: "The nodes of a cluster",
      hostScanRecipeId: recipe.id,
      targetCompartmentId: nodes,
      // The service looks for instances as soon as the target exists.
      dependsOn: policies,
      ...tagsOf(this, props),
    });
    this.recipeId = recipe.id;
    this.targetId = target.id;
  }

  private addPolicy(id: string, compartmentId: string, statements: string[]): IdentityPolicy {
    const name = this.props.displayName ?? nameOf(this);
    return new IdentityPolicy(this, id, {
      provider: this.props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${name}-${id === "Policy" ? "scanning" : "scanning-network"}`),
      description: "Lets the Vulnerability Scanning service scan the nodes of a cluster",
      statements,
      lifecycle: { ignoreChanges: ["name"] },
      ...tagsOf(this, this.props),
    });
  }
}

const allow = (what: string, compartmentId: string) =>
  `Allow service vulnerability-scanning-service to ${what} in compartment id ${compartmentId}`;

/** The rights of the service in the compartment of the nodes; it needs this verb, because it runs commands on them. */
function statementsFor(compartmentId: string): string[] {
  return ["manage instances", "read compartments", "read vnics", "read vnic-attachments"].map((what) =>
    allow(what, compartmentId),
  );
}

/** The rights of the service in the compartment of the VNICs, if it is not the compartment of the nodes. */
function networkStatementsFor(compartmentId: string): string[] {
  return ["read vnics", "read vnic-attachments"].map((what) => allow(what, compartmentId));
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function check(scope: Construct, id: string, given: HostScanningProps): void {
  const props: Partial<HostScanningProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { cluster } = props;
  checkGiven(problems, { cluster });
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    problems.collect(() => [cluster?.compartmentId, cluster?.network.compartmentId]);
  }
  checkNodeScanning(problems, props);
  checkDisplayName(problems, "displayName", props.displayName);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}
