import { App, TerraformVariable } from "cdktf";
import { NotificationTopic } from "../../lib/observability/notification-topic";
import { Subscriber } from "../../lib/observability/subscriber";
import { OciProvider } from "../../lib/oci/provider";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { TOPIC } from "./support";

const emitted = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
beforeEach(() => emitted.mockClear());

function synthWith(subscribers: Subscriber[], later: Subscriber[] = []): unknown[] {
  const app = new App();
  const stack = newStack("stack", app);
  const topic = new NotificationTopic(stack, "topic", { compartmentId: COMPARTMENT, subscribers });
  for (const subscriber of later) topic.addSubscriber(subscriber);
  app.synth();
  return emitted.mock.calls.filter(
    ([, options]) => (options as { code?: string }).code === "topic-without-subscriber",
  );
}

describe("a topic", () => {
  test("has a subscription for each subscriber, named by who it is", () => {
    const stack = newStack();
    const url = new TerraformVariable(stack, "webhook", { type: "string", sensitive: true }).stringValue;
    const topic = new NotificationTopic(stack, "topic", {
      compartmentId: COMPARTMENT,
      topicName: "shop-alarms",
      subscribers: [
        Subscriber.email("oncall@example.com"),
        Subscriber.sms("+4969123456"),
        Subscriber.slack({ name: "ops", url }),
        Subscriber.pagerDuty({ name: "ops", url }),
        Subscriber.https({ name: "siem", url: "https://siem.example.com/oci" }),
        Subscriber.ociFunction("ticket", "ocid1.fnfunc.oc1.eu-frankfurt-1.existing"),
      ],
    });
    expect(topic.subscribers).toHaveLength(6);
    expect(onlyResource(stack, "oci_ons_notification_topic")).toMatchObject({
      compartment_id: COMPARTMENT,
      name: "shop-alarms",
    });
    const all = resourcesOf(stack, "oci_ons_subscription");
    expect(
      Object.values(all)
        .map(({ protocol, endpoint }) => [protocol, endpoint])
        .sort(),
    ).toEqual([
      ["CUSTOM_HTTPS", "https://siem.example.com/oci"],
      ["EMAIL", "oncall@example.com"],
      ["ORACLE_FUNCTIONS", "ocid1.fnfunc.oc1.eu-frankfurt-1.existing"],
      ["PAGERDUTY", "${var.webhook}"],
      ["SLACK", "${var.webhook}"],
      ["SMS", "+4969123456"],
    ]);
    const fewer = newStack();
    new NotificationTopic(fewer, "topic", {
      compartmentId: COMPARTMENT,
      subscribers: [Subscriber.sms("+4969123456")],
    });
    expect(Object.keys(all)).toEqual(
      expect.arrayContaining(Object.keys(resourcesOf(fewer, "oci_ons_subscription"))),
    );
  });

  test("without a subscriber gives a warning when the program is written, and only then", () => {
    expect(synthWith([])).toHaveLength(1);
    emitted.mockClear();
    expect(synthWith([], [Subscriber.email("oncall@example.com")])).toEqual([]);
    expect(synthWith([Subscriber.email("oncall@example.com")])).toEqual([]);
  });

  test("that exists already creates nothing, and gives no warning", () => {
    const stack = newStack();
    const given = { topicId: TOPIC, compartmentId: COMPARTMENT };
    expect(NotificationTopic.fromNotificationTopicAttributes(stack, "topic", given)).toMatchObject(given);
    expect(resourcesOf(stack, "oci_ons_notification_topic")).toEqual({});
    const make = (attributes: any) => () =>
      NotificationTopic.fromNotificationTopicAttributes(stack, "other", attributes);
    expect(problemCodesOf(make({ topicId: COMPARTMENT, compartmentId: TOPIC }))).toEqual([
      "OCID_INVALID",
      "OCID_INVALID",
    ]);
    expect(problemCodesOf(make(undefined))).toContain("ATTRIBUTE_MISSING");
  });

  test("rejects the name of another topic, which is unique in the region of the tenancy", () => {
    const stack = newStack();
    const topic = (id: string, props: object = {}) =>
      new NotificationTopic(stack, id, { compartmentId: COMPARTMENT, topicName: "alarms", ...props });
    topic("one");
    expect(validationProblemsOf(() => topic("other"))).toMatchObject([
      { code: "NAME_DUPLICATE", property: "topicName", what: expect.stringContaining("stack/one") },
    ]);
    const topicProvider = new OciProvider(stack, "elsewhere", {
      region: "eu-amsterdam-1",
      alias: "elsewhere",
    });
    expect(() => topic("other", { topicProvider })).not.toThrow();
  });

  test("can be in another region", () => {
    const stack = newStack();
    const topicProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const subscribers = [Subscriber.email("oncall@example.com")];
    new NotificationTopic(stack, "topic", { compartmentId: COMPARTMENT, topicProvider, subscribers });
    for (const type of ["oci_ons_notification_topic", "oci_ons_subscription"]) {
      expect(onlyResource(stack, type).provider).toBe("oci.home");
    }
  });

  test("rejects what OCI would reject, with all problems together", () => {
    const stack = newStack();
    const make = (props: any) => () => new NotificationTopic(stack, "topic", props);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    const twice = [Subscriber.email("oncall@example.com"), Subscriber.email("OnCall@example.com")];
    expect(problemCodesOf(make({ compartmentId: TOPIC, topicName: "a b", subscribers: twice }))).toEqual([
      "OCID_INVALID",
      "NAME_INVALID",
      "NAME_DUPLICATE",
    ]);
    expect(stack.node.tryFindChild("topic")).toBeUndefined();
    const topic = new NotificationTopic(stack, "topic", {
      compartmentId: COMPARTMENT,
      subscribers: [twice[0]!],
    });
    expect(problemCodesOf(() => topic.addSubscriber(twice[1]!))).toEqual(["NAME_DUPLICATE"]);
    expect(problemCodesOf(() => topic.addSubscriber("oncall@example.com" as any))).toContain("VALUE_INVALID");
  });
});

