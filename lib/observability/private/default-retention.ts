import { Duration } from "cdk8s";
import { ArchiveRetention } from "../archive-retention";

/** The default retention of archives. */
export const DEFAULT_RETENTION = ArchiveRetention.of(Duration.days(365));
