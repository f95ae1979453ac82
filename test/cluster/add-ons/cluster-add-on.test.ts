import { Duration, Size } from "cdk8s";
import { TerraformStack } from "cdktf";
import fc from "fast-check";
import {
  AddOn,
  AddOnVersion,
  ClusterAddOn,
  KubernetesVersion,
  MigStrategy,
  NativeIngressController,
  NodeImage,
  NodeShape,
  NodeTaint,
  PodNetworking,
  PrivateNodePool,
  SecureOkeCluster,
  type ClusterAddOnProps,
} from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../../support/stack";

function newCluster(stack = newStack(), podNetworking?: PodNetworking, observabilityAgent?: boolean) {
  const kubernetesVersion = KubernetesVersion.V1_35;
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion,
    podNetworking,
    observabilityAgent,
  });
}

function addOnResource(addOn: AddOn, props: Partial<ClusterAddOnProps> = {}): any {
  const stack = newStack();
  new ClusterAddOn(stack, "add-on", { cluster: newCluster(stack), addOn, ...props });
  return onlyResource(stack, "oci_containerengine_addon");
}

const configurationOf = (addOn: AddOn) =>
  Object.fromEntries((addOnResource(addOn).configurations ?? []).map(({ key, value }: any) => [key, value]));

describe("an add-on", () => {
  test("is installed by name, updated by Oracle, and removed with its objects", () => {
    expect(addOnResource(AddOn.certManager())).toMatchObject({
      addon_name: "CertManager",
      cluster_id: expect.stringContaining("oci_containerengine_cluster"),
      remove_addon_resources_on_delete: true,
      override_existing: false,
      configurations: [{ key: "numOfReplicas", value: "2" }],
    });
    expect(addOnResource(AddOn.certManager())).not.toHaveProperty("version");
  });

  test("can have a pinned version and keep its objects", () => {
    expect(
      addOnResource(AddOn.certManager(), { version: AddOnVersion.pinned("v1.17.1"), removeObjects: false }),
    ).toMatchObject({
      version: "v1.17.1",
      remove_addon_resources_on_delete: false,
    });
    expect(AddOnVersion.automatic().version).toBeUndefined();
    expect(problemCodesOf(() => AddOnVersion.pinned("latest"))).toEqual(["VALUE_INVALID"]);
  });

  test.each([
    ["CoreDNS", AddOn.coreDns()],
    ["KubeProxy", AddOn.kubeProxy()],
    ["OciVcnIpNative", AddOn.vcnNativeNetworking()],
  ])("takes over the essential %s, which stays when it is removed from the program", (name, addOn) => {
    expect(addOnResource(addOn)).toMatchObject({
      addon_name: name,
      override_existing: true,
      remove_addon_resources_on_delete: false,
    });
  });

  test.each([
    ["ObservabilityAgent", AddOn.observabilityAgent()],
    ["NodeProblemDetector", AddOn.nodeProblemDetector()],
  ])("takes over %s, which new clusters have", (name, addOn) => {
    expect(addOnResource(addOn)).toMatchObject({
      addon_name: name,
      override_existing: true,
      remove_addon_resources_on_delete: true,
    });
  });

  test.each([
    [
      "CoreDNS",
      AddOn.coreDns({
        minReplicas: 3,
        nodesPerReplica: 16,
        resources: { cpuLimit: "500m", memoryRequest: "100Mi" },
      }),
      {
        minReplica: "3",
        nodesPerReplica: "16",
        customizeCoreDNSConfigMap: "false",
        coreDnsContainerResources: '{"limits":{"cpu":"500m"},"requests":{"memory":"100Mi"}}',
      },
    ],
    ["kube-proxy", AddOn.kubeProxy({ ownConfigMap: true }), { customizeKubeProxyConfigMap: "true" }],
    [
      "cert-manager",
      AddOn.certManager({ replicas: 3, webhookResources: { cpuRequest: "50m" } }),
      {
        numOfReplicas: "3",
        "cert-manager-webhook.ContainerResources": '{"requests":{"cpu":"50m"}}',
      },
    ],
    [
      "the Metrics Server",
      AddOn.metricsServer({ resources: { memoryLimit: "1Gi" } }),
      {
        numOfReplicas: "2",
        "metrics-server.ContainerResources": '{"limits":{"memory":"1Gi"}}',
      },
    ],
    [
      "the database operator",
      AddOn.databaseOperator({ replicas: 1, ownCertManager: true }),
      {
        numOfReplicas: "1",
        skipAddonDependenciesCheck: "true",
      },
    ],
    ["the WebLogic operator", AddOn.webLogicOperator({ replicas: 1 }), { numOfReplicas: "1" }],
    [
      "the plugin of NVIDIA",
      AddOn.nvidiaGpuPlugin({
        migStrategy: MigStrategy.MIXED,
        deviceListStrategy: "volume-mounts,cdi-cri",
        failOnInitError: true,
      }),
      {
        migStrategy: "mixed",
        deviceListStrategy: "volume-mounts,cdi-cri",
        failOnInitError: "true",
      },
    ],
    ["the plugin of AMD", AddOn.amdGpuPlugin({ healthCheckInterval: Duration.minutes(1) }), { pulse: "60" }],
    [
      "a mesh",
      AddOn.istio(),
      {
        customizeConfigMap: "false",
        enableIngressGateway: "false",
        "istiod.HorizontalPodAutoscalerMaxReplicas": "5",
        "istiod.HorizontalPodAutoscalerMinReplicas": "2",
        "istiod.PodDisruptionBudgetMinAvailable": "1",
        numOfReplicas: "2",
        profile: "oke-default",
      },
    ],
    [
      "another one",
      AddOn.of("NodeFeatureDiscovery", { "master.replicaCount": "1" }),
      { "master.replicaCount": "1" },
    ],
  ])("has the configuration for %s", (_, addOn, configuration) => {
    expect(configurationOf(addOn)).toEqual(configuration);
  });

  test("is scheduled by its placement options", () => {
    const addOn = AddOn.certManager({
      nodeSelector: { tier: "system", a: "b" },
      tolerates: [NodeTaint.noSchedule("tier", "system")],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [{ maxSkew: 1 }],
      rollingUpdate: { maxSurge: "25%", maxUnavailable: "0" },
    });
    expect(configurationOf(addOn)).toEqual({
      numOfReplicas: "2",
      nodeSelectors: '{"a":"b","tier":"system"}',
      tolerations: '[{"key":"tier","operator":"Equal","value":"system","effect":"NoSchedule"}]',
      affinity: '{"nodeAffinity":{}}',
      topologySpreadConstraints: '[{"maxSkew":1}]',
      rollingUpdate: '{"maxSurge":"25%","maxUnavailable":0}',
    });
  });

  test("has sorted keys and texts as values", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z.]{0,9}$/), fc.string()), (configuration) => {
        const reversed = Object.fromEntries(Object.entries(configuration).reverse());
        const configurationsOf = (entries: { [key: string]: string }) =>
          addOnResource(AddOn.of("CsiDriverSmb", entries)).configurations;
        expect(configurationsOf(reversed)).toEqual(configurationsOf(configuration));
      }),
      { numRuns: 10 },
    );
  });
});

