import { type TerraformStack } from "cdktf";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { ControlPlaneLogging } from "../../../lib/cluster/control-plane-logs";
import { type ClusterAttributes } from "../../../lib/cluster/imported-cluster";
import { KubernetesVersion } from "../../../lib/cluster/kubernetes-version";
import { NodeScanning } from "../../../lib/cluster/node-scanning";
import { Acknowledgements } from "../../../lib/core/acknowledgement";
import { FlowLogging } from "../../../lib/network/logs/flow-logging";
import { ClusterNetwork } from "../../../lib/network/vcn/cluster-network";
import { PodNetworking } from "../../../lib/network/vcn/pod-networking";
import { ExistingClusterSetting } from "../../../lib/cluster/existing/existing-cluster-gap";
import {
  HardenedExistingCluster,
  type HardenedExistingClusterProps,
} from "../../../lib/cluster/existing/hardened-existing-cluster";
import { NotificationTopic } from "../../../lib/observability/notification-topic";
import { Subscriber } from "../../../lib/observability/subscriber";
import {
  COMPARTMENT,
  newStack,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../../support/stack";

const clusterId = "ocid1.cluster.oc1.eu-frankfurt-1.test";

function imported(stack: TerraformStack, attributes: Partial<ClusterAttributes> = {}) {
  const subnet = (name: string, cidr: string) => ({
    subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.${name}`,
    cidr,
  });
  return SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
    clusterId,
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    network: ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
      compartmentId: COMPARTMENT,
      vcnCidr: "10.0.0.0/16",
      apiEndpointSubnet: subnet("cp", "10.0.0.0/29"),
      workerSubnet: subnet("workers", "10.0.144.0/20"),
      podSubnet: subnet("pods", "10.0.64.0/18"),
      loadBalancerSubnet: subnet("lb", "10.0.0.32/27"),
    }),
    ...attributes,
  });
}

function topicIn(stack: TerraformStack): NotificationTopic {
  return new NotificationTopic(stack, "topic", {
    compartmentId: COMPARTMENT,
    subscribers: [Subscriber.email("oncall@example.com")],
  });
}

function harden(
  props: Partial<HardenedExistingClusterProps> = {},
  attributes: Partial<ClusterAttributes> = {},
  stack = newStack(),
) {
  const cluster = imported(stack, attributes);
  return {
    stack,
    cluster,
    hardened: new HardenedExistingCluster(stack, "hardened", { cluster, ...props }),
  };
}

const warningsOf = (stack: TerraformStack) =>
  stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === "@cdktf/warn")
    .map(({ data }) => String(data));

describe("the hardening of an existing cluster", () => {
  test("adds logs, the scanning of nodes, and saved searches, and neither changes nor creates a cluster", () => {
    const { stack, hardened } = harden();
    const { resource } = synthesized(stack);
    expect(Object.keys(resource).sort()).toEqual([
      "oci_identity_policy",
      "oci_logging_log",
      "oci_logging_log_group",
      "oci_logging_log_saved_search",
      "oci_vulnerability_scanning_host_scan_recipe",
      "oci_vulnerability_scanning_host_scan_target",
    ]);
    expect(Object.values<any>(resource.oci_logging_log)).toMatchObject([
      { configuration: { source: { resource: clusterId } } },
    ]);
    expect(hardened.controlPlaneLogs).toBeDefined();
    expect(hardened.flowLogs).toBeUndefined();
    expect(warningsOf(stack)).toEqual([expect.stringContaining("[existing-cluster-alarms]")]);
  });

  test("adds alarms and flow logs on request", () => {
    const stack = newStack();
    const { hardened } = harden(
      { topic: topicIn(stack), flowLogs: FlowLogging.enabled(), freeformTags: { team: "platform" } },
      {},
      stack,
    );
    expect(Object.keys(resourcesOf(stack, "oci_monitoring_alarm")).length).toBeGreaterThan(3);
    expect(Object.keys(resourcesOf(stack, "oci_core_capture_filter"))).toHaveLength(1);
    expect(hardened.flowLogs?.logGroupId).toBeDefined();
    expect(warningsOf(stack)).toEqual([]);
    for (const group of Object.values(resourcesOf(stack, "oci_logging_log_group"))) {
      expect(group.freeform_tags).toMatchObject({ team: "platform" });
    }
  });

  test("leaves parts out with a reason, which is an acknowledgement", () => {
    const reason = "Another program has them";
    const { stack, hardened } = harden({
      controlPlaneLogs: ControlPlaneLogging.none({ reason }),
      nodeScanning: NodeScanning.none({ reason }),
      flowLogs: FlowLogging.none({ reason }),
    });
    expect(Object.keys(synthesized(stack).resource)).toEqual(["oci_logging_log_saved_search"]);
    expect(hardened.controlPlaneLogs).toBeUndefined();
    expect(Acknowledgements.of(stack).map(({ what }) => what)).toEqual([
      "no flow logs",
      "no logs of the control plane",
      "nodes that are not scanned",
    ]);
  });
});

describe("what can't be hardened from outside", () => {
  const statesOf = (hardened: HardenedExistingCluster) =>
    Object.fromEntries(hardened.gaps.map(({ setting, state }) => [setting, state]));

  test("is unknown, and gives no warning, as long as nobody says it", () => {
    const { stack, hardened } = harden();
    expect(statesOf(hardened)).toEqual({
      "customer-key": "unknown",
      "private-endpoint": "unknown",
      "vcn-native-pods": "secure",
      "enhanced-cluster": "unknown",
      "node-metadata-v2": "unknown",
      "volume-traffic-encryption": "unknown",
    });
    expect(warningsOf(stack).filter((text) => text.startsWith("[existing-cluster] "))).toEqual([]);
  });

  test("causes a warning for each insecure setting, with the remedy and whether OKE can change it", () => {
    const { stack, hardened } = harden(
      {
        settings: {
          hasCustomerKey: false,
          hasPrivateEndpoint: false,
          requiresMetadataV2: true,
          encryptsVolumeTraffic: false,
        },
      },
      {
        clusterType: "BASIC_CLUSTER",
        podNetworking: PodNetworking.flannelOverlay(),
      },
    );
    expect(statesOf(hardened)).toEqual({
      "customer-key": "insecure",
      "private-endpoint": "insecure",
      "vcn-native-pods": "insecure",
      "enhanced-cluster": "insecure",
      "node-metadata-v2": "secure",
      "volume-traffic-encryption": "insecure",
    });
    const warnings = warningsOf(stack).filter((text) => text.startsWith("[existing-cluster] "));
    expect(warnings).toHaveLength(5);
    expect(warnings.filter((text) => text.includes("OKE can't change it."))).toEqual([
      expect.stringContaining("customer-key"),
      expect.stringContaining("vcn-native-pods"),
    ]);
    expect(warnings.join("\n")).toContain(
      "oci ce cluster update --cluster-id <cluster> --type ENHANCED_CLUSTER",
    );
  });

  test("is accepted with a reason", () => {
    const reason = "We move to a new cluster in 2027";
    const { stack, hardened } = harden({
      settings: { hasCustomerKey: false },
      acceptedSettings: [{ setting: ExistingClusterSetting.CUSTOMER_KEY, reason }],
    });
    expect(warningsOf(stack).join("\n")).not.toContain("customer-key");
    expect(hardened.gaps[0]).toMatchObject({ state: "insecure", acceptedReason: reason });
    expect(Acknowledgements.of(stack)).toMatchObject([
      { practice: "rotation", what: "a cluster without customer-key", reason },
    ]);
  });
});

describe("an invalid hardening", () => {
  test("has no cluster, or one without a compartment or a network", () => {
    const stack = newStack();
    const bare = SecureOkeCluster.fromClusterAttributes(stack, "bare", { clusterId });
    expect(problemCodesOf(() => new HardenedExistingCluster(stack, "a", {} as any))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(problemCodesOf(() => new HardenedExistingCluster(stack, "b", { cluster: bare }))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(resourcesOf(stack, "oci_logging_log_group")).toEqual({});
  });

  test("has a cluster of this program, which has all of it by itself", () => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "own", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const [problem] = validationProblemsOf(() => new HardenedExistingCluster(stack, "hardened", { cluster }));
    expect(problem).toMatchObject({ code: "VALUE_INVALID", property: "cluster" });
  });

  test("has an unknown accepted setting, one twice, or one without a reason", () => {
    const { CUSTOMER_KEY } = ExistingClusterSetting;
    const codes = problemCodesOf(() =>
      harden({
        acceptedSettings: [
          { setting: "firewall" as ExistingClusterSetting, reason: "None" },
          { setting: CUSTOMER_KEY, reason: "Old" },
          { setting: CUSTOMER_KEY, reason: "Still old" },
          { setting: ExistingClusterSetting.ENHANCED_CLUSTER, reason: " " },
        ],
      }),
    );
    expect(codes).toEqual(expect.arrayContaining(["NAME_DUPLICATE", "REASON_MISSING", "VALUE_INVALID"]));
  });
});
