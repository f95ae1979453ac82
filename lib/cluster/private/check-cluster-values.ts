import { shown } from "../../core/display-value";
import { checkMembers } from "../../core/required";
import { type Problems } from "../../core/validation-error";
import { KubernetesVersion } from "../kubernetes-version";

// Each function adds a problem if a given value has another type, and returns whether a value of the type is given.

export function checkVersion(problems: Problems, value: unknown): boolean {
  const example =
    typeof value === "string" && /^v?1\.\d+\.\d+$/.test(value) ? value : KubernetesVersion.V1_35.version;
  const instead = `KubernetesVersion.of("${example}")`;
  if (!checkMembers(problems, "kubernetesVersion", value, ["version", "minor"], instead)) return false;
  return problems.collect(() => readVersion(value as KubernetesVersion)) !== undefined;
}

/** Reads a version, which may be of another copy of the library, or may only have the shape of a version. */
export function readVersion({ version, previewReason, retiredReason }: KubernetesVersion): KubernetesVersion {
  return KubernetesVersion.of(version, { previewReason, retiredReason });
}

export function checkFlag(problems: Problems, name: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, "Write true or false");
}

export function checkNetwork(problems: Problems, value: unknown): boolean {
  const instead = "a ClusterNetwork, or ClusterNetwork.fromClusterNetworkAttributes(scope, id, { vcnId, … })";
  return checkMembers(problems, "network", value, ["node", "vcnId", "workerSubnet"], instead);
}

export function checkCluster(problems: Problems, value: unknown): boolean {
  const instead =
    "a SecureOkeCluster, or SecureOkeCluster.fromClusterAttributes(scope, id, { clusterId, … })";
  return checkMembers(problems, "cluster", value, ["node", "clusterId", "network"], instead);
}

export function checkGroup(problems: Problems, name: string, value: unknown): boolean {
  const instead =
    "a NetworkSecurityGroup, or NetworkSecurityGroup.fromNetworkSecurityGroupId(scope, id, networkSecurityGroupId)";
  return checkMembers(problems, name, value, ["node", "networkSecurityGroupId"], instead);
}

export function checkImage(problems: Problems, value: unknown): boolean {
  const example = typeof value === "string" && value.startsWith("ocid1.image.") ? value : "ocid1.image…";
  return checkMembers(problems, "image", value, ["imageId"], `NodeImage.of("${example}")`);
}

export function checkShape(problems: Problems, value: unknown): boolean {
  const name = typeof value === "string" && /^(VM|BM)\.[\w.-]+$/.test(value) ? value : "VM.Standard.E5.Flex";
  const instead = name.endsWith(".Flex")
    ? `NodeShape.flexible("${name}", { ocpus: 2, memoryInGbs: 16 })`
    : `NodeShape.fixed("${name}")`;
  return checkMembers(problems, "shape", value, ["name"], instead);
}

export function checkEndpointAccess(problems: Problems, value: unknown): boolean {
  return checkMembers(
    problems,
    "endpointAccess",
    value,
    ["isPublic", "cidrs", "groups", "_peers"],
    "EndpointAccess.private() or another of its choices",
  );
}

export function checkEncryption(problems: Problems, value: unknown): boolean {
  return checkMembers(
    problems,
    "encryption",
    value,
    ["node", "keyId", "policy"],
    "new ClusterEncryption(scope, id, { compartmentId, existingKeyId }) for a key that is there",
  );
}
