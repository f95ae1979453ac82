import { EGRESS, OIDC_ADDRESS, webAddress } from "./private/monitoring-readers";
import { checked } from "../../core/checked";
import { matching, type PropsSchema, readArguments, valueOf, withDefault } from "../../core/readers";
import { type Egress } from "../../network/egress/egress";
import { SecretFiles } from "../../workload/pods/mounted-files";

/** Props for GrafanaUsers of an OpenID Connect provider, such as an identity domain of OCI IAM. */
export interface OidcUsersProps {
  /** The client id of Grafana at the provider. */
  readonly clientId: string;
  /** A directory with the files `client-secret` and `signing-key`, the latter any 32 random characters. */
  readonly secretFiles: SecretFiles;
  /** The authorization endpoint, to which browsers are redirected: `https://…`. */
  readonly authorizationUrl: string;
  /** The token endpoint, `https://…`. */
  readonly tokenUrl: string;
  /** The user info endpoint, `https://…`. */
  readonly userInfoUrl: string;
  /**
   * The role of a user, as a JMESPath expression over the claims, such as `contains(groups[*], 'platform') && 'Admin' || 'Viewer'`.
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

const ENDPOINT = webAddress(OIDC_ADDRESS);
const SECRET_FILES = valueOf(SecretFiles);

const OIDC = {
  clientId: matching(/^[\x21-\x7e]{1,255}$/, "Give 1 to 255 printable characters without blanks", {
    code: "VALUE_INVALID",
  }),
  secretFiles: SECRET_FILES,
  authorizationUrl: ENDPOINT,
  tokenUrl: ENDPOINT,
  userInfoUrl: ENDPOINT,
  rolePath: withDefault(
    matching(
      /^[^\r\n]+$/,
      "Give an expression on one line, such as \"contains(groups[*], 'platform') && 'Admin'\"",
      { code: "VALUE_INVALID" },
    ),
    "'Viewer'",
  ),
  egress: withDefault(EGRESS, []),
} satisfies PropsSchema<OidcUsersProps>;

const ADMINISTRATOR = {
  userName: withDefault(
    matching(/^[a-zA-Z0-9._@-]{1,64}$/, 'Give 1 to 64 letters, digits, ".", "_", "@" and "-"', {
      code: "VALUE_INVALID",
    }),
    "admin",
  ),
  secretFiles: SECRET_FILES,
} satisfies PropsSchema<AdministratorProps>;

/**
 * The users of Grafana; anonymous access is always off.
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
    const { authorizationUrl, clientId, egress, rolePath, secretFiles, tokenUrl, userInfoUrl } =
      readArguments("GrafanaUsers.oidc", props, OIDC);
    const files = { GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET__FILE: `${secretFiles.path}/client-secret` };
    return new GrafanaUsers(secretFiles, egress, files, {
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
        // Users to whom the expression gives no role can't sign in.
        role_attribute_strict: "true",
      },
    });
  }

  /** One user, whose password is read when Grafana first starts. */
  public static administrator(props: AdministratorProps): GrafanaUsers {
    const { secretFiles, userName } = readArguments("GrafanaUsers.administrator", props, ADMINISTRATOR);
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

  /** The sections of grafana.ini for signing in. @internal */
  public get _sections(): { [section: string]: { [key: string]: string } } {
    return this.sections;
  }
}
