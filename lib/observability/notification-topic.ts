import { Token, type ITerraformDependable, type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { type Subscriber } from "./subscriber";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid } from "../core/ocid";
import { findWhenWritten } from "../core/program-findings";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
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

const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * A topic for the messages of alarms, with its subscribers.
 *
 * @see https://docs.oracle.com/iaas/Content/Notification/Concepts/notificationoverview.htm
 */
@checked
export class NotificationTopic extends ResourceConstruct implements INotificationTopic {
  /**
   * Imports an existing topic; nothing is looked up.
   *
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID
   */
  public static fromNotificationTopicAttributes(
    scope: Construct,
    id: string,
    attributes: NotificationTopicAttributes,
  ): INotificationTopic {
    const problems = problemsIn(scope, id);
    if (checkGiven(problems, { attributes })) {
      checkOcid(problems, "topicId", attributes.topicId, "onstopic");
      checkOcid(problems, "compartmentId", attributes.compartmentId, "compartment", "tenancy");
    }
    problems.throwIfAny();
    return new ImportedTopic(scope, id, attributes);
  }

  public readonly topicId: string;
  public readonly compartmentId: string;
  private readonly subscribed: Subscriber[] = [];

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, TAG_INVALID, TEXT_TEMPLATE
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: NotificationTopicProps,
  ) {
    checkTopic(scope, id, props);
    super(scope, id);
    this.compartmentId = props.compartmentId;
    this.topicId = new OnsNotificationTopic(this, "Resource", {
      provider: props.topicProvider,
      compartmentId: props.compartmentId,
      name: props.topicName ?? nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-"),
      description: "Messages of alarms on a cluster",
      ...tagsOf(this, props),
    }).id;
    for (const subscriber of props.subscribers ?? []) this.addSubscriber(subscriber);
    findWhenWritten(this, () => (this.subscribed.length === 0 ? [this.nobody()] : []));
  }

  /** The subscribers. */
  public get subscribers(): Subscriber[] {
    return [...this.subscribed];
  }

  /**
   * Adds a subscriber.
   *
   * @throws NAME_DUPLICATE, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public addSubscriber(subscriber: Subscriber): void {
    const problems = new Problems(this);
    if (checkGiven(problems, { subscriber }) && checkSubscriber(problems, subscriber)) {
      checkTwice(problems, [...this.subscribed, subscriber]);
    }
    problems.throwIfAny();
    this.subscribed.push(subscriber);
    new OnsSubscription(this, subscriber._id, {
      provider: this.props.topicProvider,
      compartmentId: this.compartmentId,
      topicId: this.topicId,
      protocol: subscriber.protocol,
      endpoint: subscriber.endpoint,
      ...tagsOf(this, this.props),
    });
  }

  private nobody() {
    return {
      id: "topic-without-subscriber",
      construct: this,
      what: "The topic has no subscriber",
      why: "Alarms fire into it, and nobody gets their messages.",
      fix: 'Write subscribers: [Subscriber.email("oncall@example.com")], or topic.addSubscriber(…)',
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

function checkTopic(scope: Construct, id: string, props: NotificationTopicProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const { topicName, subscribers = [] } = props;
  if (topicName !== undefined && !Token.isUnresolved(topicName) && !TOPIC_NAME.test(topicName)) {
    problems.add(
      "NAME_INVALID",
      `topicName is ${shown(topicName)}`,
      'Give 1 to 256 letters, digits, "-", and "_"',
    );
  }
  if (Array.isArray(subscribers)) {
    const known = subscribers.filter((subscriber) => checkSubscriber(problems, subscriber));
    checkTwice(problems, known);
  } else problems.add("VALUE_INVALID", `subscribers is ${shown(subscribers)}`, "Give a list of Subscriber");
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkSubscriber(problems: Problems, subscriber: unknown): boolean {
  const example = 'Subscriber.email("oncall@example.com")';
  return checkMembers(
    problems,
    "A subscriber",
    subscriber ?? "nothing",
    ["protocol", "endpoint", "_id"],
    example,
  );
}

function checkTwice(problems: Problems, subscribers: readonly Subscriber[]): void {
  const ids = subscribers.map(({ _id }) => _id);
  for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) {
    problems.add("NAME_DUPLICATE", `The subscriber ${id} is there twice`, "Name each subscriber once");
  }
}
