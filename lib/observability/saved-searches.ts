import { type Construct, type IConstruct } from "constructs";
import { SavedSearch } from "./saved-search";
import { SearchedLogs } from "./searched-logs";
import { type IObservedCluster } from "./observed-cluster";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import {
  listOf,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { checkUnique } from "../core/value-readers";
import { Problems } from "../core/validation-error";
import { type ILogs } from "../network/logs/service-logs";
import { LoggingLogSavedSearch } from "../oci/logging-log-saved-search";
import { byText } from "../core/stable-order";

/** Props for SavedSearches. */
export interface SavedSearchesProps extends TaggingProps {
  /** The cluster whose logs are searched. */
  readonly cluster: IObservedCluster;
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

const COMPARTMENT = ocid("compartment", "tenancy");
const LOGS = valueOf<ILogs>("ILogs");

const SAVED_SEARCHES = {
  cluster: valueOf<IObservedCluster>("IObservedCluster"),
  searches: optional(listOf(valueOf(SavedSearch), "a list of SavedSearch")),
  compartmentId: optional(COMPARTMENT),
  flowLogs: optional(LOGS),
  controlPlaneLogs: optional(LOGS),
  auditCompartmentIds: optional(listOf(COMPARTMENT, "a list of OCIDs of compartments")),
  ...taggingReaders(),
} satisfies PropsSchema<SavedSearchesProps>;

type ReadSearches = Resolved<typeof SAVED_SEARCHES>;

/** The scopes of searches in each kind of logs, as OCI Logging names them. */
type Scopes = { readonly [logs in SearchedLogs]: readonly string[] };

/** The props, with what follows from the cluster. */
interface ResolvedSearches extends ReadSearches {
  readonly searches: SavedSearch[];
  readonly compartmentId: string;
  readonly scopes: Scopes;
}

interface WithControlPlaneLogs extends IObservedCluster {
  readonly controlPlaneLogs?: ILogs;
}

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readSearches(scope: Construct, id: string, props: SavedSearchesProps): ResolvedSearches {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, SAVED_SEARCHES);
  const { cluster } = read;
  const ofCluster = cluster && problems.collect(() => cluster.compartmentId);
  checkSearchNames(problems, "searches", read.searches ?? []);
  if (cluster) checkNoDoubles(problems, scope, cluster, read.searches ?? SavedSearch.recommended());
  if (problems.any || !cluster || ofCluster === undefined) return problems.throwAll();
  const scopes = scopesOf(cluster, ofCluster, read);
  for (const search of read.searches ?? []) checkLogs(problems, search, scopes[search.logs].length > 0);
  const all = read.searches ?? SavedSearch.recommended().filter(({ logs }) => scopes[logs].length > 0);
  const searches = [...all].sort((search, other) => byText(search.name, other.name));
  return problems.resolved<ResolvedSearches>({
    ...read,
    searches,
    scopes,
    compartmentId: read.compartmentId ?? ofCluster,
  });
}

function scopesOf(cluster: IObservedCluster, compartmentId: string, read: Partial<ReadSearches>): Scopes {
  const flowLogs = read.flowLogs ?? ifAny(() => cluster.network.flowLogs);
  const controlPlaneLogs =
    read.controlPlaneLogs ?? ifAny(() => (cluster as WithControlPlaneLogs).controlPlaneLogs);
  const scopeOf = (logs: ILogs | undefined) => (logs ? [`${logs.compartmentId}/${logs.logGroupId}`] : []);
  const compartments = [...new Set(read.auditCompartmentIds ?? [compartmentId])];
  return {
    [SearchedLogs.AUDIT]: compartments.map((compartment) => `${compartment}/_Audit`),
    [SearchedLogs.FLOW_LOGS]: scopeOf(flowLogs),
    [SearchedLogs.CONTROL_PLANE_LOGS]: scopeOf(controlPlaneLogs),
  };
}

/** Returns undefined for logs that a cluster or network does not have, where reading them throws. */
export function ifAny<T>(read: () => T): T | undefined {
  return new Problems("logs").collect(read);
}

/** Adds a problem for each name that several searches have. */
export function checkSearchNames(
  problems: Problems,
  property: string,
  searches: readonly SavedSearch[],
): void {
  checkUnique(
    problems,
    property,
    searches.map(({ name }) => name),
  );
}

/** Adds a problem for a search in logs that the cluster does not have. */
export function checkLogs(problems: Problems, { name, logs }: SavedSearch, areAvailable: boolean): void {
  if (areAvailable) return;
  const prop = logs === SearchedLogs.FLOW_LOGS ? "flowLogs" : "controlPlaneLogs";
  problems.add(
    "ATTRIBUTE_MISSING",
    `${prop} was not given: the search ${name} needs these logs, and the cluster has none`,
    `Give ${prop}, or leave the search out`,
  );
}

/** Adds a problem for searches that the cluster already has, such as the default searches of a SecureOkeCluster. */
function checkNoDoubles(
  problems: Problems,
  scope: Construct,
  cluster: IObservedCluster,
  searches: readonly SavedSearch[],
): void {
  // A cluster that is being created has no searches yet.
  if (cluster === (scope as IConstruct)) return;
  const names = searches.map(({ name }) => name);
  const isOfCluster = (construct: IConstruct): construct is SavedSearches =>
    construct instanceof SavedSearches && construct.cluster === cluster;
  for (const other of scope.node.root.node.findAll().filter(isOfCluster)) {
    const doubles = other.searches.map(({ name }) => name).filter((name) => names.includes(name));
    if (doubles.length === 0) continue;
    problems.add(
      "NAME_DUPLICATE",
      `searches contains ${doubles.join(", ")}, which ${other.node.path} has for the same cluster`,
      "Leave these searches out; the prop savedSearches of a SecureOkeCluster configures its own",
    );
  }
}

/**
 * Saved searches of OCI Logging for investigations of a cluster.
 *
 * @see https://docs.oracle.com/iaas/Content/Logging/Concepts/searchinglogs.htm
 */
@checked
export class SavedSearches extends ResourceConstruct {
  /** The cluster whose logs are searched. */
  public readonly cluster: IObservedCluster;
  /** The searches, sorted by name. */
  public readonly searches: SavedSearch[];
  /** The OCID of the compartment of the searches. */
  public readonly compartmentId: string;

  constructor(scope: Construct, id: string, props: SavedSearchesProps) {
    const resolved = readSearches(scope, id, props);
    super(scope, id);
    const { compartmentId, scopes, searches } = resolved;
    this.cluster = resolved.cluster;
    this.searches = searches;
    this.compartmentId = compartmentId;
    for (const { name, purpose, response, logs, query } of searches) {
      new LoggingLogSavedSearch(this, name, {
        compartmentId,
        name: `${nameOf(this)}-${name}`.replace(/[^A-Za-z0-9_-]+/g, "-"),
        description: `${purpose} ${response}`,
        query: `search ${scopes[logs].map((each) => `"${each}"`).join(", ")} | ${query}`,
        ...tagsOf(this, resolved),
      });
    }
  }
}
