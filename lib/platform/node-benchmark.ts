import { ApiObject, Duration } from "cdk8s";
import { ConcurrencyPolicy } from "cdk8s-plus-27";
import { type Construct } from "constructs";
import {
  CHECK_IDS,
  benchmarkArguments,
  benchmarkFiles,
  FAILED_CHECKS,
  type NodeFiles,
} from "./private/benchmark-config";
import { readOwnNamespace } from "./private/platform-readers";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import {
  any,
  choice,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  reasonFor,
  type Resolved,
  uniqueListOf,
  valueOf,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { type ReasonedChoice } from "../core/reason";
import { byText } from "../core/stable-order";
import { Problems } from "../core/validation-error";
import { SecureNamespace } from "../namespaces/secure-namespace";
import { type HardenedCronJobProps, readCronJob, type ReadCronJob } from "../workload/hardened-cron-job";
import { jobSpec } from "../workload/hardened-job";
import { HardenedWorkload } from "../workload/hardened-workload";
import { HostAccess } from "../workload/host-access/host-access";
import { guardHostAccess } from "../workload/host-access/private/host-access-guard";
import { withHostAccess } from "../workload/host-access/private/host-access-pods";
import { ContainerImage } from "../workload/images/container-image";
import { type ContainerResourceRanges } from "../workload/pods/container-resources";
import { ConfigFile } from "../workload/pods/mounted-files";
import { PodSecurityLevel } from "../workload/pods/pod-security";
import { type Toleration } from "../workload/pods/scheduling";
import { addAccountAndFiles, addNetworkPolicy } from "../workload/private/workload-objects";

/** A recommendation of the benchmark that the nodes need not follow. */
export interface AcceptedFinding extends ReasonedChoice {
  /** The number of the recommendation, such as `3.2.8`. */
  readonly check: string;
}

/** Props for NodeBenchmark. */
export interface NodeBenchmarkProps {
  /**
   * The image of kube-bench 0.10 or later, best from a registry of your own: its entry point runs kube-bench, and it has a shell, `stat`,
   * `grep`, and `tr`.
   */
  readonly image: ContainerImage;
  /**
   * When it runs: minute, hour, day of the month, month and day of the week.
   *
   * @default "30 3 * * *"
   */
  readonly schedule?: string;
  /**
   * The time zone of the schedule, as the IANA names it, such as `Europe/Berlin`.
   *
   * @default "Etc/UTC"
   */
  readonly timeZone?: string;
  /**
   * The number of nodes that a run checks, each by one pod; 1 to 1,000. Nodes of a pool have the same image, so one of each pool suffices.
   *
   * @default 1
   */
  readonly nodes?: number;
  /**
   * Labels that a node must have to be checked, such as those of a node pool.
   *
   * @default - every node
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Tolerations for nodes with taints.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * Recommendations that may fail; each is recorded as an acknowledgement, and appears as `INFO` in the log.
   *
   * @default - none
   */
  readonly acceptedFindings?: AcceptedFinding[];
  /**
   * Reads the arguments of the kubelet from its process, which requires the process namespace of the node.
   *
   * @default - they are read from the unit of systemd and its drop-ins, as the benchmark does it
   */
  readonly readProcesses?: ReasonedChoice;
  /**
   * The configuration file of the kubelet, in `/etc/kubernetes` or below.
   *
   * @default "/etc/kubernetes/kubelet-config.json"
   */
  readonly kubeletConfigFile?: string;
  /**
   * The kubeconfig of the kubelet, in `/etc/kubernetes` or below.
   *
   * @default "/etc/kubernetes/kubelet.conf"
   */
  readonly kubeletKubeconfigFile?: string;
  /**
   * The unit of the kubelet, in `/etc/systemd/system`; its drop-ins are in the folder of that name and `.d`.
   *
   * @default "/etc/systemd/system/kubelet.service"
   */
  readonly kubeletServiceFile?: string;
  /**
   * Processors, memory and disk.
   *
   * @default - 100m to 500m processors, 256Mi of memory, 256Mi of disk
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * The names of Secrets that the image is pulled with, such as `["ocir"]`; an empty list means none.
   *
   * @default - those of the namespace
   */
  readonly imagePullSecrets?: string[];
}

const DEADLINE_SECONDS = 600;
const MAX_NODES = 1000;
const REASON = "kube-bench reads the files of the kubelet";

// Shell commands contain the paths unquoted.
const path = (pattern: RegExp, example: string) =>
  withDefault(matching(pattern, `Write a path such as "${example}"`, { code: "PATH_INVALID" }), example);
const KUBERNETES_FILE = /^\/etc\/kubernetes\/(?!.*\.\.)[A-Za-z0-9._/-]+$/;
const UNIT_FILE = /^\/etc\/systemd\/system\/(?!.*\.\.)[A-Za-z0-9._-]+\.service$/;

const ACCEPTED_FINDING = {
  check: choice(Object.fromEntries(CHECK_IDS.map((id) => [id, id])), `one of ${CHECK_IDS.join(", ")}`),
  reason: reasonFor("A recommendation that may fail"),
} satisfies PropsSchema<AcceptedFinding>;

const PROCESSES = {
  reason: reasonFor("Access to the processes of the nodes"),
} satisfies PropsSchema<ReasonedChoice>;

const NODE_BENCHMARK = {
  image: valueOf(ContainerImage),
  // The props of the CronJob are read by it.
  schedule: withDefault(any<string>(), "30 3 * * *"),
  timeZone: optional(any<string>()),
  nodeSelector: optional(any<{ [key: string]: string }>()),
  tolerations: optional(any<NodeBenchmarkProps["tolerations"]>()),
  resources: optional(any<NodeBenchmarkProps["resources"]>()),
  imagePullSecrets: optional(any<string[]>()),
  nodes: withDefault(wholeNumber({ least: 1, most: MAX_NODES }), 1),
  acceptedFindings: withDefault(
    uniqueListOf(objectOf(ACCEPTED_FINDING), 'a list, for example [{ check: "3.2.8", reason: "…" }]', {
      keyOf: ({ check }) => check,
      fix: "Name each check once",
    }),
    [],
  ),
  readProcesses: optional(objectOf(PROCESSES)),
  kubeletConfigFile: path(KUBERNETES_FILE, "/etc/kubernetes/kubelet-config.json"),
  kubeletKubeconfigFile: path(KUBERNETES_FILE, "/etc/kubernetes/kubelet.conf"),
  kubeletServiceFile: path(UNIT_FILE, "/etc/systemd/system/kubelet.service"),
} satisfies PropsSchema<NodeBenchmarkProps>;

interface ResolvedNodeBenchmark extends Resolved<typeof NODE_BENCHMARK> {
  readonly namespace: string;
  readonly files: NodeFiles;
  readonly job: ReadCronJob;
}

/** Reads the props before anything is created; throws all problems together. */
function readNodeBenchmark(scope: Construct, id: string, props: NodeBenchmarkProps): ResolvedNodeBenchmark {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, NODE_BENCHMARK);
  const namespace = readOwnNamespace(
    problems,
    scope,
    id,
    "and the benchmark needs its own",
    "node-benchmark",
  );
  const files = {
    config: read.kubeletConfigFile ?? "",
    kubeconfig: read.kubeletKubeconfigFile ?? "",
    service: read.kubeletServiceFile ?? "",
  };
  // The job validates its own props; without an image it would report the missing image again.
  const job = read.image && problems.collect(() => readCronJob(scope, id, jobPropsOf(read, files)));
  return problems.resolved<ResolvedNodeBenchmark>({ ...read, namespace, files, job });
}

