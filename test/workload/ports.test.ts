import { Port } from "../../lib/core/port";
import { AddedCapability } from "../../lib/workload/pods/pod-security";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { LoadBalancerAccess, LoadBalancerType } from "../../lib/exposure/load-balancer-settings";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { type ServiceOptions } from "../../lib/exposure/workload-service";
import {
  containerOf,
  fakeCluster,
  IMAGE,
  newChart,
  objectOf,
  validationProblemsOf,
  problemCodesOf,
} from "./support";

const METRICS = { name: "metrics", port: 9090 };
const ADMIN = { name: "admin", port: 9000, protocol: AppProtocol.GRPC };
const MORE = { port: 8080, ports: [METRICS, ADMIN] };

function web(props: Partial<HardenedDeploymentProps> = MORE) {
  const chart = newChart();
  return { chart, workload: new HardenedDeployment(chart, "web", { image: IMAGE, ...props }) };
}
const servicePorts = (options?: ServiceOptions, props?: Partial<HardenedDeploymentProps>) => {
  const { chart, workload } = web(props);
  const service = workload.exposeViaService(options);
  return { service, ports: objectOf(chart, "Service").spec.ports };
};
const short = (ports: any[]) => ports.map(({ name, port, targetPort }) => `${name} ${port} ${targetPort}`);

describe("a workload with several ports", () => {
  test("lists its own port first and the others sorted by name", () => {
    const { chart } = web();
    const { ports } = containerOf(chart);
    expect(ports).toEqual([
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { name: "admin", containerPort: 9000, protocol: "TCP" },
      { name: "metrics", containerPort: 9090, protocol: "TCP" },
    ]);
    expect(containerOf(web({ port: 8080, ports: [ADMIN, METRICS] }).chart).ports).toEqual(ports);
  });

  test("can have only named ports, without default probes", () => {
    const { chart, workload } = web({ ports: [METRICS] });
    expect(containerOf(chart)).not.toHaveProperty("readinessProbe");
    expect(containerOf(chart).ports).toHaveLength(1);
    expect(workload.port).toBeUndefined();
    expect(short(servicePorts({}, { ports: [METRICS] }).ports)).toEqual(["metrics 9090 metrics"]);
  });

  test("includes the ports of its sidecars", () => {
    const sidecars = [{ name: "proxy", image: IMAGE, port: 15001, ports: [{ name: "https", port: 8443 }] }];
    const { chart, workload } = web({ port: 8080, sidecars });
    const [proxy] = objectOf(chart, "Deployment").spec.template.spec.initContainers;
    expect(proxy.ports).toEqual([
      { containerPort: 15001, protocol: "TCP" },
      { name: "https", containerPort: 8443, protocol: "TCP" },
    ]);
    workload.exposeViaService({ ports: [{ name: "https", port: 443 }] });
    expect(short(objectOf(chart, "Service").spec.ports)).toEqual(["https 443 https"]);
  });

  test.each([
    ["two of one name", [METRICS, { name: "metrics", port: 9091 }], ["NAME_DUPLICATE"]],
    ["the name of its own", [{ name: "http", port: 9090 }], ["NAME_DUPLICATE"]],
    ["one number twice", [METRICS, { name: "other", port: 9090 }], ["PORT_INVALID"]],
    ["the number of its own", [{ name: "other", port: 8080 }], ["PORT_INVALID"]],
    ["no name", [{ port: 9090 }], ["ATTRIBUTE_MISSING"]],
    ["no number", [{ name: "metrics" }], ["ATTRIBUTE_MISSING"]],
    ["no port", [{ name: "metrics", port: 0 }], ["PORT_INVALID"]],
    ["a port below 1024", [{ name: "metrics", port: 80 }], ["PORT_PRIVILEGED"]],
    ["another protocol", [{ ...METRICS, protocol: "http" }], ["VALUE_INVALID"]],
    ["a number", [9090], ["VALUE_INVALID"]],
    ["no list", METRICS, ["VALUE_INVALID"]],
  ])("is refused for %s", (_, ports, codes) => {
    expect(problemCodesOf(() => web({ port: 8080, ports: ports as never }))).toEqual(codes);
  });

  test.each(["", "Metrics", "a-", "-a", "a--b", "8080", "metrics_port", "a".repeat(16), "a.b"])(
    "is refused for a port named %j",
    (name) => {
      expect(problemCodesOf(() => web({ ports: [{ name, port: 9090 }] }))).toEqual(["NAME_INVALID"]);
    },
  );

  test.each(["a", "1a", "a-1-b", "a".repeat(15)])("accepts the name %j", (name) => {
    expect(() => web({ ports: [{ name, port: 9090 }] })).not.toThrow();
  });

  test("is refused if two containers use one port number or name", () => {
    const sidecar = (ports: object[]) => [{ name: "proxy", image: IMAGE, ports: ports as never }];
    const make = (ports: object[]) => () => web({ ...MORE, sidecars: sidecar(ports) });
    expect(problemCodesOf(make([{ name: "metrics", port: 15000 }]))).toEqual(["NAME_DUPLICATE"]);
    expect(validationProblemsOf(make([{ name: "stats", port: 9090 }]))).toMatchObject([
      { code: "PORT_INVALID", what: "The containers web and proxy both listen on port 9090" },
    ]);
  });

  test("can have a port below 1024 with the added capability", () => {
    const addedCapability = AddedCapability.netBindService({ reason: "It can't but listen on 80" });
    expect(() => web({ ports: [{ name: "plain", port: 80 }], addedCapability })).not.toThrow();
  });

  test("can be probed on each of its ports, and on no other", () => {
    for (const make of [HealthProbe.fromHttpGet, HealthProbe.fromHttpsGet]) {
      expect(() => web({ ...MORE, readiness: make("/ready", 9090) })).not.toThrow();
    }
    expect(() =>
      web({ ...MORE, readiness: HealthProbe.fromGrpc(9000), startup: HealthProbe.fromTcpSocket(9090) }),
    ).not.toThrow();
    const probes = {
      readiness: HealthProbe.fromHttpGet("/", 9999),
      startup: HealthProbe.fromGrpc(8081),
      liveness: HealthProbe.fromTcpSocket(1),
    };
    expect(
      validationProblemsOf(() => web({ ...MORE, ...probes })).map(
        ({ code, property }) => `${code} ${property}`,
      ),
    ).toEqual(["PROBE_INVALID readiness", "PROBE_INVALID liveness", "PROBE_INVALID startup"]);
  });
});

