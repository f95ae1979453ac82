import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { spawnSync } from "node:child_process";
import { App, Chart } from "cdk8s";
import { CHECK_IDS } from "../../lib/platform/private/benchmark-config";
import { NodeBenchmark, type NodeBenchmarkProps } from "../../lib/platform/node-benchmark";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { DIGEST, objectOf } from "../workload/support";

const TOOL = process.env.KUBE_BENCH;
// In mount and process namespaces of its own: /etc of the fake node, the programs of this machine.
const ENTER = [
  'mount --bind /usr "$1/usr"',
  'mount -t proc proc "$1/proc"',
  'mount --bind "$2" "$1/tool"',
  'for one in bin lib lib64 sbin; do ln -sfn "usr/$one" "$1/$one"; done',
  'cp /bin/bash "$1/run/kubelet"',
  "root=$1; kubelet=$3; shift 3",
  // A process of that name, with the arguments that the node has.
  `if [ -n "$kubelet" ]; then /usr/sbin/chroot "$root" /run/kubelet -c 'sleep 60; :' $kubelet >/dev/null 2>&1 & sleep 0.3; fi`,
  'exec env -i PATH=/usr/local/bin:/usr/bin:/bin KUBERNETES_SERVICE_HOST=127.0.0.1 /usr/sbin/chroot "$root" /tool "$@"',
].join("\n");

const mayIsolate = () =>
  spawnSync("unshare", ["--mount", "--pid", "--fork", "true"], { stdio: "ignore" }).status === 0;

/** Needs kube-bench, and the right to make namespaces: KUBE_BENCH names the program. */
function describeWithTool(name: string, tests: () => void): void {
  if (TOOL === undefined) describe.skip(`${name} (skipped: KUBE_BENCH names no program)`, tests);
  else if (!mayIsolate()) describe.skip(`${name} (skipped: no right to make namespaces)`, tests);
  else describe(name, tests);
}

interface FakeNode {
  readonly config?: object;
  readonly configMode?: number;
  readonly unit?: string;
  readonly dropIn?: string;
  readonly kubeconfigOwner?: number;
}

interface Run {
  readonly exitCode: number | null;
  readonly states: { readonly [check: string]: string };
  readonly output: string;
}

const SECURE_CONFIG = {
  authentication: { anonymous: { enabled: false }, x509: { clientCAFile: "/etc/kubernetes/ca.crt" } },
  authorization: { mode: "Webhook" },
  tlsCertFile: "/var/lib/kubelet/pki/tls.pem",
  tlsPrivateKeyFile: "/var/lib/kubelet/pki/tls.key",
  rotateCertificates: true,
};
const SECURE_UNIT = `[Service]
ExecStart=/usr/bin/kubelet --config=/etc/kubernetes/kubelet-config.json \\
  --read-only-port=0 --event-qps=0 $KUBELET_EXTRA_ARGS
`;
const SECURE_DROP_IN = `[Service]
Environment="KUBELET_EXTRA_ARGS=--rotate-server-certificates=true --make-iptables-util-chains=true"
`;
const SECURE: FakeNode = { config: SECURE_CONFIG, unit: SECURE_UNIT, dropIn: SECURE_DROP_IN };
const all = (state: string) => Object.fromEntries(CHECK_IDS.map((id) => [id, state]));

