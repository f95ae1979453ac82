import { Testing, type TerraformStack } from "cdktf";
import {
  HostScanning,
  type HostScanningProps,
  CisLevel,
  NodeScanning,
  ScanDay,
} from "../../lib/cluster/node-scanning";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { OciProvider } from "../../lib/oci/provider";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const RECIPE = "oci_vulnerability_scanning_host_scan_recipe";
const TARGET = "oci_vulnerability_scanning_host_scan_target";
const OTHER = "ocid1.compartment.oc1..existing-other";

function newCluster(stack: TerraformStack, props: Partial<SecureOkeClusterProps> = {}): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    ...props,
  });
}

const scanningPolicies = (stack: TerraformStack) =>
  Object.values(resourcesOf(stack, "oci_identity_policy")).filter(({ name }) => name.includes("-scanning"));

describe("the scanning of nodes", () => {
  test("is enabled by default: daily, at the strict level of the CIS benchmark, in the compartment of the nodes", () => {
    const stack = newStack();
    newCluster(stack);
    expect(onlyResource(stack, RECIPE)).toMatchObject({
      compartment_id: COMPARTMENT,
      agent_settings: {
        scan_level: "STANDARD",
        agent_configuration: { vendor: "OCI", cis_benchmark_settings: { scan_level: "STRICT" } },
      },
      port_settings: { scan_level: "LIGHT" },
      schedule: { type: "DAILY" },
    });
    const target = onlyResource(stack, TARGET);
    expect(target).toMatchObject({
      compartment_id: COMPARTMENT,
      target_compartment_id: COMPARTMENT,
      host_scan_recipe_id: expect.stringContaining(RECIPE),
    });
    // Instances come and go.
    expect(target.instance_ids).toBeUndefined();
  });

  test.each([
    ["the same compartment", COMPARTMENT, ["node-scanning"]],
    ["another compartment", OTHER, []],
  ])("gives a warning for a second cluster in %s", (_, compartmentId, codes) => {
    const warn = jest.spyOn(process, "emitWarning").mockImplementation();
    const app = Testing.app();
    const stack = newStack("stack", app);
    newCluster(stack);
    const kubernetesVersion = KubernetesVersion.V1_34;
    new SecureOkeCluster(stack, "second", { compartmentId, kubernetesVersion });
    app.synth();
    const warningCodes = warn.mock.calls.map(([, options]) => (options as { code?: string }).code);
    expect(warningCodes.filter((code) => code === "node-scanning")).toEqual(codes);
    warn.mockRestore();
  });

  test("creates exactly its policies before the target", () => {
    const stack = newStack();
    newCluster(stack);
    expect(scanningPolicies(stack)).toHaveLength(1);
    expect(onlyResource(stack, TARGET).depends_on).toEqual([
      expect.stringMatching(/^oci_identity_policy\.cluster_HostScanning/),
    ]);
    expect(scanningPolicies(stack)[0].statements).toEqual(
      ["manage instances", "read compartments", "read vnics", "read vnic-attachments"].map(
        (what) => `Allow service vulnerability-scanning-service to ${what} in compartment id ${COMPARTMENT}`,
      ),
    );
  });

  test("may also read the VNICs of a network in another compartment", () => {
    const stack = newStack();
    newCluster(stack, { network: new ClusterNetwork(stack, "network", { compartmentId: OTHER }) });
    const policies = scanningPolicies(stack);
    expect(policies.map(({ compartment_id }) => compartment_id).sort()).toEqual([OTHER, COMPARTMENT].sort());
    expect(policies.find(({ compartment_id }) => compartment_id === OTHER)?.statements).toEqual(
      ["read vnics", "read vnic-attachments"].map(
        (what) => `Allow service vulnerability-scanning-service to ${what} in compartment id ${OTHER}`,
      ),
    );
    expect(onlyResource(stack, TARGET).depends_on).toHaveLength(2);
  });

  test("accepts every prop", () => {
    const stack = newStack();
    const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    newCluster(stack, {
      clusterName: "shop",
      homeRegionProvider,
      nodeScanning: NodeScanning.enabled({
        cisLevel: CisLevel.MEDIUM,
        weeklyOn: ScanDay.MONDAY,
        compartmentId: OTHER,
      }),
      freeformTags: { team: "shop" },
    });
    expect(onlyResource(stack, RECIPE)).toMatchObject({
      compartment_id: OTHER,
      display_name: "shop",
      agent_settings: { agent_configuration: { cis_benchmark_settings: { scan_level: "MEDIUM" } } },
      schedule: { type: "WEEKLY", day_of_week: "MONDAY" },
      freeform_tags: { team: "shop" },
    });
    expect(onlyResource(stack, TARGET)).toMatchObject({
      compartment_id: OTHER,
      target_compartment_id: COMPARTMENT,
    });
    expect(scanningPolicies(stack)[0]).toMatchObject({ compartment_id: COMPARTMENT, provider: "oci.home" });
  });

  test("is disabled only with a reason, which is recorded", () => {
    const stack = newStack();
    newCluster(stack, { nodeScanning: NodeScanning.none({ reason: "Another team scans the compartment" }) });
    expect([resourcesOf(stack, TARGET), scanningPolicies(stack)]).toEqual([{}, []]);
    expect(Acknowledgements.of(stack)).toContainEqual(
      expect.objectContaining({
        path: "stack/cluster",
        practice: "patching",
        what: "nodes that are not scanned",
        reason: "Another team scans the compartment",
      }),
    );
    expect(problemCodesOf(() => NodeScanning.none({ reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(() => NodeScanning.none(undefined as any)).toThrow();
  });

  test("is refused with options that the service does not support", () => {
    const options: any = { cisLevel: "NONE", weeklyOn: "FUNDAY", compartmentId: "x" };
    expect(problemCodesOf(() => NodeScanning.enabled(options)).sort()).toEqual([
      "OCID_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
    ]);
    for (const nodeScanning of [true, "none", {}, { isEnabled: false, options: {} }] as any[]) {
      expect(problemCodesOf(() => newCluster(newStack(), { nodeScanning }))).toHaveLength(1);
    }
  });

  test("is a separate construct for an imported cluster", () => {
    const stack = newStack();
    const make = (props: Partial<HostScanningProps> = {}) => {
      const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
        clusterId: "ocid1.cluster.oc1..existing",
        compartmentId: COMPARTMENT,
        network: new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT }),
      });
      return new HostScanning(stack, "scanning", { cluster, ...props });
    };
    make({ displayName: "nodes", cisLevel: CisLevel.LIGHT });
    expect(onlyResource(stack, TARGET)).toMatchObject({ display_name: "nodes" });
    const [problem] = validationProblemsOf(() => new HostScanning(stack, "scanning", {} as any));
    expect(problem?.code).toBe("NAME_DUPLICATE");
    expect(problemCodesOf(() => new HostScanning(stack, "other", { cluster: "x" } as any))).toEqual([
      "VALUE_INVALID",
    ]);
    const bare = SecureOkeCluster.fromClusterAttributes(stack, "bare", {
      clusterId: "ocid1.cluster.oc1..bare",
    });
    expect(problemCodesOf(() => new HostScanning(stack, "third", { cluster: bare }))).toContain(
      "ATTRIBUTE_MISSING",
    );
  });
});
