import { Duration } from "cdk8s";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { containerOf, IMAGE, newChart, validationProblemsOf, problemCodesOf } from "./support";

function web(props: Partial<HardenedDeploymentProps>) {
  const chart = newChart();
  const ports = [{ name: "health", port: 9090 }];
  new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, ports, ...props });
  return containerOf(chart);
}

describe("a liveness probe", () => {
  test.each(Object.values(AppProtocol))("differs from the readiness probe by default, for %s", (protocol) => {
    const { readinessProbe: ready, livenessProbe: live } = web({ protocol });
    expect(live).not.toEqual(ready);
    expect(live.periodSeconds * live.failureThreshold).toBe(2 * ready.periodSeconds * ready.failureThreshold);
  });

  test.each<[string, () => HealthProbe]>([
    ["HTTP", () => HealthProbe.fromHttpGet("/healthz")],
    [
      "HTTP on another port",
      () => HealthProbe.fromHttpGet("/healthz", 9090, { period: Duration.seconds(5) }),
    ],
    ["TCP", () => HealthProbe.fromTcpSocket()],
    ["a command", () => HealthProbe.fromCommand(["/app/healthy"])],
  ])("can't equal the readiness probe, by %s", (_, make) => {
    const [problem, ...others] = validationProblemsOf(() => web({ readiness: make(), liveness: make() }));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "PROBE_INVALID", path: "shop/web" });
    expect(problem?.what).toContain("restarted");
  });

  test("can't equal the readiness probe with explicit defaults, or in a sidecar", () => {
    const liveness = HealthProbe.fromHttpGet("/", 8080, { period: Duration.seconds(10) });
    expect(problemCodesOf(() => web({ liveness }))).toEqual(["PROBE_INVALID"]);
    const probes = {
      port: 9091,
      readiness: HealthProbe.fromTcpSocket(9091),
      liveness: HealthProbe.fromTcpSocket(),
    };
    expect(problemCodesOf(() => web({ sidecars: [{ name: "proxy", image: IMAGE, ...probes }] }))).toEqual([
      "PROBE_INVALID",
    ]);
  });

  test("can be the same request with a higher threshold", () => {
    const readiness = HealthProbe.fromHttpGet("/healthz");
    expect(
      web({ readiness, liveness: HealthProbe.fromHttpGet("/healthz", 8080, { failureThreshold: 9 }) }),
    ).toMatchObject({
      livenessProbe: { failureThreshold: 9 },
    });
  });
});

describe("a probe", () => {
  test.each<[string, HealthProbe, object]>([
    [
      "over TLS",
      HealthProbe.fromHttpsGet("/ready"),
      { httpGet: { path: "/ready", port: 8080, scheme: "HTTPS" } },
    ],
    ["of gRPC", HealthProbe.fromGrpc(), { grpc: { port: 8080 } }],
    [
      "of a service of gRPC on another port",
      HealthProbe.fromGrpc(9090, { service: "shop.v1.Orders", period: Duration.seconds(5) }),
      { grpc: { port: 9090, service: "shop.v1.Orders" }, periodSeconds: 5 },
    ],
  ])("can be a probe %s", (_, probe, manifest) => {
    expect(web({ readiness: probe, startup: probe })).toMatchObject({
      readinessProbe: manifest,
      startupProbe: manifest,
    });
  });

  test("by a command requires no port", () => {
    expect(() =>
      web({ port: undefined, ports: [], liveness: HealthProbe.fromCommand(["/app/ok"]) }),
    ).not.toThrow();
  });

  test.each<[string, () => HealthProbe, string]>([
    ["an invalid path", () => HealthProbe.fromHttpsGet("ready"), "PROBE_INVALID"],
    ["no path", () => HealthProbe.fromHttpsGet(undefined as never), "ATTRIBUTE_MISSING"],
    ["an invalid port", () => HealthProbe.fromGrpc(0), "PORT_INVALID"],
    ["an invalid service", () => HealthProbe.fromGrpc(9090, { service: 5 as never }), "VALUE_INVALID"],
    [
      "a number that Kubernetes can't hold",
      () => HealthProbe.fromTcpSocket(1, { failureThreshold: 2 ** 31 }),
      "PROBE_INVALID",
    ],
    ["no threshold", () => HealthProbe.fromGrpc(1, { failureThreshold: 0 }), "PROBE_INVALID"],
  ])("is refused for %s", (_, make, code) => {
    expect(problemCodesOf(make)).toEqual([code]);
  });
});
