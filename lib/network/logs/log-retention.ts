import { Duration } from "cdk8s";
import { type Reader, wholeDuration } from "../../core/readers";

const PERIOD_IN_DAYS = 30;
const MAX_DAYS = 180;

/** The default retention of logs. */
export const DEFAULT_RETENTION = Duration.days(90);

/** Reads a retention that OCI Logging offers: 30, 60, 90, 120, 150, or 180 days. */
export function logRetention(): Reader<Duration> {
  const inDays = wholeDuration("days", {
    least: PERIOD_IN_DAYS,
    most: MAX_DAYS,
    example: "Duration.days(90)",
  });
  return (problems, name, value) => {
    const days = inDays(problems, name, value);
    if (days === undefined || days % PERIOD_IN_DAYS === 0)
      return days === undefined ? undefined : (value as Duration);
    problems.add(
      "DURATION_INVALID",
      `${name} is ${days} days`,
      "Give 30, 60, 90, 120, 150 or 180 days, for example Duration.days(90)",
    );
    return undefined;
  };
}
