import { Token } from "cdktf";
import { shown } from "../../core/display-value";
import { checkLabels } from "../../core/kubernetes-names";
import { checkedBy, listOf, type Reader, valueOf } from "../../core/readers";
import { type TaggingProps } from "../../core/tagging";
import { checkText } from "../../core/terraform-text";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type IClusterNetwork } from "../../network/vcn/network";
import { type ISecureOkeCluster } from "../cluster-base";
import { KubernetesVersion } from "../kubernetes-version";
import { NodeTaint } from "../node-setup";

/** Reads a created or imported cluster. */
export function clusterValue(): Reader<ISecureOkeCluster> {
  return valueOf<ISecureOkeCluster>("ISecureOkeCluster");
}

/** Reads a created or imported network. */
export function networkValue(): Reader<IClusterNetwork> {
  return valueOf<IClusterNetwork>("IClusterNetwork");
}

/** Reads a created or imported security group. */
export function groupValue(): Reader<INetworkSecurityGroup> {
  return valueOf<INetworkSecurityGroup>("INetworkSecurityGroup");
}

/** Reads a list of security groups. */
export function groupList(): Reader<INetworkSecurityGroup[]> {
  return listOf(groupValue(), "a list of security groups, for example [bastionGroup]");
}

/** The same version as a value of this copy of the library, checked again. */
export function ownVersion({ version, previewReason, retiredReason }: KubernetesVersion): KubernetesVersion {
  return KubernetesVersion.of(version, { previewReason, retiredReason });
}

/** Reads a Kubernetes version, which may come from another copy of the library. */
export function kubernetesVersion(): Reader<KubernetesVersion> {
  const read = valueOf(KubernetesVersion);
  return (problems, name, value) => {
    const version = read(problems, name, value);
    return version && problems.collect(() => ownVersion(version));
  };
}

/** Reads a whole number in a range, or a reference to a Terraform value. */
export function countOrReference(least: number, most: number): Reader<number> {
  return (problems, name, value) => {
    if (typeof value === "number" && Token.isUnresolved(value)) return value;
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
      return value as number;
    }
    const range = `${least} to ${most.toLocaleString("en")}`;
    problems.add(
      "COUNT_INVALID",
      `${name} is ${typeof value === "number" ? value : shown(value)}`,
      `Give a whole number, ${range}`,
    );
    return undefined;
  };
}

/** Reads the labels of nodes; a value can be a reference to a Terraform value. */
export function nodeLabels(): Reader<{ [key: string]: string }> {
  return (problems, name, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || Token.isUnresolved(value)) {
      problems.add(
        "VALUE_INVALID",
        `${name} is ${shown(value)}`,
        'Write an object, for example { tier: "web" }',
      );
      return undefined;
    }
    const labels = value as { [key: string]: string };
    const before = problems.count;
    // The value of a reference is not known yet.
    const literals = Object.entries(labels).map(([key, label]) => [
      key,
      Token.isUnresolved(label) ? "" : label,
    ]);
    checkLabels(problems, name, Object.fromEntries(literals) as { [key: string]: string });
    return problems.count === before ? labels : undefined;
  };
}

/** Reads the taints of nodes. */
export function nodeTaints(): Reader<NodeTaint[]> {
  const taints = listOf(valueOf(NodeTaint), '[NodeTaint.noSchedule("workload", "batch")]');
  return checkedBy(taints, (problems, name, list) => {
    const ids = new Set<string>();
    for (const { key, effect } of list) {
      const id = `${key}:${effect}`;
      if (ids.has(id)) {
        problems.add(
          "LABEL_INVALID",
          `${name} has ${key} with the effect ${effect} twice`,
          "Keep one of them",
        );
      }
      ids.add(id);
    }
  });
}

// A template is rejected by checkText.
const DOMAIN = /^[A-Za-z0-9]+:[\w-]+$|[$%]\{/;

/**
 * Reads the names of availability domains, without duplicates and sorted; a list can be a reference to a Terraform value.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/regions.htm
 */
export function availabilityDomains(): Reader<string[]> {
  return (problems, name, value) => {
    if (Token.isUnresolved(value)) return value as string[];
    if (!Array.isArray(value) || value.length === 0) {
      problems.add(
        "COUNT_INVALID",
        `${name} is ${Array.isArray(value) ? "empty" : shown(value)}`,
        'Give a list of at least one name, for example ["Uocm:EU-FRANKFURT-1-AD-1"], or leave it out for all',
      );
      return undefined;
    }
    const before = problems.count;
    value.forEach((domain: unknown, index) => {
      const entry = `${name}[${index}]`;
      if (typeof domain === "string") checkText(problems, entry, domain);
      if (Token.isUnresolved(domain) || (typeof domain === "string" && DOMAIN.test(domain))) return;
      problems.add(
        "NAME_INVALID",
        `${entry} is ${shown(domain)}`,
        'Give the whole name with the prefix of your tenancy, for example "Uocm:EU-FRANKFURT-1-AD-1"',
      );
    });
    return problems.count === before ? sortedOnce(value as string[]) : undefined;
  };
}

const FAULT_DOMAIN = /^FAULT-DOMAIN-[1-3]$/;

/** Reads fault domains, without duplicates and sorted; a list can be a reference to a Terraform value. */
export function faultDomains(): Reader<string[]> {
  return (problems, name, value) => {
    if (Token.isUnresolved(value)) return value as string[];
    const isValid = (domain: unknown) =>
      Token.isUnresolved(domain) || (typeof domain === "string" && FAULT_DOMAIN.test(domain));
    if (Array.isArray(value) && value.length > 0 && value.every(isValid))
      return sortedOnce(value as string[]);
    problems.add(
      "NAME_INVALID",
      `${name} is ${shown(value)}`,
      'Give some of "FAULT-DOMAIN-1", "FAULT-DOMAIN-2" and "FAULT-DOMAIN-3", or leave it out for all three',
    );
    return undefined;
  };
}

function sortedOnce<T extends string>(list: readonly T[]): T[] {
  return [...new Set(list)].sort();
}

/** The tags among the props of a construct, for its parts. */
export function tagsGiven({ freeformTags, definedTags }: TaggingProps): TaggingProps {
  return { freeformTags, definedTags };
}
