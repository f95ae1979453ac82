import { Fn, TerraformOutput, Token } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../../core/checked";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { outputNameOf } from "../../core/output-name";
import { regionOf } from "../../core/region-of-ocid";
import { checkGiven, checkMembers } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { shown } from "../../core/display-value";
import { type Bastion } from "../../network/bastion/bastion";
import { type ISecureOkeCluster } from "../cluster-base";

/** How the OCI CLI shows who a person is. */
export enum OciCliAuthentication {
  /** A session of at most a day that starts in the browser, with MFA where the tenancy asks for it: `oci session authenticate`. */
  SECURITY_TOKEN = "security_token",
  /** An API key in `~/.oci`, which never ends by itself. */
  API_KEY = "api_key",
}

/** Which endpoint of the Kubernetes API a kubeconfig names. */
export enum KubernetesEndpoint {
  /** The address in the VCN. */
  PRIVATE = "PRIVATE_ENDPOINT",
  /** The public address, of a cluster that has one. */
  PUBLIC = "PUBLIC_ENDPOINT",
}

/** Props for Kubeconfig. */
export interface KubeconfigProps {
  /** The cluster. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The bastion through which people reach the private endpoint.
   *
   * @default - people reach the endpoint directly, such as over a VPN
   */
  readonly bastion?: Bastion;
  /**
   * How the OCI CLI of each person shows who they are.
   *
   * @default OciCliAuthentication.SECURITY_TOKEN
   */
  readonly authentication?: OciCliAuthentication;
  /**
   * The profile of the OCI CLI; letters, digits, `_` and `-`.
   *
   * @default - the profile DEFAULT
   */
  readonly profile?: string;
  /**
   * The endpoint that the kubeconfig names.
   *
   * @default KubernetesEndpoint.PRIVATE
   */
  readonly endpoint?: KubernetesEndpoint;
  /**
   * The port on the person's own machine where the tunnel begins.
   *
   * @default 6443
   */
  readonly localPort?: number;
}

const DEFAULT_PORT = 6443;
const PROFILE = /^[A-Za-z0-9_-]+$/;

/**
 * The commands by which people get a kubeconfig, as outputs of Terraform.
 *
 * The kubeconfig holds no token: kubectl runs the OCI CLI for each command, which asks for a token of a few minutes for this
 * cluster and this person. Output `<path>_kubeconfig_command` writes it. With a bastion, `<path>_tunnel_command` opens the tunnel with the
 * OCID of a session in `SESSION_ID`, and `<path>_server_command` makes kubectl use it; the bastion's own `session_command` starts the
 * session. What a person may do then, IAM and RBAC decide: `cluster.grantAccess(…)`.
 *
 * That the certificate of the API server is good for 127.0.0.1 follows Oracle's guide for bastions; this project has not tried it.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengdownloadkubeconfigfile.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupbastion.htm
 */
@checked
export class Kubeconfig extends ResourceConstruct {
  /** The command that writes the kubeconfig. */
  public readonly kubeconfigCommand: string;
  /** The command that opens the tunnel; none without a bastion. */
  public readonly tunnelCommand?: string;

  /** @throws ATTRIBUTE_MISSING, VALUE_INVALID, NAME_INVALID, NAME_DUPLICATE, PORT_INVALID */
  constructor(scope: Construct, id: string, props: KubeconfigProps) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, bastion, endpoint = KubernetesEndpoint.PRIVATE, localPort = DEFAULT_PORT } = props;
    const { authentication = OciCliAuthentication.SECURITY_TOKEN, profile } = props;
    // The region is part of the OCID. The CLI takes the three letters of the two oldest regions as well.
    const region =
      regionOf(cluster.clusterId) ?? Token.asString(Fn.element(Fn.split(".", cluster.clusterId), 3));
    this.kubeconfigCommand = [
      `oci ce cluster create-kubeconfig --cluster-id ${cluster.clusterId}`,
      `--file "$HOME/.kube/config" --region ${region} --token-version 2.0.0 --kube-endpoint ${endpoint}`,
      ...(authentication === OciCliAuthentication.SECURITY_TOKEN ? ["--auth security_token"] : []),
      ...(profile === undefined ? [] : [`--profile ${profile}`]),
    ].join(" ");
    this.print("kubeconfig", "Writes a kubeconfig without any token in it", this.kubeconfigCommand);
    if (!bastion) return;
    const address = Token.asString(Fn.element(Fn.split(":", cluster.privateEndpoint), 0));
    this.tunnelCommand =
      `ssh -N -L ${localPort}:${address}:6443 -p 22 ` +
      // The shell fills it in; Terraform must not.
      `"$SESSION_ID@host.bastion.${region}.oci.oraclecloud.com"`;
    this.print(
      "tunnel",
      "Opens the tunnel of a session of the bastion; its OCID is in SESSION_ID",
      this.tunnelCommand,
    );
    this.print(
      "server",
      "Makes kubectl use the tunnel",
      `kubectl config set-cluster "$(kubectl config view --minify -o 'jsonpath={.clusters[0].name}')" --server=https://127.0.0.1:${localPort}`,
    );
  }

  private print(name: string, description: string, value: string): void {
    const output = new TerraformOutput(this, `${name}-command`, { description, value });
    output.overrideLogicalId(outputNameOf(this, `${name}_command`));
  }
}

/** Before the construct is made, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: KubeconfigProps): void {
  const props: Partial<KubeconfigProps> = given ?? {};
  const { cluster, bastion, profile, localPort, authentication, endpoint } = props;
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkGiven(problems, { cluster });
  if (
    checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster") &&
    bastion
  )
    problems.collect(() => cluster?.privateEndpoint);
  checkMembers(problems, "bastion", bastion, ["bastionId"], 'new Bastion(stack, "bastion", { cluster, … })');
  checkChoice("authentication", authentication, Object.values(OciCliAuthentication));
  checkChoice("endpoint", endpoint, Object.values(KubernetesEndpoint));
  if (profile !== undefined && (typeof profile !== "string" || !PROFILE.test(profile))) {
    problems.add("NAME_INVALID", `profile is ${shown(profile)}`, 'Use letters, digits, "_" and "-"');
  }
  if (localPort !== undefined && !(Number.isInteger(localPort) && localPort >= 1 && localPort <= 65535)) {
    problems.add("PORT_INVALID", `localPort is ${shown(localPort)}`, "Give a whole number from 1 to 65535");
  }
  if (bastion && endpoint === KubernetesEndpoint.PUBLIC) {
    problems.add(
      "VALUE_INVALID",
      "endpoint is PUBLIC_ENDPOINT, and a bastion leads to the private one",
      "Leave one of them out",
    );
  }
  problems.throwIfAny();

  function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
    if (value === undefined || choices.includes(value)) return;
    problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Take one of ${choices.join(", ")}`);
  }
}
