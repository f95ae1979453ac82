import { type IConstruct } from "constructs";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { readArgument, reasonFor } from "../core/readers";
import { choiceOf, type ReasonedChoice } from "../core/reason";

/**
 * The protection mode of a key, which decides where it is kept and used; it can't be changed later.
 *
 * @see https://docs.oracle.com/iaas/Content/KeyManagement/Concepts/keyoverview.htm
 */
@checked
export class KeyProtection {
  /** The key is kept in a hardware security module (HSM) and never leaves it. */
  public static hsm(): KeyProtection {
    return new KeyProtection("HSM");
  }

  /**
   * The key is kept on a server, encrypted at rest by a root key in an HSM. It can be exported, and it is free of charge.
   */
  public static software(choice: ReasonedChoice): KeyProtection {
    const { reason } = readArgument("KeyProtection.software", "choice", choice, OUTSIDE_HSM);
    return new KeyProtection("SOFTWARE", reason);
  }

  private constructor(
    /** The protection mode as OCI names it: `HSM` or `SOFTWARE`. */
    public readonly mode: string,
    /** The reason for keeping the key outside of an HSM, if it is. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    const what = "a key outside of a hardware security module";
    Acknowledgements._record(scope, "credential-exposure", what, this.reason);
  }
}

const OUTSIDE_HSM = choiceOf(reasonFor("A key outside of a hardware security module"));
