import { SecretFiles } from "../secret-files";
import { type IVaultSecret } from "../../../encryption/vault-secret-props";
import { type SecretDelivery, SecretDeliveryKind } from "../secret-delivery";
import { type SecretStage } from "../mount-secret-options";

/** A secret as one file or one key of a Secret. */
export interface SecretFile {
  readonly secret: IVaultSecret;
  readonly fileName: string;
  readonly stage: SecretStage;
}

/** The secrets of one directory, or of the environment, from one vault and with one delivery. */
export interface SecretGroup {
  /** The name of the class, or of the store, the external secret, and the Secret. */
  readonly objectName: string;
  readonly delivery: SecretDelivery;
  readonly vaultId: string;
  readonly files: SecretFile[];
  /** The directory; undefined for the environment. */
  readonly directory?: string;
}

/** The additions of `mountSecret` to the pods of a workload after it was created. */
export class MountedSecrets {
  public readonly groups: SecretGroup[] = [];
  /** The variables by name, as in a container. */
  public readonly variables = new Map<string, object>();
  public readonly epochs = new Set<string>();

  /** The group of a directory, or of the environment. */
  public groupOf(directory: string | undefined): SecretGroup | undefined {
    return this.groups.find((group) => group.directory === directory);
  }

  /** The directories of the pod. */
  public secretFiles(): SecretFiles[] {
    return this.groups.flatMap(({ delivery, directory, objectName }) => {
      if (directory === undefined) return [];
      const isDriver = delivery.kind === SecretDeliveryKind.SECRETS_STORE;
      return [
        isDriver
          ? SecretFiles.fromSecretsStore(directory, objectName)
          : SecretFiles.fromSecret(directory, objectName),
      ];
    });
  }

  /** The annotation that restarts the pods when an epoch changes. */
  public annotations(): { readonly [key: string]: string } {
    if (this.epochs.size === 0) return {};
    return { "secure-oke/secret-epoch": [...this.epochs].sort().join(",") };
  }
}
