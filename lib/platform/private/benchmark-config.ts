import { Yaml } from "cdk8s";
import { FILE_CHECKS, KUBELET_CHECKS, type BenchmarkCheck, type BenchmarkTest } from "./benchmark-checks";
import { byText } from "../../core/stable-order";

/** The name of the benchmark in the configuration of kube-bench, which has none for OKE. */
export const BENCHMARK = "oke-1.8.0";

/** The directory of the configuration in the container. */
export const CONFIG_FOLDER = "/opt/node-benchmark";

/** The exit code if a check fails; kube-bench exits with 1 if it can't run. */
export const FAILED_CHECKS = 2;

/** The files of a node that the benchmark checks. */
export interface NodeFiles {
  readonly config: string;
  readonly kubeconfig: string;
  readonly service: string;
}

/** The files of kube-bench by their paths in the container. */
export function benchmarkFiles(files: NodeFiles, readsProcesses: boolean): { [path: string]: string } {
  return {
    [`${CONFIG_FOLDER}/config.yaml`]: Yaml.stringify({
      node: {
        components: ["kubelet"],
        kubelet: {
          bins: ["kubelet"],
          // Without access to the processes of the node, the kubelet does not appear to run.
          optional: !readsProcesses,
          confs: [files.config],
          defaultconf: files.config,
          kubeconfig: [files.kubeconfig],
          defaultkubeconfig: files.kubeconfig,
          svc: [files.service],
          defaultsvc: files.service,
        },
      },
      version_mapping: { [BENCHMARK]: BENCHMARK },
      target_mapping: { [BENCHMARK]: ["node"] },
    }),
    [`${CONFIG_FOLDER}/${BENCHMARK}/config.yaml`]: "---\n",
    [`${CONFIG_FOLDER}/${BENCHMARK}/node.yaml`]: Yaml.stringify(controls(files, readsProcesses)),
  };
}

/** The arguments of kube-bench. */
export function benchmarkArguments(skipped: readonly string[]): string[] {
  return [
    "run",
    "--targets=node",
    `--benchmark=${BENCHMARK}`,
    `--config-dir=${CONFIG_FOLDER}`,
    `--config=${CONFIG_FOLDER}/config.yaml`,
    `--exit-code=${FAILED_CHECKS}`,
    // One line for each check suits log searches; remediations are in the documentation.
    "--noremediations",
    ...(skipped.length > 0 ? [`--skip=${[...skipped].sort(byText).join(",")}`] : []),
  ];
}

function controls(files: NodeFiles, readsProcesses: boolean): object {
  const { config, kubeconfig, service } = files;
  // Only the flags: otherwise the log of every failed check would contain the whole unit or command line.
  const source = readsProcesses
    ? "/bin/ps -C kubelet -o cmd --no-headers"
    : `cat ${service} ${service}.d/*.conf 2>/dev/null`;
  const audit = `(${source}) | tr -s ' \\t"' '\\n' | grep -o -e '--[a-z].*' || true`;
  return {
    controls: "",
    version: BENCHMARK,
    id: "3",
    text: "Worker nodes",
    type: "node",
    groups: [
      {
        id: "3.1",
        text: "Files of the kubelet",
        checks: FILE_CHECKS.map((check) => {
          const file = check.file === "config" ? config : kubeconfig;
          return {
            ...entryOf(check),
            audit: `if test -e ${file}; then stat -c ${check.format} ${file}; else echo absent; fi`,
          };
        }),
      },
      {
        id: "3.2",
        text: "Settings of the kubelet",
        checks: KUBELET_CHECKS.map((check) => ({
          ...entryOf(check),
          audit,
          audit_config: `if test -e ${config}; then cat ${config}; fi`,
        })),
      },
    ],
  };
}

function entryOf({ id, text, remediation, tests, any, scored = true }: BenchmarkCheck): object {
  const items = { ...(any ? { bin_op: "or" } : {}), test_items: tests.map(itemOf) };
  return { id, text, tests: items, remediation, scored };
}

function itemOf({ flag, path, set = true, op, value }: BenchmarkTest): object {
  return {
    flag,
    ...(path === undefined ? {} : { path }),
    set,
    ...(op === undefined ? {} : { compare: { op, value } }),
  };
}
