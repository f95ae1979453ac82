import { type ApiObject, Chart, Duration, Lazy } from "cdk8s";
import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { mountPath } from "./writable-path";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { clusterOfChart } from "../../cluster/private/cluster-charts";
import { checked } from "../../core/checked";
import { overlaps, readCidrs } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkSubdomainName } from "../../core/kubernetes-names";
import {
  checkedBy,
  type DefaultReader,
  duration,
  listOf,
  optional,
  passing,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  text,
  withDefault,
} from "../../core/readers";
import { checkUnique } from "../../core/value-readers";
import { Problems } from "../../core/validation-error";
import { kindOf } from "../../core/kind-checks";
import { knownBlock } from "../../network/egress/egress";
import { noteOwnAccount, notePullsWithoutSecrets, pullSecretsOf } from "../../synthesis/pull-secrets";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";

/** The audience and the lifetime of a token. */
export interface ProjectedTokenOptions {
  /** The audience of the token, the name by which the recipient identifies itself, such as `vault`. */
  readonly audience: string;
  /**
   * The lifetime: whole seconds, 10 minutes to a day; the kubelet replaces the token before it expires.
   *
   * @default Duration.hours(1)
   */
  readonly expiration?: Duration;
}

/** The default lifetime of a token. */
export const DEFAULT_EXPIRATION = Duration.hours(1);
// Kubernetes issues no shorter ones.
const MIN_SECONDS = 600;
const MAX_SECONDS = 86_400;
// The audiences of the API server, as clusters name it.
const API_SERVER = /^(?:https:\/\/)?kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?\/?$|^api$/;

/** Reads the lifetime of a token. */
export function tokenExpiration(): DefaultReader<Duration> {
  return withDefault(duration("seconds", { least: MIN_SECONDS, most: MAX_SECONDS }), DEFAULT_EXPIRATION);
}

