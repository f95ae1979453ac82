import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** The least id of a user that needs no reason. */
export const LEAST_USER = 10_000;

/**
 * A user below 10000, for an image whose program can't run as another one.
 *
 * Accounts of a node have such ids: after an escape from the container the program is one of them. There is none for 0.
 */
@checked
export class SystemUserId {
  /**
   * The user and group of this id. The reason is kept as an acknowledgement of the workload.
   *
   * @param id 1 to 9999
   * @throws USER_INVALID, REASON_MISSING
   */
  public static of(id: number, choice: ReasonedChoice): SystemUserId {
    const problems = new Problems("SystemUserId.of");
    if (!Number.isInteger(id) || id < 1 || id >= LEAST_USER) {
      problems.add(
        "USER_INVALID",
        `The id is ${shown(id)}`,
        `Give a whole number from 1 to ${LEAST_USER - 1}; one from ${LEAST_USER} on is user, and 0 is root, which nothing runs as`,
      );
    }
    checkReason(problems, "A user below 10000", choice?.reason);
    problems.throwIfAny();
    return new SystemUserId(id, choice.reason);
  }

  private constructor(
    /** The id of the user and of the group. */
    public readonly id: number,
    /** Why the program needs it. */
    public readonly reason: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    Acknowledgements._record(scope, "non-root", `the user ${this.id}`, this.reason);
  }
}
