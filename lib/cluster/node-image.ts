import { type NodeImageLockOptions, NodeImageLock } from "./node-image-lock";
import { factsOfName, type NodeImageFacts } from "./private/node-image-facts";
import { checked } from "../core/checked";
import { matching, ocid, optional, type PropsSchema, readProps } from "../core/readers";
import { Problems } from "../core/validation-error";

/** The known facts about a node image besides its OCID. */
export interface NodeImageOptions {
  /**
   * The name of the image, such as `Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505`: operating system, day, Kubernetes version and build
   * of an OKE image. A pool rejects the image if its name shows that it doesn't fit. Leave it out for a custom image that has the name of
   * its base image.
   *
   * @default - the facts about the image are not known, and the pool rejects nothing
   */
  readonly imageName?: string;
}

const IMAGE_ID = ocid("image");
const OPTIONS = {
  imageName: optional(
    matching(
      /\S/,
      'Give the name as OCI shows it, for example "Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505", or leave it out',
      { code: "VALUE_INVALID", references: true },
    ),
  ),
} satisfies PropsSchema<NodeImageOptions>;

/**
 * The image that worker nodes boot from.
 *
 * An image is always pinned by its OCID: with "the latest" image, plans would change by themselves. An OKE image contains the programs of
 * one Kubernetes version: choose an image whose name has the version of the pool.
 *
 * @see https://docs.oracle.com/iaas/images/oke-worker-node-oracle-linux-8x/
 */
@checked
export class NodeImage {
  /**
   * An image by its OCID.
   *
   * @param imageId the OCID of an OKE worker node image or of a custom image made from one
   */
  public static of(imageId: string, options: NodeImageOptions = {}): NodeImage {
    const problems = new Problems("NodeImage.of");
    IMAGE_ID(problems, "imageId", imageId);
    const { imageName } = readProps(problems, options, OPTIONS);
    problems.throwIfAny();
    return new NodeImage(imageId, imageName);
  }

  /**
   * An image of the lock file `node-images.lock.json`, which contains its OCID, its name and its maximum age.
   *
   * The lock is read once. The age is evaluated for the date on which the lock was checked, so that the same program and lock give the
   * same output on every day. See `NodeImageLock` for the format of the file.
   *
   * @param name the name of the image in the lock, such as `general`
   */
  public static fromLock(name: string, options: NodeImageLockOptions = {}): NodeImage {
    const { imageId, imageName, facts } = NodeImageLock._image("NodeImage.fromLock", name, options);
    return new NodeImage(imageId, imageName, facts);
  }

  /**
   * The known facts about the image.
   *
   * @internal
   */
  public readonly _facts: NodeImageFacts;

  private constructor(
    /** The OCID of the image. */
    public readonly imageId: string,
    /** The name of the image, if it was given. */
    public readonly imageName?: string,
    facts?: NodeImageFacts,
  ) {
    this._facts = facts ?? (imageName === undefined ? {} : factsOfName(imageName));
  }
}
