import { type Duration } from "cdk8s";
import { checked } from "../core/checked";
import { epoch } from "../core/dates";
import { checkedBy, duration, uniqueListOf } from "../core/readers";
import { Problems } from "../core/validation-error";

const MIN_DAYS = 60;
const MAX_DAYS = 365;

/**
 * The rotation of a key in OCI Vault.
 *
 * The OCID of the key stays the same, so nothing that uses the key changes or is replaced. Data that was encrypted before stays encrypted
 * under the old version until it is rewritten: never delete an old version before that.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Tasks/managingkeys_topic-To_rotate_a_master_encryption_key.htm
 */
@checked
export class KeyRotation {
  /**
   * OCI rotates the key at a fixed interval. Only virtual private vaults support it.
   *
   * @param interval the interval in whole days, 60 to 365
   */
  public static every(interval: Duration): KeyRotation {
    const problems = new Problems("KeyRotation.every");
    const read = INTERVAL(problems, "interval", interval);
    problems.throwIfAny();
    return new KeyRotation([], read);
  }

  /**
   * The key is rotated with each epoch that is added to the list: it has one version for each epoch, in addition to its first version.
   * This works in every vault.
   *
   * Only add epochs. Destroying the resource of a version deletes the version, and all data that is encrypted under it is lost; Terraform
   * refuses a plan that removes one (`prevent_destroy`).
   *
   * @param epochs the names such as `2026-11`: 1 to 64 letters, digits, `.`, `_` and `-`; the order does not matter
   */
  public static epochs(epochs: string[]): KeyRotation {
    const problems = new Problems("KeyRotation.epochs");
    const read = EPOCHS(problems, "epochs", epochs) ?? [];
    problems.throwIfAny();
    return new KeyRotation([...read].sort());
  }

  private constructor(
    /** The epochs, sorted; empty if OCI rotates the key itself. */
    public readonly epochNames: string[],
    /** The interval of automatic rotation; undefined if the epochs rotate the key. */
    public readonly interval?: Duration,
  ) {}
}

const INTERVAL = duration("days", { least: MIN_DAYS, most: MAX_DAYS, example: "Duration.days(90)" });

const EPOCHS = checkedBy(
  uniqueListOf(epoch(), 'a list, for example ["2026-11"]', {
    fix: "Give each rotation its own epoch",
  }),
  (problems, name, epochs) => {
    if (epochs.length > 0) return;
    problems.add("COUNT_INVALID", `${name} is empty`, 'Write ["2026-11"], or leave the rotation out');
  },
);
