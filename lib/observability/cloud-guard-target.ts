import { type Construct } from "constructs";
import { type IObservedCluster } from "./observed-cluster";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { firstApply, ResourceConstruct } from "../core/resource-construct";
import { nonEmptyListOf } from "../core/value-readers";
import {
  checkedBy,
  choice,
  displayName,
  listOf,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { nameOf } from "../core/resource-name";
import { setTagOwner, tagsOf, type TaggingProps } from "../core/tagging";
import { CloudGuardTarget as CloudGuardTargetResource } from "../oci/cloud-guard-target";
import { DataOciCloudGuardDetectorRecipes } from "../oci/data-oci-cloud-guard-detector-recipes";
import { DataOciCloudGuardResponderRecipes } from "../oci/data-oci-cloud-guard-responder-recipes";
import { byText } from "../core/stable-order";

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
  readonly cluster: IObservedCluster;
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

const REQUIRED = [CloudGuardDetector.ACTIVITY, CloudGuardDetector.CONFIGURATION];

const recipeIds = (kind: string) =>
  nonEmptyListOf(ocid(kind), `["ocid1.${kind}.oc1..example"]`, "COUNT_INVALID", "to use Oracle's recipe");

const detectors = checkedBy(
  listOf(
    choice(CloudGuardDetector, "a member of CloudGuardDetector"),
    "a list, for example [CloudGuardDetector.ACTIVITY, CloudGuardDetector.CONFIGURATION]",
  ),
  (problems, name, list) => {
    const missing = REQUIRED.filter((detector) => !list.includes(detector));
    if (missing.length === 0) return;
    problems.add(
      "VALUE_INVALID",
      `${name} lacks ${missing.join(" and ")}, and Cloud Guard takes no target without it`,
      "Add CloudGuardDetector.ACTIVITY and CloudGuardDetector.CONFIGURATION",
    );
  },
);

const CLOUD_GUARD_TARGET = {
  cluster: valueOf<IObservedCluster>("IObservedCluster"),
  tenancyId: ocid("tenancy"),
  targetCompartmentId: optional(ocid("compartment", "tenancy")),
  detectors: withDefault(detectors, [...REQUIRED, CloudGuardDetector.THREAT]),
  detectorRecipeIds: optional(recipeIds("cloudguarddetectorrecipe")),
  responderRecipeIds: optional(recipeIds("cloudguardresponderrecipe")),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<CloudGuardTargetProps>;

/** The props, with what follows from the cluster. */
interface ResolvedTarget extends Resolved<typeof CLOUD_GUARD_TARGET> {
  readonly targetCompartmentId: string;
}

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readTarget(scope: Construct, id: string, props: CloudGuardTargetProps): ResolvedTarget {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CLOUD_GUARD_TARGET);
  const ofCluster = read.cluster && problems.collect(() => read.cluster?.compartmentId);
  if (props.detectors !== undefined && props.detectorRecipeIds !== undefined) {
    const fix = "Leave out detectors: your own recipes define what they detect";
    problems.add("VALUE_INVALID", "detectors and detectorRecipeIds are both given", fix);
  }
  const targetCompartmentId = read.targetCompartmentId ?? ofCluster;
  return problems.resolved<ResolvedTarget>({ ...read, targetCompartmentId });
}

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

  /** The name of the target. */
  public readonly displayName: string;
  private readonly resolved: ResolvedTarget;

  constructor(scope: Construct, id: string, props: CloudGuardTargetProps) {
    const resolved = readTarget(scope, id, props);
    super(scope, id);
    this.resolved = resolved;
    setTagOwner(this, resolved.cluster);
    const { targetCompartmentId } = resolved;
    this.targetCompartmentId = targetCompartmentId;
    this.displayName = resolved.displayName ?? nameOf(this);
    const detectorIds = resolved.detectorRecipeIds ?? this.oracleDetectors();
    const responderIds = resolved.responderRecipeIds ?? [this.oracleResponder()];
    const target = new CloudGuardTargetResource(this, "Resource", {
      compartmentId: targetCompartmentId,
      displayName: this.displayName,
      description: "The compartment of a cluster",
      targetResourceId: targetCompartmentId,
      targetResourceType: "COMPARTMENT",
      targetDetectorRecipes: detectorIds.map((detectorRecipeId) => ({ detectorRecipeId })),
      targetResponderRecipes: responderIds.map((responderRecipeId) => ({ responderRecipeId })),
      ...tagsOf(this, resolved),
    });
    this.targetId = target.id;
  }

  private oracleDetectors(): string[] {
    const recipes = new DataOciCloudGuardDetectorRecipes(this, "DetectorRecipes", {
      compartmentId: this.resolved.tenancyId,
      state: "ACTIVE",
      dependsOn: [this.firstApply()],
    });
    return [...new Set(this.resolved.detectors)].sort(byText).map((detector) => {
      const items = `${recipes.fqn}.detector_recipe_collection[0].items`;
      return `\${[for one in ${items} : one.id if one.owner == "ORACLE" && one.detector == "${detector}"][0]}`;
    });
  }

  private oracleResponder(): string {
    const recipes = new DataOciCloudGuardResponderRecipes(this, "ResponderRecipes", {
      compartmentId: this.resolved.tenancyId,
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
