import { type Chart } from "cdk8s";
import { objectsIn } from "./namespace-objects";
import { type Amounts, type Claim, type CountedPods } from "./namespace-pods";
import { classPrefix } from "./namespace-storage-quota";
import { parseQuantity } from "../core/quantity";
import { type Problems } from "../core/validation-error";

interface Claiming {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly volumeClaimTemplates?: readonly Claim[] };
}

/** Claims of one kind that an object of a namespace makes. */
export interface CountedClaims {
  /** The object, such as `StatefulSet db`. */
  readonly owner: string;
  readonly count: string | number;
  /** Not known where it is that of the cluster. */
  readonly storageClassName?: string;
  /** What each of them asks for. */
  readonly storage: string | number | undefined;
}

const ONE = 1_000_000_000n;

/** All claims that a chart makes in a namespace, those for its pods too. */
export function claimsIn(chart: Chart, namespace: string, pods: readonly CountedPods[]): CountedClaims[] {
  const read = (owner: string, count: string | number, { spec = {} }: Claim): CountedClaims => {
    const { storageClassName, resources } = spec;
    return { owner, count, storageClassName, storage: resources?.requests?.storage };
  };
  const counts = new Map([...pods].reverse().map((one) => [one.owner, one.count]));
  const sets = objectsIn<Claiming>(chart, namespace, "StatefulSet", "apps").flatMap(({ metadata, spec }) => {
    const owner = `StatefulSet ${metadata.name}`;
    const count = counts.get(owner) ?? 1;
    return (spec?.volumeClaimTemplates ?? []).map((claim) => read(owner, count, claim));
  });
  const single = objectsIn<Claim>(chart, namespace, "PersistentVolumeClaim", "core").map((claim) =>
    read(`PersistentVolumeClaim ${claim.metadata?.name}`, 1, claim),
  );
  const ephemeral = pods.flatMap(({ owner, count, ephemeralClaims }) =>
    ephemeralClaims.map((claim) => read(owner, count, claim)),
  );
  return [...sets, ...single, ...ephemeral];
}

/** Adds a problem where a namespace has more claims, or larger ones, than its quota gives it. */
export function checkClaims(problems: Problems, claims: readonly CountedClaims[], hard: Amounts): void {
  const classes = new Set(claims.map(({ storageClassName }) => storageClassName));
  const named = [...classes].filter((name) => name !== undefined).sort();
  const of = (name: string) => claims.filter(({ storageClassName }) => storageClassName === name);
  for (const [prefix, some] of [
    ["", claims] as const,
    ...named.map((name) => [classPrefix(name), of(name)] as const),
  ]) {
    check(problems, `${prefix}persistentvolumeclaims`, some, hard, () => ONE);
    check(problems, `${prefix}requests.storage`, some, hard, ({ storage }) => amount(storage));
  }
}

// What is not known yet, such as a reference to a Terraform value, is not judged.
const known = (value: string | number | undefined) => parseQuantity(String(value));
const amount = (value: string | number | undefined) => known(value) ?? 0n;

function check(
  problems: Problems,
  key: string,
  claims: readonly CountedClaims[],
  hard: Amounts,
  of: (claims: CountedClaims) => bigint,
): void {
  const all = claims.reduce((sum, one) => sum + (of(one) * amount(one.count)) / ONE, 0n);
  if (all <= (known(hard[key]) ?? all)) return;
  const value = Number(all) / 1e9;
  const owners = claims.map(({ owner }) => owner).sort();
  problems.add(
    "RESOURCES_INVALID",
    `The claims of ${[...new Set(owners)].join(", ")} take ` +
      `${key.endsWith("storage") ? `${value / 1024 ** 3}Gi` : value} of ${key}, and the quota has ${hard[key]}`,
    "Raise it in the quota of the SecureNamespace or Tenant, or claim fewer or smaller volumes",
  );
}