describe("a subscriber", () => {
  test.each([
    "oncall",
    "oncall@example",
    "oncall@@example.com",
    "on call@example.com",
    "a@example.com,b@example.com",
    ".a@example.com",
    "a..b@example.com",
    "a@-example.com",
    "mailto:a@example.com",
    "Oncall <a@example.com>",
    "",
  ])("is refused the mail address %j", (address) => {
    expect(validationProblemsOf(() => Subscriber.email(address))).toMatchObject([
      { code: "SUBSCRIBER_INVALID", path: "Subscriber.email" },
    ]);
  });

  test.each(["oncall@example.com", "first.last+oci@mail.example.co.uk", "o'hara@example.com"])(
    "takes the mail address %j",
    (address) => {
      expect(Subscriber.email(address)).toMatchObject({ protocol: "EMAIL", endpoint: address });
    },
  );

  test("rejects invalid addresses", () => {
    for (const number of ["069123456", "+0691234567", "+49 69 123456"]) {
      expect(problemCodesOf(() => Subscriber.sms(number))).toEqual(["SUBSCRIBER_INVALID"]);
    }
    for (const url of ["http://example.com", "https://user:pass@example.com/x", "example.com"]) {
      expect(problemCodesOf(() => Subscriber.https({ name: "siem", url }))).toEqual(["SUBSCRIBER_INVALID"]);
    }
    expect(problemCodesOf(() => Subscriber.ociFunction("a b", "ocid1.topic.oc1..x"))).toEqual([
      "SUBSCRIBER_INVALID",
      "OCID_INVALID",
    ]);
    expect(problemCodesOf(() => Subscriber.email(undefined as any))).not.toEqual([]);
  });

  test("rejects a literal URL that lets anyone send messages", () => {
    const slack = "https://hooks.slack.com/services/T000/B000/example";
    expect(problemCodesOf(() => Subscriber.slack({ name: "ops", url: slack }))).toEqual([
      "CREDENTIAL_LITERAL",
    ]);
    expect(problemCodesOf(() => Subscriber.https({ name: "ops", url: slack }))).toEqual([
      "CREDENTIAL_LITERAL",
    ]);
    const pagerDuty = "https://events.pagerduty.com/integration/example/enqueue";
    expect(validationProblemsOf(() => Subscriber.pagerDuty({ name: "ops", url: pagerDuty }))).toMatchObject([
      { code: "CREDENTIAL_LITERAL", fix: expect.stringContaining("sensitive: true") },
    ]);
  });
});