describe("the ingress gateway of Istio", () => {
  const gateway = (options: object) => {
    const configuration = configurationOf(AddOn.istio({ ingressGateway: options }));
    return JSON.parse(configuration["istio-ingressgateway.Annotations"]);
  };

  test("is private, and its rules are in security groups", () => {
    expect(gateway({})).toEqual({
      "oci.oraclecloud.com/security-rule-management-mode": "NSG",
      "service.beta.kubernetes.io/oci-load-balancer-internal": "true",
    });
  });

  test("is public only with a reason", () => {
    expect(gateway({ publicReason: "Customers use it" })).not.toHaveProperty([
      "service.beta.kubernetes.io/oci-load-balancer-internal",
    ]);
    expect(problemCodesOf(() => AddOn.istio({ ingressGateway: { publicReason: " " } }))).toEqual([
      "REASON_MISSING",
    ]);
    const annotations = { "service.beta.kubernetes.io/oci-load-balancer-internal": "false" };
    expect(problemCodesOf(() => AddOn.istio({ ingressGateway: { annotations } }))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => AddOn.istio({ ingressGateway: { minReplicas: 4, maxReplicas: 2 } }))).toEqual(
      ["COUNT_INVALID"],
    );
  });
});

describe("an add-on that is refused", () => {
  test.each([
    ["KubernetesDashboard", /a web page with the rights of its service account/],
    ["Tiller", /rights of a cluster administrator/],
    ["ClusterAutoscaler", /needs IAM policies/],
    ["NativeIngressController", /needs IAM policies/],
    ["certManager", /name is "certManager"/],
    ["Certmanager", /name is Certmanager/],
    ["", /name is ""/],
  ])("%s", (name, what) => {
    const problems = validationProblemsOf(() => AddOn.of(name));
    expect(problems.map(({ code }) => code)).toEqual(["ADD_ON_INVALID"]);
    expect(problems[0]!.what).toMatch(what);
    expect(problems[0]!.fix).not.toBe("");
  });

  test.each([
    [() => AddOn.coreDns({ minReplicas: 0 }), "COUNT_INVALID"],
    [() => AddOn.certManager({ replicas: 11 }), "COUNT_INVALID"],
    [() => AddOn.metricsServer({ resources: { cpuLimit: "100m", cpuRequest: "200m" } }), "RESOURCES_INVALID"],
    [() => AddOn.metricsServer({ resources: { memoryLimit: "lots" } }), "QUANTITY_INVALID"],
    [() => AddOn.nvidiaGpuPlugin({ deviceListStrategy: "all" }), "VALUE_INVALID"],
    [() => AddOn.certManager({ rollingUpdate: { maxSurge: "many" } }), "VALUE_INVALID"],
    [() => AddOn.certManager({ nodeSelector: { "not a key": "" } }), "LABEL_INVALID"],
  ])("for its options", (make, code) => {
    expect(problemCodesOf(make)).toEqual([code]);
  });

  test("that another construct or stack adds to the cluster", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    new NativeIngressController(stack, "ingress", { cluster });
    const again = () => new ClusterAddOn(stack, "cert-manager", { cluster, addOn: AddOn.certManager() });
    expect(validationProblemsOf(again)).toMatchObject([
      {
        code: "NAME_DUPLICATE",
        property: "cluster",
        what: expect.stringContaining("stack/ingress/CertManager"),
      },
    ]);
    const other = new TerraformStack(stack.node.root, "other");
    const elsewhere = () => new ClusterAddOn(other, "cert-manager", { cluster, addOn: AddOn.certManager() });
    expect(problemCodesOf(elsewhere)).toEqual(["NAME_DUPLICATE"]);
    new ClusterAddOn(stack, "dns", { cluster, addOn: AddOn.coreDns() });
    expect(
      problemCodesOf(() => new ClusterAddOn(stack, "dns2", { cluster, addOn: AddOn.coreDns() })),
    ).toEqual(["NAME_DUPLICATE"]);
  });

  test("that is the network plugin of another kind of pod networking", () => {
    const stack = newStack();
    const overlay = newCluster(stack, PodNetworking.flannelOverlay());
    expect(
      problemCodesOf(
        () => new ClusterAddOn(stack, "cni", { cluster: overlay, addOn: AddOn.vcnNativeNetworking() }),
      ),
    ).toEqual(["ADD_ON_INVALID"]);
    expect(
      () => new ClusterAddOn(stack, "flannel", { cluster: overlay, addOn: AddOn.flannel() }),
    ).not.toThrow();
    expect(problemCodesOf(() => addOnResource(AddOn.flannel()))).toEqual(["ADD_ON_INVALID"]);
  });

  test("in a basic cluster, but not in a cluster of unknown type", () => {
    const stack = newStack();
    const imported = (id: string, clusterType?: string) =>
      SecureOkeCluster.fromClusterAttributes(stack, id, {
        clusterId: `ocid1.cluster.oc1..${id}`,
        clusterType,
      });
    const add = (id: string, clusterType?: string) => () =>
      new ClusterAddOn(stack, `on-${id}`, { cluster: imported(id, clusterType), addOn: AddOn.certManager() });
    expect(validationProblemsOf(add("basic", "BASIC_CLUSTER"))).toMatchObject([
      { code: "ADD_ON_INVALID", property: "cluster", what: expect.stringContaining("stack/basic") },
    ]);
    expect(add("enhanced", "ENHANCED_CLUSTER")).not.toThrow();
    expect(add("unknown")).not.toThrow();
    expect(problemCodesOf(() => imported("odd", "LARGE"))).toEqual(["VALUE_INVALID"]);
  });
});

