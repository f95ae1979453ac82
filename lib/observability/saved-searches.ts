import { type Construct } from "constructs";
import { SavedSearch } from "./saved-search";
import { SearchedLogs } from "./searched-logs";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { ValidationError, type Problems } from "../core/validation-error";
import { type ILogs } from "../network/logs/service-logs";
import { LoggingLogSavedSearch } from "../oci/logging-log-saved-search";

/** Props for SavedSearches. */
export interface SavedSearchesProps extends TaggingProps {
  /** The cluster whose logs are searched. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The searches.
   *
   * @default - the searches of `SavedSearch.recommended()` whose logs the cluster has
   */
  readonly searches?: SavedSearch[];
  /**
   * The OCID of the compartment of the searches.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The flow logs to search.
   *
   * @default - the flow logs of the cluster's network, if it has any
   */
  readonly flowLogs?: ILogs;
  /**
   * The control plane logs to search.
   *
   * @default - the control plane logs of the cluster, if it has any
   */
  readonly controlPlaneLogs?: ILogs;
  /**
   * The OCIDs of the compartments whose OCI Audit records are searched.
   *
   * @default - the compartment of the cluster
   */
  readonly auditCompartmentIds?: string[];
}

/**
 * Saved searches of OCI Logging for investigations of a cluster.
 *
 * @see https://docs.oracle.com/iaas/Content/Logging/Concepts/searchinglogs.htm
 */
@checked
export class SavedSearches extends ResourceConstruct {
  /** The searches, sorted by name. */
  public readonly searches: SavedSearch[];

  /** @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE */
  constructor(scope: Construct, id: string, props: SavedSearchesProps) {
    check(scope, id, props);
    super(scope, id);
    const scopes = scopesOf(props);
    const all = props.searches ?? SavedSearch.recommended().filter(({ logs }) => scopes[logs].length > 0);
    this.searches = [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, purpose, response, logs, query } of this.searches) {
      new LoggingLogSavedSearch(this, name, {
        compartmentId: props.compartmentId ?? props.cluster.compartmentId,
        name: `${nameOf(this)}-${name}`.replace(/[^A-Za-z0-9_-]+/g, "-"),
        description: `${purpose} ${response}`,
        query: `search ${scopes[logs].map((each) => `"${each}"`).join(", ")} | ${query}`,
        ...tagsOf(this, props),
      });
    }
  }
}

type Scopes = { readonly [logs in SearchedLogs]: readonly string[] };

function scopesOf({ cluster, auditCompartmentIds, ...props }: SavedSearchesProps): Scopes {
  const flowLogs = props.flowLogs ?? ifAny(() => cluster.network.flowLogs);
  const processes = props.controlPlaneLogs ?? ifAny(() => (cluster as WithControlPlaneLogs).controlPlaneLogs);
  const scopeOf = (logs: ILogs | undefined) => (logs ? [`${logs.compartmentId}/${logs.logGroupId}`] : []);
  const compartments = [...new Set(auditCompartmentIds ?? [cluster.compartmentId])];
  return {
    [SearchedLogs.AUDIT]: compartments.map((compartment) => `${compartment}/_Audit`),
    [SearchedLogs.FLOW_LOGS]: scopeOf(flowLogs),
    [SearchedLogs.CONTROL_PLANE_LOGS]: scopeOf(processes),
  };
}

interface WithControlPlaneLogs extends ISecureOkeCluster {
  readonly controlPlaneLogs?: ILogs;
}

/** Returns undefined for logs that a cluster or network does not have, where reading them throws. */
function ifAny<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (ValidationError.isValidationError(error)) return undefined;
    throw error;
  }
}

function check(scope: Construct, id: string, props: SavedSearchesProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  const { cluster, searches, flowLogs, controlPlaneLogs } = props;
  checkGiven(problems, { cluster });
  const isCluster = checkMembers(
    problems,
    "cluster",
    cluster,
    ["clusterId", "network"],
    "the SecureOkeCluster",
  );
  const members = ["logGroupId", "compartmentId"];
  checkMembers(problems, "flowLogs", flowLogs, members, "cluster.network.flowLogs");
  checkMembers(problems, "controlPlaneLogs", controlPlaneLogs, members, "cluster.controlPlaneLogs");
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  for (const compartment of props.auditCompartmentIds ?? []) {
    checkOcidIfGiven(problems, "auditCompartmentIds", compartment, "compartment", "tenancy");
  }
  if (isCluster) problems.collect(() => cluster.compartmentId);
  if (searches !== undefined)
    checkSearches(problems, searches, isCluster && !problems.any ? props : undefined);
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkSearches(problems: Problems, given: unknown, props: SavedSearchesProps | undefined): void {
  if (!Array.isArray(given)) {
    problems.add("VALUE_INVALID", `searches is ${shown(given)}`, "Give a list of SavedSearch");
    return;
  }
  const names = new Set<string>();
  for (const search of given as readonly SavedSearch[]) {
    const members = ["name", "logs", "query"];
    if (!checkMembers(problems, "A search", search ?? "nothing", members, "SavedSearch.of({ … })")) continue;
    if (names.has(search.name)) {
      const fix = "Give each search a name of its own";
      problems.add("NAME_DUPLICATE", `Two searches have the name ${shown(search.name)}`, fix);
    }
    names.add(search.name);
    if (!props || scopesOf(props)[search.logs].length > 0) continue;
    const prop = search.logs === SearchedLogs.FLOW_LOGS ? "flowLogs" : "controlPlaneLogs";
    problems.add(
      "ATTRIBUTE_MISSING",
      `The search ${search.name} is for ${search.logs}, and the cluster has no such logs`,
      `Give them as ${prop}, or leave the search out`,
    );
  }
}
