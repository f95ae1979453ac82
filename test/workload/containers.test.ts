import fc from "fast-check";
import { Yaml } from "cdk8s";
import { AddedCapability } from "../../lib/workload/pods/pod-security";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { ConfigFile } from "../../lib/workload/pods/mounted-files";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { type InitContainer, type Sidecar } from "../../lib/workload/pods/container-resources";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { DIGEST, IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "./support";

const TOOLS = ContainerImage.of(`fra.ocir.io/acme/tools@${DIGEST}`);
const init = (name: string, more: Partial<InitContainer> = {}): InitContainer => ({
  name,
  image: TOOLS,
  ...more,
});
const sidecar = (name: string, more: Partial<Sidecar> = {}): Sidecar => ({ name, image: TOOLS, ...more });

function specOf(props: Partial<HardenedDeploymentProps>): any {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, ...props });
  return objectOf(chart, "Deployment").spec.template.spec;
}

const containersOf = (spec: any): any[] => [...(spec.initContainers ?? []), ...spec.containers];

/** The volume that a container has at a path. */
function volumeAt(spec: any, container: string, path: string): any {
  const { volumeMounts = [] } = containersOf(spec).find(({ name }) => name === container);
  const mount = volumeMounts.find(({ mountPath }: any) => mountPath === path);
  return spec.volumes.find(({ name }: any) => name === mount?.name);
}

function everything(): Partial<HardenedDeploymentProps> {
  return {
    port: 8080,
    user: 20000,
    sharedPaths: [WritablePath.of("/srv/site", { sizeLimit: "32Mi" })],
    writablePaths: [WritablePath.of("/tmp")],
    initContainers: [
      init("fetch", {
        command: ["/bin/sh"],
        args: ["-c", "cp -r /site/. /srv/site"],
        env: { LEVEL: EnvironmentValue.fromValue("3") },
        resources: { memory: { request: "64Mi", limit: "64Mi" } },
        writablePaths: [WritablePath.of("/tmp")],
      }),
      init("check"),
    ],
    sidecars: [
      sidecar("proxy", {
        port: 9000,
        readiness: HealthProbe.fromHttpGet("/ready"),
        liveness: HealthProbe.fromTcpSocket(),
        startup: HealthProbe.fromCommand(["/proxy", "started"]),
        files: [ConfigFile.of("/etc/proxy/proxy.conf", "listen 9000\n")],
        writablePaths: [WritablePath.inMemory("/tmp")],
      }),
    ],
  };
}

