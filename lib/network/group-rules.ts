import { type IConstruct } from "constructs";
import { type INetworkSecurityGroup } from "./security-group";
import { identityOf } from "../core/reference";
import { Problems } from "../core/validation-error";

/** In both directions together. See https://docs.oracle.com/iaas/Content/General/Concepts/servicelimits.htm */
export const MOST_RULES = 120;

const MOST_NAMED = 10;

/** Rules that one group gets from one side. */
interface Share {
  readonly group: INetworkSecurityGroup;
  /** Asked at synthesis, when all that let anybody in or out have done so. */
  readonly count: () => number;
  /** The Service that the cloud controller writes them for; none for those of Terraform. */
  readonly service?: string;
}

const shares = new WeakMap<IConstruct, Share[]>();
const identities = new WeakMap<INetworkSecurityGroup, string>();

/** Counts rules of a group of an app; several constructs may stand for one group, in one stack or in several. */
export function countRules({ node: { root } }: IConstruct, share: Share): void {
  const known = shares.get(root) ?? [];
  known.push(share);
  shares.set(root, known);
}

/** The Services whose rules are counted already, as they are named there. */
export function servicesCounted({ node: { root } }: IConstruct): ReadonlySet<string> {
  const known = shares.get(root) ?? [];
  return new Set(known.map(({ service }) => service).filter((one) => one !== undefined));
}

/** Throws where a group would have more rules than OCI puts into one, from Terraform and from the cloud controller together. */
export function checkRuleCount(origin: IConstruct, group: INetworkSecurityGroup): void {
  const identity = identified(origin, group);
  const all = (shares.get(origin.node.root) ?? []).filter(
    (share) => identified(origin, share.group) === identity,
  );
  const sum = (some: readonly Share[]) => some.reduce((count, share) => count + share.count(), 0);
  const count = sum(all);
  if (count <= MOST_RULES) return;
  const ofServices = all.filter(({ service }) => service !== undefined);
  const problems = new Problems(origin);
  if (ofServices.length === 0) {
    problems.add(
      "COUNT_INVALID",
      `The group would have ${count} rules`,
      `OCI puts at most ${MOST_RULES} into a group: join ranges and ports, or share them out over several groups; a VNIC can have five`,
    );
  } else {
    const written = sum(ofServices);
    problems.add(
      "COUNT_INVALID",
      `The group of the worker nodes would have ${count} rules: ${count - written} of Terraform, and ${written} that the ` +
        `cloud controller writes for the Services ${named(ofServices)}`,
      `OCI puts at most ${MOST_RULES} into a group: let one load balancer serve many workloads, exposeViaIngress({ gateway, host, tls }); ` +
        "where preserveSource makes a rule of each range, join ranges or leave it out",
    );
  }
  problems.throwIfAny();
}

/** The Services that bring the most first. */
function named(ofServices: readonly Share[]): string {
  const texts = ofServices
    .map(({ service = "", count }) => ({ service, rules: count() }))
    .sort((one, other) => other.rules - one.rules || (one.service < other.service ? -1 : 1))
    .map(({ service, rules }) => `${service} (${rules})`);
  const more = texts.length - MOST_NAMED;
  return texts.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function identified(origin: IConstruct, group: INetworkSecurityGroup): string {
  const known = identities.get(group) ?? identityOf(origin, group.networkSecurityGroupId);
  identities.set(group, known);
  return known;
}
