import { type AlarmKind } from "./private/alarm-kind";
import { shown } from "../core/display-value";
import { checkedBy, matching, type PropsSchema, type Reader, text } from "../core/readers";
import { checkText } from "../core/terraform-text";

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

/** Reads a sentence that is part of messages. */
function sentence(most: number): Reader<string> {
  return checkedBy(text("a sentence in quotes"), (problems, name, value) => {
    checkText(problems, name, value);
    if (/\p{L}/u.test(value) && value.length <= most) return;
    const what = value.length > most ? `${value.length} characters long` : shown(value);
    problems.add("VALUE_INVALID", `${name} is ${what}`, `Write a sentence of at most ${most} characters`);
  });
}

/** How the props that alarms and saved searches share are read. */
export const WATCH = {
  name: matching(
    NAME,
    'Give 1 to 60 lower-case letters, digits, and "-", starting with a letter, such as "login-failures"',
  ),
  purpose: sentence(MAX_PURPOSE_LENGTH),
  response: sentence(MAX_RESPONSE_LENGTH),
} satisfies PropsSchema<WatchProps>;
