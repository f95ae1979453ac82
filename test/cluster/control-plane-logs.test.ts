import { Duration } from "cdk8s";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { ControlPlaneLog, ControlPlaneLogging, ControlPlaneLogs } from "../../lib/cluster/control-plane-logs";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf, resourcesOf } from "../support/stack";
import { type TerraformStack } from "cdktf";

const LOGS = "ocid1.compartment.oc1..logs";
const CLUSTER = "ocid1.cluster.oc1.eu-frankfurt-1.existing";

const clusterIn = (stack: TerraformStack, props: Partial<SecureOkeClusterProps> = {}) =>
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
    ...props,
  });

const importedIn = (stack: TerraformStack) =>
  SecureOkeCluster.fromClusterAttributes(stack, "existing", {
    clusterId: CLUSTER,
    compartmentId: COMPARTMENT,
  });

/** Logs of the control plane. */
const logsOf = (stack: TerraformStack): any[] =>
  Object.values(resourcesOf(stack, "oci_logging_log")).filter(
    ({ configuration }) => configuration.source.service === "oke-k8s-cp-prod",
  );

describe("logs of the control plane", () => {
  test("are kept by default, for all processes and ninety days, in a separate log group", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const [log, ...more] = logsOf(stack);
    expect(more).toEqual([]);
    expect(log).toMatchObject({
      display_name: "stack-cluster-all-service-logs",
      log_type: "SERVICE",
      is_enabled: true,
      retention_duration: 90,
      log_group_id: expect.stringMatching(/^\$\{oci_logging_log_group\.\w*ControlPlaneLogs\w*\.id\}$/),
      configuration: {
        compartment_id: COMPARTMENT,
        source: {
          source_type: "OCISERVICE",
          category: "all-service-logs",
          resource: expect.stringMatching(/^\$\{oci_containerengine_cluster\.\w+\.id\}$/),
        },
      },
    });
    const group = Object.entries(resourcesOf(stack, "oci_logging_log_group")).find(([id]) =>
      id.includes("ControlPlane"),
    );
    expect(group?.[1]).toMatchObject({
      compartment_id: COMPARTMENT,
      display_name: expect.stringMatching(/^stack-cluster-control-plane-[0-9a-f]{8}$/),
    });
    expect(cluster.controlPlaneLogs.compartmentId).toBe(COMPARTMENT);
  });

  test("accept every prop", () => {
    const stack = newStack();
    const cluster = clusterIn(stack, {
      clusterName: "shop main",
      freeformTags: { team: "shop" },
      controlPlaneLogs: ControlPlaneLogging.enabled({
        logs: [ControlPlaneLog.SCHEDULER, ControlPlaneLog.API_SERVER],
        retention: Duration.days(180),
        compartmentId: LOGS,
      }),
    });
    expect(logsOf(stack).map(({ display_name: name }) => name)).toEqual([
      "shop-main-kube-apiserver",
      "shop-main-kube-scheduler",
    ]);
    for (const log of logsOf(stack)) {
      expect(log).toMatchObject({ retention_duration: 180, freeform_tags: { team: "shop" } });
      expect(log.configuration.compartment_id).toBe(COMPARTMENT);
    }
    expect(cluster.controlPlaneLogs.compartmentId).toBe(LOGS);
  });

  test("are disabled only with a reason, which is recorded as an acknowledgement", () => {
    const stack = newStack();
    const cluster = clusterIn(stack, {
      controlPlaneLogs: ControlPlaneLogging.none({ reason: "The platform team keeps them" }),
    });
    expect(logsOf(stack)).toEqual([]);
    expect(Acknowledgements.of(stack)).toContainEqual(
      expect.objectContaining({
        path: "stack/cluster",
        practice: "auditing",
        what: "no logs of the control plane",
        reason: "The platform team keeps them",
      }),
    );
    expect(problemCodesOf(() => cluster.controlPlaneLogs)).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => ControlPlaneLogging.none({ reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(problemCodesOf(() => ControlPlaneLogging.none(undefined as any))).not.toEqual([]);
  });

  test("can be added once to an imported cluster", () => {
    const stack = newStack();
    const cluster = importedIn(stack);
    const logs = new ControlPlaneLogs(stack, "logs", { cluster, displayName: "shop" });
    expect(logsOf(stack)).toMatchObject([
      { display_name: "shop-all-service-logs", configuration: { source: { resource: CLUSTER } } },
    ]);
    expect(logs.compartmentId).toBe(COMPARTMENT);
    const [problem] = validationProblemsOf(() => new ControlPlaneLogs(stack, "again", { cluster }));
    expect(problem).toMatchObject({ code: "NAME_DUPLICATE", what: expect.stringContaining("stack/logs") });
    const other = newStack();
    expect(problemCodesOf(() => new ControlPlaneLogs(other, "again", { cluster: clusterIn(other) }))).toEqual(
      ["NAME_DUPLICATE"],
    );
  });

  test("are refused with options that OCI would refuse", () => {
    const enabled = (options: any) => () => ControlPlaneLogging.enabled(options);
    for (const retention of [Duration.days(7), Duration.days(45), Duration.days(365)]) {
      expect(problemCodesOf(enabled({ retention }))).toEqual(["RETENTION_INVALID"]);
    }
    expect(problemCodesOf(enabled({ retention: Duration.hours(100) }))).toEqual(["DURATION_INVALID"]);
    expect(problemCodesOf(enabled({ logs: [], compartmentId: CLUSTER }))).toEqual([
      "VALUE_INVALID",
      "OCID_INVALID",
    ]);
    expect(problemCodesOf(enabled({ logs: [ControlPlaneLog.ALL, ControlPlaneLog.SCHEDULER] }))).toEqual([
      "VALUE_INVALID",
    ]);
    expect(problemCodesOf(enabled({ logs: ["audit"] }))).toContain("VALUE_INVALID");
    const stack = newStack();
    expect(problemCodesOf(() => clusterIn(stack, { controlPlaneLogs: true as any }))).toContain(
      "VALUE_INVALID",
    );
    expect(
      problemCodesOf(() => clusterIn(stack, { controlPlaneLogs: { isEnabled: false, logs: [] } as any })),
    ).toEqual(["VALUE_INVALID"]);
    const make = (props: any) => () => new ControlPlaneLogs(stack, "logs", props);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    const none = ControlPlaneLogging.none({ reason: "Kept elsewhere" });
    expect(problemCodesOf(make({ cluster: importedIn(stack), logging: none }))).toEqual(["VALUE_INVALID"]);
    expect(stack.node.tryFindChild("logs")).toBeUndefined();
  });
});
