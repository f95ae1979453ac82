export * from "./host-access";
export * from "./images";
export * from "./pods";
export { type AutoscaleOptions } from "./autoscale-options";
export { HardenedCronJob, type HardenedCronJobProps } from "./hardened-cron-job";

export { HardenedDaemonSet, type HardenedDaemonSetProps } from "./hardened-daemon-set";
export { HardenedDeployment, type HardenedDeploymentProps } from "./hardened-deployment";
export { HardenedJob, type HardenedJobProps } from "./hardened-job";
export { type JobOptions, JobRestartPolicy } from "./job-options";
export { HardenedStatefulSet, type HardenedStatefulSetProps } from "./hardened-stateful-set";
export { HardenedWorkload } from "./hardened-workload";
export { ListeningWorkload } from "./listening-workload";
export { type ScrapeOptions, type TraceOptions, TraceProtocol } from "./monitoring-options";
