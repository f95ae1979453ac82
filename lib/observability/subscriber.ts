import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { shortHash } from "../core/short-hash";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** A subscriber whose URL is a credential, or known only when Terraform runs. */
export interface SubscriberEndpoint {
  /**
   * The name of the subscriber: letters, digits, and dashes, starting with a letter. It is part of the name
   * of the resource.
   */
  readonly name: string;
  /** The URL: a reference, such as `variable.stringValue`, as anyone who knows it can send messages. */
  readonly url: string;
}

// A local part and a domain of several labels, as in the addresses of organizations.
const EMAIL =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;
const PHONE = /^\+[1-9]\d{6,14}$/;
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;
const HTTPS = /^https:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:\/\S*)?$/;
// The URLs of Slack and PagerDuty contain a key, which must not be in a program.
const KEY_IN_URL = /^https:\/\/(?:hooks\.slack\.com|events\.pagerduty\.com)\/\S+/;

/**
 * A subscriber of a topic.
 *
 * @see https://docs.oracle.com/iaas/Content/Notification/Tasks/create-subscription.htm
 */
@checked
export class Subscriber {
  /**
   * An email address. OCI sends it a link, and messages are delivered only after a person opened the link.
   *
   * @throws SUBSCRIBER_INVALID, ATTRIBUTE_MISSING
   */
  public static email(address: string): Subscriber {
    const problems = new Problems("Subscriber.email");
    if (checkGiven(problems, { address }) && !(isLiteral(address) && isEmail(address))) {
      const fix = 'Give an address such as "oncall@example.com", as a literal; one address each';
      problems.add("SUBSCRIBER_INVALID", `address is ${shown(address)}`, fix);
    }
    problems.throwIfAny();
    return new Subscriber("EMAIL", address, idOf("email", address));
  }

  /**
   * A phone number for text messages, in international format, such as `+4969123456`.
   *
   * @throws SUBSCRIBER_INVALID, ATTRIBUTE_MISSING
   */
  public static sms(phoneNumber: string): Subscriber {
    const problems = new Problems("Subscriber.sms");
    if (checkGiven(problems, { phoneNumber }) && !(isLiteral(phoneNumber) && PHONE.test(phoneNumber))) {
      const fix = 'Give "+", the country, and the number, such as "+4969123456", as a literal';
      problems.add("SUBSCRIBER_INVALID", `phoneNumber is ${shown(phoneNumber)}`, fix);
    }
    problems.throwIfAny();
    return new Subscriber("SMS", phoneNumber, idOf("sms", phoneNumber));
  }

  /**
   * A function of OCI Functions.
   *
   * @throws OCID_INVALID, SUBSCRIBER_INVALID, ATTRIBUTE_MISSING
   */
  public static ociFunction(name: string, functionId: string): Subscriber {
    const problems = new Problems("Subscriber.ociFunction");
    checkName(problems, name);
    checkOcid(problems, "functionId", functionId, "fnfunc");
    problems.throwIfAny();
    return new Subscriber("ORACLE_FUNCTIONS", functionId, `function-${name}`);
  }

  /**
   * A Slack channel, by the URL of an incoming webhook.
   *
   * @throws CREDENTIAL_LITERAL, SUBSCRIBER_INVALID, ATTRIBUTE_MISSING
   */
  public static slack(endpoint: SubscriberEndpoint): Subscriber {
    return named("slack", "SLACK", endpoint);
  }

  /**
   * A PagerDuty service, by the URL of its integration.
   *
   * @throws CREDENTIAL_LITERAL, SUBSCRIBER_INVALID, ATTRIBUTE_MISSING
   */
  public static pagerDuty(endpoint: SubscriberEndpoint): Subscriber {
    return named("pagerDuty", "PAGERDUTY", endpoint);
  }

  /**
   * An HTTPS endpoint, which must answer the confirmation request that OCI sends first.
   *
   * @throws CREDENTIAL_LITERAL, SUBSCRIBER_INVALID, ATTRIBUTE_MISSING
   */
  public static https(endpoint: SubscriberEndpoint): Subscriber {
    return named("https", "CUSTOM_HTTPS", endpoint);
  }

  /** @internal */
  public static _of(protocol: string, endpoint: string, id: string): Subscriber {
    return new Subscriber(protocol, endpoint, id);
  }

  private constructor(
    /** The protocol, as OCI names it. */
    public readonly protocol: string,
    /** The address. */
    public readonly endpoint: string,
    /** @internal */
    public readonly _id: string,
  ) {}
}

const isLiteral = (value: unknown): value is string =>
  typeof value === "string" && !Token.isUnresolved(value);

function isEmail(address: string): boolean {
  const [local = ""] = address.split("@");
  return EMAIL.test(address) && !/^\.|\.\.|\.$/.test(local);
}

/** Derived from the address, so that it is stable when other subscribers are added or removed. */
function idOf(kind: string, address: string): string {
  const own = address.toLowerCase();
  return `${kind}-${own.replace(/[^a-z0-9]+/g, "-").slice(0, 30)}-${shortHash(own)}`;
}

function named(factory: string, protocol: string, endpoint: SubscriberEndpoint): Subscriber {
  const problems = new Problems(`Subscriber.${factory}`);
  if (checkGiven(problems, { endpoint })) {
    const { name, url } = endpoint;
    checkName(problems, name);
    if (checkGiven(problems, { url }) && !Token.isUnresolved(url)) checkUrl(problems, factory, url);
  }
  problems.throwIfAny();
  return Subscriber._of(protocol, endpoint.url, `${factory.toLowerCase()}-${endpoint.name}`);
}

function checkUrl(problems: Problems, factory: string, url: unknown): void {
  if (factory !== "https" || (typeof url === "string" && KEY_IN_URL.test(url))) {
    problems.add(
      "CREDENTIAL_LITERAL",
      `url is a literal; whoever reads it can send messages to the ${factory === "https" ? "receiver" : factory} endpoint`,
      'Give a reference: new TerraformVariable(stack, "webhook", { type: "string", sensitive: true }).stringValue',
    );
  } else if (typeof url !== "string" || !HTTPS.test(url)) {
    const fix =
      'Give a URL that starts with "https://" and has no user, such as "https://hooks.example.com/oci"';
    problems.add("SUBSCRIBER_INVALID", `url is ${shown(url)}`, fix);
  }
}

function checkName(problems: Problems, name: unknown): void {
  if (!checkGiven(problems, { name }) || (typeof name === "string" && NAME.test(name))) return;
  const fix = 'Give 1 to 40 letters, digits, and "-", starting with a letter, such as "oncall"';
  problems.add("SUBSCRIBER_INVALID", `name is ${shown(name)}`, fix);
}
