import * as plus from "cdk8s-plus-27";
import fc from "fast-check";
import { ApiObject, App, Chart, JsonPatch, Yaml } from "cdk8s";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { AddedCapability, PodSecurityLevel } from "../../lib/workload/pods/pod-security";
import { HardenedDaemonSet, type HardenedDaemonSetProps } from "../../lib/workload/hardened-daemon-set";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HostAccess } from "../../lib/workload/host-access/host-access";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { SecretFiles } from "../../lib/workload/pods/mounted-files";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { IMAGE, messagesOf, newChart, objectOf, problemsAtSynthesis, problemCodesOf } from "./support";

const REASON = { reason: "The agent ships the logs of all pods" };
const LOGS = HostAccess.readOnlyPath("/var/log", REASON);
const ROOT = HostAccess.rootUser({ reason: "Logs belong to root" });
const NETWORK = HostAccess.network({ ports: [9100], reason: "Its metrics are those of the node" });
const ALL = [LOGS, HostAccess.readOnlyPath("/sys", { reason: "Metrics" }), NETWORK, ROOT];

function agents(props: Partial<HardenedDaemonSetProps> = { hostAccess: ALL }, app = new App()): Chart {
  const chart = new Chart(app, "agents", { namespace: "agents" });
  const podSecurity = PodSecurityLevel.privilegedFor({ reason: "The agents read their nodes" });
  new SecureNamespace(chart, "namespace", { name: "agents", podSecurity });
  new HardenedDaemonSet(chart, "agent", { image: IMAGE, port: 9100, ...props });
  return chart;
}
const problemTexts = (chart: Chart) => problemsAtSynthesis(chart).map(({ code, what }) => `${code} ${what}`);
const podOf = (chart: Chart) => objectOf(chart, "DaemonSet").spec.template.spec;

describe("a daemon set with host access", () => {
  test("and its namespace create these objects", () => {
    const chart = agents();
    const kinds = ["DaemonSet", "Namespace"];
    const shown = (chart.toJson() as any[]).filter(({ kind }) => kinds.includes(kind));
    expect(Yaml.stringify(...shown)).toMatchSnapshot();
  });

  test("records each reason as an acknowledgement", () => {
    expect(Acknowledgements.of(agents()).map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
      "network of the node, ports 9100: Its metrics are those of the node",
      "path /sys of the node, read-only: Metrics",
      "path /var/log of the node, read-only: The agent ships the logs of all pods",
      "user root: Logs belong to root",
      "namespace agents enforces no Pod Security Standard: The agents read their nodes",
    ]);
  });

  test("mounts /var/log at the path of the node, so that the symbolic links of the kubelet work", () => {
    const mountOf = (access: HostAccess) => {
      const [{ volumeMounts }] = podOf(agents({ hostAccess: [access] })).containers;
      return volumeMounts.map(({ mountPath }: any) => mountPath);
    };
    expect(mountOf(LOGS)).toEqual(["/var/log"]);
    expect(mountOf(HostAccess.readOnlyPath("/sys", REASON))).toEqual(["/host/sys"]);
    expect(mountOf(HostAccess.readOnlyPath("/var/log", { ...REASON, mountPath: "/node/log" }))).toEqual([
      "/node/log",
    ]);
    expect(
      problemCodesOf(() => HostAccess.readOnlyPath("/var/log", { ...REASON, mountPath: "/usr/bin" })),
    ).toEqual(["PATH_INVALID"]);
  });

  test("is refused if two directories of the node have one mount path", () => {
    const at = (path: string) => HostAccess.readOnlyPath(path, { ...REASON, mountPath: "/node" });
    const make = () => agents({ hostAccess: [at("/var/log/pods"), at("/var/log/audit")] });
    expect(problemCodesOf(make)).toEqual(["PATH_INVALID"]);
  });

  test("sets no sysctl together with the network of the node", () => {
    const addedCapability = AddedCapability.netBindService({ reason: "It listens on the port 53" });
    expect(podOf(agents({ hostAccess: [NETWORK], addedCapability })).securityContext).not.toHaveProperty(
      "sysctls",
    );
    expect(podOf(agents({ hostAccess: [LOGS], addedCapability })).securityContext).toHaveProperty("sysctls");
  });

  test("gives the paths and the user root to the program's container only", () => {
    const chart = agents({
      hostAccess: ALL,
      initContainers: [{ name: "prepare", image: IMAGE }],
      sidecars: [{ name: "proxy", image: IMAGE }],
    });
    for (const { securityContext, volumeMounts } of podOf(chart).initContainers) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
      expect(volumeMounts).toBeUndefined();
    }
    const [{ securityContext, volumeMounts }] = podOf(chart).containers;
    expect(volumeMounts.map(({ readOnly, recursiveReadOnly }: any) => [readOnly, recursiveReadOnly])).toEqual(
      [
        [true, "IfPossible"],
        [true, "IfPossible"],
      ],
    );
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      capabilities: { drop: ["ALL"] },
    });
  });

  test("does not depend on the order of its accesses", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ALL, { minLength: ALL.length }), (hostAccess) => {
        expect(podOf(agents({ hostAccess }))).toEqual(podOf(agents()));
      }),
      { numRuns: 10 },
    );
  });

  test("opens each listed port of the node once, and uses the DNS of the cluster", () => {
    const network = HostAccess.network({ ports: [9100, 9200, 9300], ...REASON });
    const sidecars = [{ name: "proxy", image: IMAGE, port: 9300 }];
    const pod = podOf(agents({ hostAccess: [network], sidecars }));
    expect([pod.hostNetwork, pod.dnsPolicy]).toEqual([true, "ClusterFirstWithHostNet"]);
    expect(pod.containers[0].ports.map((port: any) => [port.containerPort, port.hostPort])).toEqual([
      [9100, 9100],
      [9200, 9200],
    ]);
  });
});

