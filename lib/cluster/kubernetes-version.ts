import { type IConstruct } from "constructs";
import * as versions from "./kubernetes-versions.json";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { optional, type PropsSchema, type Reader, readProps, reasonFor } from "../core/readers";
import { Problems } from "../core/validation-error";

/** A patch of a minor version, from OKE's release calendar. */
interface KnownPatch {
  readonly patch: number;
  /** Whether OKE offers it as a preview only. */
  readonly isPreview: boolean;
  /** The day, such as `2026-03-09`, from which OKE creates no clusters of this version. */
  readonly retired?: string;
}

interface RawPatch {
  readonly preview?: boolean;
  readonly retired?: string;
}

// Newest first within a minor version. Retirement is read from the file and never compared with today's date: the same program gives the
// same output on every day.
const MINORS: ReadonlyMap<number, readonly KnownPatch[]> = new Map(
  Object.entries(versions.minors).map(([name, { patches }]) => {
    const sorted = Object.entries(patches as { readonly [version: string]: RawPatch }).map(
      ([version, { preview = false, retired }]) => ({
        patch: Number(version.split(".")[2]),
        isPreview: preview,
        retired,
      }),
    );
    return [Number(name.split(".")[1]), sorted.sort((a, b) => b.patch - a.patch)];
  }),
);

const OFFERED = [...MINORS].filter(([, patches]) => newestProduction(patches)).map(([minor]) => minor);

/** The oldest minor version that OKE offered for production when the data was collected. */
export const OLDEST_MINOR = Math.min(...OFFERED);
/** The newest minor version that OKE offered for production when the data was collected. */
export const NEWEST_MINOR = Math.max(...OFFERED);

function newestProduction(patches: readonly KnownPatch[] = []): KnownPatch | undefined {
  return patches.find(({ isPreview, retired }) => !isPreview && retired === undefined);
}

/** The newest patch of a minor version that OKE offers for production; undefined if it offers none or none is known. */
function productionPatch(minor: number): number | undefined {
  return newestProduction(MINORS.get(minor))?.patch;
}

/** The retirement of a version; `undefined` if OKE may still create clusters of it, as far as is known. */
function retirement(minor: number, patch: number): { readonly since?: string } | undefined {
  const listed = MINORS.get(minor)?.find((candidate) => candidate.patch === patch);
  if (listed) return listed.retired === undefined ? undefined : { since: listed.retired };
  if (minor >= OLDEST_MINOR) return undefined;
  // A minor version is retired together with the last of its patches.
  return { since: MINORS.get(minor)?.[0]?.retired };
}

/** Whether the release calendar skips a patch: it lists a newer patch of the minor version, but not this one. */
function isSkipped(minor: number, patch: number): boolean {
  const patches = MINORS.get(minor) ?? [];
  return patches.some((other) => other.patch > patch) && !patches.some((other) => other.patch === patch);
}

const PATTERN = /^v?1\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

const versionParts: Reader<{ readonly minor: number; readonly patch: number }> = (problems, name, value) => {
  const [, minor, patch] = typeof value === "string" ? (PATTERN.exec(value) ?? []) : [];
  if (minor !== undefined) return { minor: Number(minor), patch: Number(patch) };
  problems.add(
    "VERSION_UNKNOWN",
    `${name} is ${shown(value)}, which is not a Kubernetes version`,
    `Give the version as OKE names it, with its patch, for example "${KubernetesVersion.V1_35.version}"`,
  );
  return undefined;
};

// Since Kubernetes 1.28, a kubelet may be up to three minor versions older than its API server.
const MAX_SKEW = 3;

/** The reasons for a version that OKE does not offer for new production clusters. */
export interface KubernetesVersionOptions {
  /**
   * The reason for a preview, which is a version with the patch `0`; shown in reports.
   *
   * @default - a preview is rejected
   */
  readonly previewReason?: string;
  /**
   * The reason for still running a version that OKE has retired since the cluster was created; shown in reports. With it, Terraform
   * doesn't compare the version with the versions that OKE offers.
   *
   * @default - a SecureOkeCluster of a retired version is rejected
   */
  readonly retiredReason?: string;
}

const VERSION_OPTIONS = {
  previewReason: optional(reasonFor("A preview of Kubernetes")),
  retiredReason: optional(reasonFor("A retired version")),
} satisfies PropsSchema<KubernetesVersionOptions>;

/**
 * A Kubernetes version of OKE.
 *
 * OKE offers three minor versions at a time and retires patch versions within months. This release of the library knows the versions of
 * Oracle's release calendar; versions that OKE offers later are checked when Terraform plans, see `verifyKubernetesVersion` of clusters
 * and node pools.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm
 */
@checked
export class KubernetesVersion {
  /**
   * Kubernetes 1.33, at the patch version v1.33.1.
   *
   * @deprecated OKE retired 1.33 on 2026-08-10: it is for imported clusters and for node pools that are not upgraded yet
   */
  public static readonly V1_33 = new KubernetesVersion(33, 1);
  /** Kubernetes 1.34, at the patch version v1.34.10; another patch is `KubernetesVersion.of("v1.34.x")`. */
  public static readonly V1_34 = KubernetesVersion.newest(34);
  /** Kubernetes 1.35, at the patch version v1.35.2; another patch is `KubernetesVersion.of("v1.35.x")`. */
  public static readonly V1_35 = KubernetesVersion.newest(35);
  /** Kubernetes 1.36, at the patch version v1.36.1; another patch is `KubernetesVersion.of("v1.36.x")`. */
  public static readonly V1_36 = KubernetesVersion.newest(36);

