import { Alarm, checkWatch, type WatchProps } from "./alarm";
import { checked } from "../core/checked";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { checkText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";

/** Props for EventAlarm. */
export interface EventAlarmProps extends WatchProps {
  /**
   * The event types, such as `com.oraclecloud.clustersapi.updatecluster.begin`; `*` matches any characters.
   *
   * @see https://docs.oracle.com/iaas/Content/Events/Reference/eventsproducers.htm
   */
  readonly eventTypes: string[];
  /**
   * The required attributes of the event's `data`, such as `{ resourceName: "prod-*" }`; `*` matches any
   * characters.
   *
   * @default - none
   */
  readonly data?: { [attribute: string]: string };
}

const EVENT_TYPE = /^com\.oraclecloud\.[A-Za-z0-9.*_-]+$/;
// IAM events are emitted in the home region only.
const HOME_REGION = /^com\.oraclecloud\.(?:identity[a-z]*|compartments)\./i;

/**
 * An alarm on events, which OCI services emit when a resource is changed.
 *
 * A rule matches the events of its compartment and descendants, in its region.
 *
 * @see https://docs.oracle.com/iaas/Content/Events/Concepts/filterevents.htm
 */
@checked
export class EventAlarm extends Alarm {
  /**
   * An alarm on event types.
   *
   * @throws NAME_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING, TEXT_TEMPLATE
   */
  public static of(props: EventAlarmProps): EventAlarm {
    const problems = new Problems("EventAlarm.of");
    if (checkGiven(problems, { props })) checkEventAlarm(problems, props);
    problems.throwIfAny();
    return new EventAlarm(props);
  }

  /** @internal */
  public readonly _kind = "event";
  /** The event types, sorted. */
  public readonly eventTypes: string[];
  /** The required attributes of the event's `data`. */
  public readonly data: { [attribute: string]: string };

  private constructor(props: EventAlarmProps) {
    super(props.name, props.purpose, props.response);
    this.eventTypes = [...new Set(props.eventTypes)].sort();
    this.data = { ...props.data };
  }

  /**
   * Whether its events are IAM events, which only the home region emits.
   *
   * @internal
   */
  public get _isOfHomeRegion(): boolean {
    return this.eventTypes.some((type) => HOME_REGION.test(type));
  }

  /**
   * The condition of the rule.
   *
   * @internal
   */
  public get _condition(): { readonly eventType: readonly string[]; readonly data: object } {
    const sorted = Object.entries(this.data).sort(([a], [b]) => (a < b ? -1 : 1));
    return { eventType: this.eventTypes, data: Object.fromEntries(sorted) };
  }
}

function checkEventAlarm(problems: Problems, props: EventAlarmProps): void {
  checkWatch(problems, props);
  const { eventTypes, data } = props;
  if (checkGiven(problems, { eventTypes }, "EventAlarmProps")) {
    const given: unknown = eventTypes;
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    const wrong = list.filter((type) => typeof type !== "string" || !EVENT_TYPE.test(type));
    if (list.length === 0 || wrong.length > 0) {
      const what = list.length === 0 ? "an empty list" : shown(wrong[0]);
      const fix = 'Give types such as "com.oraclecloud.clustersapi.updatecluster.begin"';
      problems.add("VALUE_INVALID", `eventTypes has ${what}`, fix);
    }
    const texts = list.filter((type): type is string => typeof type === "string");
    const homes = texts.filter((type) => HOME_REGION.test(type));
    if (homes.length > 0 && homes.length < texts.length) {
      const fix =
        "Make two alarms: events of IAM come from the home region, all others from the region of the resource";
      problems.add("VALUE_INVALID", "eventTypes has types of IAM and of other services", fix);
    }
  }
  for (const [attribute, value] of Object.entries(data ?? {})) {
    checkText(problems, `data.${attribute}`, value);
    if (typeof value === "string" && value !== "") continue;
    problems.add("VALUE_INVALID", `data.${attribute} is ${shown(value)}`, 'Give a text, such as "prod-*"');
  }
}