describe("the order of add-ons", () => {
  test("is nodes, cert-manager, and the add-ons that need it, in any order of the program", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    new ClusterAddOn(stack, "metrics", { cluster, addOn: AddOn.metricsServer() });
    new ClusterAddOn(stack, "dns", { cluster, addOn: AddOn.coreDns() });
    new ClusterAddOn(stack, "cert-manager", { cluster, addOn: AddOn.certManager() });
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 2,
    });
    const addOns = resourcesOf(stack, "oci_containerengine_addon");
    // A second synthesis gives the same result.
    expect(resourcesOf(stack, "oci_containerengine_addon")).toEqual(addOns);
    const dependencies = Object.fromEntries(
      Object.values(addOns).map(({ addon_name, depends_on = [] }: any) => [
        addon_name,
        depends_on.map(
          (address: string) => addOns[address.split(".")[1]!]?.addon_name ?? address.split(".")[0],
        ),
      ]),
    );
    expect(dependencies).toEqual({
      CertManager: ["oci_containerengine_node_pool"],
      CoreDNS: [],
      KubernetesMetricsServer: ["CertManager", "oci_containerengine_node_pool"],
    });
  });
});

describe("the native ingress controller beside a cert-manager of the program", () => {
  test("refuses to install a second one, and otherwise depends on it", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    new ClusterAddOn(stack, "cert-manager", { cluster, addOn: AddOn.certManager() });
    const [problem] = validationProblemsOf(() => new NativeIngressController(stack, "ingress", { cluster }));
    expect(problem).toMatchObject({ code: "NAME_DUPLICATE", fix: "Set installCertManager: false" });
    new NativeIngressController(stack, "ingress", { cluster, installCertManager: false });
    const addOns: any[] = Object.values(resourcesOf(stack, "oci_containerengine_addon"));
    const controller = addOns.find(({ addon_name }) => addon_name === "NativeIngressController");
    expect(controller.depends_on.join()).toContain("oci_containerengine_addon.cert-manager");
  });
});

