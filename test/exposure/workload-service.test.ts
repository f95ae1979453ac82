import { ApiObject, JsonPatch, Yaml } from "cdk8s";
import { Port } from "../../lib/core/port";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { WorkloadService, type ServiceOptions } from "../../lib/exposure/workload-service";
import {
  containerOf,
  fakeCluster,
  IMAGE,
  newChart,
  objectOf,
  validationProblemsOf,
  problemCodesOf,
} from "../workload/support";

const balanced = () => ({
  cluster: fakeCluster(),
  access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
  tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
});

function served(options?: ServiceOptions, namespace?: string) {
  const chart = newChart(namespace);
  const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8443 });
  return { chart, api, service: api.exposeViaService(options) };
}

describe("a service inside the cluster", () => {
  test("has the name and the port of its workload", () => {
    const { api, chart, service } = served();
    expect(service).toMatchObject({ name: "api", port: 8443, hostName: "api.shop.svc" });
    expect(service.workload).toBe(api);
    expect(Yaml.stringify(objectOf(chart, "Service"))).toMatchSnapshot();
  });

  test("shows everything that it is given", () => {
    const { chart, service } = served({ name: "prices", port: 80 });
    expect(service).toMatchObject({ name: "prices", port: 80, hostName: "prices.shop.svc" });
    expect(objectOf(chart, "Service", "prices").spec.ports).toEqual([
      { name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" },
    ]);
  });

  test("is named without a namespace where the chart has none", () => {
    expect(served({}, "").service.hostName).toBe("api");
  });

  test("names its port after the protocol of the program", () => {
    const chart = newChart();
    const db = new HardenedDeployment(chart, "db", { image: IMAGE, port: 5432, protocol: AppProtocol.TCP });
    db.exposeViaService();
    expect(objectOf(chart, "Service").spec.ports).toEqual([
      { name: "tcp", port: 5432, targetPort: "tcp", protocol: "TCP" },
    ]);
  });

  test("finds the pods by the selector of the deployment and the name of its port", () => {
    const { chart } = served();
    const { selector, template } = objectOf(chart, "Deployment").spec;
    const service = objectOf(chart, "Service").spec;
    expect(service.selector).toEqual(selector.matchLabels);
    expect(template.spec.containers[0].ports[0].name).toBe(service.ports[0].targetPort);
  });

  test("is found by a client that has its address, and opens nothing by itself", () => {
    const { chart, api, service } = served();
    const { hostName, port } = service;
    const env = { API_URL: EnvironmentValue.fromValue(`http://${hostName}:${port}`) };
    const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, env });
    expect(containerOf(chart, "web").env).toEqual([{ name: "API_URL", value: "http://api.shop.svc:8443" }]);
    expect(objectOf(chart, "NetworkPolicy", "api").spec.ingress).toEqual([]);
    api.connections.allowFrom(web, Port.tcp(8443));
    expect(objectOf(chart, "NetworkPolicy", "api").spec.ingress).toHaveLength(1);
  });

  test("may stand in another chart, in the namespace of the pods", () => {
    const { api } = served();
    const other = newChart("other");
    expect(new WorkloadService(other, "api", { workload: api }).hostName).toBe("api.shop.svc");
    expect(objectOf(other, "Service").metadata.namespace).toBe("shop");
  });

  test("can be patched afterwards", () => {
    const { chart, service } = served();
    ApiObject.of(service).addJsonPatch(JsonPatch.add("/spec/internalTrafficPolicy", "Local"));
    expect(objectOf(chart, "Service").spec.internalTrafficPolicy).toBe("Local");
  });
});

describe("a service is refused:", () => {
  test.each<[string, ServiceOptions, string[]]>([
    ["port 0", { port: 0 }, ["PORT_INVALID"]],
    ["port 70000", { port: 70000 }, ["PORT_INVALID"]],
    ["a name with capitals", { name: "Api" }, ["NAME_INVALID"]],
    ["a name with a digit first", { name: "1api" }, ["NAME_INVALID"]],
    ["several at once", { name: "Api", port: 0 }, ["NAME_INVALID", "PORT_INVALID"]],
  ])("%s", (_, options, codes) => {
    expect(problemCodesOf(() => served(options))).toEqual(codes);
  });

  test("a workload without a port", () => {
    const worker = new HardenedDeployment(newChart(), "worker", { image: IMAGE });
    expect(problemCodesOf(() => worker.exposeViaService())).toEqual(["PORT_INVALID"]);
    expect(worker.node.tryFindChild("Service-worker")).toBeUndefined();
  });

  test("a name twice", () => {
    const { api } = served();
    expect(problemCodesOf(() => api.exposeViaService())).toEqual(["NAME_DUPLICATE"]);
    api.exposeViaService({ name: "api-again" });
  });

  test.each<[string, (api: HardenedDeployment) => void, (api: HardenedDeployment) => void]>([
    ["after", (api) => api.exposeViaLoadBalancer(balanced()), (api) => api.exposeViaService()],
    ["before", (api) => api.exposeViaService(), (api) => api.exposeViaLoadBalancer(balanced())],
  ])("the name of a load balancer, %s it, with what to do instead", (_, first, second) => {
    const api = new HardenedDeployment(newChart(), "api", { image: IMAGE, port: 8443 });
    first(api);
    const [problem, ...others] = validationProblemsOf(() => {
      second(api);
    });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: "NAME_DUPLICATE",
      fix: expect.stringContaining("also works inside the cluster"),
    });
  });
});
