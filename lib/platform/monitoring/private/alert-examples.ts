import { Duration } from "cdk8s";

export const minutes = (amount: number) => Duration.minutes(amount);

/** Labels as a selector of a series has them, without its braces. */
export const labelsOf = (labels: { [name: string]: string }) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
