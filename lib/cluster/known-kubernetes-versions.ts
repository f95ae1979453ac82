import * as versions from "./kubernetes-versions.json";

/** A patch version of a minor version, as OKE's release calendar has it. */
interface KnownPatch {
  readonly patch: number;
  /** Whether OKE offers it for tests only. */
  readonly isPreview: boolean;
  /** The day, such as `2026-03-09`, from which OKE creates no cluster of it. */
  readonly retired?: string;
}

interface RawPatch {
  readonly preview?: boolean;
  readonly retired?: string;
}

// Newest first within a minor version. What is retired is read from the file and never compared with today's date: the same
// program gives the same output on every day.
const MINORS: ReadonlyMap<number, readonly KnownPatch[]> = new Map(
  Object.entries(versions.minors).map(([name, { patches }]) => {
    const known = Object.entries(patches as { readonly [version: string]: RawPatch }).map(
      ([version, { preview = false, retired }]) => ({
        patch: Number(version.split(".")[2]),
        isPreview: preview,
        retired,
      }),
    );
    return [Number(name.split(".")[1]), known.sort((a, b) => b.patch - a.patch)];
  }),
);

const OFFERED = [...MINORS].filter(([, patches]) => newestProduction(patches)).map(([minor]) => minor);

/** The oldest minor version that OKE offered for production when the data was read. */
export const OLDEST_MINOR = Math.min(...OFFERED);
/** The newest minor version that OKE offered for production when the data was read. */
export const NEWEST_MINOR = Math.max(...OFFERED);

function newestProduction(patches: readonly KnownPatch[] = []): KnownPatch | undefined {
  return patches.find(({ isPreview, retired }) => !isPreview && retired === undefined);
}

/** The newest patch of a minor version that OKE offers for production; undefined where it offers none or none is known. */
export function productionPatch(minor: number): number | undefined {
  return newestProduction(MINORS.get(minor))?.patch;
}

/** Since when OKE creates no cluster of a version; `undefined` where it may create one, for all that is known. */
export function retirement(minor: number, patch: number): { readonly since?: string } | undefined {
  const known = MINORS.get(minor)?.find((one) => one.patch === patch);
  if (known) return known.retired === undefined ? undefined : { since: known.retired };
  if (minor >= OLDEST_MINOR) return undefined;
  // A minor version is retired with the last of its patches.
  return { since: MINORS.get(minor)?.[0]?.retired };
}

/** Whether the release calendar passes over a patch: it has a newer one of the minor version, and not this one. */
export function isPassedOver(minor: number, patch: number): boolean {
  const patches = MINORS.get(minor) ?? [];
  return patches.some((one) => one.patch > patch) && !patches.some((one) => one.patch === patch);
}
