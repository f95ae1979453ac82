import { type ImageScanning } from "./image-scanning";
import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { Problems } from "../core/validation-error";

/** Whether the images of a repository are scanned for known vulnerabilities. */
@checked
export class RepositoryScanning {
  /** Images are scanned, by a scanning that all such repositories of the stack and the compartment share. */
  public static enabled(): RepositoryScanning {
    return new RepositoryScanning();
  }

  /**
   * Images are scanned by a scanning of yours, in the compartment of the repository.
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
   * The program makes nothing that scans the images.
   *
   * The reason is kept as an acknowledgement of the repository: another team scans the whole compartment, for example.
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
    /** What scans the images, where it was named. */
    public readonly scanning?: ImageScanning,
    /** Why they are not scanned, where that is so. */
    public readonly reason?: string,
  ) {}
}
