import { Chart } from "cdk8s";
import { NetworkPolicyIpBlock } from "cdk8s-plus-27";
import { Port } from "../../lib/core/port";
import { AddedCapability } from "../../lib/workload/pods/pod-security";
import { AllowedRegistries } from "../../lib/workload/images/allowed-registries";
import { ConfigFile } from "../../lib/workload/pods/mounted-files";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancer } from "../../lib/exposure/load-balancer";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { LoadBalancerShape } from "../../lib/exposure/load-balancer-props";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { WorkloadService } from "../../lib/exposure/workload-service";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { newStack } from "../support/stack";
import { fakeCluster, IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "./support";

// As a program writes it that no compiler reads.
const any = (value: unknown) => value as never;
const problemsOf = (call: () => unknown) =>
  validationProblemsOf(call).map(({ code, property }) => `${code} ${property}`);

function web() {
  return new HardenedDeployment(newChart(), "web", { image: IMAGE, port: 8080 });
}

describe("an untyped program gets all problems of", () => {
  test("a load balancer with an access that no factory created", () => {
    const expose = () =>
      web().exposeViaLoadBalancer({
        cluster: fakeCluster(),
        access: any({ isInternal: true, sourceRanges: ["10.0.0.0/8"] }),
        tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
      });
    expect(problemCodesOf(expose)).toEqual(["VALUE_INVALID"]);
  });

  test("a Service with null as options", () => {
    const workload = web();
    expect(validationProblemsOf(() => workload.exposeViaService(any(null)))).toMatchObject([
      { code: "VALUE_INVALID", what: "options is null", fix: "Leave it out to get its default" },
    ]);
    workload.exposeViaService(any(undefined));
    expect(objectOf(Chart.of(workload), "Service").metadata.name).toBe("web");
  });

  test("a deployment with texts", () => {
    const chart = newChart();
    const props = {
      image: "nginx",
      env: { DB_PASSWORD: "hunter2", PORT: EnvironmentValue.fromValue("8080") },
      command: "/app/web",
      args: ["--port", 8080, undefined],
      resources: { cpu: "500m" },
      writablePaths: ["/tmp"],
      files: { "/etc/web/app.conf": "a" },
      readiness: "/healthz",
      addedCapability: "NET_BIND_SERVICE",
      protocol: "http",
      labels: "shop",
      sidecars: {},
      replicas: "2",
    };
    const problems = validationProblemsOf(() => new HardenedDeployment(chart, "web", any(props)));
    expect(problems.map(({ code, property }) => `${code} ${property}`).sort()).toEqual([
      "ATTRIBUTE_MISSING args[2]",
      "REPLICAS_INVALID replicas",
      "VALUE_INVALID addedCapability",
      "VALUE_INVALID args[1]",
      "VALUE_INVALID command",
      "VALUE_INVALID env.DB_PASSWORD",
      "VALUE_INVALID files",
      "VALUE_INVALID image",
      "VALUE_INVALID labels",
      "VALUE_INVALID protocol",
      "VALUE_INVALID readiness",
      "VALUE_INVALID resources.cpu",
      "VALUE_INVALID sidecars",
      "VALUE_INVALID writablePaths[0]",
    ]);
    expect(problems.find(({ property }) => property === "image")?.fix).toContain("ContainerImage.of(");
    expect(JSON.stringify(problems)).not.toContain("hunter2");
    expect(chart.node.children).toEqual([]);
  });

  test.each<[string, () => unknown, string[]]>([
    [
      "a deployment of nothing",
      () => new HardenedDeployment(newChart(), "web", any(undefined)),
      ["ATTRIBUTE_MISSING image"],
    ],
    [
      "a sidecar of nothing, in a deployment without an id",
      () => new HardenedDeployment(newChart(), any(undefined), { image: IMAGE, sidecars: [any({})] }),
      ["ATTRIBUTE_MISSING sidecars[0].image", "NAME_INVALID sidecars[0].name", "NAME_INVALID id"],
    ],
    [
      "a load balancer of nothing",
      () => web().exposeViaLoadBalancer(any(undefined)),
      ["cluster", "access", "tls"].map((name) => `ATTRIBUTE_MISSING ${name}`),
    ],
    [
      "a load balancer of other things",
      () =>
        new LoadBalancer(
          newChart(),
          "x",
          any({
            cluster: "c",
            access: ["10.0.0.0/8"],
            tls: "web-tls",
            workload: "web",
            shape: "flexible",
            port: 0,
          }),
        ),
      [
        "VALUE_INVALID cluster",
        "VALUE_INVALID access",
        "VALUE_INVALID tls",
        "VALUE_INVALID workload",
        "PORT_INVALID port",
        "VALUE_INVALID shape",
      ],
    ],
    [
      "a load balancer with a bandwidth that no factory made",
      () =>
        web().exposeViaLoadBalancer({
          cluster: fakeCluster(),
          access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
          tls: TlsTermination.atPod(),
          shape: any({ minimumMbps: 1, maximumMbps: "all" }),
        }),
      ["VALUE_INVALID shape"],
    ],
    [
      "a Service of nothing",
      () => new WorkloadService(newChart(), "x", any({})),
      ["ATTRIBUTE_MISSING workload"],
    ],
    [
      "a namespace of other things",
      () => new SecureNamespace(newChart(), "x", any({ podSecurityVersion: "v1.34", quota: "small" })),
      ["NAME_INVALID name", "VALUE_INVALID podSecurityVersion", "VALUE_INVALID quota"],
    ],
    [
      "connections without peers or with ports of numbers",
      () => web().connections.allowTo(any({ toRuleEnd: () => "x" }), any(443)),
      ["VALUE_INVALID peer", "VALUE_INVALID port"],
    ],
    ["a name for a variable", () => EnvironmentValue.fromValue(any(8080)), ["VALUE_INVALID value"]],
    ["a variable of nothing", () => EnvironmentValue.fromValue(any(undefined)), ["ATTRIBUTE_MISSING value"]],
    ["an image of nothing", () => ContainerImage.of(any(undefined)), ["ATTRIBUTE_MISSING reference"]],
    ["a probe of a text", () => HealthProbe.fromCommand(any("/app/healthy")), ["VALUE_INVALID command"]],
    ["a path of nothing", () => WritablePath.of(any(undefined)), ["ATTRIBUTE_MISSING path"]],
    ["a file of nothing", () => ConfigFile.of("/etc/web/a", any(undefined)), ["ATTRIBUTE_MISSING content"]],
    [
      "a registry of nothing",
      () => AllowedRegistries.of(newChart()).add(any(undefined)),
      ["ATTRIBUTE_MISSING prefixes"],
    ],
    ["registries of nothing", () => AllowedRegistries.of(any(undefined)), ["ATTRIBUTE_MISSING scope"]],
    [
      "an invalid version of TLS",
      () => TlsTermination.atLoadBalancer(any({ secretName: "a", minimumVersion: "TLSv1.1" })),
      ["VALUE_INVALID minimumVersion"],
    ],
    [
      "a certificate of nothing",
      () => TlsTermination.atLoadBalancer(any(undefined)),
      ["ATTRIBUTE_MISSING certificateId"],
    ],
  ])("%s", (_, call, expected) => {
    expect(problemsOf(call)).toEqual(expected);
  });

  test.each<[string, () => unknown]>([
    ["a capability", () => AddedCapability.netBindService(any(undefined))],
    ["an image", () => ContainerImage.tagOnly("fra.ocir.io/acme/web:1.0", any(undefined))],
    ["a public load balancer", () => LoadBalancerAccess.publicFrom(["203.0.113.0/24"], any(undefined))],
    ["one for everyone", () => LoadBalancerAccess.publicFromAnywhere(any(undefined))],
  ])("%s without a reason", (_, call) => {
    expect(problemCodesOf(call)).toEqual(["REASON_MISSING"]);
  });

  test("a workload or a namespace in a stack instead of a chart", () => {
    const stack = newStack();
    expect(problemCodesOf(() => new HardenedDeployment(stack, "web", { image: IMAGE }))).toEqual([
      "VALUE_INVALID",
    ]);
    expect(problemCodesOf(() => new SecureNamespace(stack, "ns", { name: "shop" }))).toEqual([
      "VALUE_INVALID",
    ]);
  });
});

describe("undefined is never written into a manifest", () => {
  test("for the key of a ConfigMap, or for a cluster without a group", () => {
    expect(problemCodesOf(() => EnvironmentValue.fromConfigMap("settings", any(undefined)))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    const cluster = fakeCluster();
    Object.assign(cluster.workerSecurityGroup, { networkSecurityGroupId: undefined });
    const access = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
    const tls = TlsTermination.atLoadBalancer({ secretName: "web-tls" });
    expect(problemCodesOf(() => web().exposeViaLoadBalancer({ cluster, access, tls }))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
  });

  test("for options that are undefined", () => {
    const chart = newChart();
    const workload = new HardenedDeployment(chart, "web", {
      image: IMAGE,
      port: 8080,
      readiness: HealthProbe.fromHttpGet("/", undefined, { period: undefined }),
      resources: { cpu: undefined },
      labels: undefined,
    });
    workload.exposeViaLoadBalancer({
      cluster: fakeCluster(),
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      tls: TlsTermination.atLoadBalancer({
        secretName: "web-tls",
        secretNamespace: undefined,
        minimumVersion: undefined,
      }),
      port: undefined,
      name: undefined,
      shape: LoadBalancerShape.flexible(10, 20),
      idleTimeout: undefined,
    });
    workload.connections.allowTo(
      NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24"),
      Port.tcp(1),
      any(undefined),
    );
    expect(JSON.stringify(chart.toJson())).not.toMatch(/undefined|NaN|null/);
    expect(objectOf(chart, "Service").spec.ports[0].port).toBe(443);
  });
});
