import { checked } from "../../core/checked";
import { matching } from "../../core/readers";
import { Problems } from "../../core/validation-error";

const EPOCH = matching(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  "Give up to 63 letters, digits, ., _, and -, for example 2026-11",
  { code: "VALUE_INVALID" },
);

/** How a program picks up a new version of a mounted secret. */
@checked
export class SecretReload {
  /** The program reads the file again, at each use or when it changes; the pods keep running. */
  public static inPlace(): SecretReload {
    return new SecretReload();
  }

  /**
   * The program reads the file at its start only: a change of the epoch restarts the pods, one after the
   * other.
   *
   * @param epoch any text that you change after a rotation, such as `2026-11`: up to 63 letters, digits, `.`, `_`, and `-`
   */
  public static byRestart(epoch: string): SecretReload {
    const problems = new Problems("SecretReload.byRestart");
    EPOCH(problems, "epoch", epoch);
    problems.throwIfAny();
    return new SecretReload(epoch);
  }

  private constructor(
    /** The text whose change restarts the pods, if any. */
    public readonly epoch?: string,
  ) {}
}
