import { type Construct } from "constructs";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkDisplayName } from "../core/resource-name";
import { firstApply } from "../core/first-apply";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { setTagOwner } from "../core/scope-tags";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { CloudGuardTarget as CloudGuardTargetResource } from "../oci/cloud-guard-target";
import { DataOciCloudGuardDetectorRecipes } from "../oci/data-oci-cloud-guard-detector-recipes";
import { DataOciCloudGuardResponderRecipes } from "../oci/data-oci-cloud-guard-responder-recipes";

/** A detector of Cloud Guard. */
export enum CloudGuardDetector {
  /** Detects risky activity of users and programs in the audit log. */
  ACTIVITY = "IAAS_ACTIVITY_DETECTOR",
  /** Detects risky configurations of resources. */
  CONFIGURATION = "IAAS_CONFIGURATION_DETECTOR",
  /** Detects the behavior of attackers. */
  THREAT = "IAAS_THREAT_DETECTOR",
  /** Detects threats on instances. */
  INSTANCE_SECURITY = "IAAS_INSTANCE_SECURITY_DETECTOR",
  /** Detects threats in containers. */
  CONTAINER_SECURITY = "IAAS_CONTAINER_SECURITY_DETECTOR",
}

/** Props for CloudGuardTarget. */
export interface CloudGuardTargetProps extends TaggingProps {
  /** The cluster whose compartment Cloud Guard monitors. */
  readonly cluster: ISecureOkeCluster;
  /** The OCID of the tenancy, whose root compartment has Oracle's recipes. */
  readonly tenancyId: string;
  /**
   * The OCID of the monitored compartment, including its descendants down to the next target. A compartment
   * has one target only.
   *
   * @default - the compartment of the cluster
   */
  readonly targetCompartmentId?: string;
  /**
   * The detectors with Oracle-managed recipes; ACTIVITY and CONFIGURATION are required.
   *
   * @default [CloudGuardDetector.ACTIVITY, CloudGuardDetector.CONFIGURATION, CloudGuardDetector.THREAT]
   */
  readonly detectors?: CloudGuardDetector[];
  /**
   * The OCIDs of your own detector recipes, instead of the Oracle-managed ones.
   *
   * @default - the Oracle-managed recipes of `detectors`
   */
  readonly detectorRecipeIds?: string[];
  /**
   * The OCIDs of your own responder recipes, instead of the Oracle-managed ones.
   *
   * @default - the Oracle-managed recipes
   */
  readonly responderRecipeIds?: string[];
  /**
   * The name of the target.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

const DEFAULT_DETECTORS = [
  CloudGuardDetector.ACTIVITY,
  CloudGuardDetector.CONFIGURATION,
  CloudGuardDetector.THREAT,
];
const REQUIRED = [CloudGuardDetector.ACTIVITY, CloudGuardDetector.CONFIGURATION];

/**
 * Monitors the compartment of a cluster with Cloud Guard, with Oracle-managed recipes.
 *
 * Cloud Guard must be enabled in the tenancy, with its policies, once and outside of the stack of a cluster.
 * A compartment has one target: it takes the compartment over from any target that covered it. Findings of
 * Vulnerability Scanning appear as problems of Cloud Guard too.
 *
 * @see https://docs.oracle.com/iaas/cloud-guard/using/targets-about.htm
 */
@checked
export class CloudGuardTarget extends ResourceConstruct {
  /** The OCID of the target. */
  public readonly targetId: string;
  /** The OCID of the monitored compartment. */
  public readonly targetCompartmentId: string;

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, COUNT_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: CloudGuardTargetProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, displayName = nameOf(this), targetCompartmentId = cluster.compartmentId } = props;
    setTagOwner(this, cluster);
    this.targetCompartmentId = targetCompartmentId;
    const detectors = props.detectorRecipeIds ?? this.oracleDetectors();
    const responders = props.responderRecipeIds ?? [this.oracleResponder()];
    const target = new CloudGuardTargetResource(this, "Resource", {
      compartmentId: targetCompartmentId,
      displayName,
      description: "The compartment of a cluster",
      targetResourceId: targetCompartmentId,
      targetResourceType: "COMPARTMENT",
      targetDetectorRecipes: detectors.map((detectorRecipeId) => ({ detectorRecipeId })),
      targetResponderRecipes: responders.map((responderRecipeId) => ({ responderRecipeId })),
      ...tagsOf(this, props),
    });
    this.targetId = target.id;
  }

  private oracleDetectors(): string[] {
    const recipes = new DataOciCloudGuardDetectorRecipes(this, "DetectorRecipes", {
      compartmentId: this.props.tenancyId,
      state: "ACTIVE",
      dependsOn: [this.firstApply()],
    });
    const { detectors = DEFAULT_DETECTORS } = this.props;
    return [...new Set(detectors)].sort().map((detector) => {
      const items = `${recipes.fqn}.detector_recipe_collection[0].items`;
      return `\${[for one in ${items} : one.id if one.owner == "ORACLE" && one.detector == "${detector}"][0]}`;
    });
  }

  private oracleResponder(): string {
    const recipes = new DataOciCloudGuardResponderRecipes(this, "ResponderRecipes", {
      compartmentId: this.props.tenancyId,
      state: "ACTIVE",
      dependsOn: [this.firstApply()],
    });
    const items = `${recipes.fqn}.responder_recipe_collection[0].items`;
    return `\${[for one in ${items} : one.id if one.owner == "ORACLE"][0]}`;
  }

  private firstApply() {
    return (
      (this.node.tryFindChild("FirstApply") as ReturnType<typeof firstApply> | undefined) ?? firstApply(this)
    );
  }
}

