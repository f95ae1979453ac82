import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

const EPOCH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

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
    if (typeof epoch !== "string" || !EPOCH.test(epoch)) {
      problems.add(
        "VALUE_INVALID",
        `epoch is ${shown(epoch)}`,
        "Give up to 63 letters, digits, ., _, and -, for example 2026-11",
      );
    }
    problems.throwIfAny();
    return new SecretReload(epoch);
  }

  private constructor(
    /** The text whose change restarts the pods, if any. */
    public readonly epoch?: string,
  ) {}
}
