import { ApiObject, Duration, JsonPatch, Yaml } from "cdk8s";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { requiredAttribute } from "../../lib/core/missing-values";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancer } from "../../lib/exposure/load-balancer";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions, LoadBalancerShape } from "../../lib/exposure/load-balancer-props";
import { TlsTermination, TlsVersion } from "../../lib/exposure/tls-termination";
import {
  fakeCluster,
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "../workload/support";

const minimal = (): LoadBalancerOptions => ({
  cluster: fakeCluster(),
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});

function exposed(options: Partial<LoadBalancerOptions> = {}) {
  const chart = newChart();
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  const balancer = web.exposeViaLoadBalancer({ ...minimal(), ...options });
  return { chart, web, balancer };
}

describe("a load balancer", () => {
  test("ends TLS, is guarded by groups that OKE manages, and serves only who is named", () => {
    const { chart } = exposed();
    expect(Yaml.stringify(objectOf(chart, "Service"))).toMatchSnapshot();
  });

  test("shows everything that it is given", () => {
    const { chart } = exposed({
      cluster: fakeCluster({ isPublic: true }),
      access: LoadBalancerAccess.publicFrom(["203.0.113.0/24", "198.51.100.0/24"], { reason: "Partners" }),
      tls: TlsTermination.atLoadBalancer({
        secretName: "cert",
        secretNamespace: "certificates",
        secretGrant: { reason: "The platform team lends its certificate to all shops" },
        minimumVersion: TlsVersion.V1_3,
      }),
      port: 8443,
      name: "partners",
      shape: LoadBalancerShape.flexible(100, 400),
      idleTimeout: Duration.minutes(5),
    });
    expect(Yaml.stringify(objectOf(chart, "Service"))).toMatchSnapshot();
  });

  test("may connect to the pods' port from the node and load balancer subnets only", () => {
    const { chart } = exposed();
    expect(objectOf(chart, "NetworkPolicy").spec.ingress).toEqual([
      { from: [{ ipBlock: { cidr: "10.0.1.0/24" } }], ports: [{ port: 8080, protocol: "TCP" }] },
      { from: [{ ipBlock: { cidr: "10.0.2.0/24" } }], ports: [{ port: 8080, protocol: "TCP" }] },
    ]);
  });

  test("finds the pods by the selector of the deployment and the name of its port", () => {
    const { chart } = exposed();
    const { selector, template } = objectOf(chart, "Deployment").spec;
    const service = objectOf(chart, "Service").spec;
    expect(service.selector).toEqual(selector.matchLabels);
    expect(template.spec.containers[0].ports[0].name).toBe(service.ports[0].targetPort);
  });

  test.each([
    [AppProtocol.HTTP, { name: "https", targetPort: "http", appProtocol: "http" }],
    [AppProtocol.TCP, { name: "tcp", targetPort: "tcp" }],
  ])("uses %s to the pods and terminates TLS", (protocol, port) => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, protocol }).exposeViaLoadBalancer(
      minimal(),
    );
    const { metadata, spec } = objectOf(chart, "Service");
    expect(metadata.annotations).toMatchObject({
      "service.beta.kubernetes.io/oci-load-balancer-backend-protocol": protocol,
      "service.beta.kubernetes.io/oci-load-balancer-ssl-ports": "443",
      "service.beta.kubernetes.io/oci-load-balancer-tls-secret": "web-tls",
    });
    expect(spec.ports).toEqual([{ port: 443, protocol: "TCP", ...port }]);
  });

  test("terminates TLS for pods of the cluster too", () => {
    const { chart } = exposed();
    expect(objectOf(chart, "Service").metadata.annotations["oci.oraclecloud.com/ingress-ip-mode"]).toBe(
      "proxy",
    );
  });

  test("is an acknowledgement if it is public", () => {
    const access = LoadBalancerAccess.publicFromAnywhere({ reason: "The shop's customers" });
    const { chart } = exposed({ cluster: fakeCluster({ isPublic: true }), access });
    expect(objectOf(chart, "Service").spec.loadBalancerSourceRanges).toEqual(["0.0.0.0/0"]);
    expect(Acknowledgements.of(chart)).toMatchObject([
      expect.objectContaining({
        path: "shop/web/LoadBalancer-web",
        practice: "exposure",
        reason: "The shop's customers",
      }),
    ]);
  });

  test("can be internal for public ranges with a reason", () => {
    const ranges = ["8.8.8.0/24", "10.0.0.0/8", "100.64.0.0/10"];
    const reason = "The offices have public addresses, and are reached through the DRG";
    const { chart } = exposed({ access: LoadBalancerAccess.internalFrom(ranges, { reason }) });
    const { annotations } = objectOf(chart, "Service").metadata;
    expect(annotations["service.beta.kubernetes.io/oci-load-balancer-internal"]).toBe("true");
    const what = "internal load balancer for the public 8.8.8.0/24";
    expect(Acknowledgements.of(chart)).toMatchObject([
      expect.objectContaining({ practice: "exposure", what, reason }),
    ]);
    expect(Acknowledgements.of(exposed().chart)).toEqual([]);
  });

  test("can be the second one of a workload, with its own name", () => {
    const { chart, web } = exposed();
    web.exposeViaLoadBalancer({ ...minimal(), name: "web-partners" });
    expect(objectsOf(chart).filter(({ kind }: any) => kind === "Service")).toHaveLength(2);
    expect(objectOf(chart, "NetworkPolicy").spec.ingress).toHaveLength(2);
  });

  test("carries references to Terraform values as whole strings, and plain cdk8s then refuses the chart", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const token = (id: string) => new TerraformVariable(stack, id, { type: "string" }).stringValue;
    const [subnetId, groupId] = [token("subnet"), token("group")];
    const { chart } = exposed({ cluster: fakeCluster({ subnetId, groupId }) });
    expect(objectOf(chart, "Service").metadata.annotations).toMatchObject({
      "service.beta.kubernetes.io/oci-load-balancer-subnet1": subnetId,
      "oci.oraclecloud.com/oci-backend-network-security-group": groupId,
    });
    expect(problemsAtSynthesis(chart)).toMatchObject([{ code: "MANIFEST_REFERENCES", path: "shop" }]);
  });

  test("has its workload, its access, and its TLS termination as properties", () => {
    const access = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
    const { balancer } = exposed({ access });
    expect(balancer.workload.name).toBe("web");
    expect(balancer.access).toBe(access);
    expect(balancer.tls.secret).toBe("web-tls");
  });

  test("can be patched afterwards", () => {
    const { chart, balancer } = exposed();
    ApiObject.of(balancer).addJsonPatch(JsonPatch.replace("/spec/externalTrafficPolicy", "Local"));
    ApiObject.of(balancer).metadata.addAnnotation(
      "oci.oraclecloud.com/loadbalancer-policy",
      "LEAST_CONNECTIONS",
    );
    expect(objectOf(chart, "Service")).toMatchObject({
      metadata: { annotations: { "oci.oraclecloud.com/loadbalancer-policy": "LEAST_CONNECTIONS" } },
      spec: { externalTrafficPolicy: "Local" },
    });
  });
});