describe("host access is refused for", () => {
  test.each([
    "/",
    "/etc",
    "/etc/kubernetes",
    "/etc/kubernetes/manifests",
    "/etc/crio",
    "/etc/gshadow",
    "/proc",
    "/proc/1/root",
    "/run",
    "/run/crio/crio.sock",
    "/var",
    "/var/lib",
    "/var/lib/kubelet/pods",
    "/var/run",
    "/var/run/docker.sock",
    "/dev/sda",
    "/root",
    "/opt/agent/control.sock",
    "/var/log/",
    "/var/log/../lib",
    "/var//log",
    "var/log",
    "/var/log:ro",
    "",
  ])("the path %s", (path) => {
    expect(problemCodesOf(() => HostAccess.readOnlyPath(path, REASON))).toEqual(["PATH_INVALID"]);
  });

  test("every path in or above a forbidden one, and no other path", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const never = fc.constantFrom(
      "/proc",
      "/root",
      "/etc/kubernetes",
      "/var/lib/kubelet",
      "/run",
      "/var/run",
    );
    fc.assert(
      fc.property(never, fc.array(part, { maxLength: 3 }), (folder, parts) => {
        const path = [folder, ...parts].join("/");
        expect(problemCodesOf(() => HostAccess.readOnlyPath(path, REASON))).toEqual(["PATH_INVALID"]);
        const beside = `/var/log${path}`;
        expect(HostAccess.readOnlyPath(beside, REASON)._path).toBe(beside);
      }),
    );
  });

  test.each<[string, unknown, string[]]>([
    ["port 80", [80], ["PORT_PRIVILEGED"]],
    ["a node port", [30_000], ["NODE_PORT_INVALID"]],
    ["the kubelet's port", [10_250], ["PORT_INVALID"]],
    ["an invalid port", [70_000], ["PORT_INVALID"]],
    ["a text", ["9100"], ["PORT_INVALID"]],
    ["nothing as a port", [undefined], ["ATTRIBUTE_MISSING"]],
    ["one port twice", [9100, 9100], ["NAME_DUPLICATE"]],
    ["no list", 9100, ["VALUE_INVALID"]],
  ])("%s", (_, ports, codes) => {
    expect(problemCodesOf(() => HostAccess.network({ ports: ports as number[], ...REASON }))).toEqual(codes);
  });

  test.each<[string, () => unknown, string[]]>([
    ["a path", () => HostAccess.readOnlyPath("/var/log", { reason: " " }), ["REASON_MISSING"]],
    ["a path of nothing", () => HostAccess.readOnlyPath(undefined as never, REASON), ["ATTRIBUTE_MISSING"]],
    ["the network", () => HostAccess.network(undefined as never), ["REASON_MISSING"]],
    ["root", () => HostAccess.rootUser({} as never), ["REASON_MISSING"]],
    ["a level", () => PodSecurityLevel.privilegedFor({ reason: "" }), ["REASON_MISSING"]],
  ])("a missing reason or value: %s", (_, make, codes) => {
    expect(problemCodesOf(make)).toEqual(codes);
  });

  test.each<[string, object, string[]]>([
    ["none in a list", { hostAccess: [] }, ["VALUE_INVALID"]],
    ["a text", { hostAccess: "/var/log" }, ["VALUE_INVALID"]],
    ["one made by hand", { hostAccess: [{ path: "/" }] }, ["VALUE_INVALID"]],
    ["root for nothing", { hostAccess: [ROOT] }, ["HOST_ACCESS_INVALID"]],
    ["the network twice", { hostAccess: [NETWORK, NETWORK] }, ["NAME_DUPLICATE"]],
    ["a path twice", { hostAccess: [LOGS, LOGS] }, ["PATH_INVALID"]],
    [
      "a path in another one",
      { hostAccess: [LOGS, HostAccess.readOnlyPath("/var/log/pods", REASON)] },
      ["PATH_INVALID"],
    ],
    ["a port that is not named", { hostAccess: [NETWORK], port: 9101 }, ["HOST_ACCESS_INVALID"]],
    [
      "a sidecar's port that is not named",
      { hostAccess: [NETWORK], sidecars: [{ name: "proxy", image: IMAGE, port: 9200 }] },
      ["HOST_ACCESS_INVALID"],
    ],
    [
      "mounts of others where paths of the node are",
      {
        hostAccess: [LOGS],
        writablePaths: [WritablePath.of("/var/log/own")],
        secretFiles: [SecretFiles.fromSecret("/var/cache/db", "db")],
      },
      ["PATH_INVALID"],
    ],
  ])("%s", (_, props, codes) => {
    const chart = newChart();
    const make = () => new HardenedDaemonSet(chart, "agent", { image: IMAGE, port: 9100, ...props });
    expect(problemCodesOf(make)).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });

  test("an invalid Pod Security level", () => {
    const make = () =>
      new SecureNamespace(newChart(), "namespace", { name: "shop", podSecurity: "privileged" as never });
    expect(problemCodesOf(make)).toEqual(["VALUE_INVALID"]);
  });
});