  /**
   * A version with its patch, as OKE names it.
   *
   * Retired versions are accepted for imported clusters and node pools; a `SecureOkeCluster` rejects them without a reason. A version
   * that is newer than all versions that this release knows is accepted with a warning at synthesis.
   *
   * @param version the version such as `v1.35.2`
   */
  public static of(version: string, options: KubernetesVersionOptions = {}): KubernetesVersion {
    const problems = new Problems("KubernetesVersion.of");
    const parts = versionParts(problems, "version", version);
    const { previewReason, retiredReason } = readProps(problems, options, VERSION_OPTIONS);
    if (!parts) return problems.throwAll();
    const own = new KubernetesVersion(parts.minor, parts.patch, previewReason, retiredReason);
    if (own.patch === 0 && options.previewReason === undefined) own.addPreviewProblem(problems);
    problems.throwIfAny();
    return own;
  }

  private constructor(
    /** The minor version, such as 35. */
    public readonly minor: number,
    /** The patch version, such as 2. */
    public readonly patch: number,
    /** The reason for a preview, if this is one. */
    public readonly previewReason?: string,
    /** The reason for still running a retired version, if one was given. */
    public readonly retiredReason?: string,
  ) {}

  /** The version as OKE names it, such as `v1.35.2`. */
  public get version(): string {
    return `v1.${this.minor}.${this.patch}`;
  }

  /** Whether this version is older than another one. */
  public isOlderThan(other: KubernetesVersion): boolean {
    return this.minor < other.minor || (this.minor === other.minor && this.patch < other.patch);
  }

  /**
   * Adds a problem if OKE creates no clusters of this version.
   *
   * @internal
   */
  public _checkNewCluster(problems: Problems): void {
    const retired = retirement(this.minor, this.patch);
    if (!retired || this.retiredReason !== undefined) return;
    const since = retired.since === undefined ? "" : ` on ${retired.since}`;
    problems.add(
      "VERSION_RETIRED",
      `kubernetesVersion is ${this.version}, which OKE retired${since}: it creates no new clusters of this version`,
      `Use ${this.replacement}; if the cluster runs it already, write KubernetesVersion.of("${this.version}", { retiredReason: "…" })`,
    );
  }

  /**
   * The warnings about the version of a cluster or a pool, which may be wrong but is not known to be.
   *
   * @internal
   */
  public _warnings(): string[] {
    if (this.minor > NEWEST_MINOR) {
      return [
        `[kubernetes-version] ${this.version} is newer than 1.${NEWEST_MINOR}, the newest version that this release of secure-oke knows: ` +
          "its output has not been tested with this version; use a newer release of secure-oke if there is one",
      ];
    }
    if (this.minor >= OLDEST_MINOR && isSkipped(this.minor, this.patch)) {
      return [
        `[kubernetes-version] OKE's release calendar does not list ${this.version}, although it lists a newer patch of 1.${this.minor}: use ${this.replacement}`,
      ];
    }
    return [];
  }

  /**
   * Records the reasons for a version that OKE does not offer for new production clusters.
   *
   * @internal
   */
  public _acknowledge(scope: IConstruct): void {
    if (this.patch === 0 && this.previewReason !== undefined) {
      const what = `Kubernetes ${this.version}, a preview`;
      Acknowledgements._record(scope, "patching", what, this.previewReason);
    }
    if (this.retiredReason !== undefined) {
      const what = `Kubernetes ${this.version}, which OKE has retired`;
      Acknowledgements._record(scope, "patching", what, this.retiredReason);
    }
  }

  /**
   * Adds a problem if nodes of this version can't join a control plane of another version.
   *
   * @internal
   */
  public _checkSkew(problems: Problems, controlPlane: KubernetesVersion): void {
    if (controlPlane.isOlderThan(this)) {
      problems.add(
        "VERSION_SKEW",
        `kubernetesVersion is ${this.version}, newer than ${controlPlane.version} of the control plane`,
        `Upgrade the cluster first, or give the pool KubernetesVersion.of("${controlPlane.version}")`,
      );
    } else if (controlPlane.minor - this.minor > MAX_SKEW) {
      problems.add(
        "VERSION_SKEW",
        `kubernetesVersion is ${this.version}, ${controlPlane.minor - this.minor} minor versions older than ${controlPlane.version} of the control plane`,
        `Give the pool a version of 1.${controlPlane.minor - MAX_SKEW} or later, for example KubernetesVersion.of("${controlPlane.version}")`,
      );
    }
  }

  private static newest(minor: number): KubernetesVersion {
    return new KubernetesVersion(minor, Number(productionPatch(minor)));
  }

  private addPreviewProblem(problems: Problems): void {
    problems.add(
      "VERSION_PREVIEW",
      `version is ${this.version}, a preview`,
      `Use ${this.replacement}, or write KubernetesVersion.of("${this.version}", { previewReason: "…" })`,
    );
  }

  /** The version to suggest instead of this one: of the same minor version if OKE offers one. */
  private get replacement(): string {
    const minor = Math.min(Math.max(this.minor, OLDEST_MINOR), NEWEST_MINOR);
    return `KubernetesVersion.V1_${minor} (v1.${minor}.${productionPatch(minor)})`;
  }
}
