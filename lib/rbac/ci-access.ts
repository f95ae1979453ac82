import { ApiObject, type Chart, Duration } from "cdk8s";
import { TerraformOutput } from "cdktf";
import { type Construct } from "constructs";
import { chartFor, KubernetesAccess } from "./kubernetes-access";
import { Subject } from "./subject";
import { type PipelineIdentity } from "../cluster/access/pipeline-identity";
import { acceptPipeline, checkIssuerEgress } from "../cluster/access/private/pipeline-authentication";
import { ClusterAccess } from "../cluster/access/private/cluster-access";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { expiry, remindOfExpiry, textOf } from "../core/dates";
import { shown } from "../core/display-value";
import { isDnsSubdomain } from "../core/kubernetes-names";
import {
  duration,
  kind,
  optional,
  type PropsSchema,
  readArgument,
  readArguments,
  readProps,
  reasonFor,
  type Resolved,
  valueOf,
  withDefault,
} from "../core/readers";
import { type ReasonedChoice } from "../core/reason";
import { ResourceConstruct } from "../core/resource-construct";
import { outputNameOf } from "../core/resource-name";
import { Problems } from "../core/validation-error";
import { nonEmptyListOf } from "../core/value-readers";
import { Egress } from "../network/egress/egress";
import { checkEnhanced } from "../synthesis/chart-scopes";

/** Options for CiCredentials.shortLivedToken. */
export interface ShortLivedTokenOptions {
  /**
   * The lifetime of each token: whole seconds, at least 10 minutes.
   *
   * @default Duration.hours(1)
   */
  readonly lifetime?: Duration;
  /**
   * The reason for a lifetime of more than a day.
   *
   * @default - none; such a lifetime is refused
   */
  readonly reason?: string;
}

/** Options for CiCredentials.longLivedToken. */
export interface LongLivedTokenOptions extends ReasonedChoice {
  /** The date by which the token must be replaced or removed: in the future, and at most a year away. */
  readonly expires: Date;
}

// The API server issues no shorter ones.
const MIN_SECONDS = 600;
const MAX_SECONDS = 86_400;
const MAX_DAYS = 366;
const DEFAULT_LIFETIME = Duration.hours(1);

const IDENTITY = kind<PipelineIdentity>(
  ["issuerUrl", "username"],
  'PipelineIdentity.gitHubActions({ repository: "acme/shop", branch: "main", audience: "oke" })',
);

const SHORT_LIVED = {
  lifetime: withDefault(duration("seconds", { least: MIN_SECONDS }), DEFAULT_LIFETIME),
  reason: optional(reasonFor("A token lifetime of more than a day")),
} satisfies PropsSchema<ShortLivedTokenOptions>;

const LONG_LIVED = {
  reason: reasonFor("A token without expiry"),
  expires: expiry(MAX_DAYS),
} satisfies PropsSchema<LongLivedTokenOptions>;

/** The credentials with which a CI system authenticates to the API server. */
@checked
export class CiCredentials {
  /**
   * Tokens that the CI system issues for each of its jobs: nothing is stored.
   */
  public static oidc(identity: PipelineIdentity): CiCredentials {
    readArgument("CiCredentials.oidc", "identity", identity, IDENTITY);
    return new CiCredentials("oidc", { identity });
  }

  /**
   * An expiring token of a service account; a person with access requests a new one with the command of an
   * output.
   *
   * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_token/
   */
  public static shortLivedToken(options: ShortLivedTokenOptions = {}): CiCredentials {
    const problems = new Problems("CiCredentials.shortLivedToken");
    const read = readProps(problems, options, SHORT_LIVED);
    if (!problems.any && read.reason === undefined) checkLifetime(problems, read.lifetime);
    const { lifetime, reason } = problems.resolved<Resolved<typeof SHORT_LIVED>>(read);
    return new CiCredentials("short-lived token", { lifetime, reason });
  }

