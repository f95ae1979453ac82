import { type Problems } from "../../core/validation-error";

/** The Secrets of a load balancer, each with its namespace and a slash before it where one was given. */
export interface LentSecrets {
  readonly secret?: string;
  readonly backendSecret?: string;
  /**
   * Why those of another namespace may be used.
   *
   * @internal
   */
  readonly _grant?: string;
}

/** Those that are of another namespace than the Service. */
export function lentSecrets({ secret, backendSecret }: LentSecrets, namespace: string | undefined): string[] {
  return [secret, backendSecret].flatMap((one) =>
    typeof one === "string" && one.includes("/") && one.split("/")[0] !== namespace ? [one] : [],
  );
}

/** Adds a problem for each Secret of another namespace than the Service's that nobody said a word about. */
export function checkSecretGrant(
  problems: Problems,
  secrets: LentSecrets,
  namespace: string | undefined,
): void {
  if (secrets._grant !== undefined) return;
  for (const secret of lentSecrets(secrets, namespace)) {
    problems.add(
      "REASON_MISSING",
      `The Secret ${secret} is not of ${namespace ?? "the chart's namespace"}, and nothing says why it may be used`,
      'Take a Secret of the namespace of the Service, or say who lends it: secretGrant: { reason: "..." }',
    );
  }
}
