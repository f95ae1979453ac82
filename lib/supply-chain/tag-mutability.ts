import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/**
 * Whether the tags of a repository can be moved to other images.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrycreatingarepository.htm
 */
@checked
export class TagMutability {
  /** A tag stays with the image that it was pushed with. */
  public static immutable(): TagMutability {
    return new TagMutability(true);
  }

  /**
   * A tag can be moved, so that it says nothing about what runs.
   *
   * The reason is kept as an acknowledgement of the repository.
   *
   * @throws REASON_MISSING, ATTRIBUTE_MISSING
   */
  public static mutable(choice: ReasonedChoice): TagMutability {
    const problems = new Problems("TagMutability.mutable");
    checkReason(problems, "A repository whose tags can be moved", choice?.reason);
    problems.throwIfAny();
    return new TagMutability(false, choice.reason);
  }

  private constructor(
    /** Whether tags stay with their images. */
    public readonly isImmutable: boolean,
    /** Why they don't, where that is so. */
    public readonly reason?: string,
  ) {}
}
