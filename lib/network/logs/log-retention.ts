import { Duration } from "cdk8s";
import { type Reader, wholeDuration } from "../../core/readers";

const PERIOD_IN_DAYS = 30;
const MAX_DAYS = 180;

/** The default retention of logs. */
export const DEFAULT_RETENTION = Duration.days(90);

/** Reads a retention that OCI Logging offers: 30, 60, 90, 120, 150, or 180 days. */
export function logRetention(): Reader<Duration> {
  const inDays = wholeDuration("days", {
    least: 1,
    example: "Duration.days(90)",
  });
  return (problems, name, value) => {
    const days = inDays(problems, name, value);
    if (days === undefined) return undefined;
    if (days % PERIOD_IN_DAYS === 0 && days <= MAX_DAYS) return value as Duration;
    problems.add(
      "RETENTION_INVALID",
      `${name} is ${days} days`,
      "Give 30, 60, 90, 120, 150 or 180 days, for example Duration.days(90); archives keep records for longer",
    );
    return undefined;
  };
}
