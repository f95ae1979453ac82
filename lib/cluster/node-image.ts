import { type NodeImageLockOptions, NodeImageLock } from "./node-image-lock";
import { factsOfName, type NodeImageFacts } from "./private/node-image-facts";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkOcid } from "../core/ocid";
import { Problems } from "../core/validation-error";

/** What is known of a node image beside its OCID. */
export interface NodeImageOptions {
  /**
   * The name of the image, such as `Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505`: operating system, day, Kubernetes version and
   * build of an OKE image. A pool refuses what the name says does not fit it. Leave it out for a custom image that has the name
   * of the image that it was made from.
   *
   * @default - nothing is known of the image, and nothing about it is refused
   */
  readonly imageName?: string;
}

/**
 * The image that worker nodes boot from.
 *
 * Always one image by its OCID: "the latest" is a plan that changes by itself. An OKE image holds the programs of one
 * Kubernetes version: choose one whose name has the version of the pool.
 *
 * @see https://docs.oracle.com/iaas/images/oke-worker-node-oracle-linux-8x/
 */
@checked
export class NodeImage {
  /**
   * One image.
   *
   * @param imageId the OCID of an OKE worker node image or of a custom image made from one
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static of(imageId: string, options: NodeImageOptions = {}): NodeImage {
    const problems = new Problems("NodeImage.of");
    checkOcid(problems, "imageId", imageId, "image");
    const { imageName } = options ?? {};
    if (imageName !== undefined && (typeof imageName !== "string" || imageName.trim() === "")) {
      problems.add(
        "VALUE_INVALID",
        `imageName is ${shown(imageName)}`,
        'Write the name as OCI shows it, for example "Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505", or leave it out',
      );
    }
    problems.throwIfAny();
    return new NodeImage(imageId, imageName);
  }

  /**
   * An image of a lock, `node-images.lock.json`, that has its OCID, its name and how old it may become.
   *
   * The lock is read once. The age is judged at the date on which the lock was checked, so that the same program and the same lock give the
   * same bytes on every day. See `NodeImageLock` for what the file holds.
   *
   * @param name the name of the image in the lock, such as `general`
   * @throws IMAGE_LOCK_INVALID, IMAGE_TOO_OLD, VALUE_INVALID
   */
  public static fromLock(name: string, options: NodeImageLockOptions = {}): NodeImage {
    const { imageId, imageName, facts } = NodeImageLock._image("NodeImage.fromLock", name, options);
    return new NodeImage(imageId, imageName, facts);
  }

  /**
   * What is known of the image.
   *
   * @internal
   */
  public readonly _facts: NodeImageFacts;

  private constructor(
    /** The OCID of the image. */
    public readonly imageId: string,
    /** The name of the image, where it was given. */
    public readonly imageName?: string,
    facts?: NodeImageFacts,
  ) {
    this._facts = facts ?? (imageName === undefined ? {} : factsOfName(imageName));
  }
}