describe("an invalid load balancer:", () => {
  test.each<[string, Partial<LoadBalancerOptions>, string[]]>([
    ["port 0", { port: 0 }, ["PORT_INVALID"]],
    ["port 70000", { port: 70000 }, ["PORT_INVALID"]],
    ["no idle time", { idleTimeout: Duration.seconds(0) }, ["DURATION_INVALID"]],
    ["two days of idle time", { idleTimeout: Duration.days(2) }, ["DURATION_INVALID"]],
    ["a name with capitals", { name: "Web" }, ["NAME_INVALID"]],
    ["a name with a digit first", { name: "1web" }, ["NAME_INVALID"]],
    [
      "several at once",
      { name: "Web", port: 0, idleTimeout: Duration.seconds(0) },
      ["DURATION_INVALID", "NAME_INVALID", "PORT_INVALID"],
    ],
  ])("%s", (_, options, codes) => {
    expect(problemCodesOf(() => exposed(options)).sort()).toEqual(codes);
  });

  test("an invalid port, with the path of the construct", () => {
    expect(validationProblemsOf(() => exposed({ port: 0 }))).toMatchObject([
      { path: "shop/web/LoadBalancer-web", what: "port is 0", fix: "Give a whole number from 1 to 65535" },
    ]);
  });

  test("a cluster with an unknown network, as one problem", () => {
    const missing = () => requiredAttribute(cluster, "fromClusterAttributes", "network", undefined);
    const cluster = Object.defineProperty(fakeCluster(), "network", { get: missing });
    expect(problemCodesOf(() => exposed({ cluster }))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("public in an imported network without a public subnet, with the attribute to set as the fix", () => {
    const access = LoadBalancerAccess.publicFrom(["203.0.113.0/24"], { reason: "Partners" });
    const [problem, ...others] = validationProblemsOf(() => exposed({ access }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "SUBNET_NOT_PUBLIC", path: "shop/web/LoadBalancer-web" });
    expect(problem?.fix).toContain("publicLoadBalancerSubnet: { subnetId, cidr, isPublic: true }");
  });

  test("a duplicate name", () => {
    const { chart, web } = exposed();
    const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8080 });
    expect(problemCodesOf(() => web.exposeViaLoadBalancer(minimal()))).toEqual(["NAME_DUPLICATE"]);
    expect(problemCodesOf(() => api.exposeViaLoadBalancer({ ...minimal(), name: "web" }))).toEqual([
      "NAME_DUPLICATE",
    ]);
    expect(objectOf(chart, "NetworkPolicy", "api").spec.ingress).toEqual([]);
  });

  test("a workload without a port", () => {
    const worker = new HardenedDeployment(newChart(), "worker", { image: IMAGE });
    expect(problemCodesOf(() => worker.exposeViaLoadBalancer(minimal()))).toEqual(["LOAD_BALANCER_INVALID"]);
    expect(worker.node.tryFindChild("LoadBalancer-worker")).toBeUndefined();
  });

  test("a workload of another chart", () => {
    const web = new HardenedDeployment(newChart(), "web", { image: IMAGE, port: 8080 });
    const other = newChart("other");
    expect(problemCodesOf(() => new LoadBalancer(other, "x", { ...minimal(), workload: web }))).toEqual([
      "LOAD_BALANCER_INVALID",
    ]);
  });
});
