export { Alarm, type WatchProps } from "./alarm";
export { AlarmRouting, type AlarmRoutingOptions } from "./alarm-routing";
export { Alarms, type OmittedAlarm, type RecommendedAlarmsOptions } from "./alarms";
export { ArchiveRetention, type RetentionLock } from "./archive-retention";
export { ArchiveTarget, type LogAnalyticsTarget, type StreamTarget } from "./archive-target";
export { AuditAlarm, type AuditAlarmProps } from "./audit-alarm";
export {
  type ArchivedLogGroup,
  AuditArchive,
  type AuditArchiveOptions,
  type AuditArchiveProps,
  LogReadGrant,
} from "./audit-archive";
export { AuditArchiving, type AuditArchivingOptions } from "./audit-archiving";
export { AuditScope } from "./audit-archive";
export { ClusterAlarms, type ClusterAlarmsProps } from "./cluster-alarms";
export { EventAlarm, type EventAlarmProps } from "./event-alarm";
export { FlowLogArchive, type FlowLogArchiveProps } from "./flow-log-archive";
export { AlarmSeverity, MetricAlarm, type MetricAlarmProps } from "./metric-alarm";
export {
  type INotificationTopic,
  NotificationTopic,
  type NotificationTopicAttributes,
  type NotificationTopicProps,
} from "./notification-topic";
export { type IObservedCluster } from "./observed-cluster";
export { SavedSearch, type SavedSearchProps } from "./saved-search";
export { SavedSearches, type SavedSearchesProps } from "./saved-searches";
export { SearchedLogs } from "./searched-logs";
export { Subscriber, type SubscriberEndpoint } from "./subscriber";
export { CloudGuardDetector, CloudGuardTarget, type CloudGuardTargetProps } from "./cloud-guard-target";
