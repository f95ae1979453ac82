import { Duration, Size } from "cdk8s";
import { type App } from "cdktf";
import {
  AddOn,
  AddOnVersion,
  Acknowledgements,
  AutoscalerRights,
  ClusterAddOn,
  ClusterAutoscaler,
  Expander,
  KubernetesVersion,
  NodeImage,
  NodeShape,
  NodeTaint,
  PrivateNodePool,
  SecureOkeCluster,
  oci,
  type ClusterAutoscalerProps,
} from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../../support/stack";

function newCluster(stack = newStack()) {
  const kubernetesVersion = KubernetesVersion.V1_35;
  return new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion });
}

function addPool(
  cluster: SecureOkeCluster,
  id: string,
  size: { size: number } | { autoscale: { min: number; max: number } },
  stack = newStack(),
) {
  return new PrivateNodePool(stack, id, {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    maxPodsPerNode: 10,
    ...size,
  });
}

function autoscalerOf(stack: ReturnType<typeof newStack>): any {
  const all: any[] = Object.values(resourcesOf(stack, "oci_containerengine_addon"));
  expect(all.map(({ addon_name }) => addon_name)).toEqual(["ClusterAutoscaler"]);
  return all[0];
}

const configurationOf = (stack: ReturnType<typeof newStack>) =>
  Object.fromEntries(autoscalerOf(stack).configurations.map(({ key, value }: any) => [key, value]));

const statementsOf = (stack: ReturnType<typeof newStack>) =>
  Object.entries(resourcesOf(stack, "oci_identity_policy"))
    .filter(([id]) => id.includes("utoscaler"))
    .flatMap(([, policy]: [string, any]) => policy.statements as string[]);

