import { Testing } from "cdktf";
import { Port, IpProtocol } from "../../lib/core/port";
import { AppProtocol, type NamedPort } from "../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { LoadBalancerAccess, LoadBalancerType } from "../../lib/exposure/load-balancer-settings";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { SecurityRuleManagement } from "../../lib/exposure/security-rule-management";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { newStack } from "../support/stack";
import {
  containerOf,
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "./support";
import { existingCluster } from "../exposure/load-balancer-support";

const STATSD: NamedPort = { name: "statsd", port: 8125, transport: IpProtocol.UDP };

function workload(props: object = { port: 8080, ports: [STATSD] }) {
  const chart = newChart();
  return { chart, web: new HardenedDeployment(chart, "web", { image: IMAGE, ...props }) };
}

/** A UDP server behind a network load balancer whose rules Terraform writes. */
function balanced(props: object, options: object) {
  const stack = newStack("stack", Testing.app());
  const { chart, web } = workload(props);
  web.exposeViaLoadBalancer({
    cluster: existingCluster(stack),
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    type: LoadBalancerType.NETWORK_LOAD_BALANCER,
    tls: TlsTermination.none({ reason: "Datagrams" }),
    securityRules: SecurityRuleManagement.terraformManaged(),
    ...options,
  });
  return { chart, web };
}

describe("a named port for UDP", () => {
  test("uses UDP on the container and the Service, without an application protocol", () => {
    const { chart, web } = workload();
    web.exposeViaService();
    expect(containerOf(chart).ports).toContainEqual({ name: "statsd", containerPort: 8125, protocol: "UDP" });
    expect(objectOf(chart, "Service").spec.ports).toEqual([
      { name: "http", port: 8080, targetPort: "http", protocol: "TCP", appProtocol: "http" },
      { name: "statsd", port: 8125, targetPort: "statsd", protocol: "UDP" },
    ]);
  });

  test("uses UDP on the headless Service of a StatefulSet", () => {
    const chart = newChart();
    new HardenedStatefulSet(chart, "db", { image: IMAGE, replicas: 1, ports: [STATSD] });
    expect(objectOf(chart, "Service").spec.ports).toEqual([
      { name: "statsd", port: 8125, targetPort: "statsd", protocol: "UDP" },
    ]);
  });

  test("is allowed by UDP connections on both sides, and not by TCP connections", () => {
    const { chart, web } = workload();
    const client = new HardenedDeployment(chart, "client", { image: IMAGE });
    client.connections.allowTo(web, Port.udp(8125));
    expect(problemsAtSynthesis(chart)).toEqual([]);
    expect(JSON.stringify(chart.toJson())).toContain('{"port":8125,"protocol":"UDP"}');
    client.connections.allowTo(web, Port.tcp(8125));
    expect(problemsAtSynthesis(chart)).toMatchObject([
      { code: "PORT_NOT_LISTENED", what: expect.stringContaining("listens on tcp-8080, udp-8125 only") },
    ]);
  });

  test("can share its number with a TCP port, and not with another UDP port", () => {
    const dns = { name: "dns-udp", port: 5353, transport: IpProtocol.UDP };
    const { chart, web } = workload({ port: 5353, protocol: AppProtocol.TCP, ports: [dns] });
    web.exposeViaService();
    expect(objectOf(chart, "Service").spec.ports).toHaveLength(2);
    expect(problemCodesOf(() => workload({ ports: [dns, { ...dns, name: "other" }] }))).toEqual([
      "PORT_INVALID",
    ]);
  });

  test("can't have a TCP protocol, or a transport without ports", () => {
    expect(
      validationProblemsOf(() => workload({ ports: [{ ...STATSD, protocol: AppProtocol.GRPC }] })).map(
        ({ what }) => what,
      ),
    ).toEqual([expect.stringContaining("ports[0].protocol")]);
    expect(problemCodesOf(() => workload({ ports: [{ ...STATSD, transport: IpProtocol.ICMP }] }))).toEqual([
      "VALUE_INVALID",
    ]);
  });

  test("can't be probed", () => {
    expect(
      problemCodesOf(() => workload({ ports: [STATSD], readiness: HealthProbe.fromTcpSocket(8125) })),
    ).toEqual(["PROBE_INVALID"]);
  });
});

describe("a load balancer for UDP", () => {
  test("routes to a named UDP port with the same number", () => {
    const { chart } = balanced({ ports: [STATSD] }, { targetPort: "statsd", transport: IpProtocol.UDP });
    expect(objectOf(chart, "Service").spec.ports).toMatchObject([{ targetPort: 8125, protocol: "UDP" }]);
  });

  test("refuses a TCP port", () => {
    expect(validationProblemsOf(() => balanced({ ports: [STATSD] }, { targetPort: "statsd" }))).toMatchObject(
      [{ code: "LOAD_BALANCER_INVALID", fix: expect.stringContaining("transport: IpProtocol.UDP") }],
    );
  });

  test("lets the pods accept UDP on the number of their TCP port", () => {
    const { chart, web } = balanced({ port: 5353 }, { transport: IpProtocol.UDP });
    new HardenedDeployment(chart, "client", { image: IMAGE }).connections.allowTo(web, Port.udp(5353));
    expect(problemsAtSynthesis(chart).filter(({ code }) => code === "PORT_NOT_LISTENED")).toEqual([]);
  });
});