  /**
   * A token of a service account without expiry: a Secret in the cluster, whose token you store in the CI
   * system.
   *
   * Kubernetes does not expire it. The date is in the report and in an annotation, and a Terraform check
   * reminds you of it.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengaddingserviceaccttoken.htm
   */
  public static longLivedToken(options: LongLivedTokenOptions): CiCredentials {
    const { reason, expires } = readArguments("CiCredentials.longLivedToken", options, LONG_LIVED);
    return new CiCredentials("long-lived token", { reason, expires });
  }

  private constructor(
    /** The description of the credentials. */
    public readonly description: string,
    /** @internal */
    public readonly _options: {
      readonly identity?: PipelineIdentity;
      readonly lifetime?: Duration;
      readonly reason?: string;
      readonly expires?: Date;
    },
  ) {}
}

/** Adds a problem if tokens without a reason are valid for more than a day. */
function checkLifetime(problems: Problems, lifetime = DEFAULT_LIFETIME): void {
  if (lifetime.toSeconds() <= MAX_SECONDS) return;
  problems.add(
    "TOKEN_LIFETIME",
    `lifetime is ${lifetime.toHumanString()}, more than a day, without a reason`,
    'Give at most Duration.days(1), or add the reason: { lifetime, reason: "…" }',
  );
}

/** Props for CiAccess. */
export interface CiAccessProps {
  /** The cluster. */
  readonly cluster: ISecureOkeCluster;
  /** The credentials of the CI system. */
  readonly credentials: CiCredentials;
  /** The access to grant; with a service account, in one namespace only, and never break-glass access. */
  readonly access: KubernetesAccess[];
  /**
   * The egress of the API endpoint to the token issuer, from which it reads the keys: through the NAT
   * gateway, or a DRG.
   *
   * @default - none: the endpoint's subnet already has such egress; a network created by this library refuses
   * a missing one
   */
  readonly issuerEgress?: Egress;
  /**
   * The chart of the roles, bindings and service accounts; add it to the cluster with `addCdk8sChart`.
   *
   * @default - the cluster's own chart, in the output `<path>_access_manifests`
   */
  readonly chart?: Chart;
}

/**
 * Access of a CI system to the Kubernetes API.
 *
 * With `CiCredentials.oidc`, the API server accepts the tokens that the CI system issues for single jobs of
 * one pipeline, and no token is stored. Several pipelines, also with several issuers, can use one cluster.
 * The other credentials are service accounts, each for one CI system and with roles in one namespace: the
 * output `<path>_token_command` is the command that prints a token.
 *
 * The CI system must reach the API endpoint: for a private endpoint, its runners must be in a network that
 * may connect to it.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengOpenIDConnect-Authentication.htm
 */
@checked
export class CiAccess extends ResourceConstruct {
  /** The Kubernetes username of the CI system. */
  public readonly username: string;
  /** The credentials of the CI system. */
  public readonly credentials: CiCredentials;

  constructor(scope: Construct, id: string, props: CiAccessProps) {
    const { access, cluster, credentials, issuerEgress, ...read } = readCiAccess(scope, id, props);
    super(scope, id);
    this.credentials = credentials;
    const chart = read.chart ?? ClusterAccess.of(cluster).chart;
    const { identity, expires } = credentials._options;
    let subject: Subject;
    if (identity) {
      acceptPipeline(cluster, identity, issuerEgress);
      subject = Subject.oidcUser(identity.username);
      this.username = identity.username;
    } else {
      const [namespace = ""] = namespacesOf(access) as string[];
      const account = this.addAccount(chartFor(chart, namespace), namespace);
      subject = Subject.serviceAccount(account, namespace);
      this.username = `system:serviceaccount:${namespace}:${account}`;
    }
    for (const each of access) each._bind(chart, subject);
    if (!expires) return;
    const what = `the token of ${this.username}`;
    remindOfExpiry(this, "long-lived-token", what, expires, "never expires, and is to be replaced by");
  }

