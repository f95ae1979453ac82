export { ClusterLogging } from "./cluster-logging";
export { type ClusterLoggingProps } from "./cluster-logging-props";
export { LogBuffer, type LogBufferProps, LogCollector, LogOverflow } from "./log-collector";
export {
  type ElasticsearchInClusterProps,
  type LogDashboardsProps,
  LogDestination,
  type LogStoreInClusterProps,
  type LogStoreProps,
  type OpenSearchInClusterProps,
} from "./log-destination";
export { type LogFormat, LogParser, type LogPatternProps, type MultilineLogProps } from "./log-parser";
export { LogRedaction, type LogRedactionProps } from "./log-redaction";
export { LogRetention, LogSnapshots, type LogSnapshotsProps } from "./log-storage";
export { OciContainerLogging, type OciContainerLoggingProps } from "./oci-container-logging";
