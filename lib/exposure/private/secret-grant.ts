import { type Problems } from "../../core/validation-error";

/** The Secrets of a load balancer, each prefixed with its namespace and a slash if one was given. */
export interface BalancerSecrets {
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
export function foreignSecrets(
  { secret, backendSecret }: BalancerSecrets,
  namespace: string | undefined,
): string[] {
  return [secret, backendSecret].flatMap((name) =>
    typeof name === "string" && name.includes("/") && name.split("/")[0] !== namespace ? [name] : [],
  );
}

/** Adds a problem for each Secret in another namespace than the Service's without a reason. */
export function checkSecretGrant(
  problems: Problems,
  secrets: BalancerSecrets,
  namespace: string | undefined,
): void {
  if (secrets._grant !== undefined) return;
  for (const secret of foreignSecrets(secrets, namespace)) {
    problems.add(
      "REASON_MISSING",
      `The Secret ${secret} is outside of ${namespace ?? "the chart's namespace"}, and secretGrant is missing`,
      'Use a Secret in the namespace of the Service, or give a reason: secretGrant: { reason: "..." }',
    );
  }
}
