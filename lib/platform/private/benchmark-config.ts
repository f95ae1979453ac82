import { Yaml } from "cdk8s";
import { byText } from "../../core/stable-order";

/** A comparison of a check: with a flag of the kubelet, or a value of its configuration file. */
export interface BenchmarkTest {
  /** The flag, or a word in the output of the audit command. */
  readonly flag: string;
  /** The JSONPath in the configuration file. @default - only the flag is compared */
  readonly path?: string;
  /** Whether it must be set. @default true */
  readonly set?: boolean;
  readonly op?: string;
  readonly value?: string;
}

/** One recommendation for worker nodes. */
export interface BenchmarkCheck {
  /** The number of the recommendation in the benchmark. */
  readonly id: string;
  readonly text: string;
  readonly remediation: string;
  readonly tests: readonly BenchmarkTest[];
  /** Whether one passing comparison suffices. @default false */
  readonly any?: boolean;
  /** Whether it fails the run, and not only warns. @default true */
  readonly scored?: boolean;
}

/** A recommendation about one file of the node. */
export interface FileCheck extends BenchmarkCheck {
  readonly file: "config" | "kubeconfig";
  /** The format of the output of `stat`. */
  readonly format: string;
}

const ABSENT: BenchmarkTest = { flag: "absent" };
const MODE: readonly BenchmarkTest[] = [{ flag: "permissions", op: "bitmask", value: "644" }, ABSENT];
const OWNER: readonly BenchmarkTest[] = [{ flag: "root:root" }, ABSENT];
const mode = { format: "permissions=%a", tests: MODE, any: true };
const owner = { format: "%U:%G", tests: OWNER, any: true };

/** Section 3.1 of the CIS benchmark for OKE 1.8.0, in words of our own. */
export const FILE_CHECKS: readonly FileCheck[] = [
  {
    id: "3.1.1",
    text: "Only root can write the configuration file of the kubelet",
    remediation: "Use an OKE image whose file has the mode 644 or a stricter one",
    file: "config",
    ...mode,
  },
  {
    id: "3.1.2",
    text: "The configuration file of the kubelet belongs to root",
    remediation: "Use an OKE image whose file belongs to root:root",
    file: "config",
    ...owner,
  },
  {
    id: "3.1.3",
    text: "Only root can write the kubeconfig of the kubelet",
    remediation: "Use an OKE image whose file has the mode 644 or a stricter one",
    file: "kubeconfig",
    ...mode,
  },
  {
    id: "3.1.4",
    text: "The kubeconfig of the kubelet belongs to root",
    remediation: "Use an OKE image whose file belongs to root:root",
    file: "kubeconfig",
    ...owner,
  },
];

const unset = (flag: string, path?: string): BenchmarkTest => ({ flag, path, set: false });
const argument = (flag: string) =>
  `Start the kubelet with ${flag}, by cloud-init of the node pool, and cycle the nodes`;

/** Section 3.2 of the CIS benchmark for OKE 1.8.0, in words of our own. */
export const KUBELET_CHECKS: readonly BenchmarkCheck[] = [
  {
    id: "3.2.1",
    text: "The kubelet rejects anonymous requests",
    remediation: argument("--anonymous-auth=false"),
    tests: [
      { flag: "--anonymous-auth", path: "{.authentication.anonymous.enabled}", op: "eq", value: "false" },
    ],
  },
  {
    id: "3.2.2",
    text: "The kubelet authorizes requests through the API server",
    remediation: argument("--authorization-mode=Webhook"),
    tests: [
      { flag: "--authorization-mode", path: "{.authorization.mode}", op: "nothave", value: "AlwaysAllow" },
    ],
  },
  {
    id: "3.2.3",
    text: "The kubelet verifies client certificates",
    remediation: argument("--client-ca-file and the certificate authority of the cluster"),
    tests: [{ flag: "--client-ca-file", path: "{.authentication.x509.clientCAFile}" }],
  },
  {
    id: "3.2.4",
    text: "The kubelet has no port without authentication",
    remediation: argument("--read-only-port=0"),
    tests: [
      { flag: "--read-only-port", path: "{.readOnlyPort}", op: "eq", value: "0" },
      unset("--read-only-port", "{.readOnlyPort}"),
    ],
    any: true,
    // The benchmark lists it as a manual check.
    scored: false,
  },
  {
    id: "3.2.5",
    text: "Idle connections to the kubelet end",
    remediation: argument("--streaming-connection-idle-timeout=4h"),
    tests: [
      {
        flag: "--streaming-connection-idle-timeout",
        path: "{.streamingConnectionIdleTimeout}",
        op: "noteq",
        value: "0",
      },
      unset("--streaming-connection-idle-timeout", "{.streamingConnectionIdleTimeout}"),
    ],
    any: true,
  },
  {
    id: "3.2.6",
    text: "The kubelet keeps the chains of iptables that Kubernetes needs",
    remediation: argument("--make-iptables-util-chains=true"),
    tests: [
      { flag: "--make-iptables-util-chains", path: "{.makeIPTablesUtilChains}", op: "eq", value: "true" },
      unset("--make-iptables-util-chains", "{.makeIPTablesUtilChains}"),
    ],
    any: true,
  },
  {
    id: "3.2.7",
    text: "The kubelet records events at a sufficient rate",
    remediation: argument("--event-qps=0"),
    tests: [
      { flag: "--event-qps", path: "{.eventRecordQPS}", op: "gte", value: "0" },
      unset("--event-qps", "{.eventRecordQPS}"),
    ],
    any: true,
  },
  {
    id: "3.2.8",
    text: "The kubelet serves TLS with a certificate of its own",
    remediation: argument("--tls-cert-file and --tls-private-key-file"),
    tests: [
      { flag: "--tls-cert-file", path: "{.tlsCertFile}" },
      { flag: "--tls-private-key-file", path: "{.tlsPrivateKeyFile}" },
    ],
  },
  {
    id: "3.2.9",
    text: "The kubelet rotates its client certificate",
    remediation: argument("--rotate-certificates=true"),
    tests: [
      { flag: "--rotate-certificates", path: "{.rotateCertificates}", op: "eq", value: "true" },
      unset("--rotate-certificates", "{.rotateCertificates}"),
    ],
    any: true,
  },
  {
    id: "3.2.10",
    text: "The kubelet rotates its server certificate",
    remediation: argument("--rotate-server-certificates=true"),
    tests: [{ flag: "--rotate-server-certificates", path: "{.serverTLSBootstrap}", op: "eq", value: "true" }],
  },
];

/** The numbers of all recommendations. */
export const CHECK_IDS: readonly string[] = [...FILE_CHECKS, ...KUBELET_CHECKS].map(({ id }) => id);

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
