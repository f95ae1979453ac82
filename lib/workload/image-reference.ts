import { Token } from "cdktf";
import { checkImageName, IMAGE_EXAMPLE, splitImage, type ImageParts } from "./image-name";
import { refuseKind } from "./shapes";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

function checkTag(problems: Problems, tag: string | undefined): void {
  if (tag === undefined) return;
  if (!Token.isUnresolved(tag) && !TAG.test(tag)) {
    problems.add(
      "IMAGE_INVALID",
      `The tag is ${shown(tag)}`,
      "Use up to 128 letters, digits, _, . and -, beginning with a letter, a digit or _",
    );
  }
  if (tag !== "latest") return;
  problems.add(
    "IMAGE_NOT_PINNED",
    "The tag is latest, which names no version",
    `Name a version, or a digest only: ${IMAGE_EXAMPLE}`,
  );
}

/** Reads a reference to an image; each part of it that can't be goes into the problems. */
export function readImage(problems: Problems, reference: unknown): ImageParts | undefined {
  if (typeof reference !== "string")
    return refuseKind(problems, "The image", reference, `"${IMAGE_EXAMPLE}"`);
  const parts = splitImage(reference);
  checkImageName(problems, parts.name);
  checkTag(problems, parts.tag);
  if (parts.digest !== undefined && !DIGEST.test(parts.digest)) {
    problems.add(
      "IMAGE_INVALID",
      `The digest is ${shown(parts.digest)}`,
      "Write sha256: and 64 lower-case hexadecimal digits",
    );
  }
  return parts;
}

/** Adds a problem where a reference to an image has no digest. */
export function checkPinned(problems: Problems, reference: string, { digest }: ImageParts): void {
  if (digest !== undefined) return;
  problems.add(
    "IMAGE_NOT_PINNED",
    `${shown(reference)} has no digest`,
    `Write ${IMAGE_EXAMPLE}; \`docker buildx imagetools inspect <image>\` prints the digest of a tag, and ` +
      "ContainerImage.tagOnly(reference, { reason }) takes a tag alone",
  );
}
