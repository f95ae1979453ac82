import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import {
  listOf,
  matching,
  type PropsSchema,
  readArguments,
  readChoice,
  withDefault,
} from "../../core/readers";
import { type ReasonedChoice } from "../../core/reason";

/** Props for a LogRedaction. */
export interface LogRedactionProps {
  /**
   * Names of further fields whose values are redacted, such as `iban`; letters, digits, `_`, `-` and `.`.
   *
   * Case and punctuation are ignored, and a name matches within a longer one: `iban` covers `customer_IBAN`.
   *
   * @default - none
   */
  readonly fields?: string[];
}

const FIELD = matching(
  /^(?=.*[A-Za-z0-9]{2})[A-Za-z0-9_.-]{2,63}$/,
  "Give a name of 2 to 63 letters, digits, _, - and .",
  { code: "LOG_REDACTION_INVALID" },
);

const REDACTION = {
  fields: withDefault(listOf(FIELD, 'a list of names, for example ["iban"]'), []),
} satisfies PropsSchema<LogRedactionProps>;

/**
 * The redaction of log lines: collectors replace credentials with `[REDACTED]` before a line leaves its node.
 *
 * It is a second line of defense for programs that log credentials: a secret that looks like any other word passes.
 */
@checked
export class LogRedaction {
  /**
   * Redacts values of fields with names of credentials, in JSON and in text (`password=…`), and values that look like credentials: private
   * keys, JSON Web Tokens, bearer tokens, passwords in URLs, tokens of well-known providers and pre-authenticated requests.
   */
  public static recommended(props: LogRedactionProps = {}): LogRedaction {
    const { fields } = readArguments("LogRedaction.recommended", props, REDACTION);
    return new LogRedaction(true, [...fields]);
  }

  /** No redaction; the reason is recorded as an acknowledgement. */
  public static none(choice: ReasonedChoice): LogRedaction {
    return new LogRedaction(false, [], readChoice("LogRedaction.none", "A log without redaction", choice));
  }

  private constructor(
    /** Whether lines are redacted. */
    public readonly isOn: boolean,
    /** The names of further fields. */
    public readonly fields: string[],
    /** The reason for no redaction; undefined if lines are redacted. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "credential-exposure", "logs that leave nodes unredacted", this.reason);
  }
}
