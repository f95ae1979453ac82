import { type Chart, Yaml } from "cdk8s";
import { type App, type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../../lib/cluster/kubernetes-version";
import { NativeIngressController } from "../../../lib/cluster/native-ingress-controller";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { CertificatesManagementCertificate } from "../../../lib/oci/certificates-management-certificate";
import { ClusterNetwork } from "../../../lib/network/vcn/cluster-network";
import { PodNetworking } from "../../../lib/network/vcn/pod-networking";
import { SubnetExposure } from "../../../lib/network/vcn/cluster-subnet";
import {
  OciNativeIngress,
  type OciNativeIngressProps,
} from "../../../lib/exposure/ingress-controllers/oci-native-ingress";
import { AppProtocol } from "../../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../../lib/workload/hardened-deployment";
import { IngressCertificate } from "../../../lib/exposure/ingress-certificate";
import { type IngressGateway } from "../../../lib/exposure/ingress-gateway";
import { LoadBalancerAccess } from "../../../lib/exposure/load-balancer-settings";
import { LoadBalancerShape } from "../../../lib/exposure/load-balancer-props";
import { TlsTermination } from "../../../lib/exposure/tls-termination";
import { newStack, resourcesOf } from "../../support/stack";
import { flowsOf } from "../../support/rules";
import {
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "../../workload/support";
import { REASON, route } from "./support";

const compartmentId = "ocid1.compartment.oc1..example";
const WAF = "ocid1.webappfirewallpolicy.oc1.eu-frankfurt-1.example";
const ADDRESS = "ocid1.publicip.oc1.eu-frankfurt-1.example";
const ocid = (name: string) => `ocid1.certificate.oc1.eu-frankfurt-1.${name}`;
const tlsOf = (name = "shop") => TlsTermination.atIngress(IngressCertificate.fromOciCertificates(ocid(name)));

function newCluster(stack: TerraformStack, id = "cluster", isPublic = false) {
  const loadBalancerExposure = isPublic ? SubnetExposure.publicWith(REASON) : undefined;
  return new SecureOkeCluster(stack, id, {
    compartmentId,
    kubernetesVersion: KubernetesVersion.V1_34,
    network: new ClusterNetwork(stack, `${id}-network`, { compartmentId, loadBalancerExposure }),
  });
}

function native(props: Partial<OciNativeIngressProps> = {}, isPublic = false) {
  const stack = newStack();
  const cluster = newCluster(stack, "cluster", isPublic);
  const controller = new NativeIngressController(stack, "ingress", { cluster });
  const chart = newChart("shop");
  const gateway = new OciNativeIngress(chart, "front", {
    controller,
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    ...props,
  });
  const web = workload(chart, "web");
  return { stack, cluster, controller, chart, gateway, web };
}

const workload = (chart: Chart, id: string, protocol?: AppProtocol) =>
  new HardenedDeployment(chart, id, { image: IMAGE, port: 8080, protocol });
const ask = (gateway: IngressGateway, path = "/", tls = tlsOf()) => route(gateway, { path, tls });
const rightsOf = (stack: TerraformStack) =>
  Object.values<any>(resourcesOf(stack, "oci_identity_policy"))
    .flatMap(({ statements }) => statements as string[])
    .filter((statement) => statement.includes("'workload'"))
    .map((statement) => /^Allow any-user to (.*) in compartment id/.exec(statement)?.[1]);

describe("the OCI native ingress controller", () => {
  test("is an add-on after cert-manager, which acts by workload identity", () => {
    const { stack } = native();
    const addons = resourcesOf(stack, "oci_containerengine_addon");
    expect(
      Object.values(addons).map(({ addon_name, configurations }: any) => [addon_name, configurations]),
    ).toEqual([
      ["CertManager", [{ key: "numOfReplicas", value: "1" }]],
      [
        "NativeIngressController",
        [
          { key: "compartmentId", value: compartmentId },
          { key: "loadBalancerSubnetId", value: expect.stringContaining("oci_core_subnet") },
          { key: "authType", value: "workloadIdentity" },
          { key: "numOfReplicas", value: "2" },
        ],
      ],
    ]);
    const controller: any = Object.values(addons)[1];
    expect(controller.depends_on).toEqual([
      expect.stringMatching(/^oci_identity_policy/),
      expect.stringMatching(/^oci_containerengine_addon/),
    ]);
  });

  test("has rights for its service account in its cluster only, and only those that its gateways need", () => {
    const always = [
      "manage load-balancers",
      "read clusters",
      "use virtual-network-family",
      "read leaf-certificates",
      "read leaf-certificate-bundles",
      "manage certificate-associations",
    ];
    const { stack } = native();
    expect(rightsOf(stack)).toEqual(always);
    const [policy]: any[] = Object.values<any>(resourcesOf(stack, "oci_identity_policy")).filter(
      ({ statements }) => statements[0].includes("'workload'"),
    );
    for (const statement of policy.statements) {
      expect(statement).toMatch(
        /where all {request\.principal\.type = 'workload', request\.principal\.namespace = 'native-ingress-controller-system', request\.principal\.service_account = 'oci-native-ingress-controller', request\.principal\.cluster_id = '\$\{oci_containerengine_cluster\.[^}]*\.id\}'}$/,
      );
    }
    const access = LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON);
    const more = native({ wafPolicyId: WAF, reservedAddressId: ADDRESS, access }, true);
    expect(rightsOf(more.stack).filter((right) => !always.includes(right ?? ""))).toEqual([
      "manage waf-family",
      "read public-ips",
      "manage floating-ips",
    ]);
  });

  test("has a policy of its own in the compartment of the certificates and in that of the network", () => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId,
      kubernetesVersion: KubernetesVersion.V1_34,
      network: new ClusterNetwork(stack, "network", { compartmentId: "ocid1.compartment.oc1..network" }),
    });
    const certificateCompartmentId = "ocid1.compartment.oc1..certificates";
    new NativeIngressController(stack, "ingress", {
      cluster,
      certificateCompartmentId,
      installCertManager: false,
    });
    const policies = Object.values<any>(resourcesOf(stack, "oci_identity_policy")).filter(({ statements }) =>
      statements[0].includes("'workload'"),
    );
    for (const { compartment_id, statements } of policies) {
      for (const statement of statements)
        expect(statement).toContain(`in compartment id ${compartment_id} where`);
    }
    expect(policies.map(({ compartment_id }) => compartment_id).sort()).toEqual(
      [compartmentId, "ocid1.compartment.oc1..network", certificateCompartmentId].sort(),
    );
    expect(Object.keys(resourcesOf(stack, "oci_containerengine_addon"))).toHaveLength(1);
  });

  test.each<[string, object | undefined, string[]]>([
    ["nothing", undefined, ["ATTRIBUTE_MISSING"]],
    ["a text for a cluster", { cluster: "ocid1.cluster" }, ["VALUE_INVALID"]],
    ["no replica", { replicas: 0 }, ["COUNT_INVALID"]],
    ["a word for a truth", { installCertManager: "no" }, ["VALUE_INVALID"]],
    ["a compartment that is none", { certificateCompartmentId: "certificates" }, ["OCID_INVALID"]],
  ])("is rejected for %s", (_, props, codes) => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const all: any = props && { cluster, ...props };
    expect(problemCodesOf(() => new NativeIngressController(stack, "ingress", all))).toEqual(codes);
    expect(stack.node.tryFindChild("ingress")).toBeUndefined();
  });
});

