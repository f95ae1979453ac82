import { type Duration } from "cdk8s";
import { checked } from "../../core/checked";
import {
  matching,
  objectName,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  wholeDuration,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

/** The namespace and the ServiceAccount of Oracle's provider for the Secrets Store CSI driver. */
export interface SecretsStoreDeliveryOptions {
  /** The namespace of the provider. @default "secrets-store" */
  readonly providerNamespace?: string;
  /** The service account of the provider. @default "oci-secrets-store-csi-driver-provider" */
  readonly providerServiceAccount?: string;
}

/** The namespace, the ServiceAccount and the refresh interval of the External Secrets Operator. */
export interface ExternalSecretsDeliveryOptions {
  /** The namespace of the operator. @default "external-secrets" */
  readonly operatorNamespace?: string;
  /** The service account of the operator. @default "external-secrets" */
  readonly operatorServiceAccount?: string;
  /**
   * The refresh interval of the Secret: whole minutes, at least 1.
   *
   * @default Duration.hours(1)
   */
  readonly refreshInterval?: Duration;
}

/** The mechanism that delivers a vault secret to a workload. */
export enum SecretDeliveryKind {
  /** The Secrets Store CSI driver, as files of the pod. */
  SECRETS_STORE = "secrets-store",
  /** External Secrets, as a Kubernetes Secret. */
  EXTERNAL_SECRETS = "external-secrets",
}

const SECRETS_STORE = {
  providerNamespace: withDefault(objectName(), "secrets-store"),
  providerServiceAccount: withDefault(subdomainName(), "oci-secrets-store-csi-driver-provider"),
} satisfies PropsSchema<SecretsStoreDeliveryOptions>;

const EXTERNAL_SECRETS = {
  operatorNamespace: withDefault(objectName(), "external-secrets"),
  operatorServiceAccount: withDefault(subdomainName(), "external-secrets"),
  refreshInterval: withDefault(wholeDuration("minutes", { least: 1 }), 60),
} satisfies PropsSchema<ExternalSecretsDeliveryOptions>;

/** The delivery of a vault secret to a workload. */
@checked
export class SecretDelivery {
  /**
   * The Secrets Store CSI driver with Oracle's provider, which writes files into the memory of the pod: no
   * copy is in etcd.
   *
   * The driver must be installed in the cluster, see `SecretsStoreDriver`.
   */
  public static secretsStore(options: SecretsStoreDeliveryOptions = {}): SecretDelivery {
    const problems = new Problems("SecretDelivery.secretsStore");
    const { providerNamespace, providerServiceAccount } = problems.resolved<Resolved<typeof SECRETS_STORE>>(
      readProps(problems, options, SECRETS_STORE),
    );
    return new SecretDelivery(SecretDeliveryKind.SECRETS_STORE, providerNamespace, providerServiceAccount);
  }

  /**
   * External Secrets, which keeps a Kubernetes Secret up to date; the value is in etcd, so encrypt that with
   * your own key.
   *
   * The operator must be installed in the cluster, see `ExternalSecrets`.
   */
  public static externalSecrets(options: ExternalSecretsDeliveryOptions = {}): SecretDelivery {
    const problems = new Problems("SecretDelivery.externalSecrets");
    const { operatorNamespace, operatorServiceAccount, refreshInterval } = problems.resolved<
      Resolved<typeof EXTERNAL_SECRETS>
    >(readProps(problems, options, EXTERNAL_SECRETS));
    return new SecretDelivery(
      SecretDeliveryKind.EXTERNAL_SECRETS,
      operatorNamespace,
      operatorServiceAccount,
      refreshInterval,
    );
  }

  private constructor(
    /** The mechanism: the CSI driver or External Secrets. */
    public readonly kind: SecretDeliveryKind,
    /** The namespace of the component that reads the vault as the ServiceAccount of the workload. */
    public readonly issuerNamespace: string,
    /** The ServiceAccount of the component that reads the vault as the ServiceAccount of the workload. */
    public readonly issuerServiceAccount: string,
    /** The refresh interval of External Secrets. */
    private readonly minutes?: number,
  ) {}

  /** The refresh interval in the format of External Secrets. @internal */
  public get _refreshInterval(): string {
    return `${this.minutes}m`;
  }
}

const EPOCH = matching(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  "Give up to 63 letters, digits, ., _, and -, for example 2026-11",
  { code: "VALUE_INVALID" },
);

/** How a program picks up a new version of a mounted secret. */
@checked
export class SecretReload {
  /** The program reads the file again, at each use or when it changes; the pods keep running. */
  public static inPlace(): SecretReload {
    return new SecretReload();
  }

  /**
   * The program reads the file at its start only: a change of the epoch restarts the pods, one after the
   * other.
   *
   * @param epoch any text that you change after a rotation, such as `2026-11`: up to 63 letters, digits, `.`, `_`, and `-`
   */
  public static byRestart(epoch: string): SecretReload {
    const problems = new Problems("SecretReload.byRestart");
    EPOCH(problems, "epoch", epoch);
    problems.throwIfAny();
    return new SecretReload(epoch);
  }

  private constructor(
    /** The text whose change restarts the pods, if any. */
    public readonly epoch?: string,
  ) {}
}

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
