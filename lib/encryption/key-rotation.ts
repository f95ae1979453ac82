import { type Duration } from "cdk8s";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkMembers } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";
import { checkEpoch } from "../core/epoch";

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
   * @throws DURATION_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static every(interval: Duration): KeyRotation {
    const problems = new Problems("KeyRotation.every");
    const days = readDays(problems, interval);
    problems.throwIfAny();
    return new KeyRotation([], days);
  }

  /**
   * The key is rotated with each epoch that is added to the list: it has one version for each epoch, in addition to its first version.
   * This works in every vault.
   *
   * Only add epochs. Destroying the resource of a version deletes the version, and all data that is encrypted under it is lost; Terraform
   * refuses a plan that removes one (`prevent_destroy`).
   *
   * @param epochs the names such as `2026-11`: 1 to 64 letters, digits, `.`, `_` and `-`; the order does not matter
   * @throws NAME_INVALID, NAME_DUPLICATE, COUNT_INVALID, VALUE_INVALID
   */
  public static epochs(epochs: string[]): KeyRotation {
    const problems = new Problems("KeyRotation.epochs");
    const all = readEpochs(problems, epochs);
    problems.throwIfAny();
    return new KeyRotation(all);
  }

  private constructor(
    /** The epochs, sorted; empty if OCI rotates the key itself. */
    public readonly epochNames: string[],
    /** The interval of automatic rotation in days; undefined if the epochs rotate the key. */
    public readonly intervalInDays?: number,
  ) {}
}

function readDays(problems: Problems, interval: Duration): number {
  const example = "Duration.days(90)";
  if (interval === undefined || interval === null) {
    problems.add("ATTRIBUTE_MISSING", "interval was not given", `Write KeyRotation.every(${example})`);
    return MIN_DAYS;
  }
  if (!checkMembers(problems, "interval", interval, ["toDays", "toHumanString"], example)) return MIN_DAYS;
  const days = interval.toDays({ integral: false });
  if (Number.isInteger(days) && days >= MIN_DAYS && days <= MAX_DAYS) return days;
  problems.add(
    "DURATION_INVALID",
    `interval is ${interval.toHumanString()}, and OCI rotates keys every ${MIN_DAYS} to ${MAX_DAYS} days`,
    `Give whole days from ${MIN_DAYS} to ${MAX_DAYS}, for example ${example}`,
  );
  return days;
}

function readEpochs(problems: Problems, epochs: unknown): string[] {
  const example = 'KeyRotation.epochs(["2026-11"])';
  if (!Array.isArray(epochs) || Token.isUnresolved(epochs)) {
    problems.add("VALUE_INVALID", `epochs is ${shown(epochs)}`, `Write a list, for example ${example}`);
    return [];
  }
  if (epochs.length === 0) {
    problems.add("COUNT_INVALID", "epochs is empty", `Write ${example}, or leave the rotation out`);
  }
  const all = epochs as string[];
  all.forEach((epoch) => checkEpoch(problems, "epochs", epoch));
  for (const twice of new Set(all.filter((epoch, index) => all.indexOf(epoch) < index))) {
    problems.add(
      "NAME_DUPLICATE",
      `epochs has ${shown(twice)} twice`,
      "Give each rotation an epoch of its own",
    );
  }
  return [...all].sort();
}
