/** The processors that an image is made for. */
export type Architecture = "x86_64" | "aarch64";

/** The known facts about a node image; unknown ones are neither rejected nor assumed. */
export interface NodeImageFacts {
  /** The major version of Oracle Linux, such as 8. */
  readonly linux?: number;
  readonly architecture?: Architecture;
  /** The Kubernetes version of an OKE image, such as `1.35.2`. */
  readonly kubernetes?: string;
  /** The build of an OKE image. */
  readonly build?: number;
  /** Whether the image has the drivers of NVIDIA GPUs. */
  readonly hasGpuDrivers?: boolean;
  /** The version of cgroups that the image starts with. */
  readonly cgroups?: 1 | 2;
  /** The day of the image, as an ISO date. */
  readonly created?: string;
}

const NAME =
  /^Oracle-Linux-(\d+)(?:\.\d+)?-(aarch64-)?((?:[A-Za-z]\w*-)*)(\d{4}\.\d{2}\.\d{2})-\d+(?:-OKE-(\d+\.\d+\.\d+)-(\d+))?$/i;

// The first build of OKE's images of Oracle Linux 8 that starts with cgroups v2.
const FIRST_CGROUPS_V2_BUILD = 1367;

/**
 * The facts in the name of an Oracle image, such as `Oracle-Linux-8.10-aarch64-2026.06.15-0-OKE-1.35.2-1505`; none for names in another
 * format.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm for cgroups v2
 */
export function factsOfName(name: string): NodeImageFacts {
  const [match, linux, arm, kinds = "", day = "", kubernetes, build] = NAME.exec(name) ?? [];
  if (match === undefined) return {};
  return {
    linux: Number(linux),
    architecture: arm === undefined ? "x86_64" : "aarch64",
    kubernetes,
    build: build === undefined ? undefined : Number(build),
    hasGpuDrivers: /(?:^|-)GPU-/i.test(kinds),
    cgroups: cgroupsOf(Number(linux), build === undefined ? undefined : Number(build)),
    created: day.replace(/\./g, "-"),
  };
}

function cgroupsOf(linux: number, build: number | undefined): 1 | 2 {
  if (linux > 8) return 2;
  return linux === 8 && build !== undefined && build >= FIRST_CGROUPS_V2_BUILD ? 2 : 1;
}
