import { type Problems } from "../../core/validation-error";
import { type ContainerImage } from "../../workload/container-image";
import { splitImage } from "../../workload/image-name";

const MAJOR = 3;
const VERSION = /^v?(\d{1,3})(?:\.(\d{1,3}))?(?![\d\w])/;

/** A minor release of Traefik 3, and why no older one will do. */
export interface OldestTraefik {
  readonly minor: number;
  readonly why: string;
}

/** Adds a problem where an image says by its own name and tag that it is an older Traefik; of others nothing is known. */
export function checkTraefikVersion(
  problems: Problems,
  { reference, tag }: ContainerImage,
  { minor: oldest, why }: OldestTraefik,
): void {
  if (typeof reference !== "string" || typeof tag !== "string") return;
  const repository = splitImage(reference).name.split("/").at(-1) ?? "";
  const [, major, minor] = VERSION.exec(tag) ?? [];
  if (!repository.includes("traefik") || major === undefined) return;
  // "v3" is whatever is the newest of them.
  const isNew = Number(major) > MAJOR || (Number(major) === MAJOR && Number(minor ?? oldest) >= oldest);
  if (isNew) return;
  problems.add(
    "IMAGE_INVALID",
    `The image is Traefik ${tag}, and ${why}`,
    `Take ${MAJOR}.${oldest} or newer`,
  );
}
