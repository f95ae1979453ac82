import fc from "fast-check";
import { Duration } from "cdk8s";
import { Token } from "cdktf";
import { ConfigFile } from "../../lib/workload/pods/mounted-files";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { LoadBalancerShape } from "../../lib/exposure/load-balancer-props";
import { checkOverlaps, WritablePath } from "../../lib/workload/pods/writable-path";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { Problems } from "../../lib/core/validation-error";
import { problemCodesOf } from "./support";

describe("a writable path", () => {
  test.each([
    "/tmp",
    "/var/cache/web",
    "/etc/web",
    "/run/web",
    "/usr/share/nginx/html",
    "/opt/app/data",
    "/a.b/c_d",
  ])("can be %s", (path) => {
    expect(WritablePath.of(path)).toMatchObject({ path, sizeLimit: "64Mi", isInMemory: false });
    expect(WritablePath.inMemory(path, { sizeLimit: "8Mi" })).toMatchObject({
      sizeLimit: "8Mi",
      isInMemory: true,
    });
  });

  test.each([
    "",
    "/",
    "tmp",
    "./tmp",
    "/tmp/",
    "//tmp",
    "/tmp/../etc",
    "/tmp/.",
    "/a/./b",
    "/etc",
    "/usr",
    "/usr/bin",
    "/bin/x",
    "/proc/1",
    "/sys",
    "/dev/shm",
    "/var",
    "/var/run/secrets/kubernetes.io/serviceaccount",
    "/a:b",
    "/a\nb",
    `/${"a".repeat(1024)}`,
  ])("can't be %j", (path) => {
    expect(problemCodesOf(() => WritablePath.of(path))).toEqual(["PATH_INVALID"]);
  });

  test.each(["1m", "12XB", "0", "", "64"])("can't have the size %j", (sizeLimit) => {
    expect(problemCodesOf(() => WritablePath.of("/tmp", { sizeLimit }))).toEqual(["QUANTITY_INVALID"]);
  });

  test("can't have invalid options", () => {
    expect(problemCodesOf(() => WritablePath.of("/tmp", "64Mi" as never))).toEqual(["VALUE_INVALID"]);
  });
});

describe("paths overlap", () => {
  const path = fc
    .array(fc.constantFrom("a", "b", "ab", "c"), { minLength: 1, maxLength: 4 })
    .map((parts) => `/${parts.join("/")}`);
  const overlap = (paths: string[]) => {
    const problems = new Problems("test");
    checkOverlaps(problems, paths);
    return problems.any;
  };

  test("exactly if one is a parent of the other", () => {
    fc.assert(
      fc.property(path, path, (entry, other) => {
        const [a, b] = [entry.split("/"), other.split("/")];
        const shorter = Math.min(a.length, b.length);
        return overlap([entry, other]) === (a.slice(0, shorter).join("/") === b.slice(0, shorter).join("/"));
      }),
    );
  });

  test("independently of their order and of other paths", () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 6 }), (paths) => {
        const pairwise = paths.some((entry, i) => paths.some((other, j) => i < j && overlap([entry, other])));
        return overlap(paths) === pairwise && overlap([...paths].reverse()) === pairwise;
      }),
    );
  });
});

describe("a configuration file", () => {
  test("keeps its path and content", () => {
    expect(ConfigFile.of("/etc/web/app.conf", "a = 1\n")).toMatchObject({
      path: "/etc/web/app.conf",
      content: "a = 1\n",
    });
  });

  test.each([
    ["etc/app.conf", "a", ["PATH_INVALID"]],
    ["/etc", "a", ["PATH_INVALID"]],
    ["/etc/app.conf", "password = hunter2", ["CREDENTIAL_LITERAL"]],
    ["/etc/app.conf", Token.asString({ resolve: () => "x", creationStack: [] }), ["MANIFEST_REFERENCES"]],
  ])("can't be at %s with %j", (path, content, codes) => {
    expect(problemCodesOf(() => ConfigFile.of(path, content))).toEqual(codes);
  });
});

describe("the value of an environment variable", () => {
  test.each(["metadata.name", "metadata.labels['app']", "spec.nodeName", "status.podIP", "status.podIPs"])(
    "may be the field %s",
    (path) => {
      expect(EnvironmentValue.fromFieldRef(path)._toManifest("A")).toEqual({
        name: "A",
        valueFrom: { fieldRef: { fieldPath: path } },
      });
    },
  );

  test.each(["", "metadata", "spec.containers", "metadata.labels", "status.phase", "limits.cpu"])(
    "may not be the field %j",
    (path) => {
      expect(problemCodesOf(() => EnvironmentValue.fromFieldRef(path))).toEqual(["ENV_INVALID"]);
    },
  );

  test("can't come from an invalid ConfigMap or key", () => {
    expect(problemCodesOf(() => EnvironmentValue.fromConfigMap("A", "a/b"))).toEqual([
      "NAME_INVALID",
      "ENV_INVALID",
    ]);
  });
});