  /** Adds the service account, with its token if one is stored; returns its name. */
  private addAccount(chart: Chart, namespace: string): string {
    const name = accountName(this.node.id);
    new ApiObject(chart, `ci-${name}`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name },
      automountServiceAccountToken: false,
    });
    const { lifetime, reason, expires } = this.credentials._options;
    if (expires) {
      const secret = new ApiObject(chart, `ci-${name}-token`, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: `${name}-token`,
          annotations: {
            "kubernetes.io/service-account.name": name,
            "secure-oke/expires": textOf(expires),
          },
        },
        type: "kubernetes.io/service-account-token",
      });
      const what = `a token of ${namespace}/${name} without expiry, to be replaced by ${textOf(expires)}`;
      Acknowledgements._record(secret, "access-tokens", what, reason ?? "");
    } else if (reason !== undefined) {
      const what = `tokens of ${namespace}/${name} for ${lifetime?.toHumanString()}`;
      Acknowledgements._record(this, "access-tokens", what, reason);
    }
    const output = new TerraformOutput(this, "TokenCommand", {
      description: "Prints a token of the service account; it is a secret",
      value: expires
        ? `kubectl get secret ${name}-token --namespace ${namespace} --output go-template='{{.data.token | base64decode}}'`
        : `kubectl create token ${name} --namespace ${namespace} --duration ${lifetime?.toSeconds()}s`,
    });
    output.overrideLogicalId(outputNameOf(this, "token_command"));
    return name;
  }
}

function accountName(id: string): string {
  return `ci-${id.toLowerCase()}`;
}

function namespacesOf(access: readonly KubernetesAccess[]): (string | undefined)[] {
  return [...new Set(access.map(({ namespace }) => namespace))];
}

const ACCESS_EXAMPLE = 'KubernetesAccess.editorIn("shop")';

const CI_ACCESS = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  credentials: valueOf(CiCredentials),
  access: nonEmptyListOf(valueOf(KubernetesAccess), `[${ACCESS_EXAMPLE}]`),
  issuerEgress: optional(valueOf(Egress)),
  chart: optional(kind<Chart>(["node", "namespace"], 'new Chart(app, "access")')),
} satisfies PropsSchema<CiAccessProps>;

/** Validates the props before the construct is created, so that its id stays free if they are refused. */
function readCiAccess(scope: Construct, id: string, props: CiAccessProps): Resolved<typeof CI_ACCESS> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props ?? {}, CI_ACCESS);
  const identity = read.credentials?._options.identity;
  const isOidc = identity !== undefined;
  if (identity && read.cluster)
    checkEnhanced(problems, read.cluster, "OpenID Connect authentication", "VALUE_INVALID");
  if (identity && read.issuerEgress) checkIssuerEgress(problems, identity, read.issuerEgress);
  if (read.access) checkAccess(problems, read.access, isOidc);
  if (read.credentials && !isOidc) {
    if (!isDnsSubdomain(accountName(String(id)))) {
      problems.add(
        "NAME_INVALID",
        `id is ${shown(id)}, which is invalid in the name of the service account`,
        'Use letters, digits, and dashes, for example "jenkins"',
      );
    }
    if (read.issuerEgress) {
      problems.add(
        "VALUE_INVALID",
        "issuerEgress was given, and the tokens of a service account need no egress to an issuer",
        "Remove issuerEgress, or use CiCredentials.oidc(identity)",
      );
    }
  }
  return problems.resolved<Resolved<typeof CI_ACCESS>>(read);
}

function checkAccess(problems: Problems, access: readonly KubernetesAccess[], isOidc: boolean): void {
  access.forEach(({ _expires, description }, index) => {
    if (!_expires) return;
    problems.add(
      "PERMISSION_TOO_WIDE",
      `access[${index}] is ${description}, which would make everyone who can change the pipeline an administrator`,
      `Give the permissions that the pipeline needs, for example ${ACCESS_EXAMPLE}`,
    );
  });
  const namespaces = namespacesOf(access);
  if (isOidc || access.length === 0 || (namespaces.length === 1 && namespaces[0] !== undefined)) return;
  problems.add(
    "PERMISSION_TOO_WIDE",
    namespaces.includes(undefined)
      ? "access applies to all namespaces, and anyone can copy the token of a service account"
      : `access is in the namespaces ${namespaces.join(", ")}, and a service account may have access to one`,
    `Give access to one namespace, for example ${ACCESS_EXAMPLE}, or use CiCredentials.oidc(identity)`,
  );
}
