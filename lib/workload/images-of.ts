const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"];

interface Named {
  readonly name?: unknown;
  readonly image?: unknown;
}

/** An image that an object lets nodes pull. */
export interface PulledImage {
  /** The container or volume that is made of it. */
  readonly user: string;
  /** The image, as the kubelet gets it. */
  readonly reference: string;
}

function imagesIn(key: string, entries: readonly unknown[]): PulledImage[] {
  return entries.flatMap((entry) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { name, image } = entry as Named;
    const reference =
      key === "volumes" ? ((image ?? undefined) as { reference?: unknown } | undefined)?.reference : image;
    return typeof reference === "string"
      ? [{ user: typeof name === "string" ? name : "A container", reference }]
      : [];
  });
}

/**
 * The images of all containers and volumes anywhere in an object.
 *
 * Found by the names of the fields and not by the kind of the object, so that pods of kinds that are not known here, such as
 * those of an operator, are seen too.
 */
export function imagesOf(value: unknown): PulledImage[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const here = Array.isArray(entry) && [...CONTAINERS, "volumes"].includes(key) ? imagesIn(key, entry) : [];
    return [...here, ...imagesOf(entry)];
  });
}
