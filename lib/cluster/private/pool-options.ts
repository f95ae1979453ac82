import { Token } from "cdktf";
import { checkKubeletArguments, checkTaints, kubeletArgumentsOf } from "./kubelet-arguments";
import { userDataOf, type CredentialProvider } from "./start-script";
import { checkReason } from "../../core/reason";
import { checkMembers } from "../../core/required";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";
import { type NodeCapacity } from "../node-capacity";
import { type NodeCycling } from "../node-cycling";
import { type PrivateNodePoolProps } from "../private-node-pool-props";

const MAX_NODES = 1000;
/** The maximum size of an instance's metadata, which includes OKE's own. */
const MAX_METADATA = 32_000;
const FAULT_DOMAIN = /^FAULT-DOMAIN-[1-3]$/;

/** The initial and the maximum size of a pool; undefined if it is a reference. */
export interface PoolSizes {
  readonly first: number | undefined;
  readonly most: number | undefined;
}

/** Adds a problem if a pool has no size, or two that exclude each other. */
export function readSizes(
  problems: Problems,
  { size, autoscale }: Partial<PrivateNodePoolProps>,
): PoolSizes | undefined {
  const isSize = size !== undefined && size !== null;
  const isScaled = autoscale !== undefined && autoscale !== null;
  if (isSize && isScaled) {
    problems.add(
      "POOL_SIZE_INVALID",
      "Both size and autoscale are given",
      "Leave size out: the autoscaler begins with autoscale.min nodes",
    );
    return undefined;
  }
  if (!isSize && !isScaled) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "size was not given",
      "Write size: 3, or autoscale: { min: 1, max: 5 } for a pool that grows and shrinks",
    );
    return undefined;
  }
  if (isSize)
    return checkNodes(problems, "size", size, 0) ? { first: known(size), most: known(size) } : undefined;
  return readAutoscale(problems, autoscale);
}

function readAutoscale(
  problems: Problems,
  autoscale: PrivateNodePoolProps["autoscale"],
): PoolSizes | undefined {
  if (!checkMembers(problems, "autoscale", autoscale, ["min", "max"], "{ min: 1, max: 5 }")) return undefined;
  const { min, max } = autoscale as { min: number; max: number };
  for (const [name, value] of Object.entries({ min, max })) {
    if (!Token.isUnresolved(value)) continue;
    problems.add(
      "VALUE_INVALID",
      `autoscale.${name} is ${shown(value)}`,
      "Write a number: the room in the subnets is counted at synthesis",
    );
    return undefined;
  }
  const isMin = checkNodes(problems, "autoscale.min", min, 0);
  if (!checkNodes(problems, "autoscale.max", max, 1) || !isMin) return undefined;
  if (min <= max) return { first: min, most: max };
  problems.add(
    "COUNT_INVALID",
    `autoscale.min is ${min}, more than autoscale.max, ${max}`,
    `Give max at least ${min}`,
  );
  return undefined;
}

function known(value: number | undefined): number | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}

function checkNodes(problems: Problems, name: string, value: unknown, least: number): boolean {
  if (Token.isUnresolved(value)) return true;
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= MAX_NODES) return true;
  problems.add(
    "COUNT_INVALID",
    `${name} is ${shown(value)}`,
    `Give a whole number from ${least} to ${MAX_NODES}`,
  );
  return false;
}

/** Adds the problems of the start, the placement and the replacement of nodes. */
export function checkPoolOptions(problems: Problems, props: Partial<PrivateNodePoolProps>): void {
  const isTaints = checkTaints(problems, props.taints);
  const isArguments = checkKubeletArguments(problems, props.kubeletArguments);
  const isScript = checkMembersIfGiven(
    problems,
    "cloudInit",
    props.cloudInit,
    ["text"],
    'CloudInit.script("#!/bin/bash\\n…")',
  );
  if (isTaints && isArguments && isScript) checkStartSize(problems, props);
  checkMembersIfGiven(
    problems,
    "ssh",
    props.ssh,
    ["publicKey"],
    'SshAccess.withKey("ssh-ed25519 …", { reason: "…" })',
  );
  checkMembersIfGiven(
    problems,
    "bootVolumeKey",
    props.bootVolumeKey,
    ["keyId"],
    "BootVolumeKey.of(cluster.encryption.keyId)",
  );
  checkCapacityKind(problems, props);
  checkCycling(problems, props.cycling);
  checkFaultDomains(problems, props.faultDomains);
  checkForcedEviction(problems, props);
}

function checkMembersIfGiven(
  problems: Problems,
  name: string,
  value: unknown,
  members: readonly string[],
  instead: string,
): boolean {
  return value === undefined || value === null || checkMembers(problems, name, value, members, instead);
}

function checkStartSize(problems: Problems, props: Partial<PrivateNodePoolProps>): void {
  const length = startDataOf(props)?.length ?? 0;
  if (length <= MAX_METADATA) return;
  problems.add(
    "CLOUD_INIT_INVALID",
    `cloudInit and the arguments of the kubelet take ${length} bytes in Base64, and all metadata of an instance has room for ${MAX_METADATA}`,
    "Put what the script installs into a custom image, or into an object of Object Storage that the script fetches",
  );
}

