/** An image that an object references. */
export interface PulledImage {
  /** The container or volume that uses it; for another field, its path: `spec.image`. */
  readonly user: string;
  /** The image reference, as the kubelet receives it. */
  readonly reference: string;
}

interface Fields {
  readonly [key: string]: unknown;
}

// Schemas describe image fields without naming images, and the content of files and Secrets is opaque.
const WITHOUT_IMAGES = ["ConfigMap", "CustomResourceDefinition", "Secret"];
const IMAGE_KEY = /^image(?:Name|Ref)?$/;
// baseImage, sidecarImage: images if the value also looks like one, unlike an osImage or a backgroundImage.
const SIMILAR_KEY = /Image(?:Name|Ref)?$/;
// What a reference to an image can be: no blanks, no scheme, no pattern of a policy; a picture is none, nor is a word without
// any of these signs.
const REFERENCE = /^(?!\w+:\/\/)(?!.*\.(?:png|jpe?g|svg|gif|ico|webp)$)[^\s{}<>*!|]+$/i;

const isMap = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** An image in parts, as in Helm values: `{ registry, repository, tag, digest }`. */
function inParts({ registry, repository, reference, tag, digest, version }: Fields): string | undefined {
  const whole = text(reference);
  if (whole !== undefined) return whole;
  const name = text(repository);
  if (name === undefined) return undefined;
  const [host, mark] = [text(registry), text(tag) ?? text(version)];
  return `${host ? `${host}/` : ""}${name}${mark ? `:${mark}` : ""}${text(digest) ? `@${text(digest)}` : ""}`;
}

function referenceAt(key: string, value: unknown): string | undefined {
  const isKey = IMAGE_KEY.test(key);
  if (!isKey && !SIMILAR_KEY.test(key)) return undefined;
  // A reference to a Terraform value is an image too, with an unknown registry.
  const whole = text(value);
  if (whole !== undefined) {
    const isLike = REFERENCE.test(whole) && (isKey || /[/:@]/.test(whole));
    return isLike || whole.includes("${TfToken") ? whole : undefined;
  }
  return isMap(value) ? inParts(value) : undefined;
}

/** Traverses an object once; the path is built only if an image is found. */
function collect(value: unknown, way: readonly string[], found: PulledImage[]): void {
  if (Array.isArray(value)) {
    value.forEach((entry: unknown, index) => collect(entry, [...way, String(index)], found));
    return;
  }
  if (!isMap(value)) return;
  const { kind, apiVersion } = value;
  if (typeof apiVersion === "string" && WITHOUT_IMAGES.includes(String(kind))) return;
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === "object" || typeof entry === "string") {
      const reference = referenceAt(key, entry);
      if (reference !== undefined) found.push({ user: userOf(value, [...way, key]), reference });
    }
    // Neither metadata nor status creates pods; templates have their containers beside their metadata.
    if (typeof entry === "object" && key !== "metadata" && !(way.length === 0 && key === "status"))
      collect(entry, [...way, key], found);
  }
}

function userOf({ name }: Fields, way: readonly string[]): string {
  return text(name) ?? way.join(".");
}

/**
 * The images of all containers and volumes anywhere in an object.
 *
 * Found by the shape of a container, a map with an image, and not by the kind of the object, so that pods of
 * unknown kinds, such as those of an operator, are included.
 */
export function imagesOf(value: unknown): PulledImage[] {
  const found: PulledImage[] = [];
  collect(value, [], found);
  return found;
}
