import { Duration } from "cdk8s";
import { ArchiveRetention } from "../archive-retention";

/** How long archives keep logs if nothing else is given. */
export const DEFAULT_RETENTION = ArchiveRetention.of(Duration.days(365));
