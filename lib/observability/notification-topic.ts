import { type ITerraformDependable, type TerraformProvider, TerraformStack } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { Subscriber } from "./subscriber";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { findWhenWritten } from "../core/warnings";
import {
  checkedBy,
  listOf,
  matching,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { OnsNotificationTopic } from "../oci/ons-notification-topic";
import { OnsSubscription } from "../oci/ons-subscription";

/** A topic of OCI Notifications. */
export interface INotificationTopic extends IConstruct, ITerraformDependable {
  /** The OCID of the topic. */
  readonly topicId: string;
  /** The OCID of the compartment of the topic. */
  readonly compartmentId: string;
}

/** Attributes of an existing topic. */
export interface NotificationTopicAttributes {
  /** The OCID of the topic. */
  readonly topicId: string;
  /** The OCID of the compartment of the topic. */
  readonly compartmentId: string;
}

/** Props for NotificationTopic. */
export interface NotificationTopicProps extends TaggingProps {
  /** The OCID of the compartment of the topic. */
  readonly compartmentId: string;
  /**
   * The name: 1 to 256 letters, digits, `-`, and `_`, unique in the tenancy's region. A change creates
   * another topic.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly topicName?: string;
  /**
   * The subscribers of the topic.
   *
   * @default - none until `addSubscriber` is called; the warning `topic-without-subscriber` points it out
   */
  readonly subscribers?: Subscriber[];
  /**
   * The provider of the topic's region.
   *
   * @default - the stack's own provider
   */
  readonly topicProvider?: TerraformProvider;
}

const COMPARTMENT = ocid("compartment", "tenancy");
const SUBSCRIBER = valueOf(Subscriber);

/** Reads a list of subscribers without duplicates. */
export function subscriberList(): Reader<Subscriber[]> {
  return checkedBy(listOf(SUBSCRIBER, "a list of Subscriber"), (problems, name, subscribers) => {
    checkUnique(problems, name, subscribers);
  });
}

const TOPIC = {
  compartmentId: COMPARTMENT,
  topicName: optional(
    matching(/^[A-Za-z0-9_-]{1,256}$/, 'Give 1 to 256 letters, digits, "-", and "_"', { references: true }),
  ),
  subscribers: withDefault(subscriberList(), []),
  topicProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<NotificationTopicProps>;

const ATTRIBUTES = {
  topicId: ocid("onstopic"),
  compartmentId: COMPARTMENT,
} satisfies PropsSchema<NotificationTopicAttributes>;

type ResolvedTopic = Resolved<typeof TOPIC>;

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readTopic(scope: Construct, id: string, props: NotificationTopicProps): ResolvedTopic {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, TOPIC);
  checkTopicName(problems, scope, read);
  return problems.resolved<ResolvedTopic>(read);
}

/** Adds a problem for the name of another topic of the stack that the same provider creates. */
function checkTopicName(
  problems: Problems,
  scope: Construct,
  { topicName, topicProvider }: Partial<ResolvedTopic>,
): void {
  if (topicName === undefined) return;
  const isTopic = (construct: IConstruct): construct is NotificationTopic =>
    "topicName" in construct && "subscribers" in construct;
  const other = TerraformStack.of(scope)
    .node.findAll()
    .filter(isTopic)
    .find((topic) => topic.topicName === topicName && topic._topicProvider === topicProvider);
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `topicName is ${shown(topicName)}, as that of ${other.node.path}`,
    "Give each topic a name of its own, or leave topicName out",
  );
}

/**
 * A topic for the messages of alarms, with its subscribers.
 *
 * @see https://docs.oracle.com/iaas/Content/Notification/Concepts/notificationoverview.htm
 */
