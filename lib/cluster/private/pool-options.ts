import { Token } from "cdktf";
import { kubeletArgumentsOf } from "./kubelet-arguments";
import { type CredentialProvider, userDataOf } from "./start-script";
import { shown } from "../../core/display-value";
import { checkedBy, objectOf, type Reader, wholeNumber } from "../../core/readers";
import { type Problems } from "../../core/validation-error";
import { type CloudInit } from "../cloud-init";
import { type NodeCapacity } from "../node-capacity";
import { type NodeCycling } from "../node-cycling";
import { type NodeShape } from "../node-shape";
import { type NodeTaint } from "../node-taint";
import { type NodePoolAutoscale } from "../private-node-pool-props";

/** The maximum size of an instance's metadata, which includes OKE's own. */
const MAX_METADATA = 32_000;

/** Reads the limits of an autoscaled pool, as literals: the addresses in the subnets are counted at synthesis. */
export function poolLimits(maxNodes: number): Reader<NodePoolAutoscale> {
  const limits = objectOf({
    min: wholeNumber({ least: 0, most: maxNodes }),
    max: wholeNumber({ least: 1, most: maxNodes }),
  });
  return checkedBy(limits, (problems, name, { min, max }) => {
    if (min <= max) return;
    const what = `${name}.min is ${min}, more than ${name}.max, ${max}`;
    problems.add("COUNT_INVALID", what, `Give ${name}.max at least ${min}`);
  });
}

/** The initial and the maximum number of nodes of a pool; the maximum is undefined if it is a reference. */
export interface PoolSizes {
  readonly initial: number;
  readonly most: number | undefined;
}

interface SizeProps {
  readonly size?: number;
  readonly autoscale?: NodePoolAutoscale;
}

/**
 * The sizes of a pool; adds a problem if neither `size` nor `autoscale` was given, or both.
 *
 * @param given the props as they were given; an invalid one is undefined in `read`
 */
export function readSizes(problems: Problems, given: SizeProps, read: SizeProps): PoolSizes | undefined {
  const hasSize = given.size !== undefined && given.size !== null;
  const hasLimits = given.autoscale !== undefined && given.autoscale !== null;
  if (hasSize && hasLimits) {
    problems.add(
      "POOL_SIZE_INVALID",
      "size and autoscale are both given",
      "Leave size out: the autoscaler starts with autoscale.min nodes",
      "size",
    );
    return undefined;
  }
  if (!hasSize && !hasLimits) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "size was not given",
      "Write size: 3, or autoscale: { min: 1, max: 5 } for a pool that grows and shrinks",
    );
    return undefined;
  }
  const { size, autoscale } = read;
  if (autoscale) return { initial: autoscale.min, most: autoscale.max };
  if (size === undefined) return undefined;
  return { initial: size, most: Token.isUnresolved(size) ? undefined : size };
}

/** The props that become the start script of a node. */
interface StartProps {
  readonly taints?: readonly NodeTaint[];
  readonly kubeletArguments?: { readonly [name: string]: string };
  readonly cloudInit?: CloudInit;
}

/** Adds a problem if the start script doesn't fit into the metadata of an instance. */
export function checkStartSize(problems: Problems, props: StartProps): void {
  const length = startDataOf(props)?.length ?? 0;
  if (length <= MAX_METADATA) return;
  problems.add(
    "CLOUD_INIT_INVALID",
    `cloudInit and the kubelet arguments take ${length} bytes in Base64, but instance metadata holds at most ${MAX_METADATA}`,
    "Move what the script installs into a custom image, or into an object of Object Storage that the script downloads",
  );
}

/** The start script of a pool's nodes in Base64. */
export function startDataOf(
  { taints = [], kubeletArguments = {}, cloudInit }: StartProps,
  credentialProvider?: CredentialProvider,
): string | undefined {
  return userDataOf({
    credentialProvider,
    kubeletArguments: kubeletArgumentsOf(taints, kubeletArguments),
    cloudInit: cloudInit?.text,
  });
}

/** Adds a problem if the shape or the availability domains don't fit the capacity. */
export function checkCapacityKind(
  problems: Problems,
  {
    capacity,
    shape,
    availabilityDomains,
  }: {
    readonly capacity?: NodeCapacity;
    readonly shape?: NodeShape;
    readonly availabilityDomains?: readonly string[];
  },
): void {
  if (capacity?.kind === "preemptible" && shape?.name.startsWith("BM.")) {
    problems.add(
      "SHAPE_INVALID",
      `shape is ${shape.name}, which is bare metal, but only virtual machines can be preemptible`,
      "Use a shape that begins with VM., or NodeCapacity.onDemand()",
    );
  }
  if (capacity?.kind !== "reserved" || !availabilityDomains) return;
  // A list that is a reference, or has one in it, may hold any domain, so no reservation can be found for it.
  const domains: readonly unknown[] = Array.isArray(availabilityDomains)
    ? availabilityDomains
    : [availabilityDomains];
  const missing = domains.filter((domain) => !Object.hasOwn(capacity.reservations, domain as string));
  if (missing.length === 0) return;
  const names = missing.map((domain) =>
    isReference(domain) ? "a reference to a Terraform value" : shown(domain),
  );
  problems.add(
    "VALUE_INVALID",
    `availabilityDomains has ${names.join(", ")}, for which capacity has no reservation`,
    "Leave availabilityDomains out: nodes are placed where the reservations are",
  );
}

/** Whether a value is a reference; a reference to a list holds a placeholder of lists. */
function isReference(value: unknown): boolean {
  return Token.isUnresolved(value) || Token.isUnresolved([value]);
}

/** The node cycling in the format of the provider. */
export function cyclingDetailsOf({ mode, maximumSurge, maximumUnavailable }: NodeCycling): {
  isNodeCyclingEnabled: boolean;
  cycleModes?: string[];
  maximumSurge?: string;
  maximumUnavailable?: string;
} {
  if (mode === undefined) return { isNodeCyclingEnabled: false };
  return {
    isNodeCyclingEnabled: true,
    cycleModes: [mode],
    maximumSurge: String(maximumSurge),
    maximumUnavailable: String(maximumUnavailable),
  };
}

/** The fields of a placement besides its availability domain and its subnet. */
export function placementFieldsOf(
  { capacity, faultDomains }: { readonly capacity: NodeCapacity; readonly faultDomains?: string[] },
  availabilityDomain?: string,
): {
  faultDomains?: string[];
  capacityReservationId?: string;
  preemptibleNodeConfig?: { preemptionAction: { type: string; isPreserveBootVolume: boolean } };
} {
  const reservation =
    availabilityDomain === undefined ? undefined : capacity.reservations[availabilityDomain];
  const preemptionAction = { type: "TERMINATE", isPreserveBootVolume: capacity.preservesBootVolume };
  return {
    ...(faultDomains === undefined ? {} : { faultDomains }),
    ...(reservation === undefined ? {} : { capacityReservationId: reservation }),
    ...(capacity.kind === "preemptible" ? { preemptibleNodeConfig: { preemptionAction } } : {}),
  };
}
