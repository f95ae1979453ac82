import { type ContainerImage } from "../../workload/container-image";
import { splitImage } from "../../workload/image-name";

const MAJOR = 3;
const VERSION = /^v?(\d{1,3})(?:\.(\d{1,3}))?(?!\w)/;

/** Whether an image says by its own name and tag that it is a Traefik older than a release of 3; of others nothing is known. */
export function isOlderTraefik({ reference, tag }: ContainerImage, oldestMinor: number): boolean {
  if (typeof reference !== "string" || typeof tag !== "string") return false;
  const repository = splitImage(reference).name.split("/").at(-1) ?? "";
  const [, major, minor] = VERSION.exec(tag) ?? [];
  if (!repository.includes("traefik") || major === undefined) return false;
  // "v3" is whatever is the newest of them.
  return Number(major) < MAJOR || (Number(major) === MAJOR && Number(minor ?? oldestMinor) < oldestMinor);
}