@checked
export class NotificationTopic extends ResourceConstruct implements INotificationTopic {
  /** Imports an existing topic; nothing is looked up. */
  public static fromNotificationTopicAttributes(
    scope: Construct,
    id: string,
    attributes: NotificationTopicAttributes,
  ): INotificationTopic {
    const problems = problemsIn(scope, id);
    const read = readProps(problems, attributes, ATTRIBUTES);
    return new ImportedTopic(scope, id, problems.resolved<NotificationTopicAttributes>(read));
  }

  /** The OCID of the topic. */
  public readonly topicId: string;
  /** The OCID of the compartment of the topic. */
  public readonly compartmentId: string;
  /** The name of the topic. */
  public readonly topicName: string;
  /** @internal */
  public readonly _topicProvider: TerraformProvider | undefined;
  private readonly topic: ResolvedTopic;
  private readonly subscribed: Subscriber[] = [];
  private readonly copies: NotificationTopic[] = [];
  private isCopy = false;

  constructor(scope: Construct, id: string, props: NotificationTopicProps) {
    const topic = readTopic(scope, id, props);
    super(scope, id);
    this.topic = topic;
    this.compartmentId = topic.compartmentId;
    this._topicProvider = topic.topicProvider;
    this.topicName = topic.topicName ?? nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-");
    this.topicId = new OnsNotificationTopic(this, "Resource", {
      provider: topic.topicProvider,
      compartmentId: topic.compartmentId,
      name: this.topicName,
      description: "Messages of alarms on a cluster",
      ...tagsOf(this, topic),
    }).id;
    for (const subscriber of topic.subscribers) this.addSubscriber(subscriber);
    findWhenWritten(this, () =>
      this.subscribed.length === 0 && !this.isCopy ? [this.missingSubscriber()] : [],
    );
  }

  /** The subscribers. */
  public get subscribers(): Subscriber[] {
    return [...this.subscribed];
  }

  /** Adds a subscriber. */
  public addSubscriber(subscriber: Subscriber): void {
    const problems = new Problems(this);
    if (SUBSCRIBER(problems, "subscriber", subscriber))
      checkUnique(problems, "subscribers", [...this.subscribed, subscriber]);
    problems.throwIfAny();
    this.subscribed.push(subscriber);
    for (const copy of this.copies) copy.addSubscriber(subscriber);
    new OnsSubscription(this, subscriber._id, {
      provider: this.topic.topicProvider,
      compartmentId: this.compartmentId,
      topicId: this.topicId,
      protocol: subscriber.protocol,
      endpoint: subscriber.endpoint,
      ...tagsOf(this, this.topic),
    });
  }

  /**
   * Gives a topic of another region the subscribers of this one, those that are added later too.
   *
   * @internal
   */
  public _copySubscribersTo(copy: NotificationTopic): void {
    copy.isCopy = true;
    this.copies.push(copy);
    for (const subscriber of this.subscribed) copy.addSubscriber(subscriber);
  }

  private missingSubscriber() {
    return {
      id: "topic-without-subscriber",
      construct: this,
      what: "The topic has no subscriber",
      why: "Alarms fire, and nobody receives their messages.",
      fix:
        'Give it some: subscribers: [Subscriber.email("oncall@example.com")], or topic.addSubscriber(…); for the topic of a ' +
        'SecureOkeCluster, alarms: AlarmRouting.toSubscribers([Subscriber.email("oncall@example.com")])',
    };
  }
}

/** An imported topic. */
class ImportedTopic extends ResourceConstruct implements INotificationTopic {
  public readonly topicId: string;
  public readonly compartmentId: string;

  constructor(scope: Construct, id: string, attributes: NotificationTopicAttributes) {
    super(scope, id);
    this.topicId = attributes.topicId;
    this.compartmentId = attributes.compartmentId;
  }
}

function checkUnique(problems: Problems, name: string, subscribers: readonly Subscriber[]): void {
  const ids = subscribers.map(({ _id }) => _id);
  for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) {
    problems.add("NAME_DUPLICATE", `${name} contains ${id} twice`, "Name each subscriber once");
  }
}
