import { type Construct } from "constructs";
import { CHECK_IDS } from "./benchmark-checks";
import { type NodeFiles } from "./benchmark-config";
import { type AcceptedFinding, type NodeBenchmarkProps } from "../node-benchmark-props";
import { pathOf } from "../../core/construct-scope";
import { checkReason } from "../../core/reason";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { chartOf, checkUnused } from "../../synthesis/chart-objects";
import { wholeNumber } from "../../core/readers";
import { kind, shaped } from "../../core/value-readers";

const SHAPES = {
  image: kind(["reference", "_acknowledge"], 'ContainerImage.of("fra.ocir.io/acme/kube-bench@sha256:…")'),
  readProcesses: kind([], '{ reason: "…" }'),
};
const MAX_NODES = 1000;

const DEFAULTS = {
  kubeletConfigFile: "/etc/kubernetes/kubelet-config.json",
  kubeletKubeconfigFile: "/etc/kubernetes/kubelet.conf",
  kubeletServiceFile: "/etc/systemd/system/kubelet.service",
};
// They stand in commands of a shell as they are.
const FORMS: { readonly [name in keyof typeof DEFAULTS]: RegExp } = {
  kubeletConfigFile: /^\/etc\/kubernetes\/(?!.*\.\.)[A-Za-z0-9._/-]+$/,
  kubeletKubeconfigFile: /^\/etc\/kubernetes\/(?!.*\.\.)[A-Za-z0-9._/-]+$/,
  kubeletServiceFile: /^\/etc\/systemd\/system\/(?!.*\.\.)[A-Za-z0-9._-]+\.service$/,
};

/** Validates what the parts of the benchmark don't; answers the files of the node. */
export function readNodeBenchmark(scope: Construct, id: string, given: NodeBenchmarkProps): NodeFiles {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["image"]);
  const chart = chartOf(scope);
  if (!chart) checkUnused(problems, scope, [], id);
  if (chart && chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, and the benchmark takes one of its own",
      'Give it one: new Chart(app, "node-benchmark", { namespace: "node-benchmark" })',
    );
  }
  wholeNumber({ least: 1, most: MAX_NODES })(problems, "nodes", props.nodes ?? 1);
  if (props.readProcesses) {
    checkReason(problems, "The processes of the nodes", props.readProcesses.reason);
  }
  checkFindings(problems, props.acceptedFindings);
  const files = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const value = props[name];
    if (value === undefined) continue;
    if (typeof value === "string" && FORMS[name].test(value)) files[name] = value;
    else
      problems.add("PATH_INVALID", `${name} is ${shown(value)}`, `Write a path such as "${DEFAULTS[name]}"`);
  }
  problems.throwIfAny();
  return {
    config: files.kubeletConfigFile,
    kubeconfig: files.kubeletKubeconfigFile,
    service: files.kubeletServiceFile,
  };
}

function checkFindings(problems: Problems, findings: unknown): void {
  if (findings === undefined) return;
  if (!Array.isArray(findings)) {
    const fix = 'Write a list, for example [{ check: "3.2.8", reason: "…" }]';
    problems.add("VALUE_INVALID", `acceptedFindings is ${shown(findings)}`, fix);
    return;
  }
  const all = (findings as (Partial<AcceptedFinding> | undefined)[]).map((one) => one ?? {});
  for (const { check, reason } of all) {
    if (!CHECK_IDS.includes(check as string)) {
      const fix = `Write one of ${CHECK_IDS.join(", ")}`;
      problems.add("VALUE_INVALID", `acceptedFindings has the check ${shown(check)}`, fix);
    }
    checkReason(problems, `acceptedFindings, the check ${shown(check)},`, reason);
  }
  const checks = all.map(({ check }) => check);
  if (new Set(checks).size < checks.length) {
    problems.add("NAME_DUPLICATE", "acceptedFindings names a check twice", "Name each check once");
  }
}