describe("a probe", () => {
  test("has the given timing, and defaults for the rest", () => {
    const probe = HealthProbe.fromHttpGet("/ready", undefined, {
      period: Duration.seconds(3),
      timeout: undefined,
    });
    expect(probe._toManifest(8080)).toEqual({
      httpGet: { path: "/ready", port: 8080 },
      initialDelaySeconds: 0,
      periodSeconds: 3,
      timeoutSeconds: 2,
      failureThreshold: 3,
    });
    expect(HealthProbe.fromTcpSocket(9090)._toManifest(8080)).toMatchObject({ tcpSocket: { port: 9090 } });
    expect(HealthProbe.fromCommand(["/app/healthy", "-q"])._toManifest(8080)).toMatchObject({
      exec: { command: ["/app/healthy", "-q"] },
    });
  });

  test.each([
    [() => HealthProbe.fromHttpGet("ready"), ["PROBE_INVALID"]],
    [() => HealthProbe.fromHttpGet("/a b"), ["PROBE_INVALID"]],
    [() => HealthProbe.fromHttpGet("/", 0), ["PORT_INVALID"]],
    [() => HealthProbe.fromTcpSocket(70000), ["PORT_INVALID"]],
    [() => HealthProbe.fromCommand([]), ["PROBE_INVALID"]],
    [() => HealthProbe.fromCommand(["redis-cli", "--pass", "hunter2", "ping"]), ["CREDENTIAL_LITERAL"]],
    [
      () => HealthProbe.fromCommand(["sh", "-c", "pg_isready -d postgres://app:hunter2@db"]),
      ["CREDENTIAL_LITERAL"],
    ],
    [
      () =>
        HealthProbe.fromTcpSocket(1, {
          period: Duration.seconds(0),
          timeout: Duration.millis(1500),
          initialDelay: 5 as never,
        }),
      ["VALUE_INVALID", "DURATION_INVALID", "DURATION_INVALID"],
    ],
  ])("can't be %s", (make, codes) => {
    expect(problemCodesOf(make)).toEqual(codes);
  });
});

describe("the values of a load balancer", () => {
  test("sort the client ranges and remove duplicates", () => {
    const { sourceRanges } = LoadBalancerAccess.internalFrom(["10.9.0.0/16", "10.1.0.0/16", "10.9.0.0/16"]);
    expect(sourceRanges).toEqual(["10.1.0.0/16", "10.9.0.0/16"]);
  });

  test("refuse all addresses, also in several ranges", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.boolean(), (prefix, isInternal) => {
        const ranges = Array.from(
          { length: 2 ** prefix },
          (_, index) => `${index * 2 ** (8 - prefix)}.0.0.0/${prefix}`,
        );
        const codes = problemCodesOf(() =>
          isInternal
            ? LoadBalancerAccess.internalFrom(ranges)
            : LoadBalancerAccess.publicFrom(ranges, { reason: "Partners" }),
        );
        expect(new Set(codes)).toEqual(new Set(["CIDR_TOO_WIDE"]));
      }),
    );
  });

  test.each([
    [() => LoadBalancerAccess.internalFrom([]), ["CIDR_LIST_EMPTY"]],
    [() => LoadBalancerAccess.internalFrom(["0.0.0.0/0"]), ["CIDR_TOO_WIDE"]],
    [() => LoadBalancerAccess.internalFrom(["::/0"]), ["CIDR_IPV6"]],
    [() => LoadBalancerAccess.internalFrom(["0.0.0.0/1", "128.0.0.0/1"]), ["CIDR_TOO_WIDE", "CIDR_TOO_WIDE"]],
    [() => LoadBalancerAccess.publicFrom([], { reason: "Partners" }), ["CIDR_LIST_EMPTY"]],
    [() => LoadBalancerAccess.publicFrom(["0.0.0.0/0"], { reason: "Partners" }), ["CIDR_TOO_WIDE"]],
    [() => LoadBalancerAccess.publicFrom(["::/0"], { reason: "Partners" }), ["CIDR_IPV6"]],
    [
      () => LoadBalancerAccess.publicFrom(["128.0.0.0/1", "0.0.0.0/1"], { reason: "Partners" }),
      ["CIDR_TOO_WIDE", "CIDR_TOO_WIDE"],
    ],
    [() => LoadBalancerAccess.internalFrom(["10.0.0.1/8"]), ["CIDR_HOST_BITS"]],
    [() => LoadBalancerAccess.internalFrom(["10.0.0.0/8", "8.8.8.0/24"]), ["REASON_MISSING"]],
    [() => LoadBalancerAccess.internalFrom(["172.0.0.0/8"]), ["REASON_MISSING"]],
    [() => LoadBalancerAccess.internalFrom(["8.8.8.0/24"], { reason: " " }), ["REASON_MISSING"]],
    [() => LoadBalancerAccess.internalFrom(["10.0.0.0/8"], null as never), ["VALUE_INVALID"]],
    [
      () => LoadBalancerAccess.publicFrom(["0.0.0.0/1", "x"], { reason: "" }),
      ["CIDR_INVALID", "CIDR_TOO_WIDE", "REASON_MISSING"],
    ],
    [() => LoadBalancerAccess.publicFromAnywhere({ reason: " " }), ["REASON_MISSING"]],
    [() => LoadBalancerShape.flexible(9, 100), ["COUNT_INVALID"]],
    [() => LoadBalancerShape.flexible(10, 8193), ["COUNT_INVALID"]],
    [() => LoadBalancerShape.flexible(10.5, NaN), ["COUNT_INVALID", "COUNT_INVALID"]],
    [() => LoadBalancerShape.flexible(200, 100), ["COUNT_INVALID"]],
    [
      () => TlsTermination.atLoadBalancer({ secretName: "Web", secretNamespace: "a.b" }),
      ["NAME_INVALID", "NAME_INVALID"],
    ],
    [() => TlsTermination.atLoadBalancer({ secretName: "" }), ["NAME_INVALID"]],
  ])("can't be %s", (make, codes) => {
    expect(problemCodesOf(make)).toEqual(codes);
  });
});
