import { ConcurrencyPolicy } from "cdk8s-plus-27";
import { ApiObject, Duration } from "cdk8s";
import { type Construct } from "constructs";
import {
  benchmarkArguments,
  benchmarkFiles,
  FAILED_CHECKS,
  type NodeFiles,
} from "./private/benchmark-config";
import { readNodeBenchmark } from "./private/read-node-benchmark";
import { type NodeBenchmarkProps } from "./node-benchmark-props";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { ConfigFile } from "../workload/pods/config-file";
import { HardenedWorkload } from "../workload/hardened-workload";
import { HostAccess } from "../workload/host-access/host-access";
import { guardHostAccess } from "../workload/host-access/private/host-access-guard";
import { withHostAccess } from "../workload/host-access/host-access";
import { PodSecurityLevel } from "../workload/pods/pod-security-level";
import { SecureNamespace } from "../namespaces/secure-namespace";
import { addAccountAndFiles, addNetworkPolicy } from "../workload/private/workload-objects";
import { type HardenedCronJobProps, readCronJob, type ReadCronJob } from "../workload/hardened-cron-job";
import { jobSpec } from "../workload/private/job-spec";

export { type AcceptedFinding, type NodeBenchmarkProps } from "./node-benchmark-props";

const DEFAULT_SCHEDULE = "30 3 * * *";
const DEADLINE_SECONDS = 600;
const REASON = "kube-bench reads the files of the kubelet";

/**
 * Runs the worker node section of the CIS benchmark for OKE on the nodes, by kube-bench, as a CronJob.
 *
 * kube-bench has no configuration for OKE, so the construct brings one: the recommendations 3.1.1 to 3.2.10 of the benchmark 1.8.0,
 * with the paths of OKE's images. These follow the benchmark; where an image has others, the props name them.
 *
 * A run writes one line for each recommendation to the log, `[PASS]`, `[FAIL]`, `[WARN]` or `[INFO]` with its number, and fails where
 * one fails, so that the metrics of the job show it: `failureQuery` is the query for Prometheus. A run that fails is not repeated.
 *
 * The pods read two folders of the node as root without capabilities, and have no token and no network but DNS. The construct makes
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

  /** @param id the name of the CronJob too: up to 52 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: NodeBenchmarkProps) {
    const files = readNodeBenchmark(scope, id, props);
    const jobProps = jobPropsOf(props, files);
    const job = readCronJob(scope, id, jobProps);
    super(scope, id);
    const { namespace = "" } = this;
    new SecureNamespace(this, "Namespace", {
      name: namespace,
      podSecurity: PodSecurityLevel.privilegedFor({ reason: REASON }),
      imagePullSecrets: props.imagePullSecrets,
    });
    addAccountAndFiles(this, job.pod);
    const hostAccess = hostAccessOf(files, props);
    const cronJob = this.addCronJob(job, hostAccess);
    this.node.defaultChild = cronJob;
    guardHostAccess(this, cronJob, hostAccess);
    for (const one of hostAccess) one._acknowledge(this);
    for (const { check, reason } of props.acceptedFindings ?? []) {
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
    const affinity = apart(selectorLabels);
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
        // Its metrics are there until it is deleted.
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

/** To check the same node again gives the same result. */
function failurePolicy({ podFailurePolicy }: JobSpec): object {
  const failed = { action: "FailJob", onExitCodes: { operator: "In", values: [FAILED_CHECKS] } };
  return { rules: [failed, ...(podFailurePolicy?.rules ?? [])] };
}

/** The pods of a run start together, each on a node of its own. */
function apart(matchLabels: { [key: string]: string }): object {
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels } },
      ],
    },
  };
}

function jobPropsOf(props: NodeBenchmarkProps, files: NodeFiles): HardenedCronJobProps {
  const { image, imagePullSecrets, nodes = 1, nodeSelector, resources, timeZone, tolerations } = props;
  const contents = benchmarkFiles(files, props.readProcesses !== undefined);
  return {
    ...{ image, imagePullSecrets, nodeSelector, resources, timeZone, tolerations },
    schedule: props.schedule ?? DEFAULT_SCHEDULE,
    args: benchmarkArguments((props.acceptedFindings ?? []).map(({ check }) => check)),
    files: Object.entries(contents).map(([path, content]) => ConfigFile.of(path, content)),
    completions: nodes,
    parallelism: nodes,
    backoffLimit: 1,
    activeDeadline: Duration.seconds(DEADLINE_SECONDS),
  };
}

function hostAccessOf(files: NodeFiles, { readProcesses }: NodeBenchmarkProps): HostAccess[] {
  const paths = [...new Set([files.config, files.kubeconfig, files.service].map(folderOf))].sort();
  return [
    ...paths.map((path) => HostAccess._ofNode(path, REASON)),
    HostAccess.rootUser({ reason: "The files of the kubelet belong to root" }),
    ...(readProcesses ? [HostAccess._processes(readProcesses.reason)] : []),
  ];
}

/** The folders of OKE's images, of which all files are in one or below. */
function folderOf(file: string): string {
  return file.startsWith("/etc/kubernetes/") ? "/etc/kubernetes" : "/etc/systemd/system";
}
