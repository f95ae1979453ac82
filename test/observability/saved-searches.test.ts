import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ControlPlaneLogging } from "../../lib/cluster/control-plane-logs";
import { FlowLogging } from "../../lib/network/logs/flow-logging";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { parseLogQuery } from "../../lib/observability/private/log-query";
import { SavedSearch } from "../../lib/observability/saved-search";
import { SavedSearches } from "../../lib/observability/saved-searches";
import { SearchedLogs } from "../../lib/observability/searched-logs";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { AUDIT, clusterIn } from "./support";

const own = (name: string, logs: SearchedLogs) =>
  SavedSearch.of({
    name,
    logs,
    purpose: "Errors of webhooks.",
    response: "Look at the webhook.",
    query: "count",
  });

describe("saved searches", () => {
  test("are, without options, those that are recommended, in the logs of the cluster", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const { searches } = new SavedSearches(stack, "searches", { cluster });
    expect(searches.map(({ name }) => name)).toEqual(
      SavedSearch.recommended()
        .map(({ name }) => name)
        .sort(),
    );
    const all = Object.values(resourcesOf(stack, "oci_logging_log_saved_search"));
    expect(all).toHaveLength(searches.length);
    for (const { compartment_id: compartment, name, query } of all) {
      expect(compartment).toBe(COMPARTMENT);
      expect(name).toMatch(/^stack-searches-[a-z-]+$/);
      const scopes = parseLogQuery(query).scopes;
      const isOfFlows = /flow/.test(name);
      expect(scopes).toEqual([
        isOfFlows
          ? expect.stringMatching(
              new RegExp(`^${COMPARTMENT}/\\$\\{oci_logging_log_group\\.\\w*FlowLogs\\w*\\.id\\}$`),
            )
          : `${COMPARTMENT}/_Audit`,
      ]);
    }
  });

  test("accept all props", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    new SavedSearches(stack, "searches", {
      cluster,
      searches: [own("webhooks", SearchedLogs.CONTROL_PLANE_LOGS), own("calls", SearchedLogs.AUDIT)],
      compartmentId: AUDIT,
      auditCompartmentIds: [COMPARTMENT, AUDIT],
      freeformTags: { team: "audit" },
    });
    const [calls, webhooks] = Object.values(resourcesOf(stack, "oci_logging_log_saved_search"));
    expect(calls).toMatchObject({
      compartment_id: AUDIT,
      query: `search "${COMPARTMENT}/_Audit", "${AUDIT}/_Audit" | count`,
      freeform_tags: { team: "audit" },
    });
    expect(webhooks.query).toMatch(
      /^search "ocid1\.compartment\.oc1\.\.test\/\$\{oci_logging_log_group\.\w*ControlPlaneLogs\w*\.id\}" \| count$/,
    );
  });

  test("are those whose logs a cluster has; others are rejected", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      flowLogs: FlowLogging.none({ reason: "Another team records them" }),
    });
    const controlPlaneLogs = ControlPlaneLogging.none({ reason: "Another team keeps them" });
    const cluster = clusterIn(stack, { network, controlPlaneLogs });
    const { searches } = new SavedSearches(stack, "searches", { cluster });
    expect(new Set(searches.map(({ logs }) => logs))).toEqual(new Set([SearchedLogs.AUDIT]));
    const given = [own("a", SearchedLogs.FLOW_LOGS), own("b", SearchedLogs.CONTROL_PLANE_LOGS)];
    expect(
      validationProblemsOf(() => new SavedSearches(stack, "own", { cluster, searches: given })),
    ).toMatchObject([
      { code: "ATTRIBUTE_MISSING", fix: expect.stringContaining("flowLogs") },
      { code: "ATTRIBUTE_MISSING", fix: expect.stringContaining("controlPlaneLogs") },
    ]);
    expect(stack.node.tryFindChild("own")).toBeUndefined();
  });

  test("search the given logs of an imported cluster", () => {
    const stack = newStack();
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "existing", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.existing",
      compartmentId: COMPARTMENT,
    });
    const flowLogs = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT }).flowLogs;
    const searches = [own("flows", SearchedLogs.FLOW_LOGS)];
    new SavedSearches(stack, "searches", { cluster, flowLogs, searches });
    expect(onlyResource(stack, "oci_logging_log_saved_search").query).toContain("oci_logging_log_group");
    const { searches: found } = new SavedSearches(stack, "others", { cluster });
    expect(found.every(({ logs }) => logs === SearchedLogs.AUDIT)).toBe(true);
  });

  test("report all problems together", () => {
    const stack = newStack();
    const make = (props: any) => () => new SavedSearches(stack, "searches", props);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    const twice = [own("a", SearchedLogs.AUDIT), own("a", SearchedLogs.AUDIT)];
    expect(
      problemCodesOf(make({ cluster: clusterIn(stack), searches: twice, compartmentId: "here" })),
    ).toEqual(["OCID_INVALID", "NAME_DUPLICATE"]);
    expect(stack.node.tryFindChild("searches")).toBeUndefined();
  });
});