type ReadProps = Partial<Resolved<typeof NODE_BENCHMARK>>;

function jobPropsOf(props: ReadProps, files: NodeFiles): HardenedCronJobProps {
  const { image, imagePullSecrets, nodes, nodeSelector, resources, schedule, timeZone, tolerations } = props;
  const contents = benchmarkFiles(files, props.readProcesses !== undefined);
  return {
    ...{ imagePullSecrets, nodeSelector, resources, timeZone, tolerations },
    image: image as ContainerImage,
    schedule: schedule as string,
    args: benchmarkArguments((props.acceptedFindings ?? []).map(({ check }) => check)),
    files: Object.entries(contents).map(([file, content]) => ConfigFile.of(file, content)),
    completions: nodes,
    parallelism: nodes,
    backoffLimit: 1,
    activeDeadline: Duration.seconds(DEADLINE_SECONDS),
  };
}

/**
 * Runs the worker node section of the CIS benchmark for OKE on the nodes, by kube-bench, as a CronJob.
 *
 * kube-bench has no configuration for OKE, so the construct brings one: the recommendations 3.1.1 to 3.2.10 of the benchmark 1.8.0,
 * with the paths of OKE's images. The paths follow the benchmark; set the props for an image with other paths.
 *
 * A run writes one line for each recommendation to the log, `[PASS]`, `[FAIL]`, `[WARN]` or `[INFO]` with its number, and fails if
 * one fails, so that the metrics of the job show it: `failureQuery` is the query for Prometheus. A failed run is not repeated.
 *
 * The pods read two folders of the node as root without capabilities, and have no token and no network but DNS. The construct creates
 * the namespace of its chart, which enforces no Pod Security Standard and runs nothing else; AdmissionGuardrails need exceptions of
 * `NO_HOST_ACCESS` and `NON_ROOT` for it.
 *
 * @see https://github.com/aquasecurity/kube-bench
 * @see https://www.cisecurity.org/benchmark/kubernetes
 */
