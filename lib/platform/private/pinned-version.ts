import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";
import { type ContainerImage } from "../../workload/images/container-image";

/** Adds a problem where the tag of an image says that it is another version than the one that the manifests are written for. */
export function checkPinnedVersion(
  problems: Problems,
  name: string,
  image: ContainerImage | undefined,
  version: string,
): void {
  const tag = image?.tag;
  if (typeof tag !== "string" || tag.replace(/^v/, "") === version.replace(/^v/, "")) return;
  problems.add(
    "IMAGE_INVALID",
    `${name} has the tag ${shown(tag)}, and the manifests are written for ${version}`,
    `Take the image of ${version}; a reference without a tag, by its digest alone, is not checked`,
  );
}