describe("a Service of a workload with several ports", () => {
  test("has all of them by default, with their numbers and protocols", () => {
    const { ports, service } = servicePorts();
    expect(short(ports)).toEqual(["http 8080 http", "admin 9000 admin", "metrics 9090 metrics"]);
    expect(ports.map(({ appProtocol }: any) => appProtocol)).toEqual(["http", "kubernetes.io/h2c", "http"]);
    expect(service).toMatchObject({ port: 8080, ports: { http: 8080, admin: 9000, metrics: 9090 } });
  });

  test("can use another number for the workload's own port", () => {
    expect(short(servicePorts({ port: 80 }).ports)).toEqual([
      "http 80 http",
      "admin 9000 admin",
      "metrics 9090 metrics",
    ]);
  });

  test("can select ports, in a stable order", () => {
    const ports = [{ name: "metrics", port: 80 }, { name: "http" }];
    const { service, ports: written } = servicePorts({ ports });
    expect(short(written)).toEqual(["http 8080 http", "metrics 80 metrics"]);
    expect(service.port).toBe(8080);
    expect(servicePorts({ ports: [...ports].reverse() }).ports).toEqual(written);
  });

  test.each<[string, object, string[]]>([
    ["no ports", { ports: [] }, ["PORT_INVALID"]],
    ["a port that there is not", { ports: [{ name: "debug" }] }, ["PORT_INVALID"]],
    ["a port twice", { ports: [METRICS, METRICS] }, ["NAME_DUPLICATE"]],
    ["one number for two", { ports: [METRICS, { name: "http", port: 9090 }] }, ["PORT_INVALID"]],
    ["a number of another port", { port: 9090 }, ["PORT_INVALID"]],
    ["an invalid number", { ports: [{ name: "http", port: 70000 }] }, ["PORT_INVALID"]],
    ["a port and ports", { port: 80, ports: [METRICS] }, ["PORT_INVALID"]],
    ["names alone", { ports: ["http"] }, ["VALUE_INVALID", "PORT_INVALID"]],
  ])("is refused for %s", (_, options, codes) => {
    expect(problemCodesOf(() => servicePorts(options))).toEqual(codes);
  });

  test("is refused with a number for an own port that does not exist", () => {
    expect(validationProblemsOf(() => servicePorts({ port: 80 }, { ports: [METRICS] }))).toMatchObject([
      { code: "PORT_INVALID", fix: expect.stringContaining('ports: [{ name: "metrics", port: 80 }]') },
    ]);
  });

  test("can be the headless Service of a stateful set", () => {
    const chart = newChart();
    new HardenedStatefulSet(chart, "db", { image: IMAGE, ...MORE });
    expect(short(objectOf(chart, "Service").spec.ports)).toEqual([
      "http 8080 http",
      "admin 9000 admin",
      "metrics 9090 metrics",
    ]);
  });
});