describe("init containers and sidecars", () => {
  test("contain all their props", () => {
    expect(Yaml.stringify(specOf(everything()))).toMatchSnapshot();
  });

  test("start in order before the program, and sidecars keep running", () => {
    const spec = specOf({
      initContainers: [init("b"), init("a")],
      sidecars: [sidecar("z"), sidecar("y")],
    });
    expect(spec.initContainers.map(({ name, restartPolicy }: any) => [name, restartPolicy])).toEqual([
      ["b", undefined],
      ["a", undefined],
      ["z", "Always"],
      ["y", "Always"],
    ]);
    expect(spec.containers.map(({ name }: any) => name)).toEqual(["web"]);
  });

  test("are hardened like the program, with their own requests and limits", () => {
    const spec = specOf(everything());
    const [program] = spec.containers;
    expect(containersOf(spec)).toHaveLength(4);
    for (const { name, image, imagePullPolicy, securityContext, resources } of containersOf(spec)) {
      expect([name, securityContext]).toEqual([name, program.securityContext]);
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
      expect(imagePullPolicy).toBe("Always");
      for (const side of [resources.requests, resources.limits])
        expect(Object.keys(side).sort()).toEqual(["cpu", "ephemeral-storage", "memory"]);
    }
    expect(program.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 20000,
      runAsGroup: 20000,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
  });

  test("have their own writable paths and the shared paths", () => {
    const spec = specOf(everything());
    const at = (path: string) => containersOf(spec).map(({ name }) => volumeAt(spec, name, path)?.name);
    expect(new Set(at("/srv/site"))).toEqual(new Set(["shared-srv-site"]));
    expect(at("/tmp")).toEqual(["fetch--writable-tmp", undefined, "proxy--writable-tmp", "writable-tmp"]);
    expect(volumeAt(spec, "proxy", "/tmp").emptyDir).toEqual({ medium: "Memory", sizeLimit: "64Mi" });
  });

  test("have their own files in their own ConfigMaps", () => {
    const chart = newChart();
    const files = [ConfigFile.of("/etc/app/app.conf", "a\n")];
    new HardenedDeployment(chart, "web", {
      image: IMAGE,
      files,
      initContainers: [init("a", { files })],
      sidecars: [sidecar("b", { files })],
    });
    const { spec } = objectOf(chart, "Deployment").spec.template;
    const names = ["web", "a", "b"].map((name) => volumeAt(spec, name, "/etc/app/app.conf").configMap.name);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(objectOf(chart, "ConfigMap", name).data).toEqual({ "app.conf": "a\n" });
  });

  test("record an acknowledgement for an image without a digest", () => {
    const chart = newChart();
    const image = ContainerImage.tagOnly("fra.ocir.io/acme/tools:1.0", { reason: "Built on every push" });
    new HardenedDeployment(chart, "web", { image: IMAGE, initContainers: [init("a", { image })] });
    expect(Acknowledgements.of(chart)).toMatchObject([
      { path: "shop/web", practice: "immutable-containers" },
    ]);
  });
});

describe("the volumes of a pod", () => {
  const path = fc
    .array(fc.constantFrom("a", "b", "a-b", "A", "a.b", "a--b", "long".repeat(15)), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => `/x/${parts.join("/")}`);
  const name = fc.constantFrom("a", "b", "a-b", "a--writable-b", "b".repeat(63));
  const mount = fc.record({ container: name, path });
  const mountsOf = (mounts: { container: string; path: string }[]) => {
    const small = (at: string) => WritablePath.of(at, { sizeLimit: "1Mi" });
    const names = [...new Set(mounts.map(({ container }) => container))];
    const spec = specOf({
      writablePaths: [small("/x/own/a")],
      sharedPaths: [small("/y/a")],
      sidecars: names.map((container) =>
        sidecar(container, {
          writablePaths: mounts
            .filter((entry) => entry.container === container)
            .map(({ path: at }) => small(at)),
        }),
      ),
    });
    const all = containersOf(spec).flatMap(({ name: container, volumeMounts = [] }) =>
      volumeMounts.map((entry: any) => [`${container}:${entry.mountPath}`, entry.name]),
    );
    return {
      byMount: Object.fromEntries(all),
      volumes: spec.volumes.map((entry: any) => entry.name as string),
    };
  };
  // Paths of one container that lie in one another are refused before there are volumes.
  const apart = (mounts: { container: string; path: string }[]) =>
    mounts.every((entry, i) =>
      mounts.every(
        (other, j) =>
          i === j || entry.container !== other.container || !`${other.path}/`.startsWith(`${entry.path}/`),
      ),
    );

  test("have valid, unique names that do not change when paths or containers are added", () => {
    fc.assert(
      fc.property(fc.array(mount, { maxLength: 5 }).filter(apart), mount, (mounts, entry) => {
        fc.pre(apart([...mounts, entry]));
        const before = mountsOf(mounts);
        const after = mountsOf([entry, ...mounts]);
        expect(after.byMount).toMatchObject(before.byMount);
        expect(new Set(after.volumes).size).toBe(after.volumes.length);
        expect(new Set(after.volumes)).toEqual(new Set(Object.values(after.byMount)));
        for (const volume of after.volumes) expect(volume).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/);
      }),
      { numRuns: 50 },
    );
  });
});

describe("an added capability", () => {
  const capability = AddedCapability.netBindService({ reason: "The vendor's program listens on 80" });

  test("allows ports below 1024, and is recorded as an acknowledgement", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE, port: 80, addedCapability: capability });
    const [{ securityContext, ports }] = objectOf(chart, "Deployment").spec.template.spec.containers;
    expect(securityContext.capabilities).toEqual({ add: ["NET_BIND_SERVICE"], drop: ["ALL"] });
    expect(securityContext).toMatchObject({ runAsNonRoot: true, allowPrivilegeEscalation: false });
    expect(ports[0].containerPort).toBe(80);
    expect(Acknowledgements.of(chart)).toMatchObject([
      {
        path: "shop/web",
        practice: "non-root",
        what: "capability NET_BIND_SERVICE of the container web",
        reason: "The vendor's program listens on 80",
      },
    ]);
  });

  test.each<[string, object]>([
    ["the program has it", { addedCapability: capability }],
    ["a sidecar has it", { sidecars: [sidecar("dns", { port: 53, addedCapability: capability })] }],
  ])("sets the sysctl for low ports if %s", (_, props) => {
    expect(specOf(props).securityContext.sysctls).toEqual([
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
    expect(specOf({}).securityContext).not.toHaveProperty("sysctls");
  });

  test("applies to its own container only", () => {
    const spec = specOf({
      sidecars: [sidecar("dns", { port: 53, addedCapability: capability }), sidecar("log")],
    });
    expect(containersOf(spec).map(({ securityContext }) => securityContext.capabilities.add)).toEqual([
      ["NET_BIND_SERVICE"],
      undefined,
      undefined,
    ]);
  });

  test("is refused without a reason", () => {
    expect(problemCodesOf(() => AddedCapability.netBindService({ reason: " " }))).toEqual(["REASON_MISSING"]);
  });
});

