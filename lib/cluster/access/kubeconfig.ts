import { Fn, TerraformOutput, Token } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { outputNameOf } from "../../core/resource-name";
import {
  choice,
  matching,
  optional,
  portNumber,
  type PropsSchema,
  readProps,
  type Resolved,
  valueOf,
  withDefault,
} from "../../core/readers";
import { regionOf } from "../../core/regions";
import { ResourceConstruct } from "../../core/resource-construct";
import { Bastion } from "../../network/bastion/bastion";
import { createdClusterOf, type ISecureOkeCluster } from "../cluster-base";
import { clusterValue } from "../private/cluster-readers";

/** The way that the OCI CLI authenticates a person. */
export enum OciCliAuthentication {
  /** A session of at most a day that starts in the browser, with MFA if the tenancy requires it: `oci session authenticate`. */
  SECURITY_TOKEN = "security_token",
  /** An API key in `~/.oci`, which never expires. */
  API_KEY = "api_key",
}

/** The endpoint of the Kubernetes API in a kubeconfig. */
export enum KubernetesEndpoint {
  /** The private address in the VCN. */
  PRIVATE = "PRIVATE_ENDPOINT",
  /** The public address, if the cluster has one. */
  PUBLIC = "PUBLIC_ENDPOINT",
}

/** Props for Kubeconfig. */
export interface KubeconfigProps {
  /** The cluster. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The bastion through which people connect to the private endpoint.
   *
   * @default - people connect to the endpoint directly, such as over a VPN
   */
  readonly bastion?: Bastion;
  /**
   * The way that the OCI CLI authenticates each person.
   *
   * @default OciCliAuthentication.SECURITY_TOKEN
   */
  readonly authentication?: OciCliAuthentication;
  /**
   * The profile of the OCI CLI: letters, digits, `_` and `-`.
   *
   * @default - the profile DEFAULT
   */
  readonly profile?: string;
  /**
   * The endpoint in the kubeconfig.
   *
   * @default KubernetesEndpoint.PRIVATE
   */
  readonly endpoint?: KubernetesEndpoint;
  /**
   * The local port of the tunnel on the person's own machine.
   *
   * @default 6443
   */
  readonly localPort?: number;
}

const KUBECONFIG = {
  cluster: clusterValue(),
  bastion: optional(valueOf(Bastion)),
  authentication: withDefault(
    choice(
      OciCliAuthentication,
      "one of OciCliAuthentication, for example OciCliAuthentication.SECURITY_TOKEN",
    ),
    OciCliAuthentication.SECURITY_TOKEN,
  ),
  profile: optional(
    matching(/^[A-Za-z0-9_-]+$/, 'Use letters, digits, "_" and "-", for example "production"'),
  ),
  endpoint: withDefault(
    choice(KubernetesEndpoint, "one of KubernetesEndpoint, for example KubernetesEndpoint.PRIVATE"),
    KubernetesEndpoint.PRIVATE,
  ),
  localPort: withDefault(portNumber(), 6443),
} satisfies PropsSchema<KubeconfigProps>;

type ResolvedKubeconfig = Resolved<typeof KUBECONFIG>;

/**
 * Commands that give people a kubeconfig, as Terraform outputs.
 *
 * The kubeconfig contains no token: for each command, kubectl runs the OCI CLI, which requests a token for this cluster and this person
 * that is valid for a few minutes. The output `<path>_kubeconfig_command` writes the kubeconfig. With a bastion, `<path>_tunnel_command`
 * opens the tunnel with the OCID of a session in `SESSION_ID`, and `<path>_server_command` makes kubectl use it; the bastion's own
 * `session_command` creates the session. IAM and RBAC decide what a person may do: `cluster.grantAccess(…)`.
 *
 * According to Oracle's guide for bastions, the certificate of the API server is valid for 127.0.0.1; this project has not tried it.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengdownloadkubeconfigfile.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupbastion.htm
 */
