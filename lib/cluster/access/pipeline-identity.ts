import { X509Certificate } from "node:crypto";
import { Token } from "cdktf";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import {
  boolean,
  checkedBy,
  mapOf,
  matching,
  optional,
  type PropsSchema,
  readArguments,
  type Reader,
  readProps,
  type Resolved,
  text,
  withDefault,
} from "../../core/readers";
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
const PRINTABLE = /^[\x20-\x7e]+$/;

const literal = (pattern: RegExp, example: string) =>
  matching(pattern, `Write it as a literal, such as "${example}"`);

const issuer: Reader<string> = (problems, name, value) => {
  const fix = `Use the issuer URL of the tokens, such as "${GITHUB}"`;
  const address = typeof value === "string" && !Token.isUnresolved(value) ? value : undefined;
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "http:") {
    problems.add(
      "ISSUER_INVALID",
      `${name} is ${shown(value)}, and over http an attacker could replace the keys of the issuer`,
      `Write an https address, such as "${GITHUB}"`,
    );
  } else if (url?.protocol !== "https:" || url.search !== "" || url.hash !== "" || url.username !== "") {
    problems.add("ISSUER_INVALID", `${name} is ${shown(value)}`, fix);
  } else return address;
  return undefined;
};

const audience: Reader<string> = (problems, name, value) => {
  if (typeof value === "string" && !Token.isUnresolved(value) && PRINTABLE.test(value.trim())) return value;
  problems.add(
    "ISSUER_INVALID",
    `${name} is ${value === undefined ? "not given" : shown(value)}, and a token for another service would be accepted`,
    'Name the cluster, for example { audience: "oke-production" }, and request the audience in the job',
  );
  return undefined;
};

const GITHUB_ACTIONS = {
  repository: literal(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, "acme/shop"),
  audience,
  branch: optional(literal(PRINTABLE, "main")),
  tag: optional(literal(PRINTABLE, "v1.2.3")),
  environment: optional(literal(PRINTABLE, "production")),
  subject: optional(literal(PRINTABLE, "repo:acme/shop:environment:production")),
  issuerUrl: withDefault(issuer, GITHUB),
} satisfies PropsSchema<GitHubActionsProps>;

const GITLAB_JOBS = {
  projectPath: literal(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/, "acme/shop"),
  branch: literal(PRINTABLE, "main"),
  audience,
  issuerUrl: withDefault(issuer, GITLAB),
  protectedBranch: withDefault(boolean(), true),
} satisfies PropsSchema<GitLabProps>;

const CLAIM = /^[!-~]+$/;
const CLAIMS_FIX = 'Add the claims that identify your pipeline, for example { project: "shop" }';

const claims = checkedBy(
  mapOf(literal(PRINTABLE, "shop"), '{ project: "shop" }'),
  (problems, name, values) => {
    const keys = Object.keys(values);
    for (const key of keys) literal(CLAIM, "project")(problems, `A claim of ${name}`, key);
    if (keys.length > 0) return;
    const what = `${name} is empty, so the API server would accept all tokens of the issuer`;
    problems.add("ISSUER_INVALID", what, CLAIMS_FIX);
  },
);

const ISSUER = {
  issuerUrl: issuer,
  audience,
  subject: literal(PRINTABLE, "deploy"),
  requiredClaims: claims,
  usernamePrefix: checkedBy(literal(PRINTABLE, "jenkins:"), (problems, name, prefix) => {
    if (!prefix.startsWith("system:")) return;
    problems.add(
      "ISSUER_INVALID",
      `${name} is ${shown(prefix)}, the beginning of names of Kubernetes itself`,
      'Name the CI system, such as "jenkins:"',
    );
  }),
  usernameClaim: withDefault(literal(CLAIM, "sub"), "sub"),
  caCertificate: optional(
    checkedBy(text("a certificate in PEM"), (problems, name, pem) => {
      if (isCaCertificate(pem)) return;
      problems.add(
        "ISSUER_INVALID",
        `${name} is not the certificate of a CA in PEM`,
        'Read it from a file: fs.readFileSync("ca.pem", "utf8")',
      );
    }),
  ),
} satisfies PropsSchema<IssuerIdentityProps>;

type ResolvedIssuer = Omit<Resolved<typeof ISSUER>, "caCertificate"> & { readonly caCertificate?: string };

function isCaCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

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
    const read = readProps(problems, props, GITHUB_ACTIONS);
    checkOneOf(problems, props);
    const { repository, audience, branch, tag, environment, subject, issuerUrl } =
      problems.resolved<Resolved<typeof GITHUB_ACTIONS>>(read);
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
    const { projectPath, audience, branch, issuerUrl, protectedBranch } = readArguments(
      "PipelineIdentity.gitLab",
      props,
      GITLAB_JOBS,
    );
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
    return new PipelineIdentity(readArguments("PipelineIdentity.ofIssuer", props, ISSUER));
  }

  /** The address of the issuer of the tokens. */
  public readonly issuerUrl: string;
  /** The audience of the tokens. */
  public readonly audience: string;
  /** The username in Kubernetes. */
  public readonly username: string;

  private constructor(
    /** @internal */
    public readonly _token: ResolvedIssuer,
  ) {
    this.issuerUrl = _token.issuerUrl;
    this.audience = _token.audience;
    this.username = `${_token.usernamePrefix}${_token.subject}`;
  }
}

/** Adds a problem unless the workflows are narrowed by exactly one of branch, tag, environment and subject. */
function checkOneOf(problems: Problems, { branch, tag, environment, subject }: GitHubActionsProps): void {
  const names = Object.entries({ branch, tag, environment, subject }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (names.length === 1) return;
  problems.add(
    "ISSUER_INVALID",
    names.length === 0
      ? "No branch, tag, environment or subject was given, so every workflow of the repository would be accepted"
      : `${names.join(" and ")} were given`,
    'Give one of branch, tag, environment and subject, for example { environment: "production" }',
  );
}
