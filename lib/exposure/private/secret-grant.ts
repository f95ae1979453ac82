import { type Problems } from "../../core/validation-error";

/** The Secrets of a load balancer, each prefixed with its namespace and a slash if one was given. */
export interface LentSecrets {
  readonly secret?: string;
  readonly backendSecret?: string;
  /**
   * The reason for Secrets of another namespace.
   *
   * @internal
   */
  readonly _grant?: string;
}

/** The Secrets in another namespace than the Service's. */
export function lentSecrets({ secret, backendSecret }: LentSecrets, namespace: string | undefined): string[] {
  return [secret, backendSecret].flatMap((one) =>
    typeof one === "string" && one.includes("/") && one.split("/")[0] !== namespace ? [one] : [],
  );
}

/** Adds a problem for each Secret in another namespace than the Service's without a reason. */
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