describe("the ObservabilityAgent", () => {
  const rules = (stack = newStack()) =>
    Object.values(resourcesOf(stack, "oci_core_network_security_group_security_rule")).filter((rule: any) =>
      JSON.stringify(rule).includes("9995"),
    );

  test("gets the same rules from its add-on as from the prop", () => {
    const [withProp, withAddOn, withoutAgent] = [newStack(), newStack(), newStack()];
    newCluster(withProp, undefined, true);
    new ClusterAddOn(withAddOn, "agent", {
      cluster: newCluster(withAddOn),
      addOn: AddOn.observabilityAgent(),
    });
    newCluster(withoutAgent);
    expect(rules(withAddOn)).toHaveLength(2);
    expect(rules(withAddOn)).toEqual(rules(withProp));
    expect(rules(withoutAgent)).toEqual([]);
  });

  test("gets its rules once from add-on and prop, and none in an overlay", () => {
    const stack = newStack();
    new ClusterAddOn(stack, "agent", {
      cluster: newCluster(stack, undefined, true),
      addOn: AddOn.observabilityAgent(),
    });
    expect(rules(stack)).toHaveLength(2);
    const overlay = newStack();
    new ClusterAddOn(overlay, "agent", {
      cluster: newCluster(overlay, PodNetworking.flannelOverlay()),
      addOn: AddOn.observabilityAgent(),
    });
    expect(rules(overlay)).toEqual([]);
  });
});
