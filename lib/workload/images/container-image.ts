import { type IConstruct } from "constructs";
import { ImageLock, type ImageLockOptions, type JudgedImage } from "./image-lock";
import { checkPinned, type ImageParts, readImage } from "./private/image-reference";
import { Acknowledgements, type PracticeId } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** An exception that an image takes from a practice. */
interface ImageException {
  readonly practice: PracticeId;
  readonly what: string;
  readonly reason: string;
}

type Check = (problems: Problems, parts: ImageParts) => void;

/**
 * A container image, pinned by its digest.
 *
 * @see https://kubernetes.io/docs/concepts/containers/images/#image-names
 */
@checked
export class ContainerImage {
  /**
   * An image pinned by its digest.
   *
   * If its name is that of a debugging image or a shell, only init containers may run it.
   *
   * @param reference registry, repository and digest, such as `fra.ocir.io/acme/web@sha256:…`; a tag before the `@` is kept
   */
  public static of(reference: string): ContainerImage {
    return ContainerImage.read("ContainerImage.of", reference, (problems, parts) => {
      checkPinned(problems, reference, parts);
    });
  }

  /**
   * An image of the lock file `images.lock.json`, which holds its digest and its maximum age.
   *
   * The lock is read once. The age is judged at the `checked` date of the lock, so that the same program and
   * the same lock always produce the same output. See `ImageLock` for the format of the file.
   *
   * @param name the name of the image in the lock, such as `web`
   */
  public static fromLock(name: string, options: ImageLockOptions = {}): ContainerImage {
    const factory = "ContainerImage.fromLock";
    const image = ImageLock._image(factory, name, options);
    return ContainerImage.read(factory, image.reference, () => undefined, exceptionsOf(image));
  }

  /**
   * An image referenced by tag only, which the registry may move to other content.
   *
   * The reason is recorded as an acknowledgement of the workloads that run the image.
   *
   * @param reference registry, repository and tag, such as `fra.ocir.io/acme/web:1.4.2`; never `latest`
   */
  public static tagOnly(reference: string, choice: ReasonedChoice): ContainerImage {
    const check: Check = (problems, { tag, digest }) => {
      readReason(problems, "An image without a digest", choice);
      if (digest !== undefined) {
        problems.add("IMAGE_INVALID", "reference has a digest", "Write ContainerImage.of(reference)");
      } else if (tag === undefined) {
        problems.add(
          "IMAGE_NOT_PINNED",
          "reference has no tag, which means latest",
          'Append the tag of a version, for example "fra.ocir.io/acme/web:1.4.2"',
        );
      }
    };
    const what = `image ${reference} without a digest`;
    const exceptions: ImageException[] = [
      { practice: "immutable-containers", what, reason: choice?.reason ?? "" },
    ];
    return ContainerImage.read("ContainerImage.tagOnly", reference, check, exceptions, choice?.reason);
  }

  /**
   * A debugging image, or a shell, that runs for the lifetime of its pod.
   *
   * The reason is recorded as an acknowledgement of the workloads that run the image. Init containers need no
   * reason.
   *
   * @param reference registry, repository and digest, such as `fra.ocir.io/acme/netshoot@sha256:…`
   */
  public static debugging(reference: string, choice: ReasonedChoice): ContainerImage {
    const check: Check = (problems, parts) => {
      checkPinned(problems, reference, parts);
      readReason(problems, "A debugging image", choice);
    };
    return ContainerImage.read("ContainerImage.debugging", reference, check, [
      debuggingException(reference, choice?.reason ?? ""),
    ]);
  }

  private static read(
    factory: string,
    reference: string,
    check: Check,
    exceptions: readonly ImageException[] = [],
    reason?: string,
  ): ContainerImage {
    const problems = new Problems(factory);
    const parts = readImage(problems, reference);
    if (parts) check(problems, parts);
    problems.throwIfAny();
    return new ContainerImage(reference, parts?.tag, parts?.digest, reason, exceptions);
  }

  private constructor(
    /** The reference that the kubelet pulls. */
    public readonly reference: string,
    /** The tag, if there is one. */
    public readonly tag?: string,
    /** The digest, `sha256:` and 64 hexadecimal digits. */
    public readonly digest?: string,
    /** The reason for a missing digest, if there is none. */
    public readonly reason?: string,
    private readonly exceptions: readonly ImageException[] = [],
  ) {}

  /** @internal */
  public _mayDebug(): boolean {
    return this.exceptions.some(({ what }) => what === debuggingException(this.reference, "").what);
  }

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    for (const { practice, what, reason } of this.exceptions) {
      Acknowledgements._record(scope, practice, what, reason);
    }
  }
}

function debuggingException(reference: string, reason: string): ImageException {
  return { practice: "small-images", what: `debugging image ${reference}`, reason };
}

function exceptionsOf({ reference, maxAge, isOlderAllowed, debugging }: JudgedImage): ImageException[] {
  const { days, reason } = maxAge ?? { days: 0, reason: "" };
  const what = `image ${reference} up to ${days} days old`;
  return [
    ...(isOlderAllowed ? [{ practice: "small-images" as const, what, reason }] : []),
    ...(debugging === undefined ? [] : [debuggingException(reference, debugging)]),
  ];
}
