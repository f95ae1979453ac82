import { HardeningConflict } from "./conflict";
import { entriesOf, fieldsOf, isReference, type Fields } from "./fields";
import { type Place } from "./place";
import { allContainers, type Pod } from "./pods";
import { splitImage } from "../../workload/image-name";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The images of containers and of volumes. */
export function hardenImages(pod: Pod): void {
  for (const container of allContainers(pod)) {
    hardenImage(container, container.fields, "image", "");
    // Asks the registry at each start, so that a node that has the image gives it only to who may pull it.
    container.fill("imagePullPolicy", "Always", "immutable-containers");
  }
  for (const volume of entriesOf(pod.spec.fields.volumes)) {
    const source = fieldsOf(volume.image);
    if (source) hardenImage(pod.spec, source, "reference", `volumes[${String(volume.name)}].image.`);
  }
}

function hardenImage(place: Place, holder: Fields, key: string, way: string): void {
  const said = holder[key];
  if (typeof said !== "string") return;
  const { images } = place.plan;
  const other = images.find(({ reference }) => reference === said);
  if (other) {
    place.notes.used.add(other);
    const { reference, reason } = other.image;
    holder[key] = reference;
    if (reference !== said) place.changed(`${way}${key}`, said, reference, "immutable-containers", reason);
  }
  const now = holder[key] as string;
  // A tag alone that was given with its reason.
  if (images.some(({ image }) => image.reference === now && image.reason !== undefined)) return;
  const { tag, digest } = splitImage(now);
  if ((digest !== undefined && (DIGEST.test(digest) || isReference(digest))) || isUnknown(now, tag)) return;
  const isLatest = tag === undefined || tag === "latest";
  place.found(isLatest ? HardeningConflict.IMAGE_LATEST : HardeningConflict.IMAGE_TAG, {
    field: `${way}${key}`,
    value: now,
  });
}

/** What ends in a reference to a Terraform value may end in a digest. */
function isUnknown(image: string, tag: string | undefined): boolean {
  return isReference(tag ?? image);
}