function checkAudience(problems: Problems, name: string, audience: unknown): void {
  if (typeof audience !== "string" || audience.trim() === "") {
    const what = typeof audience === "string" ? "blank" : kindOf(name, audience);
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} is ${what}`,
      'Give the name of the recipient, for example { audience: "vault" }',
    );
  } else if (API_SERVER.test(audience)) {
    problems.add(
      "VALUE_INVALID",
      `${name} is ${shown(audience)}, the API server`,
      "Remove the token, and give the workload apiAccess: ApiAccess.token(), which also allows egress to the API server",
    );
  }
}

const TOKEN_OPTIONS = {
  audience: passing<string>(checkAudience),
  expiration: tokenExpiration(),
} satisfies PropsSchema<ProjectedTokenOptions>;

/**
 * A token of the workload's ServiceAccount in a file, with which a program authenticates to another program.
 *
 * It is bound to the pod, for one audience, and renewed in its file; read the file again for each use. The
 * API server does not accept it: use `apiAccess` for that.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
@checked
export class ProjectedToken {
  /**
   * A token in the file `token` of a directory.
   *
   * @param path the directory, such as `/run/secrets/vault`
   */
  public static of(path: string, options: ProjectedTokenOptions): ProjectedToken {
    const problems = new Problems("ProjectedToken.of");
    mountPath()(problems, "path", path);
    const { audience, expiration } = problems.resolved<Resolved<typeof TOKEN_OPTIONS>>(
      readProps(problems, options, TOKEN_OPTIONS),
    );
    return new ProjectedToken(path, audience, expiration);
  }

  private constructor(
    /** The directory of the file. */
    public readonly path: string,
    /** The audience of the token. */
    public readonly audience: string,
    /** The lifetime. */
    public readonly expiration: Duration,
  ) {}

  /** @internal */
  public _toVolume(name: string): { readonly name: string } {
    const { audience, expiration } = this;
    const serviceAccountToken = { path: "token", expirationSeconds: expiration.toSeconds(), audience };
    return { name, projected: { defaultMode: 0o440, sources: [{ serviceAccountToken }] } } as {
      readonly name: string;
    };
  }
}

/** Options of the token for the API server, and of the egress to it. */
export interface ApiAccessOptions {
  /**
   * The lifetime: whole seconds, 10 minutes to a day; the kubelet replaces the token before it expires.
   *
   * @default Duration.hours(1)
   */
  readonly expiration?: Duration;
  /**
   * The CIDR of the API endpoint's own address, such as `10.0.0.5/32` or that of its subnet, at least a /8.
   *
   * For a chart that is written without a cluster. `kubectl get endpointslices -n default` shows the address:
   * policies match the endpoint behind the Service `kubernetes`, not the address of the Service.
   *
   * @default - the subnet of the API endpoint of the cluster that the chart is added to
   */
  readonly endpointCidr?: string;
}

const ROOT = "run/secrets/kubernetes.io/serviceaccount";
const MOUNT_PATH = `/var/${ROOT}`;
/** The two paths of the token directory, where nothing else may be mounted. */
export const API_ACCESS_PATHS = [MOUNT_PATH, `/${ROOT}`];
const VOLUME = "api-access";
const API_SERVER_PORT = 6443;
// Exchanges a Kubernetes token for an OCI token.
const WORKLOAD_IDENTITY_PORT = 12250;

const API_ACCESS_OPTIONS = {
  expiration: tokenExpiration(),
  // Not wider than what limits who may connect.
  endpointCidr: optional(
    passing<string>((problems, name, value) => {
      readCidrs(problems, name, [value]);
    }),
  ),
} satisfies PropsSchema<ApiAccessOptions>;

/**
 * Access of a program to the API server: a token and egress to the API endpoint.
 *
 * The token is bound to the pod, short-lived, expires with the pod, and is renewed in its file; client
 * libraries find it at the default path of Kubernetes. It identifies the program and grants nothing:
 * permissions come from a role that is granted to the workload,
 * `role.grantTo(Subject.serviceAccountOf(workload))`.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
@checked
export class ApiAccess {
  /**
   * A token of the workload's own ServiceAccount, for its program only, and egress to the API endpoint on TCP
   * 6443.
   */
  public static token(options: ApiAccessOptions = {}): ApiAccess {
    const problems = new Problems("ApiAccess.token");
    const { endpointCidr, expiration } = problems.resolved<Resolved<typeof API_ACCESS_OPTIONS>>(
      readProps(problems, options, API_ACCESS_OPTIONS),
    );
    return new ApiAccess(expiration, endpointCidr);
  }

  /** A token for a program whose cluster is known before its chart is added to it. @internal */
  public static _of(
    cluster: ISecureOkeCluster,
    options: { readonly withWorkloadIdentity?: boolean } = {},
  ): ApiAccess {
    return new ApiAccess(DEFAULT_EXPIRATION, undefined, cluster, options.withWorkloadIdentity);
  }

  private constructor(
    /** The lifetime of the token. */
    public readonly expiration: Duration,
    /** The CIDR of the API endpoint, if it was given. */
    public readonly endpointCidr?: string,
    private readonly cluster?: ISecureOkeCluster,
    private readonly withWorkloadIdentity = false,
  ) {}

  /** The volume of the pod: the token, the certificate authority and the name of the namespace. @internal */
  public _volume(): { readonly name: string } {
    const expirationSeconds = this.expiration.toSeconds();
    const fieldRef = { apiVersion: "v1", fieldPath: "metadata.namespace" };
    const sources = [
      { serviceAccountToken: { path: "token", expirationSeconds } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef }] } },
    ];
    return { name: VOLUME, projected: { defaultMode: 0o440, sources } } as { readonly name: string };
  }

  /** The volume mount of the container that calls the API server. @internal */
  public _volumeMount(): object {
    return { name: VOLUME, mountPath: MOUNT_PATH, readOnly: true };
  }

  /** The egress rule from the pods of a workload to the API server, once its address is known. @internal */
  public _egress(workload: IConstruct): object[] {
    const cidr = this.endpointCidr ?? endpointOf(this.cluster ?? clusterOfChart(Chart.of(workload)));
    if (cidr === undefined) return [];
    const ports = [API_SERVER_PORT, ...(this.withWorkloadIdentity ? [WORKLOAD_IDENTITY_PORT] : [])];
    return [{ to: [{ ipBlock: { cidr } }], ports: ports.map((port) => ({ port, protocol: "TCP" })) }];
  }

  /** Refuses at synthesis a workload for which the address of the API server is unknown. @internal */
  public _checkEndpoint(workload: IConstruct): void {
    checkAtSynthesis(workload, () => {
      const problems = new Problems(workload);
      this.checkEndpointCidr(problems, workload);
      problems.throwIfAny();
      if (this._egress(workload).length > 0) return;
      problems.add(
        "ATTRIBUTE_MISSING",
        "apiAccess requires the address of the API endpoint, and the chart was added to no cluster that has it",
        'Add the chart: cluster.addCdk8sChart("shop", chart), or give the CIDR: ApiAccess.token({ endpointCidr: "10.0.0.5/32" })',
      );
      problems.throwIfAny();
    });
  }

  /** Adds a problem if the given endpoint differs from the cluster's. */
  private checkEndpointCidr(problems: Problems, workload: IConstruct): void {
    const declared = knownBlock(workload, () => this.endpointCidr);
    const actual = knownBlock(workload, () => endpointOf(clusterOfChart(Chart.of(workload))));
    if (!declared || !actual || overlaps(declared, actual)) return;
    problems.add(
      "PEER_ELSEWHERE",
      `endpointCidr is ${declared.text}, and the API endpoint of the cluster is in ${actual.text}`,
      "Remove endpointCidr: the library uses the endpoint of the cluster that the chart is added to",
    );
  }
}

/** The subnet of the API endpoint of a cluster. */
function endpointOf(cluster: ISecureOkeCluster | undefined): string | undefined {
  return cluster?.network.apiEndpointSubnet.cidr;
}

/** Reads the names of pull Secrets. */
export function pullSecretNames(): Reader<string[]> {
  return checkedBy(listOf(text(), 'a list of names of Secrets, for example ["ocir"]'), checkPullSecrets);
}

function checkPullSecrets(problems: Problems, property: string, names: readonly string[]): void {
  for (const name of names) {
    // The value of a Terraform reference is unknown.
    if (!Token.isUnresolved(name)) checkSubdomainName(problems, property, name);
  }
  checkUnique(problems, property, names);
}

/**
 * The field `imagePullSecrets` of a ServiceAccount; rendered late, as the namespace may be created after its
 * workloads.
 */
export function pullSecretsField(
  owner: IConstruct,
  namespace: string | undefined,
  own: readonly string[] | undefined,
): object {
  const produce = () => {
    const names = own ?? pullSecretsOf(owner, namespace) ?? [];
    return names.length > 0 ? names.map((name) => ({ name })) : undefined;
  };
  return { imagePullSecrets: Lazy.any({ produce }) as unknown };
}

/**
 * Registers an account that its owner created with that field, and whether the owner declared that its images
 * need no Secret.
 */
export function notePulls(account: ApiObject, own: readonly string[] | undefined): void {
  noteOwnAccount(account);
  if (own?.length === 0) notePullsWithoutSecrets(account);
}
