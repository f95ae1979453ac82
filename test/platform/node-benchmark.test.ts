import { App, Chart, Yaml } from "cdk8s";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { CHECK_IDS } from "../../lib/platform/private/benchmark-config";
import { NodeBenchmark, type NodeBenchmarkProps } from "../../lib/platform/node-benchmark";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedJob } from "../../lib/workload/hardened-job";
import { DIGEST, objectOf, problemsAtSynthesis } from "../workload/support";
import { problemCodesOf, validationProblemsOf } from "../support/stack";

const IMAGE = ContainerImage.of(`fra.ocir.io/acme/kube-bench:v0.15.6@${DIGEST}`);

function benchmark(props: Partial<NodeBenchmarkProps> = {}): { chart: Chart; made: NodeBenchmark } {
  const chart = new Chart(new App(), "node-benchmark", { namespace: "node-benchmark" });
  const made = new NodeBenchmark(chart, "node-benchmark", { image: IMAGE, ...props });
  return { chart, made };
}

const podOf = (chart: Chart) => objectOf(chart, "CronJob").spec.jobTemplate.spec.template.spec;
const configOf = (chart: Chart, file: string) => objectOf(chart, "ConfigMap").data[file];

describe("the benchmark of nodes", () => {
  test("of an image alone is these objects", () => {
    expect(Yaml.stringify(...(benchmark().chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("reads two folders of its node and nothing else of it", () => {
    const { chart } = benchmark();
    const pod = podOf(chart);
    const [container] = pod.containers;
    expect(pod.volumes.filter((one: any) => one.hostPath).map((one: any) => one.hostPath)).toEqual([
      { path: "/etc/kubernetes", type: "Directory" },
      { path: "/etc/systemd/system", type: "Directory" },
    ]);
    expect(container.volumeMounts.every((one: any) => one.readOnly)).toBe(true);
    expect([pod.hostPID, pod.hostNetwork, pod.hostIPC, pod.automountServiceAccountToken]).toEqual(
      Array(4).fill(false),
    );
    expect(container.securityContext).toMatchObject({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
    const { egress, ingress } = objectOf(chart, "NetworkPolicy", "node-benchmark").spec;
    // DNS alone, which each namespace allows.
    expect([egress.length, egress[0].ports[0].port, ingress]).toEqual([1, 53, []]);
  });

  test("has a namespace of its own, whose exception is kept", () => {
    const { chart } = benchmark();
    expect(objectOf(chart, "Namespace").metadata).toMatchObject({
      name: "node-benchmark",
      labels: {
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    });
    expect(Acknowledgements.of(chart).map(({ practice, what }) => [practice, what])).toEqual([
      ["non-root", "path /etc/kubernetes of the node, read-only"],
      ["non-root", "path /etc/systemd/system of the node, read-only"],
      ["non-root", "user root"],
      ["non-root", "namespace node-benchmark enforces no Pod Security Standard"],
    ]);
  });

  test("fails the job where a recommendation fails, and does not run again for that", () => {
    const { chart, made } = benchmark();
    const { spec } = objectOf(chart, "CronJob").spec.jobTemplate;
    expect(spec.podFailurePolicy.rules[0]).toEqual({
      action: "FailJob",
      onExitCodes: { operator: "In", values: [2] },
    });
    expect(spec.template.spec.containers[0].args).toContain("--exit-code=2");
    expect(made.failureQuery).toBe(
      'max(kube_job_failed{condition="true", namespace="node-benchmark", job_name=~"node-benchmark-[0-9]+"}) > 0',
    );
  });

  test("has all recommendations for worker nodes, with the paths of OKE", () => {
    const { chart } = benchmark();
    const controls = configOf(chart, "node.yaml") as string;
    expect(CHECK_IDS).toEqual([
      ...["3.1.1", "3.1.2", "3.1.3", "3.1.4"],
      ...["3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.2.5", "3.2.6", "3.2.7", "3.2.8", "3.2.9", "3.2.10"],
    ]);
    for (const id of CHECK_IDS) expect(controls).toContain(`- id: ${id}\n`);
    for (const file of ["kubelet-config.json", "kubelet.conf"])
      expect(controls).toContain(`/etc/kubernetes/${file}`);
    expect(controls).toContain(
      "cat /etc/systemd/system/kubelet.service /etc/systemd/system/kubelet.service.d/*.conf",
    );
  });

  test("accepts all props", () => {
    const { chart } = benchmark({
      schedule: "0 4 * * MON",
      timeZone: "Europe/Berlin",
      nodes: 3,
      nodeSelector: { pool: "general" },
      acceptedFindings: [
        { check: "3.2.10", reason: "OKE rotates the nodes instead" },
        { check: "3.2.8", reason: "OKE rotates the nodes instead" },
      ],
      readProcesses: { reason: "The image sets arguments elsewhere" },
      kubeletConfigFile: "/etc/kubernetes/kubelet/config.json",
      kubeletKubeconfigFile: "/etc/kubernetes/kubeconfig",
      kubeletServiceFile: "/etc/systemd/system/node.service",
      imagePullSecrets: ["ocir"],
    });
    const { schedule, timeZone, jobTemplate } = objectOf(chart, "CronJob").spec;
    expect([schedule, timeZone]).toEqual(["0 4 * * MON", "Europe/Berlin"]);
    expect(jobTemplate.spec).toMatchObject({ completions: 3, parallelism: 3 });
    const pod = podOf(chart);
    expect(pod).toMatchObject({ hostPID: true, nodeSelector: { pool: "general" } });
    expect(pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
    expect(pod.containers[0].args).toContain("--skip=3.2.10,3.2.8");
    const controls = configOf(chart, "node.yaml") as string;
    expect(controls).toContain("/bin/ps -C kubelet");
    expect(controls).toContain("/etc/kubernetes/kubelet/config.json");
    expect(Acknowledgements.of(chart)).toContainEqual(
      expect.objectContaining({
        path: "node-benchmark/node-benchmark",
        practice: "patching",
        what: "recommendation 3.2.8 of the CIS benchmark that may fail",
        reason: "OKE rotates the nodes instead",
      }),
    );
    expect(problemsAtSynthesis(chart)).toEqual([]);
  });

  test("is rejected with all problems at once, and creates nothing", () => {
    const chart = new Chart(new App(), "nodes", { namespace: "nodes" });
    const make = (props: any) => () => new NodeBenchmark(chart, "bench", props);
    expect(problemCodesOf(make(undefined))).toEqual(["ATTRIBUTE_MISSING"]);
    const wrong = {
      image: IMAGE,
      nodes: 0,
      readProcesses: { reason: "" },
      acceptedFindings: [{ check: "4.1.1", reason: "" }],
      kubeletConfigFile: "/etc/shadow",
      kubeletKubeconfigFile: "/etc/kubernetes/../shadow",
      kubeletServiceFile: "/etc/systemd/system/x.service; rm -rf /",
    };
    expect(problemCodesOf(make(wrong))).toEqual([
      "COUNT_INVALID",
      "VALUE_INVALID",
      "REASON_MISSING",
      "REASON_MISSING",
      "PATH_INVALID",
      "PATH_INVALID",
      "PATH_INVALID",
    ]);
    expect(problemCodesOf(make({ image: IMAGE, schedule: "daily" }))).toEqual(["SCHEDULE_INVALID"]);
    const twice = ["3.2.8", "3.2.8"].map((check) => ({ check, reason: "x" }));
    expect(problemCodesOf(make({ image: IMAGE, acceptedFindings: twice }))).toEqual(["NAME_DUPLICATE"]);
    expect(chart.node.children).toEqual([]);
    const [problem] = validationProblemsOf(
      () => new NodeBenchmark(new Chart(new App(), "x"), "bench", { image: IMAGE }),
    );
    expect(problem).toMatchObject({ code: "ATTRIBUTE_MISSING", what: expect.stringContaining("namespace") });
  });

  test("shares its namespace with nothing else", () => {
    const { chart } = benchmark();
    new HardenedJob(chart, "other", { image: IMAGE });
    expect(problemsAtSynthesis(chart).map(({ code }) => code)).toContain("HOST_ACCESS_INVALID");
  });
});
