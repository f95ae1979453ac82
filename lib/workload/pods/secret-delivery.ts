import { type Duration } from "cdk8s";
import { checked } from "../../core/checked";
import { checkObjectName, checkSubdomainName } from "../../core/kubernetes-names";
import { Problems } from "../../core/validation-error";
import { wholeDurationOf } from "../../core/whole-duration";

/** Where Oracle's provider of the Secrets Store CSI driver runs. */
export interface SecretsStoreDeliveryOptions {
  /** The namespace of the provider. @default "secrets-store" */
  readonly providerNamespace?: string;
  /** The service account of the provider. @default "oci-secrets-store-csi-driver-provider" */
  readonly providerServiceAccount?: string;
}

/** Where the External Secrets Operator runs, and how often it reads. */
export interface ExternalSecretsDeliveryOptions {
  /** The namespace of the operator. @default "external-secrets" */
  readonly operatorNamespace?: string;
  /** The service account of the operator. @default "external-secrets" */
  readonly operatorServiceAccount?: string;
  /**
   * How long a Secret may be older than the vault: whole minutes, 1 or more.
   *
   * @default Duration.hours(1)
   */
  readonly refreshInterval?: Duration;
}

/** How the value of a vault secret comes to a workload. */
export enum SecretDeliveryKind {
  /** By the Secrets Store CSI driver, as files of the pod. */
  SECRETS_STORE = "secrets-store",
  /** By External Secrets, as a Secret of Kubernetes. */
  EXTERNAL_SECRETS = "external-secrets",
}

const DEFAULT_REFRESH_MINUTES = 60;

/** How the value of a vault secret comes to a workload. */
@checked
export class SecretDelivery {
  /**
   * The Secrets Store CSI driver with Oracle's provider, which writes files into the memory of the pod: no copy is in etcd.
   *
   * The driver must be in the cluster, see `SecretsStoreDriver`.
   *
   * @throws NAME_INVALID, VALUE_INVALID
   */
  public static secretsStore(options: SecretsStoreDeliveryOptions = {}): SecretDelivery {
    const problems = new Problems("SecretDelivery.secretsStore");
    const {
      providerNamespace: namespace = "secrets-store",
      providerServiceAccount: account = "oci-secrets-store-csi-driver-provider",
    } = options;
    checkObjectName(problems, "providerNamespace", namespace);
    checkSubdomainName(problems, "providerServiceAccount", account);
    problems.throwIfAny();
    return new SecretDelivery(SecretDeliveryKind.SECRETS_STORE, namespace, account);
  }

  /**
   * External Secrets, which keeps a Secret of Kubernetes up to date; the value is in etcd, so have that encrypted by a key of yours.
   *
   * The operator must be in the cluster, see `ExternalSecrets`.
   *
   * @throws NAME_INVALID, DURATION_INVALID, VALUE_INVALID
   */
  public static externalSecrets(options: ExternalSecretsDeliveryOptions = {}): SecretDelivery {
    const problems = new Problems("SecretDelivery.externalSecrets");
    const {
      operatorNamespace: namespace = "external-secrets",
      operatorServiceAccount: account = "external-secrets",
      refreshInterval: interval,
    } = options;
    checkObjectName(problems, "operatorNamespace", namespace);
    checkSubdomainName(problems, "operatorServiceAccount", account);
    const minutes =
      interval === undefined
        ? DEFAULT_REFRESH_MINUTES
        : wholeDurationOf(problems, "refreshInterval", interval, "minutes", { least: 1 });
    problems.throwIfAny();
    return new SecretDelivery(SecretDeliveryKind.EXTERNAL_SECRETS, namespace, account, minutes);
  }

  private constructor(
    /** How: by the driver or by External Secrets. */
    public readonly kind: SecretDeliveryKind,
    /** The namespace of who reads the vault as the service account of the workload. */
    public readonly issuerNamespace: string,
    /** The service account of who reads the vault as the service account of the workload. */
    public readonly issuerServiceAccount: string,
    private readonly minutes: number = DEFAULT_REFRESH_MINUTES,
  ) {}

  /** How often External Secrets reads, as it takes it. @internal */
  public get _refreshInterval(): string {
    return `${this.minutes}m`;
  }
}
