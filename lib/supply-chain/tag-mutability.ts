import { checked } from "../core/checked";
import { readChoice, type ReasonedChoice } from "../core/reason";

/**
 * The mutability of the tags of a repository.
 *
 * @see https://docs.oracle.com/iaas/Content/Registry/Tasks/registrycreatingarepository.htm
 */
@checked
export class TagMutability {
  /** A tag always refers to the image that it was pushed with. */
  public static immutable(): TagMutability {
    return new TagMutability(true);
  }

  /**
   * A tag can be moved, so it does not identify the running image.
   *
   * The reason is recorded as an acknowledgement of the repository.
   */
  public static mutable(choice: ReasonedChoice): TagMutability {
    const reason = readChoice("TagMutability.mutable", "A repository whose tags can be moved", choice);
    return new TagMutability(false, reason);
  }

  private constructor(
    /** Whether tags are immutable. */
    public readonly isImmutable: boolean,
    /** The reason for mutable tags, if they are. */
    public readonly reason?: string,
  ) {}
}
