import { type ImageScanning } from "./image-scanning";
import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { Problems } from "../core/validation-error";

/** The vulnerability scanning of the images of a repository. */
@checked
export class RepositoryScanning {
  /** Scans images with a scanning that all such repositories of the stack and the compartment share. */
  public static enabled(): RepositoryScanning {
    return new RepositoryScanning();
  }

  /**
   * Scans images with your own scanning, in the compartment of the repository.
   *
   * @throws ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static by(scanning: ImageScanning): RepositoryScanning {
    const problems = new Problems("RepositoryScanning.by");
    checkGiven(problems, { scanning });
    checkMembers(
      problems,
      "scanning",
      scanning,
      ["recipeId", "targetId", "_add"],
      "an ImageScanning: new ImageScanning(stack, id, { compartmentId })",
    );
    problems.throwIfAny();
    return new RepositoryScanning(scanning);
  }

  /**
   * Creates no scanning for the images.
   *
   * The reason is recorded as an acknowledgement of the repository: for example, another team scans the whole
   * compartment.
   *
   * @throws REASON_MISSING, ATTRIBUTE_MISSING
   */
  public static none(choice: ReasonedChoice): RepositoryScanning {
    const problems = new Problems("RepositoryScanning.none");
    checkReason(problems, "A repository whose images are not scanned", choice?.reason);
    problems.throwIfAny();
    return new RepositoryScanning(undefined, choice.reason);
  }

  private constructor(
    /** The scanning, if given. */
    public readonly scanning?: ImageScanning,
    /** The reason for no scanning, if there is none. */
    public readonly reason?: string,
  ) {}
}
