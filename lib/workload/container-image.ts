import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { checkImageName, IMAGE_EXAMPLE, splitImage, type ImageParts } from "./image-name";
import { refuseKind } from "./shapes";
import { Acknowledgements } from "../core/acknowledgement";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";

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

/**
 * A container image, pinned by its digest.
 *
 * @see https://kubernetes.io/docs/concepts/containers/images/#image-names
 */
export class ContainerImage {
  /**
   * An image whose digest says what runs.
   *
   * @param reference registry, repository and digest, such as `fra.ocir.io/acme/web@sha256:…`; a tag before the `@` is kept
   * @throws IMAGE_INVALID, IMAGE_NOT_PINNED, VALUE_INVALID
   */
  public static of(reference: string): ContainerImage {
    return ContainerImage.read("ContainerImage.of", reference, (problems, { digest }) => {
      if (digest !== undefined) return;
      problems.add(
        "IMAGE_NOT_PINNED",
        `${shown(reference)} has no digest`,
        `Write ${IMAGE_EXAMPLE}; \`docker buildx imagetools inspect <image>\` prints the digest of a tag, and ` +
          "ContainerImage.tagOnly(reference, { reason }) takes a tag alone",
      );
    });
  }

  /**
   * An image named by a tag alone, which the registry may move to other content.
   *
   * The reason is kept as an acknowledgement of the workloads that run the image.
   *
   * @param reference registry, repository and tag, such as `fra.ocir.io/acme/web:1.4.2`; never `latest`
   * @throws IMAGE_INVALID, IMAGE_NOT_PINNED, REASON_MISSING, VALUE_INVALID
   */
  public static tagOnly(reference: string, choice: ReasonedChoice): ContainerImage {
    return ContainerImage.read(
      "ContainerImage.tagOnly",
      reference,
      (problems, { tag, digest }) => {
        checkReason(problems, "An image without a digest", choice?.reason);
        if (digest !== undefined) {
          problems.add("IMAGE_INVALID", "The image has a digest", "Write ContainerImage.of(reference)");
        } else if (tag === undefined) {
          problems.add(
            "IMAGE_NOT_PINNED",
            "The image has no tag, which means latest",
            "Name a version after a colon",
          );
        }
      },
      choice?.reason,
    );
  }

  private static read(
    factory: string,
    reference: string,
    check: (problems: Problems, parts: ImageParts) => void,
    reason?: string,
  ): ContainerImage {
    const problems = new Problems(factory);
    if (typeof reference !== "string") refuseKind(problems, "The image", reference, `"${IMAGE_EXAMPLE}"`);
    problems.throwIfAny();
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
    check(problems, parts);
    problems.throwIfAny();
    return new ContainerImage(reference, parts.tag, parts.digest, reason);
  }

  private constructor(
    /** The image as the kubelet pulls it. */
    public readonly reference: string,
    /** The tag, where there is one. */
    public readonly tag?: string,
    /** The digest, `sha256:` and 64 hexadecimal digits. */
    public readonly digest?: string,
    /** Why there is no digest, where there is none. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(
      scope,
      "immutable-containers",
      `image ${this.reference} without a digest`,
      this.reason,
    );
  }
}
