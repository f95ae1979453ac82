import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { listOf, shaped, text } from "../../core/value-readers";

/** Props for a LogRedaction. */
export interface LogRedactionProps {
  /**
   * Names of further fields whose values are redacted, such as `iban`; letters, digits, `_`, `-` and `.`.
   *
   * Case and punctuation don't count, and a name is found in a longer one: `iban` covers `customer_IBAN`.
   *
   * @default - none
   */
  readonly fields?: string[];
}

const FIELD = /^[A-Za-z0-9_.-]{2,63}$/;

/**
 * What collectors replace by `[REDACTED]` before a line leaves its node.
 *
 * It is a net under programs that log what they should not, not a reason to let them: a secret that looks like any other word passes.
 */
@checked
export class LogRedaction {
  /**
   * Values of fields whose names say that they are secret, in JSON and in text (`password=…`), and what looks like a credential: private
   * keys, JSON Web Tokens, bearer tokens, passwords in URLs, tokens of well-known providers and pre-authenticated requests.
   */
  public static recommended(props: LogRedactionProps = {}): LogRedaction {
    const problems = new Problems("LogRedaction.recommended");
    const { fields = [] } = shaped(problems, props, {
      fields: listOf(text(), 'a list of names, for example ["iban"]'),
    }) as LogRedactionProps;
    fields.forEach((name, index) => {
      if (FIELD.test(name) && /[A-Za-z0-9]{2}/.test(name)) return;
      problems.add(
        "LOG_REDACTION_INVALID",
        `fields[${index}] is ${shown(name)}`,
        "Write a name of 2 to 63 letters, digits, _, - and .",
      );
    });
    problems.throwIfAny();
    return new LogRedaction(true, [...fields]);
  }

  /** Nothing; the reason is kept as an acknowledgement. */
  public static none(choice: ReasonedChoice): LogRedaction {
    const problems = new Problems("LogRedaction.none");
    checkReason(problems, "Logs without redaction", choice?.reason);
    problems.throwIfAny();
    return new LogRedaction(false, [], choice.reason);
  }

  private constructor(
    /** Whether anything is redacted. */
    public readonly isOn: boolean,
    /** The names of further fields. */
    public readonly fields: string[],
    /** Why nothing is, where nothing is. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "credential-exposure", "logs that leave nodes unredacted", this.reason);
  }
}
