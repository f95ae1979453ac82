import { type Duration } from "cdk8s";
import { checked } from "../../core/checked";
import {
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
