import { ApiObject, type Chart } from "cdk8s";
import { TerraformOutput } from "cdktf";
import { type Construct } from "constructs";
import { type CiCredentials } from "./ci-credentials";
import { chartFor, type KubernetesAccess } from "./kubernetes-access";
import { Subject } from "./subject";
import { acceptPipeline } from "../cluster/access/private/accept-pipeline";
import { ClusterAccess } from "../cluster/access/private/cluster-access";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { remindOfExpiry, textOf } from "../core/expiry";
import { isDnsSubdomain } from "../core/kubernetes-names";
import { outputNameOf } from "../core/output-name";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { type Problems } from "../core/validation-error";
import { type Egress } from "../network/egress/egress";

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

  constructor(
    scope: Construct,
    id: string,
    private readonly props: CiAccessProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, access, credentials, issuerEgress } = props;
    const chart = props.chart ?? ClusterAccess.of(cluster).chart;
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
    for (const one of access) one._bind(chart, subject);
    if (expires) remindOfExpiry(this, "long-lived-token", `the token of ${this.username}`, expires);
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
    const { lifetime, reason, expires } = this.props.credentials._options;
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
      const what = `a token of ${namespace}/${name} without an end, to be replaced by ${textOf(expires)}`;
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

/** Validates the props before the construct is created, so that its id stays free if they are refused. */
function check(scope: Construct, id: string, given: CiAccessProps): void {
  const props: Partial<CiAccessProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { cluster, credentials, access, issuerEgress, chart } = props;
  checkGiven(problems, { cluster, credentials, access });
  checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster");
  const instead = "CiCredentials.oidc(identity), or CiCredentials.shortLivedToken()";
  checkMembers(problems, "credentials", credentials, ["description", "_options"], instead);
  checkMembers(
    problems,
    "issuerEgress",
    issuerEgress,
    ["cidr", "port"],
    "Egress.to(cidr, Port.tcp(443), { reason })",
  );
  checkMembers(problems, "chart", chart, ["node", "namespace"], 'new Chart(app, "access")');
  const isOidc = credentials?._options?.identity !== undefined;
  if (Array.isArray(access)) checkAccess(problems, access, isOidc);
  if (credentials && !isOidc) {
    if (!isDnsSubdomain(accountName(String(id)))) {
      problems.add(
        "NAME_INVALID",
        `The id is ${JSON.stringify(id)}, and the service account is named after it`,
        "Use letters, digits and dashes",
      );
    }
    if (issuerEgress) {
      problems.add(
        "VALUE_INVALID",
        "issuerEgress is given, and a service account has no issuer outside of the cluster",
        "Leave it out, or use CiCredentials.oidc",
      );
    }
  }
  problems.throwIfAny();
}

function checkAccess(problems: Problems, access: readonly KubernetesAccess[], isOidc: boolean): void {
  const instead = 'KubernetesAccess.editorIn("shop")';
  if (access.length === 0) problems.add("ATTRIBUTE_MISSING", "access is empty", `Write [${instead}]`);
  const known = access.filter((one, index) =>
    checkMembers(problems, `access[${index}]`, one, ["_bind"], instead),
  );
  for (const one of known.filter(({ _expires }) => _expires)) {
    problems.add(
      "PERMISSION_TOO_WIDE",
      `access has ${one.description}: whoever changes the pipeline would be cluster-admin`,
      `Write what the pipeline does, such as ${instead}`,
    );
  }
  const namespaces = namespacesOf(known);
  if (isOidc || known.length === 0 || (namespaces.length === 1 && namespaces[0] !== undefined)) return;
  problems.add(
    "PERMISSION_TOO_WIDE",
    namespaces.includes(undefined)
      ? "access holds in all namespaces, and the token can be copied"
      : `access is in the namespaces ${namespaces.join(", ")}, and a service account is of one`,
    `Give access in one namespace, such as ${instead}, or use CiCredentials.oidc`,
  );
}