describe("the autoscaler of a cluster", () => {
  test("is created once, with the first pool that has autoscale, and has all such pools", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    addPool(cluster, "system", { size: 2 }, stack);
    addPool(cluster, "web", { autoscale: { min: 1, max: 5 } }, stack);
    addPool(cluster, "batch", { autoscale: { min: 0, max: 3 } }, stack);
    expect(configurationOf(stack)).toEqual({
      authType: "workload",
      balanceSimilarNodeGroups: "true",
      expander: "least-waste",
      maxNodeProvisionTime: "1500s",
      nodes: expect.stringMatching(
        /^0:3:\$\{oci_containerengine_node_pool\.batch_\w+\.id\}, 1:5:\$\{oci_containerengine_node_pool\.web_\w+\.id\}$/,
      ),
      numOfReplicas: "2",
      scaleDownDelayAfterAdd: "600s",
      scaleDownUnneededTime: "600s",
      scaleDownUtilizationThreshold: "0.5",
      skipNodesWithLocalStorage: "false",
    });
  });

  test("may resize only these pools, by workload identity, before it is installed", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    addPool(cluster, "system", { size: 2 }, stack);
    addPool(cluster, "web", { autoscale: { min: 1, max: 5 } }, stack);
    const statements = statementsOf(stack);
    const principal =
      /where all {request\.principal\.type = 'workload', request\.principal\.namespace = 'kube-system', request\.principal\.service_account = 'cluster-autoscaler', request\.principal\.cluster_id = '\$\{oci_containerengine_cluster\.[\w]+\.id\}'/;
    for (const statement of statements) expect(statement).toMatch(principal);
    const manage = statements.filter((statement) => statement.includes("manage cluster-node-pools"));
    expect(manage).toHaveLength(1);
    expect(manage[0]).toMatch(
      /, any {request\.operation = 'UpdateNodePool', request\.operation = 'DeleteNode'}, any {target\.nodepool\.id = '\$\{oci_containerengine_node_pool\.web_\w+\.id\}'}}$/,
    );
    expect(manage[0]).not.toContain("node_pool.system");
    expect(statements.map((statement) => /to (\w+ [\w-]+) in/.exec(statement)![1]).sort()).toEqual([
      "inspect compartments",
      "manage cluster-node-pools",
      "manage instance-family",
      "read cluster-node-pools",
      "read virtual-network-family",
      "use subnets",
      "use vnics",
    ]);
    expect(autoscalerOf(stack).depends_on).toEqual([expect.stringContaining("oci_identity_policy")]);
  });

  test("may resize all pools of the compartment with a reason", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const rights = AutoscalerRights.allInCompartment({ reason: "OKE refuses the condition in this tenancy" });
    new ClusterAutoscaler(stack, "autoscaler", { cluster, rights });
    addPool(cluster, "web", { autoscale: { min: 1, max: 5 } }, stack);
    expect(statementsOf(stack).join()).not.toContain("target.nodepool.id");
    expect(Acknowledgements.of(stack)).toMatchObject([
      { reason: "OKE refuses the condition in this tenancy" },
    ]);
    expect(problemCodesOf(() => AutoscalerRights.allInCompartment({ reason: "" }))).toEqual([
      "REASON_MISSING",
    ]);
  });

  test("has its policies in the home region, like those of the cluster", () => {
    const stack = newStack();
    const homeRegionProvider = new oci.provider.OciProvider(stack, "home", {
      region: "eu-amsterdam-1",
      alias: "home",
    });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_35,
      homeRegionProvider,
    });
    addPool(cluster, "web", { autoscale: { min: 1, max: 5 } }, stack);
    const policies: any[] = Object.entries(resourcesOf(stack, "oci_identity_policy"))
      .filter(([id]) => id.includes("Autoscaler"))
      .map(([, policy]) => policy);
    expect(policies.map(({ provider }) => provider)).toEqual(["oci.home"]);
  });

  test("has its own options if it is created before the pools", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    new ClusterAutoscaler(stack, "autoscaler", {
      cluster,
      expander: Expander.PRIORITY,
      scaleDownUnneeded: Duration.minutes(30),
      scaleDownDelayAfterAdd: Duration.hours(1),
      maxNodeProvisionTime: Duration.minutes(40),
      scaleDownUtilization: 0.7,
      balanceSimilarPools: false,
      keepNodesWithLocalStorage: true,
      replicas: 3,
      resources: { cpuRequest: "50m", memoryLimit: "400Mi" },
      placement: { nodeSelector: { tier: "system" }, tolerates: [NodeTaint.noSchedule("tier", "system")] },
      version: AddOnVersion.pinned("v1.35.2"),
    });
    addPool(cluster, "web", { autoscale: { min: 1, max: 5 } }, stack);
    expect(autoscalerOf(stack).version).toBe("v1.35.2");
    expect(configurationOf(stack)).toMatchObject({
      expander: "priority",
      scaleDownUnneededTime: "1800s",
      scaleDownDelayAfterAdd: "3600s",
      maxNodeProvisionTime: "2400s",
      scaleDownUtilizationThreshold: "0.7",
      balanceSimilarNodeGroups: "false",
      skipNodesWithLocalStorage: "true",
      numOfReplicas: "3",
      "cluster-autoscaler.ContainerResources": '{"limits":{"memory":"400Mi"},"requests":{"cpu":"50m"}}',
      nodeSelectors: '{"tier":"system"}',
    });
  });

  test("is refused a second time", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    addPool(cluster, "web", { autoscale: { min: 1, max: 5 } }, stack);
    expect(problemCodesOf(() => new ClusterAutoscaler(stack, "autoscaler", { cluster }))).toEqual([
      "NAME_DUPLICATE",
    ]);
    expect(() => new ClusterAddOn(stack, "dns", { cluster, addOn: AddOn.coreDns() })).not.toThrow();
  });

  test.each<[Partial<ClusterAutoscalerProps>, string]>([
    [{ replicas: 6 }, "COUNT_INVALID"],
    [{ scaleDownUtilization: 0 }, "COUNT_INVALID"],
    [{ scaleDownUtilization: 1.1 }, "COUNT_INVALID"],
    [{ scaleDownUnneeded: Duration.seconds(30) }, "DURATION_INVALID"],
    [{ maxNodeProvisionTime: Duration.minutes(2) }, "DURATION_INVALID"],
    [{ scaleDownUnneeded: "10m" as never }, "VALUE_INVALID"],
    [{ expander: "price" as never }, "VALUE_INVALID"],
    [{ rights: "all" as never }, "VALUE_INVALID"],
    [{ cluster: undefined as never }, "ATTRIBUTE_MISSING"],
  ])("refuses %j", (props, code) => {
    const stack = newStack();
    const cluster = newCluster(stack);
    expect(
      new Set(problemCodesOf(() => new ClusterAutoscaler(stack, "autoscaler", { cluster, ...props }))),
    ).toEqual(new Set([code]));
  });

  test("gives a warning if all pools or none are autoscaled", () => {
    jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const warningsOf = (stack: ReturnType<typeof newStack>) => {
      const app = stack.node.root as App;
      app.synth();
      return app.manifest
        .forStack(stack)
        .annotations.map(({ message }) => message)
        .join("\n");
    };
    const stack = newStack();
    addPool(newCluster(stack), "web", { autoscale: { min: 1, max: 5 } }, stack);
    expect(warningsOf(stack)).toMatch(/\[cluster-autoscaler\] .*All pools of .* are autoscaled/);
    const other = newStack();
    new ClusterAutoscaler(other, "autoscaler", { cluster: newCluster(other) });
    expect(warningsOf(other)).toMatch(/\[cluster-autoscaler\] .*no pool with autoscale/);
    const fine = newStack();
    const cluster = newCluster(fine);
    addPool(cluster, "system", { size: 1 }, fine);
    addPool(cluster, "web", { autoscale: { min: 1, max: 5 } }, fine);
    expect(warningsOf(fine)).not.toMatch(/cluster-autoscaler/);
    jest.restoreAllMocks();
  });

  test("is refused in a basic cluster", () => {
    const stack = newStack();
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "imported", {
      clusterId: "ocid1.cluster.oc1..test",
      clusterType: "BASIC_CLUSTER",
      compartmentId: COMPARTMENT,
      network: newCluster(stack).network,
    });
    expect(validationProblemsOf(() => new ClusterAutoscaler(stack, "autoscaler", { cluster }))[0]!.code).toBe(
      "ADD_ON_INVALID",
    );
  });
});
