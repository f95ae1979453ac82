export * from "./host-access";
export * from "./images";
export * from "./pods";
export { type AutoscaleOptions } from "./autoscale";
export {
  ConcurrencyPolicy,
  HardenedCronJob,
  type HardenedCronJobProps,
  HardenedJob,
} from "./hardened-cron-job";
export { type HardenedDaemonSetProps } from "./hardened-daemon-set-props";
export { HardenedDaemonSet } from "./hardened-daemon-set";
export { HardenedDeployment, type HardenedDeploymentProps } from "./hardened-deployment";
export { type HardenedJobProps, type JobOptions, JobRestartPolicy } from "./hardened-job-props";
export {
  HardenedStatefulSet,
  type HardenedStatefulSetProps,
  PodManagementPolicy,
} from "./hardened-stateful-set";
export { HardenedWorkload } from "./hardened-workload";
export { ListeningWorkload } from "./listening-workload";
