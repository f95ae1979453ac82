import { checkMembers } from "../../core/required";
import { type Problems } from "../../core/validation-error";

// Each adds a problem where a value of another kind was given, and answers whether one of the kind is there.

export function checkVault(problems: Problems, value: unknown): boolean {
  const instead = "a KeyVault, or KeyVault.fromKeyVaultAttributes(scope, id, { vaultId, … })";
  return checkMembers(problems, "vault", value, ["node", "vaultId"], instead);
}

export function checkKey(problems: Problems, name: string, value: unknown): boolean {
  const instead = "a VaultKey, or VaultKey.fromVaultKeyAttributes(scope, id, { keyId, … })";
  return checkMembers(problems, name, value, ["node", "keyId"], instead);
}

export function checkShape(problems: Problems, value: unknown): boolean {
  return checkMembers(
    problems,
    "shape",
    value,
    ["algorithm", "bits"],
    "KeyShape.AES_256 or KeyShape.RSA_4096",
  );
}

export function checkProtection(problems: Problems, value: unknown): boolean {
  const instead = "KeyProtection.hsm(), or KeyProtection.software({ reason })";
  return checkMembers(problems, "protection", value, ["mode", "_acknowledge"], instead);
}

export function checkRotationKind(problems: Problems, value: unknown): boolean {
  const instead = 'KeyRotation.every(Duration.days(90)), or KeyRotation.epochs(["2026-11"])';
  return checkMembers(problems, "rotation", value, ["epochNames"], instead);
}
