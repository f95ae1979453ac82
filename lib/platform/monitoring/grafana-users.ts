import { checkUrl, SECRET_FILES_SHAPE } from "./private/read-receiver";
import { checked } from "../../core/checked";
import { checkGiven } from "../../core/required";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { type Egress } from "../../network/egress/egress";
import { type SecretFiles } from "../../workload/pods/secret-files";

/** Props for GrafanaUsers of an OpenID Connect provider, such as an identity domain of OCI IAM. */
export interface OidcUsersProps {
  /** The id of the client that the provider knows Grafana by. */
  readonly clientId: string;
  /** A directory with the files `client-secret` and `signing-key`, the latter any 32 random characters. */
  readonly secretFiles: SecretFiles;
  /** The address that browsers are sent to, `https://…`. */
  readonly authorizationUrl: string;
  /** The address at which Grafana gets tokens, `https://…`. */
  readonly tokenUrl: string;
  /** The address at which Grafana reads who the user is, `https://…`. */
  readonly userInfoUrl: string;
  /**
   * Who gets which role, in JMESPath over the claims, such as `contains(groups[*], 'platform') && 'Admin' || 'Viewer'`.
   *
   * @default "'Viewer'"
   */
  readonly rolePath?: string;
  /**
   * The egress of Grafana to the provider.
   *
   * @default - none
   */
  readonly egress?: Egress[];
}

/** Props for GrafanaUsers with one administrator. */
export interface AdministratorProps {
  /**
   * The name of the user.
   *
   * @default "admin"
   */
  readonly userName?: string;
  /** A directory with the files `password` and `signing-key`, the latter any 32 random characters. */
  readonly secretFiles: SecretFiles;
}

const USER_NAME = /^[a-zA-Z0-9._@-]{1,64}$/;
const CLIENT_ID = /^[\x21-\x7e]{1,255}$/;

/**
 * Who may sign in to Grafana; anonymous users never may.
 *
 * Passwords and client secrets are files of a Secret or of OCI Vault, never text.
 */
@checked
export class GrafanaUsers {
  /**
   * The users of an OpenID Connect provider; the login form is off.
   *
   * @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth/
   */
  public static oidc(props: OidcUsersProps): GrafanaUsers {
    const problems = new Problems("GrafanaUsers.oidc");
    const { authorizationUrl, clientId, rolePath = "'Viewer'", secretFiles, tokenUrl, userInfoUrl } = props;
    const urls = { authorizationUrl, tokenUrl, userInfoUrl };
    checkGiven(problems, { clientId, secretFiles, ...urls });
    if (secretFiles) SECRET_FILES_SHAPE(problems, "secretFiles", secretFiles);
    for (const [field, url] of Object.entries(urls)) if (url) checkHttps(problems, field, url);
    if (clientId && !CLIENT_ID.test(clientId)) refuse(problems, "clientId", clientId);
    if (/[\r\n]/.test(rolePath)) refuse(problems, "rolePath", rolePath);
    problems.throwIfAny();
    const files = { GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET__FILE: `${secretFiles.path}/client-secret` };
    return new GrafanaUsers(secretFiles, props.egress ?? [], files, {
      auth: { disable_login_form: "true", oauth_auto_login: "true" },
      security: { disable_initial_admin_creation: "true" },
      "auth.generic_oauth": {
        enabled: "true",
        name: "OpenID Connect",
        client_id: clientId,
        scopes: "openid profile email groups",
        auth_url: authorizationUrl,
        token_url: tokenUrl,
        api_url: userInfoUrl,
        use_pkce: "true",
        allow_sign_up: "true",
        role_attribute_path: rolePath,
        // Who gets no role by the expression gets in nowhere.
        role_attribute_strict: "true",
      },
    });
  }

  /** One user, whose password is read when Grafana first starts. */
  public static administrator(props: AdministratorProps): GrafanaUsers {
    const problems = new Problems("GrafanaUsers.administrator");
    const { secretFiles, userName = "admin" } = props;
    checkGiven(problems, { secretFiles });
    if (secretFiles) SECRET_FILES_SHAPE(problems, "secretFiles", secretFiles);
    if (!USER_NAME.test(userName)) refuse(problems, "userName", userName);
    problems.throwIfAny();
    const files = { GF_SECURITY_ADMIN_PASSWORD__FILE: `${secretFiles.path}/password` };
    return new GrafanaUsers(secretFiles, [], files, {
      auth: { disable_login_form: "false" },
      security: { admin_user: userName },
    });
  }

  private constructor(
    private readonly secretFiles: SecretFiles,
    private readonly egress: readonly Egress[],
    private readonly files: { [variable: string]: string },
    private readonly sections: { [section: string]: { [key: string]: string } },
  ) {}

  /** @internal */
  public get _secretFiles(): SecretFiles {
    return this.secretFiles;
  }

  /** @internal */
  public get _egress(): readonly Egress[] {
    return this.egress;
  }

  /** The environment variables of the image that name the files with secrets. @internal */
  public get _fileVariables(): { [variable: string]: string } {
    return { ...this.files, GF_SECURITY_SECRET_KEY__FILE: `${this.secretFiles.path}/signing-key` };
  }

  /** The sections of grafana.ini that say who may sign in. @internal */
  public get _sections(): { [section: string]: { [key: string]: string } } {
    return this.sections;
  }
}

function checkHttps(problems: Problems, field: string, url: string): void {
  if (url.startsWith("https://")) return checkUrl(problems, field, url);
  problems.add("RECEIVER_INVALID", `${field} is ${shown(url)}`, "Write an address that begins with https://");
}

function refuse(problems: Problems, field: string, value: string): void {
  problems.add(
    "VALUE_INVALID",
    `${field} is ${shown(value)}`,
    "Write it on one line, without blanks at its ends",
  );
}
