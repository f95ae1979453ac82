import { Alarms } from "./alarms";
import { type INotificationTopic, subscriberList } from "./notification-topic";
import { type Subscriber } from "./subscriber";
import { checked } from "../core/checked";
import {
  checkedBy,
  listOf,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  valueOf,
  withDefault,
} from "../core/readers";
import { checkReason, readChoice, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** Options for the alarms of a cluster. */
export interface AlarmRoutingOptions {
  /**
   * The alarms.
   *
   * @default Alarms.recommended()
   */
  readonly alarms?: Alarms;
  /**
   * The OCID of the compartment of the alarms: event rules match the events of this compartment and its
   * descendants.
   *
   * Use a common parent if keys, networks, or bastions are in other compartments than the cluster.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The OCIDs of the compartments whose OCI Audit records are monitored, each without its descendants.
   *
   * @default - the compartment of the cluster, and that of its network if it has one
   */
  readonly auditCompartmentIds?: string[];
  /**
   * The topic of messages about IAM events, in the home region, as a rule can only use a topic in its own
   * region.
   *
   * @default - the topic of the other messages; with a provider of the home region, its own topic with the same subscribers
   */
  readonly homeRegionTopic?: INotificationTopic;
}

const COMPARTMENT = ocid("compartment", "tenancy");

/** Reads a topic of OCI Notifications. */
export function topicValue(): Reader<INotificationTopic> {
  return valueOf<INotificationTopic>("INotificationTopic");
}

/** How the options of the alarms of a cluster are read. */
export const ALARM_ROUTING_OPTIONS = {
  alarms: withDefault(
    checkedBy(valueOf(Alarms), (problems, name, { list }) => {
      if (list.length > 0) return;
      problems.add(
        "VALUE_INVALID",
        `${name} is empty, so nothing watches the cluster`,
        "Give Alarms.recommended(), and leave out single ones with .without(name, { reason })",
      );
    }),
    Alarms.recommended(),
  ),
  compartmentId: optional(COMPARTMENT),
  auditCompartmentIds: optional(listOf(COMPARTMENT, "a list of OCIDs of compartments")),
  homeRegionTopic: optional(topicValue()),
} satisfies PropsSchema<AlarmRoutingOptions>;

const NO_ALARMS = "A cluster without alarms";

/** The recipients of the alarms of a cluster: see `ClusterAlarms`. */
@checked
export class AlarmRouting {
  /**
   * Sends the messages to subscribers, through a topic of the cluster.
   *
   * Without subscribers, alarms fire and nobody gets a message; the warning `topic-without-subscriber` points it out.
   */
  public static toSubscribers(subscribers: Subscriber[], options: AlarmRoutingOptions = {}): AlarmRouting {
    const problems = new Problems("AlarmRouting.toSubscribers");
    const read = subscriberList()(problems, "subscribers", subscribers) ?? [];
    readProps(problems, options, ALARM_ROUTING_OPTIONS);
    problems.throwIfAny();
    return new AlarmRouting(true, read, undefined, options);
  }

  /** Sends the messages to a topic of the program, or to an existing one. */
  public static toTopic(topic: INotificationTopic, options: AlarmRoutingOptions = {}): AlarmRouting {
    const problems = new Problems("AlarmRouting.toTopic");
    topicValue()(problems, "topic", topic);
    readProps(problems, options, ALARM_ROUTING_OPTIONS);
    problems.throwIfAny();
    return new AlarmRouting(true, [], topic, options);
  }

  /**
   * Creates no alarms: somebody has to look at metrics, events, and audit records regularly.
   *
   * The reason is recorded as an acknowledgement of the cluster: another system watches it, for example.
   */
  public static none(choice: ReasonedChoice): AlarmRouting {
    const reason = readChoice("AlarmRouting.none", NO_ALARMS, choice);
    return new AlarmRouting(false, [], undefined, {}, reason);
  }

  private constructor(
    /** Whether the cluster has alarms. */
    public readonly isEnabled: boolean,
    /** The subscribers of the cluster's own topic. */
    public readonly subscribers: Subscriber[],
    /** The topic, if the cluster does not create its own. */
    public readonly topic: INotificationTopic | undefined,
    /** The options of the alarms. */
    public readonly options: AlarmRoutingOptions,
    /** The reason for no alarms, if there are none. */
    public readonly reason?: string,
  ) {}
}

/** Reads the routing of a cluster's alarms, which may come from another copy of the library. */
export function alarmRouting(): Reader<AlarmRouting> {
  return checkedBy(
    valueOf(AlarmRouting),
    (problems, name, { isEnabled, subscribers, topic, options, reason }) => {
      if (!isEnabled) return checkReason(problems, NO_ALARMS, reason, `${name}.reason`);
      if (topic === undefined) subscriberList()(problems, `${name}.subscribers`, subscribers);
      readProps(problems, options ?? {}, ALARM_ROUTING_OPTIONS, `${name}.options`);
    },
  );
}