/** Validates the props before the construct is created, so that its id stays free if they are refused. */
function check(scope: Construct, id: string, given: CloudGuardTargetProps): void {
  const props: Partial<CloudGuardTargetProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { cluster } = props;
  checkGiven(problems, { cluster });
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    problems.collect(() => cluster?.compartmentId);
  }
  checkOcid(problems, "tenancyId", props.tenancyId, "tenancy");
  checkOcidIfGiven(problems, "targetCompartmentId", props.targetCompartmentId, "compartment", "tenancy");
  checkDetectors(problems, props.detectors);
  checkRecipes(problems, "detectorRecipeIds", props.detectorRecipeIds, "cloudguarddetectorrecipe");
  checkRecipes(problems, "responderRecipeIds", props.responderRecipeIds, "cloudguardresponderrecipe");
  if (props.detectors !== undefined && props.detectorRecipeIds !== undefined) {
    const fix = "Leave out detectors: recipes of your own say what they look for";
    problems.add("VALUE_INVALID", "detectors and detectorRecipeIds are both given", fix);
  }
  checkDisplayName(problems, "displayName", props.displayName);
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkDetectors(problems: Problems, detectors: unknown): void {
  if (detectors === undefined) return;
  if (!Array.isArray(detectors)) {
    const fix = "Write a list, for example [CloudGuardDetector.ACTIVITY, CloudGuardDetector.CONFIGURATION]";
    problems.add("VALUE_INVALID", `detectors is ${shown(detectors)}`, fix);
    return;
  }
  const known: readonly unknown[] = Object.values(CloudGuardDetector);
  for (const detector of (detectors as unknown[]).filter((one) => !known.includes(one))) {
    problems.add("VALUE_INVALID", `detectors has ${shown(detector)}`, "Write members of CloudGuardDetector");
  }
  const missing = REQUIRED.filter((one) => !(detectors as unknown[]).includes(one));
  if (missing.length === 0) return;
  problems.add(
    "VALUE_INVALID",
    `detectors lacks ${missing.join(" and ")}, and Cloud Guard takes no target without it`,
    "Add CloudGuardDetector.ACTIVITY and CloudGuardDetector.CONFIGURATION",
  );
}

function checkRecipes(problems: Problems, name: string, ids: unknown, kind: string): void {
  if (ids === undefined) return;
  if (!Array.isArray(ids) || ids.length === 0) {
    problems.add(
      "COUNT_INVALID",
      `${name} is ${shown(ids)}`,
      `Write a list of OCIDs, or leave it out for Oracle's recipe`,
    );
    return;
  }
  (ids as string[]).forEach((ocid, index) => checkOcid(problems, `${name}[${index}]`, ocid, kind));
}