describeWithTool("kube-bench with our configuration and arguments", () => {
  jest.setTimeout(60_000);
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

  /** A folder that looks like the root of a node, with the files of the ConfigMap where the pod has them. */
  function rootOf(node: FakeNode, chart: Chart): string {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
    folders.push(root);
    for (const folder of [
      "usr",
      "proc",
      "dev",
      "run",
      "etc/kubernetes",
      "etc/systemd/system/kubelet.service.d",
    ]) {
      fs.mkdirSync(path.join(root, folder), { recursive: true });
    }
    const write = (file: string, text: string, mode = 0o644) => {
      const name = path.join(root, file);
      fs.mkdirSync(path.dirname(name), { recursive: true });
      fs.writeFileSync(name, text);
      fs.chmodSync(name, mode);
    };
    write("etc/passwd", "root:x:0:0::/:/bin/sh\n");
    write("etc/group", "root:x:0:\n");
    write("dev/null", "", 0o666);
    write("tool", "", 0o755);
    const { data, metadata } = objectOf(chart, "ConfigMap");
    const [container] = objectOf(chart, "CronJob").spec.jobTemplate.spec.template.spec.containers;
    for (const { mountPath, subPath } of container.volumeMounts.filter((one: any) => one.subPath)) {
      write(mountPath, data[subPath]);
    }
    expect(Object.keys(data)).toHaveLength(3);
    expect(metadata.name).toMatch(/^node-benchmark-config-/);
    if (node.config) {
      write("etc/kubernetes/kubelet-config.json", JSON.stringify(node.config), node.configMode);
    }
    if (node.kubeconfigOwner !== undefined) {
      write("etc/kubernetes/kubelet.conf", "", 0o664);
      fs.chownSync(path.join(root, "etc/kubernetes/kubelet.conf"), node.kubeconfigOwner, 0);
    }
    if (node.unit) write("etc/systemd/system/kubelet.service", node.unit);
    if (node.dropIn) write("etc/systemd/system/kubelet.service.d/extra.conf", node.dropIn);
    return root;
  }

  function run(node: FakeNode, props: Partial<NodeBenchmarkProps> = {}, kubelet = ""): Run {
    const chart = new Chart(new App(), "nodes", { namespace: "nodes" });
    const image = ContainerImage.of(`fra.ocir.io/acme/kube-bench@${DIGEST}`);
    new NodeBenchmark(chart, "node-benchmark", { image, ...props });
    const root = rootOf(node, chart);
    const [{ args }] = objectOf(chart, "CronJob").spec.jobTemplate.spec.template.spec.containers;
    const command = ["bash", "-c", ENTER, "bash", root, TOOL ?? "", kubelet, ...(args as string[])];
    const isolation = ["--mount", "--pid", "--fork", "--kill-child"];
    const { status, stdout, stderr } = spawnSync("unshare", [...isolation, ...command], { encoding: "utf8" });
    const lines = [...stdout.matchAll(/^\[(\w+)\] (\d+\.\d+\.\d+) /gm)];
    const states = Object.fromEntries(lines.map(([, state = "", id = ""]) => [id, state]));
    return { exitCode: status, states, output: stdout + stderr };
  }

  test("passes a node that follows all recommendations, by its files alone", () => {
    const { exitCode, states, output } = run(SECURE);
    expect(states).toEqual(all("PASS"));
    expect(output).toMatch(/== Summary total ==\n14 checks PASS\n0 checks FAIL/);
    expect(exitCode).toBe(0);
  });

  test("fails one that follows none, with an exit code of its own", () => {
    const { exitCode, states } = run({
      config: {
        authentication: { anonymous: { enabled: true } },
        authorization: { mode: "AlwaysAllow" },
        streamingConnectionIdleTimeout: "0",
        readOnlyPort: 10255,
        makeIPTablesUtilChains: false,
        eventRecordQPS: -1,
        rotateCertificates: false,
      },
      configMode: 0o666,
      kubeconfigOwner: 1000,
      unit: "[Service]\nExecStart=/usr/bin/kubelet --config=/etc/kubernetes/kubelet-config.json\n",
    });
    // The owner of the configuration file is right here; the manual recommendation only warns.
    expect(states).toEqual({ ...all("FAIL"), "3.1.2": "PASS", "3.2.4": "WARN" });
    expect(exitCode).toBe(2);
  });

  test("does not count what was accepted", () => {
    const { exitCode, states } = run(
      { ...SECURE, dropIn: undefined },
      { acceptedFindings: [{ check: "3.2.10", reason: "Nodes are replaced instead" }] },
    );
    expect(states).toEqual({ ...all("PASS"), "3.2.10": "INFO" });
    expect(exitCode).toBe(0);
  });

  test("takes a flag over the file, as the kubelet does", () => {
    const unit = SECURE_UNIT.replace("--event-qps=0", "--event-qps=0 --anonymous-auth=true");
    expect(run({ ...SECURE, unit }).states).toEqual({ ...all("PASS"), "3.2.1": "FAIL" });
  });

  test("reads the process of the kubelet where it may", () => {
    const props = { readProcesses: { reason: "The test asks for it" } };
    const { states } = run({ config: SECURE_CONFIG }, props, "--rotate-server-certificates=true");
    expect(states).toEqual(all("PASS"));
  });

  test("finds files by other names", () => {
    const { states } = run({}, { kubeletConfigFile: "/etc/kubernetes/other.json" });
    expect(states).toMatchObject({ "3.1.1": "PASS", "3.2.1": "FAIL", "3.2.5": "PASS" });
  });
});
