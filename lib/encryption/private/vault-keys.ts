import { type Construct } from "constructs";
import { type Problems } from "../../core/validation-error";
import { type TaggingProps } from "../../core/tagging";
import { KmsKey } from "../../oci/kms-key";
import { KmsKeyVersion } from "../../oci/kms-key-version";
import { type KeyProtection } from "../key-protection";
import { type KeyRotation } from "../key-rotation";
import { type KeyShape } from "../key-shape";
import { VaultType, type IKeyVault } from "../key-vault";

interface KeySettings {
  readonly compartmentId: string;
  readonly displayName: string;
  readonly managementEndpoint: string;
  readonly shape: KeyShape;
  readonly protection?: KeyProtection;
  readonly rotation?: KeyRotation;
  readonly tags: TaggingProps;
}

/** Creates a key with its rotation; Terraform refuses to destroy it. */
export function addKey(scope: Construct, id: string, settings: KeySettings): KmsKey {
  const { compartmentId, displayName, managementEndpoint, rotation } = settings;
  const interval = rotation?.interval;
  const key = new KmsKey(scope, id, {
    compartmentId,
    displayName,
    managementEndpoint,
    protectionMode: settings.protection?.mode ?? "HSM",
    keyShape: settings.shape._keyShape(),
    ...(interval === undefined
      ? {}
      : {
          isAutoRotationEnabled: true,
          autoKeyRotationDetails: { rotationIntervalInDays: interval.toDays() },
        }),
    lifecycle: { preventDestroy: true },
    ...settings.tags,
  });
  settings.protection?._acknowledge(key);
  return key;
}

/**
 * One version for each epoch of a rotation.
 *
 * To destroy the resource of a version is to delete the version in OCI, with all that is encrypted under it. So the versions are
 * instances of one resource that is there even without epochs: Terraform ignores `prevent_destroy` where a resource has left the
 * program, and respects it where an instance has left its resource.
 */
export function addVersions(
  scope: Construct,
  keyId: string,
  managementEndpoint: string,
  rotation: KeyRotation | undefined,
): void {
  const versions = new KmsKeyVersion(scope, "Versions", {
    keyId,
    managementEndpoint,
    lifecycle: { preventDestroy: true },
  });
  versions.addOverride("for_each", `\${toset(${JSON.stringify(rotation?.epochNames ?? [])})}`);
}

/** Adds a problem if OCI can't rotate the keys of a vault automatically; the type of an imported vault may be unknown. */
export function checkRotation(
  problems: Problems,
  rotation: KeyRotation | undefined,
  vault: Pick<IKeyVault, "vaultType"> | undefined,
): void {
  if (rotation?.interval === undefined || vault?.vaultType !== VaultType.DEFAULT) return;
  problems.add(
    "VALUE_INVALID",
    `rotation is every ${rotation.interval.toHumanString()}, and a default vault has no automatic rotation`,
    'Give a vault of VaultType.VIRTUAL_PRIVATE, or rotate with each epoch: KeyRotation.epochs(["2026-11"])',
  );
}
