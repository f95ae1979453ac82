import { Token } from "cdktf";
import { shown } from "../../../core/display-value";
import { checkedBy, type Reader, text } from "../../../core/readers";
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
function checkImageName(problems: Problems, property: string, name: string, isPrefix = false): void {
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

/** Reads a registry, or a registry and the beginning of repositories. */
export const REGISTRY_PREFIX = checkedBy(
  text('a text, for example "fra.ocir.io/acme"'),
  (problems, property, prefix) => {
    checkImageName(problems, property, prefix, true);
  },
);

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

/** Reads an image reference with a digest. */
export const PINNED_REFERENCE: Reader<string> = (problems, _, reference) => {
  const parts = readImage(problems, reference);
  if (parts) checkPinned(problems, reference as string, parts);
  return parts && (reference as string);
};

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
const IMAGE_FIELD = /^image(?:Name|Ref)?$/;
// baseImage, sidecarImage: images if the value also looks like one, unlike an osImage or a backgroundImage.
const SIMILAR_FIELD = /Image(?:Name|Ref)?$/;
// A reference has no blanks, no scheme and no pattern of a policy, and is not the name of a picture.
const REFERENCE = /^(?!\w+:\/\/)(?!.*\.(?:png|jpe?g|svg|gif|ico|webp)$)[^\s{}<>*!|]+$/i;

const isMap = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** An image in parts, as in Helm values: `{ registry, repository, tag, digest }`. */
function inParts({ registry, repository, reference, tag, digest, version }: Fields): string | undefined {
  const whole = textOf(reference);
  if (whole !== undefined) return whole;
  const name = textOf(repository);
  if (name === undefined) return undefined;
  const [host, mark] = [textOf(registry), textOf(tag) ?? textOf(version)];
  return `${host ? `${host}/` : ""}${name}${mark ? `:${mark}` : ""}${textOf(digest) ? `@${textOf(digest)}` : ""}`;
}

function referenceAt(key: string, value: unknown): string | undefined {
  const isKey = IMAGE_FIELD.test(key);
  if (!isKey && !SIMILAR_FIELD.test(key)) return undefined;
  // A reference to a Terraform value is an image too, with an unknown registry.
  const whole = textOf(value);
  if (whole !== undefined) {
    const isLike = REFERENCE.test(whole) && (isKey || /[/:@]/.test(whole));
    return isLike || whole.includes("${TfToken") ? whole : undefined;
  }
  return isMap(value) ? inParts(value) : undefined;
}

/** Traverses an object once; the path is built only if an image is found. */
function collect(value: unknown, path: readonly string[], found: PulledImage[]): void {
  if (Array.isArray(value)) {
    value.forEach((entry: unknown, index) => collect(entry, [...path, String(index)], found));
    return;
  }
  if (!isMap(value)) return;
  const { kind, apiVersion } = value;
  if (typeof apiVersion === "string" && WITHOUT_IMAGES.includes(String(kind))) return;
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === "object" || typeof entry === "string") {
      const reference = referenceAt(key, entry);
      if (reference !== undefined) found.push({ user: userOf(value, [...path, key]), reference });
    }
    // Neither metadata nor status creates pods; templates have their containers beside their metadata.
    if (typeof entry === "object" && key !== "metadata" && !(path.length === 0 && key === "status"))
      collect(entry, [...path, key], found);
  }
}

function userOf({ name }: Fields, path: readonly string[]): string {
  return textOf(name) ?? path.join(".");
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

const words = (text: string) => new Set(text.split(" "));

// By the last part of the repository, which copies of an image in other registries keep.
const SHELLS = words("ash bash busybox busyboxplus dash fish powershell zsh");
const SYSTEMS = words(
  "almalinux alpine amazonlinux archlinux centos debian fedora kali-rolling leap oraclelinux rockylinux tumbleweed ubuntu",
);
const TOOLS = words(
  "agnhost busybox-curl curl dnstools dnsutils httpie iperf iperf3 jessie-dnsutils mitmproxy mtr ncat netcat netshoot " +
    "network-multitool nmap socat strace swiss-army-knife tcpdump toolbox traceroute troubleshoot wget",
);
const DEBUG_NAME = /(?:^|[._-])debug(?:ger|-?tools)?$/;
const DEBUG_TAG = /(?:^|[._-])debug(?:$|[._-])/;

/** The kind of debugging image that a name indicates, if it does. */
export function debuggingKind(reference: string): string | undefined {
  const { name, tag = "" } = splitImage(reference);
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (SHELLS.has(last)) return "a shell";
  if (SYSTEMS.has(last)) return "an operating system without a program";
  if (TOOLS.has(last)) return "a debugging tool";
  if (DEBUG_NAME.test(last)) return "a debugging image";
  return DEBUG_TAG.test(tag) ? "the debugging variant of an image" : undefined;
}
