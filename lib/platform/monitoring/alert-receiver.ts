import { checkReceiverName, checkUrl, SECRET_FILES_SHAPE } from "./private/read-receiver";
import { checked } from "../../core/checked";
import { checkGiven } from "../../core/required";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { type Egress } from "../../network/egress/egress";
import { type SecretFiles } from "../../workload/pods/secret-files";

/** Props for an AlertReceiver that takes JSON by HTTP POST. */
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

/** Props for an AlertReceiver that is a channel of Slack, or of a program with the same interface. */
export interface SlackReceiverProps {
  /** The channel, such as `#alerts`. */
  readonly channel: string;
  /** A directory with the file `url`: the address of the incoming webhook, which is a credential. */
  readonly secretFiles: SecretFiles;
  /** The egress of Alertmanager to the address. */
  readonly egress: Egress[];
}

/** Props for an AlertReceiver that is a mailbox. */
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

const MAILBOX = /^[^\s@"<>]+@[^\s@"<>]+\.[^\s@"<>]+$/;
const SMARTHOST = /^[a-zA-Z0-9.-]+:\d{1,5}$/;

interface Parts {
  readonly name: string;
  readonly field: string;
  readonly settings: object;
  readonly secretFiles?: SecretFiles;
  readonly egress?: readonly Egress[];
}

/**
 * Where Alertmanager sends alerts to.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#receiver-integration-settings
 */
@checked
export class AlertReceiver {
  /**
   * A program that takes alerts as JSON by HTTP POST.
   *
   * @param name what it is called in messages: up to 63 lower-case letters, digits and dashes
   */
  public static webhook(name: string, props: WebhookReceiverProps): AlertReceiver {
    const problems = new Problems("AlertReceiver.webhook");
    const { url, secretFiles, egress } = props;
    checkReceiverName(problems, name);
    if ((url === undefined) === (secretFiles === undefined)) {
      problems.add(
        "RECEIVER_INVALID",
        url === undefined ? "Neither url nor secretFiles was given" : "Both url and secretFiles were given",
        'Give url: "https://alerts.example.com/hook", or secretFiles with the file url',
      );
    }
    if (url !== undefined) checkUrl(problems, "url", url);
    if (secretFiles !== undefined) SECRET_FILES_SHAPE(problems, "secretFiles", secretFiles);
    problems.throwIfAny();
    const settings = secretFiles ? { url_file: `${secretFiles.path}/url` } : { url };
    return new AlertReceiver({
      ...{ name, field: "webhook_configs", secretFiles, egress },
      settings: { send_resolved: true, ...settings },
    });
  }

  /**
   * A channel of Slack, or of a program with the same interface.
   *
   * @param name what it is called in messages: up to 63 lower-case letters, digits and dashes
   */
  public static slack(name: string, props: SlackReceiverProps): AlertReceiver {
    const problems = new Problems("AlertReceiver.slack");
    const { channel, secretFiles, egress } = props;
    checkReceiverName(problems, name);
    if (checkGiven(problems, { channel, secretFiles, egress }) && channel.trim() === "") {
      problems.add("RECEIVER_INVALID", "channel is empty", 'Name it, for example "#alerts"');
    }
    problems.throwIfAny();
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
   * @param name what it is called in messages: up to 63 lower-case letters, digits and dashes
   */
  public static email(name: string, props: EmailReceiverProps): AlertReceiver {
    const problems = new Problems("AlertReceiver.email");
    const { to, from, smarthost, userName, secretFiles, egress } = props;
    checkReceiverName(problems, name);
    if (checkGiven(problems, { to, from, smarthost, userName, secretFiles })) {
      for (const [field, mailbox] of Object.entries({ to, from })) {
        if (MAILBOX.test(mailbox)) continue;
        problems.add(
          "RECEIVER_INVALID",
          `${field} is ${shown(mailbox)}`,
          "Write one mailbox, oncall@example.com",
        );
      }
      if (!SMARTHOST.test(smarthost)) {
        problems.add(
          "RECEIVER_INVALID",
          `smarthost is ${shown(smarthost)}`,
          "Write host and port: smtp.example.com:587",
        );
      }
    }
    problems.throwIfAny();
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

  /** What it is called in messages. */
  public get name(): string {
    return this.parts.name;
  }

  /** The name of the list of a receiver that it is written in, and what is written. @internal */
  public get _config(): { readonly field: string; readonly settings: object } {
    return this.parts;
  }

  /** @internal */
  public get _secretFiles(): SecretFiles | undefined {
    return this.parts.secretFiles;
  }

  /** @internal */
  public get _egress(): readonly Egress[] {
    return this.parts.egress ?? [];
  }
}
