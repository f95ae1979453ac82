import { Token } from "cdktf";
import { shown } from "../../../core/display-value";
import { type Problems } from "../../../core/validation-error";
import { refuseKind } from "../../../core/value-readers";

const HOST =
  /^(?:localhost|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+)(?::\d{1,5})?$/;
const MAX_PORT = 65535;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 255;

/** An image with its digest, for messages. */
const IMAGE_EXAMPLE = "fra.ocir.io/acme/web@sha256:<64 hexadecimal digits>";

/** The parts of an image reference. */
export interface ImageParts {
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Splits an image reference; the parts of an invalid reference are unspecified. */
export function splitImage(reference: string): ImageParts {
  const at = reference.indexOf("@");
  const named = at < 0 ? reference : reference.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  return {
    name: colon < 0 ? named : named.slice(0, colon),
    tag: colon < 0 ? undefined : named.slice(colon + 1),
    digest: at < 0 ? undefined : reference.slice(at + 1),
  };
}

const isKnown = (part: string) => !Token.isUnresolved(part);

/** Whether the first part of a name is a registry; without a registry, each node chooses its own default. */
export function isRegistry(part: string): boolean {
  return part.includes(".") || part.includes(":") || part === "localhost" || !isKnown(part);
}

/** Whether a text is the host of a registry, optionally with a port. */
function isHost(text: string): boolean {
  const port = Number(text.split(":")[1] ?? 443);
  return HOST.test(text) && port >= 1 && port <= MAX_PORT;
}

/** Adds a problem for each invalid part of a registry and its repositories. */
export function checkImageName(problems: Problems, property: string, name: string, isPrefix = false): void {
  if (typeof name !== "string") {
    refuseKind(problems, property, name, 'a text, for example "fra.ocir.io/acme"');
    return;
  }
  const example = isPrefix ? "fra.ocir.io/acme" : IMAGE_EXAMPLE;
  const add = (what: string, fix: string) => {
    problems.add("IMAGE_INVALID", `${property} is ${shown(name)}, which ${what}`, fix);
  };
  const plain = name.replace(/^[a-z]+:\/\//i, "").replace(isPrefix ? /\/+$/ : "", "");
  if (plain !== name) {
    const instead = plain === "" ? example : plain;
    add("has the form of a URL", `Leave out the scheme and the final slash: ${JSON.stringify(instead)}`);
    return;
  }
  const [host = "", ...path] = name.split("/");
  // A name that is a reference to a Terraform value, such as a repository's address, is unknown at synthesis.
  if (!isRegistry(host) || (path.length === 0 && !isPrefix && isKnown(host))) {
    add("does not begin with the host of a registry", `Begin with the registry, for example ${example}`);
    return;
  }
  if (isKnown(host) && !isHost(host)) {
    add(`has the invalid registry ${shown(host)}`, `Write a host name, for example ${example}`);
  }
  for (const part of path.filter((candidate) => isKnown(candidate) && !PATH_PART.test(candidate))) {
    add(
      `has the invalid repository part ${shown(part)}`,
      "Use lower-case letters and digits, joined by single periods, underscores, or dashes, for example acme/web",
    );
  }
  if (isKnown(name) && name.length > MAX_NAME_LENGTH)
    add(`has ${name.length} characters`, `Use up to ${MAX_NAME_LENGTH} characters`);
}

const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

function checkTag(problems: Problems, tag: string | undefined): void {
  if (tag === undefined) return;
  if (!Token.isUnresolved(tag) && !TAG.test(tag)) {
    problems.add(
      "IMAGE_INVALID",
      `reference has the tag ${shown(tag)}`,
      "Use up to 128 letters, digits, _, ., and -, beginning with a letter, a digit, or _, for example 1.4.2",
    );
  }
  if (tag !== "latest") return;
  problems.add(
    "IMAGE_NOT_PINNED",
    "reference has the tag latest, which is not a version",
    `Use the tag of a version, or only a digest: ${IMAGE_EXAMPLE}`,
  );
}

/** Reads an image reference, and adds a problem for each invalid part. */
export function readImage(problems: Problems, reference: unknown): ImageParts | undefined {
  if (typeof reference !== "string")
    return refuseKind(problems, "reference", reference, `"${IMAGE_EXAMPLE}"`);
  const parts = splitImage(reference);
  checkImageName(problems, "reference", parts.name);
  checkTag(problems, parts.tag);
  if (parts.digest !== undefined && !DIGEST.test(parts.digest)) {
    problems.add(
      "IMAGE_INVALID",
      `reference has the digest ${shown(parts.digest)}`,
      "Write sha256: and 64 lower-case hexadecimal digits",
    );
  }
  return parts;
}

/** Adds a problem if an image reference has no digest. */
export function checkPinned(problems: Problems, reference: string, { digest }: ImageParts): void {
  if (digest !== undefined) return;
  problems.add(
    "IMAGE_NOT_PINNED",
    `reference is ${shown(reference)}, which has no digest`,
    `Write ${IMAGE_EXAMPLE}: \`docker buildx imagetools inspect <image>\` prints the digest of a tag. For an image ` +
      "without a digest, write ContainerImage.tagOnly(reference, { reason })",
  );
}