/** The start script of a pool's nodes in Base64. */
export function startDataOf(
  { taints, kubeletArguments, cloudInit }: Partial<PrivateNodePoolProps>,
  credentialProvider?: CredentialProvider,
): string | undefined {
  return userDataOf({
    credentialProvider,
    kubeletArguments: kubeletArgumentsOf(taints ?? [], kubeletArguments ?? {}),
    cloudInit: cloudInit?.text,
  });
}

function checkCapacityKind(
  problems: Problems,
  { capacity, shape, availabilityDomains }: Partial<PrivateNodePoolProps>,
): void {
  if (
    !checkMembersIfGiven(
      problems,
      "capacity",
      capacity,
      ["kind", "reservations"],
      "NodeCapacity.preemptible()",
    )
  )
    return;
  const { kind, reservations } = (capacity ?? { kind: "on-demand", reservations: {} }) as NodeCapacity;
  if (kind === "preemptible" && typeof shape?.name === "string" && shape.name.startsWith("BM.")) {
    problems.add(
      "SHAPE_INVALID",
      `${shape.name} is bare metal, and preemptible capacity is for virtual machines only`,
      "Take a shape that begins with VM., or NodeCapacity.onDemand()",
    );
  }
  if (kind !== "reserved" || !availabilityDomains) return;
  // A list that Terraform knows is one reference, or a list with one in it.
  const domains = Array.isArray(availabilityDomains) ? availabilityDomains : [availabilityDomains];
  // A reference may hold any domain, so no reservation can be found for it.
  const without = (domains as readonly unknown[]).filter(
    (one) => !Object.keys(reservations).includes(one as string),
  );
  if (without.length === 0) return;
  problems.add(
    "VALUE_INVALID",
    `availabilityDomains has ${without.map((one) => (isReference(one) ? "a reference to a Terraform value" : String(one))).join(", ")}, without a reservation there`,
    "Leave availabilityDomains out: nodes are placed where the reservations are",
  );
}

/** A list that Terraform knows holds a placeholder of lists. */
function isReference(value: unknown): boolean {
  return Token.isUnresolved(value) || Token.isUnresolved([value]);
}

function checkCycling(problems: Problems, cycling: NodeCycling | undefined): void {
  const members = ["mode", "maximumSurge", "maximumUnavailable"];
  checkMembersIfGiven(problems, "cycling", cycling, members, "NodeCycling.replaceInstances()");
}

export function checkFaultDomains(problems: Problems, domains: string[] | undefined): void {
  if (domains === undefined || domains === null || Token.isUnresolved(domains)) return;
  const all = Array.isArray(domains) ? (domains as unknown[]) : [];
  const wrong = all.filter(
    (domain) => !Token.isUnresolved(domain) && !(typeof domain === "string" && FAULT_DOMAIN.test(domain)),
  );
  if (all.length > 0 && wrong.length === 0) return;
  problems.add(
    "NAME_INVALID",
    `faultDomains is ${shown(domains)}`,
    'Write some of "FAULT-DOMAIN-1", "FAULT-DOMAIN-2" and "FAULT-DOMAIN-3", or leave it out for all three',
  );
}

function checkForcedEviction(problems: Problems, { forcedEviction }: Partial<PrivateNodePoolProps>): void {
  if (forcedEviction === undefined || forcedEviction === null) return;
  const instead = '{ reason: "…" }';
  if (!checkMembers(problems, "forcedEviction", forcedEviction, ["reason"], instead)) return;
  checkReason(problems, "Ending nodes before all pods have left", forcedEviction.reason);
}

/** The node cycling in the format of the provider. */
export function cyclingDetailsOf(cycling: NodeCycling | undefined): {
  isNodeCyclingEnabled: boolean;
  cycleModes?: string[];
  maximumSurge?: string;
  maximumUnavailable?: string;
} {
  if (cycling && cycling.mode === undefined) return { isNodeCyclingEnabled: false };
  return {
    isNodeCyclingEnabled: true,
    cycleModes: [cycling?.mode ?? "INSTANCE_REPLACE"],
    maximumSurge: String(cycling?.maximumSurge ?? 1),
    maximumUnavailable: String(cycling?.maximumUnavailable ?? 0),
  };
}

/** The number of additional nodes while others are replaced. */
export function surgeOf(cycling: NodeCycling | undefined): number {
  return cycling?.maximumSurge ?? 1;
}

/** What a placement has beside its availability domain and its subnet. */
export function placementFieldsOf(
  { capacity, faultDomains }: Partial<PrivateNodePoolProps>,
  availabilityDomain?: string,
): {
  faultDomains?: string[];
  capacityReservationId?: string;
  preemptibleNodeConfig?: { preemptionAction: { type: string; isPreserveBootVolume: boolean } };
} {
  const reservation =
    availabilityDomain === undefined ? undefined : capacity?.reservations[availabilityDomain];
  return {
    ...(faultDomains === undefined
      ? {}
      : { faultDomains: Array.isArray(faultDomains) ? [...new Set(faultDomains)].sort() : faultDomains }),
    ...(reservation === undefined ? {} : { capacityReservationId: reservation }),
    ...(capacity?.kind === "preemptible"
      ? {
          preemptibleNodeConfig: {
            preemptionAction: { type: "TERMINATE", isPreserveBootVolume: capacity.preservesBootVolume },
          },
        }
      : {}),
  };
}