@checked
export class NodeBenchmark extends HardenedWorkload {
  /** The query of Prometheus that finds failed runs, by the metrics of kube-state-metrics. */
  public readonly failureQuery: string;
  /** The schedule. */
  public readonly schedule: string;
  /** The IANA time zone of the schedule. */
  public readonly timeZone: string;
  /** The number of nodes that a run checks. */
  public readonly nodes: number;

  /** @param id the name of the CronJob too: up to 52 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: NodeBenchmarkProps) {
    const benchmark = readNodeBenchmark(scope, id, props);
    super(scope, id);
    const { acceptedFindings, job, namespace, nodes } = benchmark;
    this.schedule = job.schedule;
    this.timeZone = job.timeZone;
    this.nodes = nodes;
    new SecureNamespace(this, "Namespace", {
      name: namespace,
      podSecurity: PodSecurityLevel.privilegedFor({ reason: REASON }),
      imagePullSecrets: benchmark.imagePullSecrets,
    });
    addAccountAndFiles(this, job.pod);
    const hostAccess = hostAccessOf(benchmark);
    const cronJob = this.addCronJob(job, hostAccess);
    this.node.defaultChild = cronJob;
    guardHostAccess(this, cronJob, hostAccess);
    for (const access of hostAccess) access._acknowledge(this);
    for (const { check, reason } of acceptedFindings) {
      Acknowledgements._record(
        this,
        "patching",
        `recommendation ${check} of the CIS benchmark that may fail`,
        reason,
      );
    }
    addNetworkPolicy(this, job.pod);
    this.failureQuery = `max(kube_job_failed{condition="true", namespace="${namespace}", job_name=~"${id}-[0-9]+"}) > 0`;
  }

  private addCronJob(job: ReadCronJob, hostAccess: readonly HostAccess[]): ApiObject {
    const { labels, name, selectorLabels } = this;
    const affinity = antiAffinityOf(selectorLabels);
    const spec = jobSpec(job, (plain) => {
      const template = withHostAccess(plain, hostAccess) as { readonly spec: object };
      return { ...template, spec: { ...template.spec, affinity } };
    }) as JobSpec;
    return new ApiObject(this, "Resource", {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name, labels },
      spec: {
        schedule: job.schedule,
        timeZone: job.timeZone,
        concurrencyPolicy: ConcurrencyPolicy.FORBID,
        startingDeadlineSeconds: DEADLINE_SECONDS,
        successfulJobsHistoryLimit: 1,
        // The metrics of a job exist until it is deleted.
        failedJobsHistoryLimit: 1,
        jobTemplate: {
          metadata: { labels },
          spec: { ...spec, podFailurePolicy: failurePolicy(spec) },
        },
      },
    });
  }
}

interface JobSpec {
  readonly podFailurePolicy?: { readonly rules: readonly object[] };
}

/** A run with failed checks fails at once: a second run on the same node gives the same result. */
function failurePolicy({ podFailurePolicy }: JobSpec): object {
  const failed = { action: "FailJob", onExitCodes: { operator: "In", values: [FAILED_CHECKS] } };
  return { rules: [failed, ...(podFailurePolicy?.rules ?? [])] };
}

/** Puts the pods of a run, which start together, on different nodes. */
function antiAffinityOf(matchLabels: { [key: string]: string }): object {
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels } },
      ],
    },
  };
}

function hostAccessOf({ files, readProcesses }: ResolvedNodeBenchmark): HostAccess[] {
  const paths = [...new Set(Object.values<string>({ ...files }).map(folderOf))].sort(byText);
  return [
    ...paths.map((folder) => HostAccess._ofNode(folder, REASON)),
    HostAccess.rootUser({ reason: "The files of the kubelet belong to root" }),
    ...(readProcesses ? [HostAccess._processes(readProcesses.reason)] : []),
  ];
}

/** The directory of OKE's images that contains a file. */
function folderOf(file: string): string {
  return file.startsWith("/etc/kubernetes/") ? "/etc/kubernetes" : "/etc/systemd/system";
}
