import { type NodeImageFacts } from "./node-image-facts";
import { type Problems } from "../../core/validation-error";
import { type KubernetesVersion } from "../kubernetes-version";
import { type NodeImage } from "../node-image";

// The first minor version whose kubelet requires cgroups v2.
const NEEDS_CGROUPS_V2 = 35;

/**
 * Adds a problem for each known fact about an image that doesn't fit the nodes of a pool.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm for cgroups v2
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/update-node-pool.htm for the version
 */
export function checkImageFits(
  problems: Problems,
  { imageName, _facts: facts }: NodeImage,
  version: KubernetesVersion | undefined,
  shapeName: string | undefined,
): void {
  const add = (what: string, fix: string) =>
    problems.add("NODE_IMAGE_UNFIT", `image is ${imageName}, which ${what}`, fix);
  const withoutLetter = version?.version.slice(1);
  if (version && facts.kubernetes !== undefined && facts.kubernetes !== withoutLetter) {
    add(
      `is for Kubernetes ${facts.kubernetes}, but the pool has ${version.version}`,
      `Use an OKE image whose name has OKE-${withoutLetter}, or give the pool kubernetesVersion: KubernetesVersion.of("v${facts.kubernetes}")`,
    );
  }
  if (version && version.minor >= NEEDS_CGROUPS_V2 && facts.cgroups === 1) {
    add(
      `uses cgroups v1, but the kubelet of ${version.version} requires cgroups v2`,
      "Use an OKE image of Oracle Linux 8 with build 1367 or newer, or of Oracle Linux 9; " +
        "leave imageName out for a custom image in which cgroups v2 is enabled",
    );
  }
  if (shapeName === undefined) return;
  checkArchitecture(add, facts, shapeName);
  checkGpu(add, facts, shapeName);
}

type Add = (what: string, fix: string) => void;

function checkArchitecture(add: Add, { architecture }: NodeImageFacts, shapeName: string): void {
  const isArm = /^(VM|BM)\.Standard\.A\d+\./.test(shapeName);
  if (architecture === undefined || isArm === (architecture === "aarch64")) return;
  add(
    isArm
      ? `is for x86 processors, but ${shapeName} has Arm processors`
      : `is for Arm processors, but ${shapeName} has x86 processors`,
    isArm
      ? "Use an image with aarch64 in its name, or a shape such as VM.Standard.E5.Flex"
      : "Use an image without aarch64 in its name, or a shape such as VM.Standard.A1.Flex",
  );
}

/** The names of images for AMD GPUs are not known, so they are not checked. */
function checkGpu(add: Add, { hasGpuDrivers }: NodeImageFacts, shapeName: string): void {
  if (hasGpuDrivers === undefined || /\.MI\d/.test(shapeName)) return;
  const isGpu = /^(VM|BM)\.GPU/.test(shapeName);
  if (isGpu === hasGpuDrivers) return;
  add(
    isGpu ? `has no GPU drivers, but ${shapeName} has NVIDIA GPUs` : `is for GPUs, but ${shapeName} has none`,
    isGpu ? "Use an image with GPU in its name" : "Use an image without GPU in its name",
  );
}
