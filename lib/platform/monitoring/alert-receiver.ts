import { EGRESS, RECEIVER_ADDRESS, webAddress } from "./private/monitoring-readers";
import { checkOneGiven } from "../private/platform-readers";
import { checked } from "../../core/checked";
import {
  matching,
  objectName,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { type Egress } from "../../network/egress/egress";
import { SecretFiles } from "../../workload/pods/mounted-files";

/** Props for a webhook as AlertReceiver. */
export interface WebhookReceiverProps {
  /**
   * The address, `https://…` without credentials.
   *
   * @default - the content of the file `url` of `secretFiles`
   */
  readonly url?: string;
  /**
   * A directory with the file `url`, for an address that is a credential itself.
   *
   * @default - none
   */
  readonly secretFiles?: SecretFiles;
  /**
   * The egress of Alertmanager to the address.
   *
   * @default - none: the address is inside of the cluster, and the workload there allows Alertmanager
   */
  readonly egress?: Egress[];
}

/** Props for a Slack channel as AlertReceiver, or a channel of a program with the same interface. */
export interface SlackReceiverProps {
  /** The channel, such as `#alerts`. */
  readonly channel: string;
  /** A directory with the file `url`: the address of the incoming webhook, which is a credential. */
  readonly secretFiles: SecretFiles;
  /** The egress of Alertmanager to the address. */
  readonly egress: Egress[];
}

/** Props for a mailbox as AlertReceiver. */
export interface EmailReceiverProps {
  /** The mailbox, such as `oncall@example.com`. */
  readonly to: string;
  /** The sender, such as an approved sender of OCI Email Delivery. */
  readonly from: string;
  /** Host and port of the SMTP server, such as `smtp.email.eu-frankfurt-1.oci.oraclecloud.com:587`; STARTTLS is required. */
  readonly smarthost: string;
  /** The user of the SMTP server. */
  readonly userName: string;
  /** A directory with the file `password`. */
  readonly secretFiles: SecretFiles;
  /**
   * The egress of Alertmanager to the server.
   *
   * @default - none
   */
  readonly egress?: Egress[];
}

const NAME = objectName();
const SECRET_FILES = valueOf(SecretFiles);

const MAILBOX = matching(
  /^[^\s@"<>]+@[^\s@"<>]+\.[^\s@"<>]+$/,
  "Give one mailbox, such as oncall@example.com",
  {
    code: "RECEIVER_INVALID",
  },
);

const WEBHOOK = {
  url: optional(webAddress(RECEIVER_ADDRESS)),
  secretFiles: optional(SECRET_FILES),
  egress: withDefault(EGRESS, []),
} satisfies PropsSchema<WebhookReceiverProps>;

const SLACK = {
  channel: matching(/\S/, 'Give its name, for example "#alerts"', { code: "RECEIVER_INVALID" }),
  secretFiles: SECRET_FILES,
  egress: EGRESS,
} satisfies PropsSchema<SlackReceiverProps>;

const EMAIL = {
  to: MAILBOX,
  from: MAILBOX,
  smarthost: matching(/^[a-zA-Z0-9.-]+:\d{1,5}$/, 'Give host and port, such as "smtp.example.com:587"', {
    code: "RECEIVER_INVALID",
  }),
  userName: text(),
  secretFiles: SECRET_FILES,
  egress: withDefault(EGRESS, []),
} satisfies PropsSchema<EmailReceiverProps>;

interface Parts {
  readonly name: string;
  readonly field: string;
  readonly settings: object;
  readonly secretFiles?: SecretFiles;
  readonly egress: readonly Egress[];
}

/**
 * A receiver of alerts.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#receiver-integration-settings
 */
@checked
export class AlertReceiver {
  /**
   * A program that receives alerts as JSON by HTTP POST.
   *
   * @param name the name of the receiver in messages: up to 63 lower-case letters, digits and dashes
   */
  public static webhook(name: string, props: WebhookReceiverProps): AlertReceiver {
    const problems = new Problems("AlertReceiver.webhook");
    NAME(problems, "name", name);
    const read = readProps(problems, props, WEBHOOK);
    checkOneGiven(problems, props, ["url", "secretFiles"], {
      code: "RECEIVER_INVALID",
      fix: 'Give url: "https://alerts.example.com/hook", or secretFiles with the file url',
    });
    const { url, secretFiles, egress } = problems.resolved<Resolved<typeof WEBHOOK>>(read);
    const settings = secretFiles ? { url_file: `${secretFiles.path}/url` } : { url };
    return new AlertReceiver({
      ...{ name, field: "webhook_configs", secretFiles, egress },
      settings: { send_resolved: true, ...settings },
    });
  }

  /**
   * A channel of Slack, or of a program with the same interface.
   *
   * @param name the name of the receiver in messages: up to 63 lower-case letters, digits and dashes
   */
  public static slack(name: string, props: SlackReceiverProps): AlertReceiver {
    const problems = new Problems("AlertReceiver.slack");
    NAME(problems, "name", name);
    const read = readProps(problems, props, SLACK);
    const { channel, secretFiles, egress } = problems.resolved<Resolved<typeof SLACK>>(read);
    return new AlertReceiver({
      ...{ name, field: "slack_configs", secretFiles, egress },
      settings: {
        send_resolved: true,
        api_url_file: `${secretFiles.path}/url`,
        channel,
        title: "{{ .CommonLabels.alertname }}",
        text: "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.what_to_do }}\n{{ end }}",
      },
    });
  }

  /**
   * A mailbox.
   *
   * @param name the name of the receiver in messages: up to 63 lower-case letters, digits and dashes
   */
  public static email(name: string, props: EmailReceiverProps): AlertReceiver {
    const problems = new Problems("AlertReceiver.email");
    NAME(problems, "name", name);
    const read = readProps(problems, props, EMAIL);
    const email = problems.resolved<Resolved<typeof EMAIL>>(read);
    const { to, from, smarthost, userName, secretFiles, egress } = email;
    return new AlertReceiver({
      ...{ name, field: "email_configs", secretFiles, egress },
      settings: {
        ...{ send_resolved: true, to, from, smarthost, require_tls: true },
        auth_username: userName,
        auth_password_file: `${secretFiles.path}/password`,
      },
    });
  }

  private constructor(private readonly parts: Parts) {}

  /** The name of the receiver in messages. */
  public get name(): string {
    return this.parts.name;
  }

  /** The field of the receiver in the configuration, and its settings. @internal */
  public get _config(): { readonly field: string; readonly settings: object } {
    return this.parts;
  }

  /** @internal */
  public get _secretFiles(): SecretFiles | undefined {
    return this.parts.secretFiles;
  }

  /** @internal */
  public get _egress(): readonly Egress[] {
    return this.parts.egress;
  }
}
