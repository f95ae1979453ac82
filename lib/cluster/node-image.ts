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

  private constructor(
    /** The OCID of the image. */
    public readonly imageId: string,
    /** The name of the image, where it was given. */
    public readonly imageName?: string,
  ) {}
}
