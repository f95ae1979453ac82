import { checked } from "../core/checked";
import { checkOcid } from "../core/ocid";
import { Problems } from "../core/validation-error";

/**
 * The image that worker nodes boot from.
 *
 * Always one image by its OCID: "the latest" is a plan that changes by itself.
 *
 * @see https://docs.oracle.com/iaas/images/oke-worker-node-oracle-linux-8x/
 */
@checked
export class NodeImage {
  /**
   * One image.
   *
   * @param imageId the OCID of an OKE worker node image or of a custom image made from one
   * @throws OCID_INVALID, ATTRIBUTE_MISSING
   */
  public static of(imageId: string): NodeImage {
    const problems = new Problems("NodeImage.of");
    checkOcid(problems, "imageId", imageId, "image");
    problems.throwIfAny();
    return new NodeImage(imageId);
  }

  private constructor(
    /** The OCID of the image. */
    public readonly imageId: string,
  ) {}
}
