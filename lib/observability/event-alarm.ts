import { Alarm, WATCH, type WatchProps } from "./alarm";
import { checked } from "../core/checked";
import { nonEmptyListOf } from "../core/value-readers";
import {
  checkedBy,
  mapOf,
  matching,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  withDefault,
} from "../core/readers";
import { checkText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";
import { byKey, byText } from "../core/stable-order";

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

const isOfIam = (type: string) => HOME_REGION.test(type);

/** Reads event types that one rule can match. */
const eventTypes = checkedBy(
  nonEmptyListOf(
    matching(EVENT_TYPE, 'Give types such as "com.oraclecloud.clustersapi.updatecluster.begin"', {
      code: "VALUE_INVALID",
    }),
    '["com.oraclecloud.clustersapi.updatecluster.begin"]',
    "VALUE_INVALID",
  ),
  (problems, name, types) => {
    if (types.some(isOfIam) && !types.every(isOfIam)) {
      problems.add(
        "VALUE_INVALID",
        `${name} contains types of IAM and of other services`,
        "Create two alarms: events of IAM come from the home region, all others from the region of the resource",
      );
    }
  },
);

const EVENT_ALARM = {
  ...WATCH,
  eventTypes,
  data: withDefault(
    mapOf(
      checkedBy(text('a text, such as "prod-*"'), (problems, name, value) => {
        checkText(problems, name, value);
        if (value === "") problems.add("VALUE_INVALID", `${name} is empty`, 'Give a text, such as "prod-*"');
      }),
      'attributes and their values, such as { resourceName: "prod-*" }',
    ),
    {},
  ),
} satisfies PropsSchema<EventAlarmProps>;

type ResolvedEventAlarm = Resolved<typeof EVENT_ALARM>;

/**
 * An alarm on events, which OCI services emit when a resource is changed.
 *
 * A rule matches the events of its compartment and descendants, in its region.
 *
 * @see https://docs.oracle.com/iaas/Content/Events/Concepts/filterevents.htm
 */
@checked
export class EventAlarm extends Alarm {
  /** An alarm on event types. */
  public static of(props: EventAlarmProps): EventAlarm {
    const problems = new Problems("EventAlarm.of");
    return new EventAlarm(problems.resolved<ResolvedEventAlarm>(readProps(problems, props, EVENT_ALARM)));
  }

  /** @internal */
  public readonly _kind = "event";
  /** The event types, sorted. */
  public readonly eventTypes: string[];
  /** The required attributes of the event's `data`. */
  public readonly data: { [attribute: string]: string };

  private constructor(props: ResolvedEventAlarm) {
    super(props.name, props.purpose, props.response);
    this.eventTypes = [...new Set(props.eventTypes)].sort(byText);
    this.data = { ...props.data };
  }

  /**
   * Whether its events are IAM events, which only the home region emits.
   *
   * @internal
   */
  public get _isOfHomeRegion(): boolean {
    return this.eventTypes.some(isOfIam);
  }

  /**
   * The condition of the rule.
   *
   * @internal
   */
  public get _condition(): { readonly eventType: readonly string[]; readonly data: object } {
    const sorted = Object.entries(this.data).sort(byKey);
    return { eventType: this.eventTypes, data: Object.fromEntries(sorted) };
  }
}