describe("a load balancer of a workload with several ports", () => {
  const expose = (targetPort?: string, further: object = {}) => {
    const { chart, workload } = web();
    workload.exposeViaLoadBalancer({
      cluster: fakeCluster(),
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
      targetPort,
      ...further,
    });
    return { chart, service: objectOf(chart, "Service") };
  };
  const openOf = (chart: any) =>
    objectOf(chart, "NetworkPolicy").spec.ingress.flatMap(({ ports }: any) =>
      ports.map((entry: any) => entry.port),
    );

  test("routes to the workload's own port", () => {
    const { chart, service } = expose();
    expect(service.spec.ports).toMatchObject([{ name: "https", port: 443, targetPort: "http" }]);
    expect(openOf(chart)).toEqual([8080, 8080]);
  });

  test("routes to the selected port, and opens no other", () => {
    const { chart, service } = expose("metrics");
    expect(service.spec.ports).toMatchObject([{ name: "https", port: 443, targetPort: "metrics" }]);
    expect(openOf(chart)).toEqual([9090, 9090]);
  });

  test("uses the protocol of the selected port", () => {
    const { metadata, spec } = expose("admin", {
      tls: TlsTermination.reencrypt({ secretName: "web-tls", backendSecretName: "web-ca" }),
    }).service;
    expect(spec.ports).toMatchObject([{ targetPort: "admin" }]);
    expect(Object.values(metadata.annotations)).toContain("GRPC");
    const inside = expose("metrics", {
      type: LoadBalancerType.NETWORK_LOAD_BALANCER,
      tls: TlsTermination.atPod(),
    });
    expect(inside.service.spec.ports).toMatchObject([{ targetPort: "metrics", appProtocol: "https" }]);
  });

  test("includes connections that are declared later", () => {
    const { chart, workload } = web();
    workload.exposeViaLoadBalancer({
      cluster: fakeCluster(),
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
      targetPort: "metrics",
    });
    workload.connections.allowFrom(workload, Port.tcp(9000));
    expect(openOf(chart).sort()).toEqual([9000, 9090, 9090]);
  });

  test.each(["debug", "", 9090 as never])("is refused for the unknown port %j", (targetPort) => {
    const [problem, ...others] = validationProblemsOf(() => expose(targetPort));
    expect(others).toEqual([]);
    const isText = typeof targetPort === "string";
    expect(problem).toMatchObject({
      code: isText ? "LOAD_BALANCER_INVALID" : "VALUE_INVALID",
      path: "shop/web/LoadBalancer-web",
    });
    if (isText) expect(problem?.what).toContain("http, admin, metrics");
  });
});
