import { type SecretDelivery } from "./secret-delivery";
import { type SecretReload } from "./secret-reload";

/** The version stage of a vault secret. */
export enum SecretStage {
  /** The current version. */
  CURRENT = "CURRENT",
  /** The latest version. */
  LATEST = "LATEST",
  /** The pending version, which becomes current next. */
  PENDING = "PENDING",
  /** The previously current version. */
  PREVIOUS = "PREVIOUS",
}

/** Options of `mountSecret`. */
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
   * The delivery of the value to the pod.
   *
   * @default SecretDelivery.secretsStore()
   */
  readonly delivery?: SecretDelivery;
  /**
   * The stage of the version to read.
   *
   * @default SecretStage.CURRENT
   */
  readonly stage?: SecretStage;
  /**
   * How the program picks up a new version.
   *
   * @default SecretReload.inPlace()
   */
  readonly reload?: SecretReload;
}

/** Options of `setSecretVariable`. */
export interface SecretVariableOptions {
  /**
   * The reason why the program can't read a file: the environment is visible to child processes and in crash
   * reports, and keeps the value from the start.
   *
   * It is recorded as an acknowledgement of the workload.
   */
  readonly reason: string;
  /**
   * The delivery, by External Secrets, since only a Kubernetes Secret can be in the environment.
   *
   * @default SecretDelivery.externalSecrets()
   */
  readonly delivery?: SecretDelivery;
  /**
   * The stage of the version to read.
   *
   * @default SecretStage.CURRENT
   */
  readonly stage?: SecretStage;
  /**
   * A text, such as `2026-11`, whose change restarts the pods, which pick up a new version only then.
   *
   * @default - none: only pods that start later have the new version
   */
  readonly restartEpoch?: string;
}
