import { checked } from "../core/checked";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";

const PATTERN = /^v?1\.(\d+)\.(\d+)$/;
const OLDEST_MINOR = 33;
const NEWEST_MINOR = 35;

// A kubelet may be up to three minor versions older than its API server since Kubernetes 1.28.
const LARGEST_SKEW = 3;

/**
 * A Kubernetes version that OKE offers.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm
 */
@checked
export class KubernetesVersion {
  /** Kubernetes 1.33, at the patch version v1.33.1; another patch is `KubernetesVersion.of("v1.33.x")`. */
  public static readonly V1_33 = new KubernetesVersion(33, 1);
  /** Kubernetes 1.34, at the patch version v1.34.1; another patch is `KubernetesVersion.of("v1.34.x")`. */
  public static readonly V1_34 = new KubernetesVersion(34, 1);
  /** Kubernetes 1.35, at the patch version v1.35.0; another patch is `KubernetesVersion.of("v1.35.x")`. */
  public static readonly V1_35 = new KubernetesVersion(35, 0);

  /**
   * A version with its patch, as OKE names it.
   *
   * @param version such as `v1.34.1`; minor versions 1.33 to 1.35
   * @throws VERSION_UNKNOWN
   */
  public static of(version: string): KubernetesVersion {
    const problems = new Problems("KubernetesVersion.of");
    const [, minor, patch] = PATTERN.exec(version) ?? [];
    if (minor === undefined || patch === undefined) {
      problems.add(
        "VERSION_UNKNOWN",
        `${shown(version)} is not a Kubernetes version`,
        'Write the version as OKE names it, with its patch, for example "v1.34.1"',
      );
    } else if (Number(minor) < OLDEST_MINOR || Number(minor) > NEWEST_MINOR) {
      problems.add(
        "VERSION_UNKNOWN",
        `${version} is not one of the minor versions 1.${OLDEST_MINOR} to 1.${NEWEST_MINOR} that this release knows`,
        "Take one of KubernetesVersion.V1_33, V1_34, V1_35, or a release of secure-oke that knows the version",
      );
    }
    problems.throwIfAny();
    return new KubernetesVersion(Number(minor), Number(patch));
  }

  private constructor(
    /** The minor version, such as 34. */
    public readonly minor: number,
    /** The patch version, such as 1. */
    public readonly patch: number,
  ) {}

  /** The version as OKE names it, such as `v1.34.1`. */
  public get version(): string {
    return `v1.${this.minor}.${this.patch}`;
  }

  /** Whether this version is older than another one. */
  public isOlderThan(other: KubernetesVersion): boolean {
    return this.minor < other.minor || (this.minor === other.minor && this.patch < other.patch);
  }

  /**
   * Adds a problem where nodes of this version can't join a control plane of another one.
   *
   * @internal
   */
  public _checkSkew(problems: Problems, controlPlane: KubernetesVersion): void {
    if (controlPlane.isOlderThan(this)) {
      problems.add(
        "VERSION_SKEW",
        `The nodes run ${this.version}, the cluster ${controlPlane.version}: nodes may not be newer`,
        `Upgrade the cluster first, or give the pool ${controlPlane.version}`,
      );
    } else if (controlPlane.minor - this.minor > LARGEST_SKEW) {
      problems.add(
        "VERSION_SKEW",
        `The nodes run ${this.version}, ${controlPlane.minor - this.minor} minor versions behind ${controlPlane.version}`,
        `Give the pool a version from 1.${controlPlane.minor - LARGEST_SKEW} on`,
      );
    }
  }
}
