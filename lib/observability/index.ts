export { FlowLogArchive, type FlowLogArchiveProps } from "./flow-log-archive";
export { CloudGuardDetector, CloudGuardTarget, type CloudGuardTargetProps } from "./cloud-guard-target";
