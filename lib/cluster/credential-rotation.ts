import { Duration } from "cdk8s";
import { checked } from "../core/checked";
import { epoch as epochReader } from "../core/dates";
import { boolean, duration, type PropsSchema, readProps, type Resolved, withDefault } from "../core/readers";
import { Problems } from "../core/validation-error";

/** Options for CredentialRotation.epoch. */
export interface CredentialRotationOptions {
  /**
   * The time after the start of a rotation at which OKE retires the old credentials by itself: whole days, 1 to 90.
   *
   * Until then, both the old and the new credentials are valid. Afterwards, kubeconfigs and pods with the old ones can't connect to the
   * cluster any more. A change takes effect with the next epoch.
   *
   * @default Duration.days(14)
   */
  readonly completeAfter?: Duration;
  /**
   * Whether the old credentials are retired now instead of after `completeAfter`.
   *
   * Terraform rejects the plan for 24 hours after the apply that started the rotation, and so in that apply itself. Set it when every
   * node and every kubeconfig has the new credentials, and keep it set until the next epoch.
   *
   * @default false
   */
  readonly completeNow?: boolean;
}

const EPOCH = epochReader();

const OPTIONS = {
  completeAfter: withDefault(duration("days", { least: 1, most: 90 }), Duration.days(14)),
  completeNow: withDefault(boolean(), false),
} satisfies PropsSchema<CredentialRotationOptions>;

/**
 * The rotation of a cluster's credentials: its certificate authorities, and the certificates and keys that they signed.
 *
 * OKE issues new credentials when the epoch changes, and retires the old ones later, in another apply or by itself. The first epoch of a
 * cluster in Terraform represents its existing credentials, and rotates nothing.
 *
 * All nodes must be ready when a rotation starts and when it is completed; otherwise it waits for up to 24 hours and then fails. Clusters
 * with virtual nodes can't rotate their credentials. Rotation requires Terraform 1.5 or later.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengrotatingcredentials.htm
 */
@checked
export class CredentialRotation {
  /**
   * The current rotation epoch of a cluster.
   *
   * @param epoch a name such as `2026-11`: 1 to 64 letters, digits, `.`, `_` and `-`. Use each one once: an epoch that the cluster
   * had before starts another rotation, except for the first one
   */
  public static epoch(epoch: string, options: CredentialRotationOptions = {}): CredentialRotation {
    const problems = new Problems("CredentialRotation.epoch");
    EPOCH(problems, "epoch", epoch);
    const read = readProps(problems, options, OPTIONS);
    const { completeAfter, completeNow } = problems.resolved<Resolved<typeof OPTIONS>>(read);
    return new CredentialRotation(epoch, completeAfter, completeNow);
  }

  private constructor(
    /** The name of the rotation. */
    public readonly epochName: string,
    /** The time after which OKE retires the old credentials by itself. */
    public readonly completeAfter: Duration,
    /** Whether the old credentials are retired now. */
    public readonly completeNow: boolean,
  ) {}
}