@checked
export class Kubeconfig extends ResourceConstruct {
  /** The command that writes the kubeconfig. */
  public readonly kubeconfigCommand: string;
  /** The command that opens the tunnel; undefined without a bastion. */
  public readonly tunnelCommand?: string;
  /** The endpoint in the kubeconfig. */
  public readonly endpoint: KubernetesEndpoint;
  /** The local port of the tunnel. */
  public readonly localPort: number;

  constructor(scope: Construct, id: string, props: KubeconfigProps) {
    const { cluster, bastion, endpoint, localPort, authentication, profile } = readKubeconfig(
      scope,
      id,
      props,
    );
    super(scope, id);
    this.endpoint = endpoint;
    this.localPort = localPort;
    // The region is part of the OCID. The CLI also accepts the three-letter codes of the two oldest regions.
    const region =
      regionOf(cluster.clusterId) ?? Token.asString(Fn.element(Fn.split(".", cluster.clusterId), 3));
    this.kubeconfigCommand = [
      `oci ce cluster create-kubeconfig --cluster-id ${cluster.clusterId}`,
      `--file "$HOME/.kube/config" --region ${region} --token-version 2.0.0 --kube-endpoint ${endpoint}`,
      ...(authentication === OciCliAuthentication.SECURITY_TOKEN ? ["--auth security_token"] : []),
      ...(profile === undefined ? [] : [`--profile ${profile}`]),
    ].join(" ");
    this.addOutput("kubeconfig", "Writes a kubeconfig that contains no token", this.kubeconfigCommand);
    if (!bastion) return;
    const address = Token.asString(Fn.element(Fn.split(":", cluster.privateEndpoint), 0));
    this.tunnelCommand =
      `ssh -N -L ${localPort}:${address}:6443 -p 22 ` +
      // Expanded by the shell, not by Terraform.
      `"$SESSION_ID@host.bastion.${region}.oci.oraclecloud.com"`;
    this.addOutput(
      "tunnel",
      "Opens the tunnel of a bastion session, whose OCID is in SESSION_ID",
      this.tunnelCommand,
    );
    this.addOutput(
      "server",
      "Makes kubectl use the tunnel",
      `kubectl config set-cluster "$(kubectl config view --minify -o 'jsonpath={.clusters[0].name}')" --server=https://127.0.0.1:${localPort}`,
    );
  }

  private addOutput(name: string, description: string, value: string): void {
    const output = new TerraformOutput(this, `${name}-command`, { description, value });
    output.overrideLogicalId(outputNameOf(this, `${name}_command`));
  }
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function readKubeconfig(scope: Construct, id: string, props: KubeconfigProps): ResolvedKubeconfig {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, KUBECONFIG);
  const { cluster, bastion, endpoint } = read;
  if (cluster && bastion) problems.collect(() => cluster.privateEndpoint);
  if (bastion && endpoint === KubernetesEndpoint.PUBLIC) {
    problems.add(
      "VALUE_INVALID",
      "endpoint is KubernetesEndpoint.PUBLIC, but a bastion forwards to the private endpoint",
      "Leave out endpoint or bastion",
    );
  } else if (endpoint === KubernetesEndpoint.PUBLIC && cluster && isPrivate(cluster)) {
    problems.add(
      "VALUE_INVALID",
      `endpoint is KubernetesEndpoint.PUBLIC, but the endpoint of ${cluster.node.path} has no public address`,
      "Leave out endpoint, or open it: endpointAccess: EndpointAccess.publicFrom(cidrs, { reason })",
    );
  }
  return problems.resolved<ResolvedKubeconfig>(read);
}

/** Whether the endpoint has no public address; that of an imported cluster is not known. */
function isPrivate(cluster: ISecureOkeCluster): boolean {
  return createdClusterOf(cluster) !== undefined && cluster.network.apiEndpointSubnet.isPublic !== true;
}