describe("at synthesis", () => {
  test("a restricted namespace refuses host access and reports its reasons", () => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", { name: "shop" });
    new HardenedDaemonSet(chart, "agent", { image: IMAGE, hostAccess: [LOGS, ROOT] });
    expect(messagesOf(problemsAtSynthesis(chart))).toMatchSnapshot();
  });

  test("a restricted namespace of another chart refuses host access, and an unknown namespace does not", () => {
    const app = new App();
    const other = new Chart(app, "other", { namespace: "shop" });
    new HardenedDaemonSet(other, "agent", { image: IMAGE, hostAccess: [LOGS] });
    expect(problemTexts(other)).toEqual([]);
    new SecureNamespace(newChart("shop", app), "namespace", { name: "shop" });
    expect(problemTexts(other).join()).toContain("the restricted namespace shop");
  });

  test("a privileged namespace runs declared host access only", () => {
    expect(problemTexts(agents())).toEqual([]);
    const chart = agents();
    new HardenedDeployment(chart, "web", { image: IMAGE });
    new HardenedDaemonSet(chart, "plain", { image: IMAGE });
    new plus.Deployment(chart, "plus", { containers: [{ image: "x" }], metadata: { name: "plus" } });
    const beside = new Chart(chart.node.root as App, "beside", { namespace: "agents" });
    new ApiObject(beside, "pod", { apiVersion: "v1", kind: "Pod", metadata: { name: "debug" } });
    const why = "runs in the namespace agents, which enforces no Pod Security Standard";
    expect(problemTexts(chart)).toEqual(
      ["Deployment web", "DaemonSet plain", "Deployment plus", "Pod debug"].map(
        (what) => `HOST_ACCESS_INVALID The ${what} ${why}`,
      ),
    );
  });

  const SPEC = "/spec/template/spec";
  const CONTAINER = `${SPEC}/containers/0`;
  test.each<[string, string, unknown, string]>([
    ["privileges", `${CONTAINER}/securityContext/privileged`, true, "a privileged container"],
    ["escalation", `${CONTAINER}/securityContext/allowPrivilegeEscalation`, true, "privilege escalation"],
    ["processes", `${SPEC}/hostPID`, true, "hostPID"],
    ["a capability", `${CONTAINER}/securityContext/capabilities/add`, ["SYS_PTRACE"], "capabilities that"],
    ["a path", `${SPEC}/volumes/-`, { name: "x", hostPath: { path: "/" } }, "the path / of the node"],
    ["a writable path", `${CONTAINER}/volumeMounts/0/readOnly`, false, "a writable path"],
    ["a port", `${CONTAINER}/ports/-`, { containerPort: 2375 }, "the port 2375 of the node"],
    ["a writable root", `${CONTAINER}/securityContext/readOnlyRootFilesystem`, false, "a writable root"],
    ["all of /proc", `${CONTAINER}/securityContext/procMount`, "Unmasked", "an unmasked /proc"],
  ])("a patch that adds %s is refused in a privileged namespace", (_, path, value, what) => {
    const chart = agents();
    ApiObject.of(chart.node.findChild("agent")).addJsonPatch(JsonPatch.add(path, value));
    expect(problemTexts(chart)).toHaveLength(1);
    expect(problemTexts(chart)[0]).toContain(what);
  });
});
