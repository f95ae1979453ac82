import { type SecretDelivery } from "./secret-delivery";
import { type SecretReload } from "./secret-reload";

/** Which version of a secret is read. */
export enum SecretStage {
  /** The version in use. */
  CURRENT = "CURRENT",
  /** The version that was written last. */
  LATEST = "LATEST",
  /** The version that is to be used next. */
  PENDING = "PENDING",
  /** The version that was in use before. */
  PREVIOUS = "PREVIOUS",
}

/** Where and how a secret is mounted. */
export interface MountSecretOptions {
  /**
   * The directory of the file. Secrets of one vault can share a directory.
   *
   * @default "/run/secrets/vault"
   */
  readonly directory?: string;
  /**
   * The name of the file: letters, digits, `-`, `_`, and `.`.
   *
   * @default - the name of the secret
   */
  readonly fileName?: string;
  /**
   * An environment variable that gets the path of the file, such as `DB_PASSWORD_FILE`.
   *
   * @default - none
   */
  readonly pathVariable?: string;
  /**
   * How the value comes to the pod.
   *
   * @default SecretDelivery.secretsStore()
   */
  readonly delivery?: SecretDelivery;
  /**
   * Which version is read.
   *
   * @default SecretStage.CURRENT
   */
  readonly stage?: SecretStage;
  /**
   * How the program gets a new version.
   *
   * @default SecretReload.inPlace()
   */
  readonly reload?: SecretReload;
}

/** How and why a secret is in the environment. */
export interface SecretVariableOptions {
  /**
   * Why the program can't read a file: the environment is seen by child processes and crash reports, and keeps the value of the start.
   *
   * Kept as an acknowledgement of the workload.
   */
  readonly reason: string;
  /**
   * How External Secrets brings the value, since only a Secret of Kubernetes can be in the environment.
   *
   * @default SecretDelivery.externalSecrets()
   */
  readonly delivery?: SecretDelivery;
  /**
   * Which version is read.
   *
   * @default SecretStage.CURRENT
   */
  readonly stage?: SecretStage;
  /**
   * The text whose change restarts the pods, which only then see a new version; such as `2026-11`.
   *
   * @default - none: pods that start later see it
   */
  readonly restartEpoch?: string;
}
