import { type KubernetesVersion } from "./kubernetes-version";
import { type NodeImage } from "./node-image";
import { type Problems } from "../core/validation-error";

const NAME =
  /^Oracle-Linux-(\d+)(?:\.\d+)?-(aarch64-)?(?:[A-Za-z]\w*-)*\d{4}\.\d{2}\.\d{2}-\d+(?:-OKE-(\d+\.\d+\.\d+)-(\d+))?$/i;

// The first minor version whose kubelet needs cgroups v2, and the first build of OKE's images of Oracle Linux 8 that has them.
const NEEDS_CGROUPS_V2 = 35;
const FIRST_BUILD = 1367;

/** What the name of an image of Oracle's says. */
interface ImageName {
  /** The major version of Oracle Linux, such as 8. */
  readonly linux: number;
  readonly isArm: boolean;
  /** The Kubernetes version of an OKE image, such as `1.35.2`; none of a platform image. */
  readonly kubernetes?: string;
  /** The build of an OKE image. */
  readonly build?: number;
}

/** Reads a name such as `Oracle-Linux-8.10-aarch64-2026.06.15-0-OKE-1.35.2-1505`; undefined of a name that somebody else chose. */
function readImageName(name: string): ImageName | undefined {
  const [match, linux, arm, kubernetes, build] = NAME.exec(name) ?? [];
  if (match === undefined) return undefined;
  return {
    linux: Number(linux),
    isArm: arm !== undefined,
    kubernetes,
    build: build === undefined ? undefined : Number(build),
  };
}

/** Whether nodes of an image may run a Kubernetes version, by what is known of cgroups. */
function fitsCgroupsV2({ linux, build }: ImageName, { minor }: KubernetesVersion): boolean {
  if (minor < NEEDS_CGROUPS_V2 || linux > 8) return true;
  return linux === 8 && build !== undefined && build >= FIRST_BUILD;
}

/**
 * Adds a problem for each thing that the name of an image says and that can't be right for the nodes of a pool.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm for cgroups v2
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/update-node-pool.htm for the version
 */
export function checkImageFits(
  problems: Problems,
  { imageName }: NodeImage,
  version: KubernetesVersion | undefined,
  shapeName: string | undefined,
): void {
  const name = imageName === undefined ? undefined : readImageName(imageName);
  if (!name) return;
  const add = (what: string, fix: string) => problems.add("NODE_IMAGE_UNFIT", `${imageName} ${what}`, fix);
  const bare = version?.version.slice(1);
  if (version && name.kubernetes !== undefined && name.kubernetes !== bare) {
    add(
      `is an image for Kubernetes ${name.kubernetes}, and the pool has ${version.version}`,
      `Take an OKE image whose name has OKE-${bare}, or give the pool kubernetesVersion: KubernetesVersion.of("v${name.kubernetes}")`,
    );
  }
  if (version && !fitsCgroupsV2(name, version)) {
    add(
      `starts with cgroups v1, and the kubelet of ${version.version} needs cgroups v2`,
      "Take an OKE image of Oracle Linux 8 with build 1367 or newer, or of Oracle Linux 9; " +
        "leave imageName out for a custom image that has cgroups v2 switched on",
    );
  }
  if (shapeName === undefined) return;
  const isArm = /^(VM|BM)\.Standard\.A\d+\./.test(shapeName);
  if (isArm === name.isArm) return;
  add(
    `is made for ${name.isArm ? "Arm" : "x86"} processors, and ${shapeName} has others`,
    name.isArm
      ? "Take an image without aarch64 in its name, or a shape such as VM.Standard.A1.Flex"
      : "Take an image with aarch64 in its name, or a shape such as VM.Standard.E5.Flex",
  );
}
