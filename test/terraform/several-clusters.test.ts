import { App as KubernetesApp, Chart, Duration, Size } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import * as so from "../../lib";
import { COMPARTMENT } from "../support/stack";
import { describeWithTerraform, synthInto, withProvider } from "./terraform";

jest.setTimeout(240_000);

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const image = (name: string) => so.ContainerImage.of(`fra.ocir.io/acme/${name}@${DIGEST}`);
const label = (value: string) => so.SecurityAttribute.of({ namespace: "platform", key: "cluster", value });
const internal = so.LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
const reason = "The test needs it";
const tags = { freeformTags: { team: "shop" }, definedTags: { "Operations.CostCenter": "42" } };

function stackOf(app: App, id: string): TerraformStack {
  const stack = new TerraformStack(app, id);
  new so.oci.provider.OciProvider(stack, "oci", {
    region: "eu-frankfurt-1",
    ignoreDefinedTags: ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"],
  });
  return stack;
}

function poolsOf(cluster: so.ISecureOkeCluster, stack: TerraformStack, prefix: string): so.PrivateNodePool[] {
  const [first, second] = ["general", "edge"].map(
    (name) =>
      new so.PrivateNodePool(stack, `${prefix}-${name}`, {
        cluster,
        image: so.NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
        shape: so.NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
        size: 3,
        labels: { pool: name },
      }),
  );
  second!.node.addDependency(first!);
  return [first!, second!];
}

function chartOf(name: string): Chart {
  const chart = new Chart(new KubernetesApp(), name, { namespace: name });
  new so.SecureNamespace(chart, "namespace", {
    name,
    imagePullSecrets: ["ocir"],
    quota: { loadBalancers: 3, nodePorts: 5 },
  });
  return chart;
}

/** Workloads behind every kind of load balancer, with nearly every option of load balancers. */
function exposed(cluster: so.ISecureOkeCluster, name: string, isPublic: boolean): Chart {
  const chart = chartOf(name);
  const workload = (id: string, protocol = so.AppProtocol.HTTP) =>
    new so.HardenedDeployment(chart, id, { image: image(id), port: 8080, protocol });
  const policy = so.ExternalTrafficPolicy.LOCAL;
  workload("web").exposeViaLoadBalancer({
    cluster,
    access: isPublic ? so.LoadBalancerAccess.publicFromAnywhere({ reason }) : internal,
    tls: so.TlsTermination.atLoadBalancer({ certificateId: "ocid1.certificate.oc1.eu-frankfurt-1.web" }),
    externalTrafficPolicy: policy,
    httpListener: so.HttpListener.redirectedByWorkload({ reason }),
    listenerRules: [so.ListenerRule.strictTransportSecurity(), so.ListenerRule.limitConnectionsPerClient(50)],
    nodeLabels: { pool: "edge" },
    shape: so.LoadBalancerShape.flexible(10, 8000),
    policy: so.LoadBalancingPolicy.LEAST_CONNECTIONS,
    idleTimeout: Duration.minutes(5),
    healthCheck: { interval: Duration.seconds(20), timeout: Duration.seconds(5), retries: 4 },
  });
  workload("grpc", so.AppProtocol.GRPC).exposeViaLoadBalancer({
    cluster,
    access: internal,
    tls: so.TlsTermination.reencrypt({ secretName: "grpc-tls", backendSecretName: "pod-tls" }),
    externalTrafficPolicy: policy,
    securityRules: so.SecurityRuleManagement.terraformManaged(),
  });
  workload("dns", so.AppProtocol.TCP).exposeViaLoadBalancer({
    cluster,
    access: internal,
    tls: so.TlsTermination.none({ reason }),
    port: 53,
    type: so.LoadBalancerType.NETWORK_LOAD_BALANCER,
    transports: [so.IpProtocol.TCP, so.IpProtocol.UDP],
    securityRules: so.SecurityRuleManagement.terraformManaged(),
    externalTrafficPolicy: policy,
    preserveSource: true,
  });
  return chart;
}

function program(app: App): void {
  const first = stackOf(app, "first");
  const network = new so.ClusterNetwork(first, "network", {
    compartmentId: COMPARTMENT,
    publicLoadBalancerExposure: so.SubnetExposure.publicWith({ reason }),
  });
  const shop = new so.SecureOkeCluster(first, "shop", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: so.KubernetesVersion.V1_36,
    networkPolicyEngine: so.NetworkPolicyEngine.calico(),
    network,
    observabilityAgent: true,
    ...tags,
  });
  const shopPools = poolsOf(shop, first, "shop");
  new so.oci.objectstorageBucket.ObjectstorageBucket(first, "after", {
    compartmentId: COMPARTMENT,
    name: "after",
    namespace: "acme",
    dependsOn: [shop, ...shopPools],
  });
  shop.addCdk8sChart("shop", exposed(shop, "shop", true));

  const guarded = new so.SecureOkeCluster(first, "guarded", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: so.KubernetesVersion.V1_35,
    networkPolicyEngine: so.NetworkPolicyEngine.calico(),
    packetRouting: so.PacketRouting.of({
      tenancyId: "ocid1.tenancy.oc1..example",
      network: label("shop-network"),
      apiEndpoint: label("shop-api"),
      nodes: label("shop-nodes"),
    }),
    ...tags,
  });
  poolsOf(guarded, first, "guarded");
  // This makes all resources of the guarded cluster depend on those of the shop cluster.
  guarded.node.addDependency(shop);
  guarded.addCdk8sChart("guarded", exposed(guarded, "guarded", false));

  const second = stackOf(app, "second");
  const flannel = new so.SecureOkeCluster(second, "flannel", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: so.KubernetesVersion.V1_34,
    networkPolicyEngine: so.NetworkPolicyEngine.existing({ reason }),
    podNetworking: so.PodNetworking.flannelOverlay(),
    network: new so.ExistingVcnNetwork(second, "network", {
      vcnId: network.vcnId,
      vcnCidrs: ["10.0.0.0/16"],
      compartmentId: COMPARTMENT,
      plan: so.SubnetPlan.of({ vcnCidr: "10.0.64.0/20", nodes: 20 }),
      natGatewayId: "ocid1.natgateway.oc1.eu-frankfurt-1.example",
      serviceGatewayId: "ocid1.servicegateway.oc1.eu-frankfurt-1.example",
    }),
    ...tags,
  });
  poolsOf(flannel, second, "flannel");
  flannel.addCdk8sChart("flannel", exposed(flannel, "flannel", false));
}

describeWithTerraform("three clusters in two stacks with load balancers of every kind", () => {
  test("are applied in one run, after which the plans are empty", async () => {
    await withProvider(async (terraform) => {
      const stacks = await terraform.initAll(synthInto(terraform.outdir(), program));
      expect(stacks.map(({ name }) => name)).toEqual(["first", "second"]);
      for (const stack of stacks) {
        await stack.validate();
        await stack.apply();
      }
      for (const stack of stacks) expect(await stack.planExitCode()).toBe(0);
    });
  });
});
