import { type AlarmKind } from "./private/alarm-kind";
import { checkText } from "../core/terraform-text";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { type Problems } from "../core/validation-error";

/** Props common to alarms and saved searches. */
export interface WatchProps {
  /**
   * The name: 1 to 60 lower-case letters, digits, and dashes, starting with a letter.
   *
   * It identifies the alarm: `without` takes it, and `adding` replaces an alarm of the same name.
   */
  readonly name: string;
  /** The purpose, in one or two sentences; at most 400 characters. */
  readonly purpose: string;
  /** The response when it fires, in one or more sentences; at most 500 characters. It is part of the message. */
  readonly response: string;
}

/** An alarm that sends a message to a topic: a MetricAlarm, an EventAlarm, or an AuditAlarm. */
export abstract class Alarm {
  /** @internal */
  public abstract readonly _kind: AlarmKind;

  protected constructor(
    /** The name. */
    public readonly name: string,
    /** The purpose of the alarm. */
    public readonly purpose: string,
    /** The response when it fires. */
    public readonly response: string,
  ) {}
}

const NAME = /^[a-z][a-z0-9-]{0,59}$/;
const MAX_PURPOSE_LENGTH = 400;
const MAX_RESPONSE_LENGTH = 500;

/** Adds a problem for each text that is missing or too long, and for an invalid name. */
export function checkWatch(problems: Problems, props: Partial<WatchProps>): void {
  const { name, purpose, response } = props;
  checkGiven(problems, { name, purpose, response });
  if (name !== undefined && !(typeof name === "string" && NAME.test(name))) {
    problems.add(
      "NAME_INVALID",
      `name is ${shown(name)}`,
      'Give 1 to 60 lower-case letters, digits, and "-", starting with a letter, such as "login-failures"',
    );
  }
  checkSentence(problems, "purpose", purpose, MAX_PURPOSE_LENGTH);
  checkSentence(problems, "response", response, MAX_RESPONSE_LENGTH);
}

function checkSentence(problems: Problems, name: string, text: unknown, most: number): void {
  if (text === undefined || text === null) return;
  checkText(problems, name, text as string);
  if (typeof text === "string" && /\p{L}/u.test(text) && text.length <= most) return;
  const what =
    typeof text === "string" && text.length > most ? `${text.length} characters long` : shown(text);
  problems.add("VALUE_INVALID", `${name} is ${what}`, `Write a sentence of at most ${most} characters`);
}