test("A second controller of one cluster is refused, and one of another cluster is not", () => {
  const { stack, cluster } = native();
  const [problem, ...more] = validationProblemsOf(
    () => new NativeIngressController(stack, "again", { cluster, installCertManager: false }),
  );
  expect(problem).toMatchObject({
    code: "NAME_DUPLICATE",
    property: "cluster",
  });
  expect(more).toEqual([]);
  expect(stack.node.tryFindChild("again")).toBeUndefined();
  expect(
    () => new NativeIngressController(stack, "other", { cluster: newCluster(stack, "next") }),
  ).not.toThrow();
});

describe("a gateway of it", () => {
  test("is a class with a group of Terraform, and its parameters", () => {
    const access = LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON);
    const shape = LoadBalancerShape.flexible(100, 400);
    const { cluster, chart } = native({ access, shape, wafPolicyId: WAF, reservedAddressId: ADDRESS }, true);
    cluster.addCdk8sChart("shop", chart);
    const objects = objectsOf(chart).filter(({ kind }: any) => kind.startsWith("IngressClass"));
    const text = Yaml.stringify(...objects).replace(/\$\{TfToken\[TOKEN\.\d+\]\}/g, "(a reference)");
    expect(text).toMatchSnapshot();
  });

  test("offers its resolved values", () => {
    const { gateway, cluster, controller } = native();
    expect(gateway).toMatchObject({
      controller,
      cluster,
      ingressClassName: "front",
      access: { isInternal: true, sourceRanges: ["10.0.0.0/8"] },
      subnetId: cluster.network.loadBalancerSubnet.subnetId,
      shape: { minimumMbps: 10, maximumMbps: 100 },
    });
    expect([gateway.wafPolicyId, gateway.reservedAddressId]).toEqual([undefined, undefined]);
    const access = LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON);
    const shape = LoadBalancerShape.flexible(100, 400);
    expect(
      native({ access, shape, wafPolicyId: WAF, reservedAddressId: ADDRESS }, true).gateway,
    ).toMatchObject({ access, shape, wafPolicyId: WAF, reservedAddressId: ADDRESS });
  });

  test("is refused for a cluster whose pods are in an overlay, where no load balancer reaches them", () => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId,
      kubernetesVersion: KubernetesVersion.V1_34,
      podNetworking: PodNetworking.flannelOverlay(),
    });
    const controller = new NativeIngressController(stack, "ingress", { cluster });
    const access = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
    const chart = newChart("shop");
    expect(problemCodesOf(() => new OciNativeIngress(chart, "front", { controller, access }))).toEqual([
      "INGRESS_INVALID",
    ]);
    expect(cluster.node.tryFindChild("IngressGateways")).toBeUndefined();
  });

  test("lets its clients in on port 443 only, and reaches exactly the ports of its workloads' pods", () => {
    const { stack, gateway, chart, web } = native();
    web.exposeViaIngress(ask(gateway));
    web.exposeViaIngress(ask(gateway, "/more"));
    new HardenedDeployment(chart, "api", { image: IMAGE, port: 9000 }).exposeViaIngress(ask(gateway, "/api"));
    const flows = flowsOf(stack).filter((flow) => flow.includes("front"));
    expect(flows).toMatchSnapshot();
    const { ingress } = objectOf(chart, "NetworkPolicy", "web").spec;
    expect(ingress).toEqual([
      { from: [{ ipBlock: { cidr: "10.0.1.0/24" } }], ports: [{ port: 8080, protocol: "TCP" }] },
    ]);
  });

  test("is named by Ingress objects in the namespaces of workloads, with one certificate and one listener", () => {
    const { gateway, chart, web } = native();
    web.exposeViaIngress(ask(gateway));
    expect(Yaml.stringify(objectOf(chart, "Ingress"), objectOf(chart, "Service"))).toMatchSnapshot();
  });

  test("refuses a Secret, another certificate, gRPC, and more workloads than a load balancer has backend sets", () => {
    const { gateway, chart, web } = native();
    expect(problemCodesOf(() => web.exposeViaIngress(route(gateway)))).toEqual(["INGRESS_INVALID"]);
    web.exposeViaIngress(ask(gateway));
    const another = ask(gateway, "/other", tlsOf("other"));
    expect(problemCodesOf(() => web.exposeViaIngress(another))).toEqual([
      "INGRESS_INVALID",
      "INGRESS_INVALID",
    ]);
    const grpc = workload(chart, "grpc", AppProtocol.GRPC);
    expect(problemCodesOf(() => grpc.exposeViaIngress(ask(gateway, "/grpc")))).toEqual(["INGRESS_INVALID"]);
    for (let n = 1; n < 15; n++) workload(chart, `w${n}`).exposeViaIngress(ask(gateway, `/w${n}`));
    expect(problemCodesOf(() => workload(chart, "w15").exposeViaIngress(ask(gateway, "/w15")))).toEqual([
      "INGRESS_INVALID",
    ]);
    expect(() => web.exposeViaIngress(ask(gateway, "/again"))).not.toThrow();
  });

  test.each<[string, Partial<{ [K in keyof OciNativeIngressProps]: unknown }>, string[]]>([
    ["no controller", { controller: undefined }, ["ATTRIBUTE_MISSING"]],
    ["a text for who may connect", { access: "10.0.0.0/8" }, ["VALUE_INVALID"]],
    ["a policy that is none", { wafPolicyId: "ocid1.vcn.oc1..example" }, ["OCID_INVALID"]],
    ["an invalid address", { reservedAddressId: "203.0.113.80" }, ["OCID_INVALID"]],
    ["a public address inside", { reservedAddressId: ADDRESS }, ["INGRESS_INVALID"]],
    [
      "everyone, in a private subnet",
      { access: LoadBalancerAccess.publicFromAnywhere(REASON) },
      ["SUBNET_NOT_PUBLIC"],
    ],
  ])("is rejected for %s", (_, props, codes) => {
    const { chart, controller } = native();
    const all: any = { controller, access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]), ...props };
    expect(problemCodesOf(() => new OciNativeIngress(chart, "other", all))).toEqual(codes);
    expect(chart.node.tryFindChild("other")).toBeUndefined();
  });

  test("is refused where its cluster has one of its name, in another chart too", () => {
    const { controller } = native();
    const access = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
    const again = () => new OciNativeIngress(newChart("books"), "front", { controller, access });
    expect(problemCodesOf(again)).toEqual(["NAME_DUPLICATE"]);
  });

  test("takes one reference to a certificate for one certificate, however often it is written", () => {
    const { stack, gateway, web } = native();
    const certificate = new CertificatesManagementCertificate(stack, "certificate", {
      compartmentId,
      name: "shop",
      certificateConfig: { configType: "IMPORTED" },
    });
    const tls = () => TlsTermination.atIngress(IngressCertificate.fromOciCertificates(certificate.id));
    web.exposeViaIngress(ask(gateway, "/", tls()));
    expect(() => web.exposeViaIngress(ask(gateway, "/more", tls()))).not.toThrow();
  });

  test("is refused at synthesis where its chart was added to another cluster", () => {
    const { stack, chart } = native();
    newCluster(stack, "other").addCdk8sChart("shop", chart);
    expect(problemsAtSynthesis(chart).map(({ code }) => code)).toContain("INGRESS_INVALID");
    const same = native();
    same.cluster.addCdk8sChart("shop", same.chart);
    expect(problemsAtSynthesis(same.chart).map(({ code }) => code)).not.toContain("INGRESS_INVALID");
  });
});

test.each<[string, Partial<OciNativeIngressProps>, string]>([
  ["wafPolicyId", { wafPolicyId: "ocid1.webappfirewallpolicy.oc1.iad.test" }, "eu-frankfurt-1"],
  ["The certificate", {}, "us-ashburn-1"],
])("%s of another region than the provider's is refused when the stack is written", (name, props, region) => {
  const { stack, cluster, chart, gateway, web } = native(props);
  cluster.addCdk8sChart("shop", chart);
  const certificate = IngressCertificate.fromOciCertificates(`ocid1.certificate.oc1.${region}.shop`);
  web.exposeViaIngress({ ...route(gateway), tls: TlsTermination.atIngress(certificate) });
  expect(validationProblemsOf(() => (stack.node.root as App).synth())).toMatchObject([
    { code: "OCID_INVALID", what: expect.stringContaining(`${name}`) },
  ]);
});
