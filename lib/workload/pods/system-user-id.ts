import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { wholeNumber } from "../../core/readers";
import { readReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** The lowest user id that needs no reason. */
export const MIN_USER = 10_000;

const ID = wholeNumber({
  least: 1,
  most: MIN_USER - 1,
  code: "USER_INVALID",
  fix: `Give a whole number from 1 to ${MIN_USER - 1}; write higher ids as user: ${MIN_USER}, while 0 is root, which no program may use`,
});

/**
 * A user id below 10000, for an image whose program can't run as another user.
 *
 * Such ids belong to accounts of the node: after a container escape, the program acts as one of them. 0 is
 * refused.
 */
@checked
export class SystemUserId {
  /**
   * The user and group with an id. The reason is recorded as an acknowledgement of the workload.
   *
   * @param id 1 to 9999
   */
  public static of(id: number, choice: ReasonedChoice): SystemUserId {
    const problems = new Problems("SystemUserId.of");
    ID(problems, "id", id);
    const reason = readReason(problems, "A user id below 10000", choice);
    problems.throwIfAny();
    return new SystemUserId(id, reason);
  }

  private constructor(
    /** The id of the user and of the group. */
    public readonly id: number,
    /** The reason why the program needs it. */
    public readonly reason: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    Acknowledgements._record(scope, "non-root", `the user ${this.id}`, this.reason);
  }
}
