import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkMembers } from "../core/required";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { type IConstruct } from "constructs";

/** What a firewall does with a request in which a capability finds something. */
@checked
export class WafMode {
  /** It is refused, and logged. */
  public static block(): WafMode {
    return new WafMode("block");
  }

  /**
   * It passes, and is logged: for the first weeks, in which one learns which good requests look bad.
   *
   * @throws REASON_MISSING
   */
  public static checkOnly(choice: ReasonedChoice): WafMode {
    const problems = new Problems("WafMode.checkOnly");
    checkReason(problems, "A firewall that blocks nothing", choice?.reason);
    problems.throwIfAny();
    return new WafMode("check", choice.reason);
  }

  private constructor(
    /** @internal */
    public readonly _action: string,
    /** Why nothing is blocked, where it is not. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(
      scope,
      "exposure",
      "a web application firewall that blocks nothing it finds",
      this.reason,
    );
  }
}

/** Adds a problem where a value was given that is no mode. */
export function checkMode(problems: Problems, value: unknown): void {
  checkMembers(
    problems,
    "mode",
    value,
    ["_action", "_acknowledge"],
    "WafMode.block() or WafMode.checkOnly({ reason })",
  );
}
