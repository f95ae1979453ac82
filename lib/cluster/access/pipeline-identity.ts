import { X509Certificate } from "node:crypto";
import { Token } from "cdktf";
import { checked } from "../../core/checked";
import { checkGiven } from "../../core/required";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

/** Props for PipelineIdentity.gitHubActions. Give exactly one of `branch`, `tag`, `environment` and `subject`. */
export interface GitHubActionsProps {
  /** The repository, such as `acme/shop`. */
  readonly repository: string;
  /** The audience that the workflow requests, such as `oke-production`; preferably a different one for each cluster. */
  readonly audience: string;
  /**
   * The branch whose workflows are accepted, such as `main`.
   *
   * @default - none
   */
  readonly branch?: string;
  /**
   * The tag whose workflows are accepted, such as `v1.2.3`.
   *
   * @default - none
   */
  readonly tag?: string;
  /**
   * The environment whose jobs are accepted, such as `production`; its protection rules then decide who may deploy.
   *
   * @default - none
   */
  readonly environment?: string;
  /**
   * The complete subject of the token, for organizations that customize it.
   *
   * @default - built from the repository and the branch, tag or environment
   */
  readonly subject?: string;
  /**
   * The issuer of the tokens, for GitHub Enterprise Server.
   *
   * @default "https://token.actions.githubusercontent.com"
   */
  readonly issuerUrl?: string;
}

/** Props for PipelineIdentity.gitLab. */
export interface GitLabProps {
  /** The path of the project, such as `acme/shop`. */
  readonly projectPath: string;
  /** The branch whose jobs are accepted, such as `main`. */
  readonly branch: string;
  /** The audience that the job requests with `id_tokens`, such as `oke-production`. */
  readonly audience: string;
  /**
   * The address of the GitLab instance.
   *
   * @default "https://gitlab.com"
   */
  readonly issuerUrl?: string;
  /**
   * Whether the branch must be protected in GitLab, so that not everyone who may push can start such a job.
   *
   * @default true
   */
  readonly protectedBranch?: boolean;
}

/** Props for PipelineIdentity.ofIssuer. */
export interface IssuerIdentityProps {
  /** The address of the issuer, which begins with `https://`. The API server reads the issuer's keys from it. */
  readonly issuerUrl: string;
  /** The audience that tokens must have. */
  readonly audience: string;
  /** The value of the username claim for this pipeline. */
  readonly subject: string;
  /** The claims that a token must have, with exactly these values; at least one. */
  readonly requiredClaims: { [claim: string]: string };
  /** The prefix of the username in Kubernetes, such as `jenkins:`; never `system:`. */
  readonly usernamePrefix: string;
  /**
   * The claim that contains the username.
   *
   * @default "sub"
   */
  readonly usernameClaim?: string;
  /**
   * The CA certificate that signed the issuer's own certificate, in PEM.
   *
   * @default - the public CAs that the API server trusts
   */
  readonly caCertificate?: string;
}

const GITHUB = "https://token.actions.githubusercontent.com";
const GITLAB = "https://gitlab.com";
const REPOSITORY = /^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/;
const PROJECT = /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/;
const CLAIM = /^[!-~]+$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * A pipeline of a CI system, identified by its OpenID Connect tokens.
 *
 * The CI system creates a token for each job. The token expires with the job and is not stored anywhere.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengOpenIDConnect-Authentication.htm
 */
@checked
export class PipelineIdentity {
  /**
   * Accepts workflows of GitHub Actions in one repository, for one branch, tag or environment.
   *
   * @see https://docs.github.com/en/actions/reference/security/oidc
   */
  public static gitHubActions(props: GitHubActionsProps): PipelineIdentity {
    const problems = new Problems("PipelineIdentity.gitHubActions");
    const { repository, audience, branch, tag, environment, subject, issuerUrl = GITHUB } = props;
    if (checkGiven(problems, { repository }))
      checkName(problems, "repository", repository, REPOSITORY, "acme/shop");
    checkIssuer(problems, issuerUrl);
    checkAudience(problems, audience);
    const given = Object.entries({ branch, tag, environment, subject }).filter(
      ([, one]) => one !== undefined,
    );
    for (const [name, value] of given) checkName(problems, name, value, PRINTABLE, "main");
    if (given.length !== 1) {
      problems.add(
        "ISSUER_INVALID",
        given.length === 0
          ? "No branch, tag, environment or subject was given, so every workflow of the repository would be accepted"
          : `${given.map(([name]) => name).join(" and ")} were given`,
        'Give one of branch, tag, environment and subject, for example { environment: "production" }',
      );
    }
    problems.throwIfAny();
    const ref = branch === undefined ? `refs/tags/${tag}` : `refs/heads/${branch}`;
    const byRef = branch !== undefined || tag !== undefined;
    const narrowed = environment === undefined ? `ref:${ref}` : `environment:${environment}`;
    return new PipelineIdentity({
      issuerUrl,
      audience,
      subject: subject ?? `repo:${repository}:${narrowed}`,
      usernameClaim: "sub",
      usernamePrefix: "actions-oidc:",
      requiredClaims: {
        repository,
        ...(byRef ? { ref } : {}),
        ...(environment === undefined ? {} : { environment }),
        ...(subject === undefined ? {} : { sub: subject }),
      },
    });
  }