describe("another container is refused with", () => {
  const disk = (sizeLimit: string) => [WritablePath.of("/data", { sizeLimit })];
  test.each<[string, Partial<HardenedDeploymentProps>, string[]]>([
    ["a name with capitals", { sidecars: [sidecar("Proxy")] }, ["NAME_INVALID"]],
    ["a name of 64 characters", { initContainers: [init("a".repeat(64))] }, ["NAME_INVALID"]],
    ["the program's name", { sidecars: [sidecar("web")] }, ["NAME_DUPLICATE"]],
    ["a name twice", { initContainers: [init("a")], sidecars: [sidecar("a")] }, ["NAME_DUPLICATE"]],
    ["the program's port", { port: 8080, sidecars: [sidecar("a", { port: 8080 })] }, ["PORT_INVALID"]],
    [
      "a port twice",
      { sidecars: [sidecar("a", { port: 1024 }), sidecar("b", { port: 1024 })] },
      ["PORT_INVALID"],
    ],
    ["port 0", { sidecars: [sidecar("a", { port: 0 })] }, ["PORT_INVALID"]],
    ["port 443", { sidecars: [sidecar("a", { port: 443 })] }, ["PORT_PRIVILEGED"]],
    [
      "a probe without a port",
      { sidecars: [sidecar("a", { startup: HealthProbe.fromTcpSocket() })] },
      ["PROBE_INVALID"],
    ],
    [
      "a password",
      { initContainers: [init("a", { env: { DB_PASSWORD: EnvironmentValue.fromValue("hunter2") } })] },
      ["CREDENTIAL_LITERAL"],
    ],
    [
      "a password in the arguments",
      { sidecars: [sidecar("a", { args: ["--password=hunter2"] })] },
      ["CREDENTIAL_LITERAL"],
    ],
    [
      "less memory than asked for",
      { sidecars: [sidecar("a", { resources: { memory: { request: "1Gi", limit: "512Mi" } } })] },
      ["RESOURCES_INVALID"],
    ],
    [
      "more disk than its limit",
      { sidecars: [sidecar("a", { writablePaths: disk("1Gi") })] },
      ["RESOURCES_INVALID"],
    ],
    [
      "a path in a shared one",
      {
        sharedPaths: [WritablePath.of("/data")],
        sidecars: [sidecar("a", { files: [ConfigFile.of("/data/a", "a")] })],
      },
      ["PATH_INVALID"],
    ],
    ["shared paths larger than the pod's disk", { sharedPaths: disk("257Mi") }, ["RESOURCES_INVALID"]],
    [
      "what an init container leaves on a full disk",
      { initContainers: [init("a", { writablePaths: disk("64Mi") })], writablePaths: disk("200Mi") },
      ["RESOURCES_INVALID"],
    ],
  ])("%s", (_, props, codes) => {
    const chart = newChart();
    expect(problemCodesOf(() => new HardenedDeployment(chart, "web", { image: IMAGE, ...props }))).toEqual(
      codes,
    );
    expect(chart.node.children).toEqual([]);
  });

  test("a shared path that fits into the total of all running containers is accepted", () => {
    const props = { sharedPaths: disk("512Mi"), sidecars: [sidecar("a")] };
    expect(specOf(props).volumes).toHaveLength(1);
  });

  test("all problems are reported at once, each with the prop of its container", () => {
    const problems = validationProblemsOf(() =>
      specOf({
        port: 80,
        initContainers: [init("fetch", { env: { "A B": EnvironmentValue.fromValue("x") } })],
        sidecars: [sidecar("proxy", { port: 81, args: ["--token=hunter2"] })],
      }),
    );
    expect(problems.map(({ code, property }) => `${code} ${property}`)).toEqual([
      "ENV_INVALID initContainers[0].env",
      "CREDENTIAL_LITERAL sidecars[0].args[0]",
      "PORT_PRIVILEGED port",
      "PORT_PRIVILEGED sidecars[0].port",
    ]);
  });
});
