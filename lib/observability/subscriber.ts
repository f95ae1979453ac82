import { Token } from "cdktf";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import {
  checkedBy,
  matching,
  ocid,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  text,
} from "../core/readers";
import { shortHash } from "../core/resource-name";
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
  /** An email address. OCI sends it a link, and messages are delivered only after a person opened the link. */
  public static email(address: string): Subscriber {
    const problems = new Problems("Subscriber.email");
    EMAIL_ADDRESS(problems, "address", address);
    problems.throwIfAny();
    return new Subscriber("EMAIL", address, idOf("email", address));
  }

  /** A phone number for text messages, in international format, such as `+4969123456`. */
  public static sms(phoneNumber: string): Subscriber {
    const problems = new Problems("Subscriber.sms");
    PHONE_NUMBER(problems, "phoneNumber", phoneNumber);
    problems.throwIfAny();
    return new Subscriber("SMS", phoneNumber, idOf("sms", phoneNumber));
  }

  /** A function of OCI Functions. */
  public static ociFunction(name: string, functionId: string): Subscriber {
    const problems = new Problems("Subscriber.ociFunction");
    NAME(problems, "name", name);
    ocid("fnfunc")(problems, "functionId", functionId);
    problems.throwIfAny();
    return new Subscriber("ORACLE_FUNCTIONS", functionId, `function-${name}`);
  }

  /** A Slack channel, by the URL of an incoming webhook. */
  public static slack(endpoint: SubscriberEndpoint): Subscriber {
    return endpointOf("slack", "SLACK", endpoint);
  }

  /** A PagerDuty service, by the URL of its integration. */
  public static pagerDuty(endpoint: SubscriberEndpoint): Subscriber {
    return endpointOf("pagerDuty", "PAGERDUTY", endpoint);
  }

  /** An HTTPS endpoint, which must answer the confirmation request that OCI sends first. */
  public static https(endpoint: SubscriberEndpoint): Subscriber {
    return endpointOf("https", "CUSTOM_HTTPS", endpoint);
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

function isEmail(address: string): boolean {
  const [local = ""] = address.split("@");
  return EMAIL.test(address) && !/^\.|\.\.|\.$/.test(local);
}

/** Derived from the address, so that it is stable when other subscribers are added or removed. */
function idOf(kind: string, address: string): string {
  const own = address.toLowerCase();
  return `${kind}-${own.replace(/[^a-z0-9]+/g, "-").slice(0, 30)}-${shortHash(own)}`;
}

const EMAIL_ADDRESS = literal(
  isEmail,
  'Give an address such as "oncall@example.com", as a literal; one address each',
);
const PHONE_NUMBER = literal(
  (phoneNumber) => PHONE.test(phoneNumber),
  'Give "+", the country, and the number, such as "+4969123456", as a literal',
);
const NAME = matching(
  /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
  'Give 1 to 40 letters, digits, and "-", starting with a letter, such as "oncall"',
  { code: "SUBSCRIBER_INVALID" },
);

function literal(isValid: (value: string) => boolean, fix: string): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    if (Token.isUnresolved(value) || !isValid(value))
      problems.add("SUBSCRIBER_INVALID", `${name} is ${shown(value)}`, fix);
  });
}

/** Reads the URL of an endpoint, which is a credential for all programs but those of your own. */
function endpointUrl(program: string): Reader<string> {
  return checkedBy(text(), (problems, name, url) => {
    if (Token.isUnresolved(url)) return;
    if (program !== "https" || KEY_IN_URL.test(url)) {
      const receiver = program === "https" ? "receiver" : program;
      problems.add(
        "CREDENTIAL_LITERAL",
        `${name} is a literal; whoever reads it can send messages to the ${receiver} endpoint`,
        'Give a reference: new TerraformVariable(stack, "webhook", { type: "string", sensitive: true }).stringValue',
      );
    } else if (!HTTPS.test(url)) {
      const fix =
        'Give a URL that starts with "https://" and has no user, such as "https://hooks.example.com/oci"';
      problems.add("SUBSCRIBER_INVALID", `${name} is ${shown(url)}`, fix);
    }
  });
}

function endpointOf(program: string, protocol: string, endpoint: SubscriberEndpoint): Subscriber {
  const problems = new Problems(`Subscriber.${program}`);
  const schema = { name: NAME, url: endpointUrl(program) } satisfies PropsSchema<SubscriberEndpoint>;
  const { name, url } = problems.resolved<Resolved<typeof schema>>(readProps(problems, endpoint, schema));
  return Subscriber._of(protocol, url, `${program.toLowerCase()}-${name}`);
}