  /**
   * Accepts jobs of GitLab CI/CD in one project, for one branch.
   *
   * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/
   */
  public static gitLab(props: GitLabProps): PipelineIdentity {
    const problems = new Problems("PipelineIdentity.gitLab");
    const { projectPath, branch, audience, issuerUrl = GITLAB, protectedBranch = true } = props;
    if (checkGiven(problems, { projectPath, branch })) {
      checkName(problems, "projectPath", projectPath, PROJECT, "acme/shop");
      checkName(problems, "branch", branch, PRINTABLE, "main");
    }
    checkIssuer(problems, issuerUrl);
    checkAudience(problems, audience);
    problems.throwIfAny();
    return new PipelineIdentity({
      issuerUrl,
      audience,
      subject: `project_path:${projectPath}:ref_type:branch:ref:${branch}`,
      usernameClaim: "sub",
      usernamePrefix: "gitlab-oidc:",
      requiredClaims: {
        project_path: projectPath,
        ref_type: "branch",
        ref: branch,
        ...(protectedBranch ? { ref_protected: "true" } : {}),
      },
    });
  }

  /** Accepts a pipeline of any CI system that issues OpenID Connect tokens. */
  public static ofIssuer(props: IssuerIdentityProps): PipelineIdentity {
    const problems = new Problems("PipelineIdentity.ofIssuer");
    const { issuerUrl, audience, subject, requiredClaims, usernamePrefix, usernameClaim = "sub" } = props;
    checkIssuer(problems, issuerUrl);
    checkAudience(problems, audience);
    if (checkGiven(problems, { subject, usernamePrefix })) {
      checkName(problems, "subject", subject, PRINTABLE, "deploy");
      checkPrefix(problems, usernamePrefix);
    }
    checkName(problems, "usernameClaim", usernameClaim, CLAIM, "sub");
    checkClaims(problems, requiredClaims);
    checkCertificate(problems, props.caCertificate);
    problems.throwIfAny();
    return new PipelineIdentity({ ...props, usernameClaim });
  }

  /** The address of the issuer of the tokens. */
  public readonly issuerUrl: string;
  /** The audience of the tokens. */
  public readonly audience: string;
  /** The username in Kubernetes. */
  public readonly username: string;

  private constructor(
    /** @internal */
    public readonly _token: IssuerIdentityProps & { readonly usernameClaim: string },
  ) {
    this.issuerUrl = _token.issuerUrl;
    this.audience = _token.audience;
    this.username = `${_token.usernamePrefix}${_token.subject}`;
  }
}

function checkName(problems: Problems, name: string, value: unknown, pattern: RegExp, example: string): void {
  if (typeof value === "string" && !Token.isUnresolved(value) && pattern.test(value)) return;
  problems.add("NAME_INVALID", `${name} is ${shown(value)}`, `Write it as a literal, such as "${example}"`);
}

function checkIssuer(problems: Problems, issuerUrl: unknown): void {
  const fix = `Use the issuer URL of the tokens, such as "${GITHUB}"`;
  if (typeof issuerUrl !== "string" || Token.isUnresolved(issuerUrl)) {
    problems.add("ISSUER_INVALID", `issuerUrl is ${shown(issuerUrl)}`, fix);
    return;
  }
  const url = URL.canParse(issuerUrl) ? new URL(issuerUrl) : undefined;
  if (url?.protocol === "http:") {
    problems.add(
      "ISSUER_INVALID",
      `issuerUrl is ${shown(issuerUrl)}, and over http an attacker could replace the keys of the issuer`,
      `Write an https address, such as "${GITHUB}"`,
    );
  } else if (url?.protocol !== "https:" || url.search !== "" || url.hash !== "" || url.username !== "") {
    problems.add("ISSUER_INVALID", `issuerUrl is ${shown(issuerUrl)}`, fix);
  }
}

function checkAudience(problems: Problems, audience: unknown): void {
  if (typeof audience === "string" && !Token.isUnresolved(audience) && PRINTABLE.test(audience.trim()))
    return;
  problems.add(
    "ISSUER_INVALID",
    `audience is ${audience === undefined ? "not given" : shown(audience)}: a token for another service would be accepted`,
    'Name the cluster, for example { audience: "oke-production" }, and ask for it in the job',
  );
}

function checkPrefix(problems: Problems, prefix: string): void {
  const isReserved = typeof prefix === "string" && prefix.startsWith("system:");
  if (isReserved) {
    problems.add(
      "ISSUER_INVALID",
      `usernamePrefix is ${shown(prefix)}, the beginning of names of Kubernetes itself`,
      'Name the CI system, such as "jenkins:"',
    );
  } else checkName(problems, "usernamePrefix", prefix, PRINTABLE, "jenkins:");
}

function checkClaims(problems: Problems, claims: unknown): void {
  const isMap = typeof claims === "object" && claims !== null && !Array.isArray(claims);
  const entries = isMap ? Object.entries(claims as { [claim: string]: unknown }) : [];
  if (entries.length === 0) {
    problems.add(
      "ISSUER_INVALID",
      `requiredClaims is ${isMap ? "empty" : shown(claims)}, so the API server would accept all tokens of the issuer`,
      'Add the claims that identify your pipeline, for example { project: "shop" }',
    );
  }
  for (const [claim, value] of entries) {
    checkName(problems, "A claim", claim, CLAIM, "project");
    checkName(problems, `requiredClaims.${claim}`, value, PRINTABLE, "shop");
  }
}

function checkCertificate(problems: Problems, certificate: unknown): void {
  if (certificate === undefined) return;
  try {
    if (typeof certificate === "string" && new X509Certificate(certificate).ca) return;
  } catch {
    // Reported below.
  }
  problems.add(
    "ISSUER_INVALID",
    "caCertificate is not the certificate of a CA in PEM",
    'Read it from a file: fs.readFileSync("ca.pem", "utf8")',
  );
}
