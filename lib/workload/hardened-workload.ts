import { Chart, Duration } from "cdk8s";
import {
  type IPodSelector,
  LabelSelector,
  type NetworkPolicyPeerConfig,
  type PodSelectorConfig,
} from "cdk8s-plus-27";
import { Construct } from "constructs";
import { type ContainerImage } from "./images/container-image";
import { labelsOf, selectorLabelsOf } from "./pods/private/workload-labels";
import { type HardenedPod, programPaths } from "./pods/private/hardened-pod";
import { type MountSecretOptions, type SecretVariableOptions } from "./pods/mount-secret-options";
import { mountSecret, type SecretPlace, setSecretVariable } from "./pods/private/mount-secret";
import { type TraceOptions } from "./monitoring-options";
import { requireMonitor } from "./private/monitor";
import { readTraces } from "./private/read-monitoring";
import { checked } from "../core/checked";
import { type ISecretReader } from "../encryption/secret-reader";
import { type IVaultSecret } from "../encryption/vault-secret-props";
import { grantToWorkload } from "./private/workload-grants";
import { type IPolicyGrantee, type PolicyGrant } from "../identity/policy-statement";
import { Connections, type IConnectable } from "../network-policy/connections";
import { type IServiceAccountUser } from "../rbac/subject";
import { guardStaticSynthesis } from "../synthesis/chart-guards";

/**
 * The base class of all hardened workloads, whatever the kind of the object that runs their pods.
 *
 * Their pods run without root, capabilities, a writable root filesystem or, unless `apiAccess` is given, a
 * token for the API server. Each workload has a ServiceAccount and a NetworkPolicy that denies everything
 * except DNS. All objects are named after the construct's id.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
@checked
export abstract class HardenedWorkload
  extends Construct
  implements IConnectable, IPodSelector, IPolicyGrantee, ISecretReader, IServiceAccountUser
{
  /** The name of the workload and its supporting objects. */
  public readonly name: string;
  /** The namespace, if the chart has one. */
  public readonly namespace?: string;
  /** The name of the ServiceAccount of the pods. */
  public readonly serviceAccountName: string;
  public readonly connections: Connections;
  /** The labels of the workload. */
  public readonly labels: { [key: string]: string };
  /** The labels that select the pods of the workload. */
  public readonly selectorLabels: { [key: string]: string };

  /** The validated pods, set by the constructor of each kind of workload. @internal */
  public _pod!: HardenedPod;

  /** @param labels labels of the workload besides the common ones */
  protected constructor(scope: Construct, id: string, labels?: { [key: string]: string }) {
    super(scope, id);
    const chart = Chart.of(this);
    guardStaticSynthesis(chart);
    this.name = id;
    this.namespace = chart.namespace;
    this.serviceAccountName = id;
    this.labels = labelsOf(id, labels);
    this.selectorLabels = selectorLabelsOf(id);
    this.connections = Connections._of(this, chart.namespace);
  }

  /** The image of the program. */
  public get image(): ContainerImage {
    return this._pod.program.image;
  }

  /** The id of the user and group of all containers. */
  public get user(): number {
    return this._pod.user;
  }

  /** The time between the termination signal and the forced end of the pods. */
  public get terminationGracePeriod(): Duration {
    return Duration.seconds(this._pod.terminationGracePeriodSeconds);
  }

  /**
   * Mounts a secret of OCI Vault as a file of the program, read as the ServiceAccount of this workload.
   *
   * It adds an IAM statement for exactly this workload and this secret, the objects of the delivery, and the
   * permission of the reader to create tokens of this ServiceAccount. The pods wait until the file exists.
   *
   * @param secret a VaultSecret, or an imported one
   * @returns the path of the file
   */
  public mountSecret(secret: IVaultSecret, options: MountSecretOptions = {}): string {
    return mountSecret(this.secretPlace(), secret, options);
  }

  /**
   * Sets an environment variable of the program from a secret of OCI Vault, with External Secrets.
   *
   * Prefer `mountSecret`: the environment is visible to child processes and in crash reports, and keeps the
   * value from the start of the program.
   *
   * @param name the name of the variable: letters, digits, and `_`
   * @param secret a VaultSecret, or an imported one
   */
  public setSecretVariable(name: string, secret: IVaultSecret, options: SecretVariableOptions): void {
    setSecretVariable(this.secretPlace(), name, secret, options);
  }

  /**
   * Grants the pods access to OCI resources by workload identity: a policy statement for this ServiceAccount
   * in this cluster only.
   *
   * The policy is created in the stack of the cluster that the chart is added to. The NetworkPolicy allows
   * egress to the OKE control plane on TCP 12250, where the OCI SDKs exchange the pod's token for an IAM
   * token. Pods have that token only with `apiAccess`; without it, the program can't use the grant itself.
   * Allow the connection to the service too: `connections.allowToOracleServices(…)`.
   *
   * @param grant such as `{ verb: PolicyVerb.READ, resourceType: PolicyResourceType.OBJECTS, location, condition }`
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
   */
  public grant(grant: PolicyGrant): void {
    grantToWorkload(this, grant);
    this.connections._allowToControlPlane();
  }

  /**
   * Lets the workload send traces to the collector of its cluster's ClusterMonitoring, which may be created
   * before or after.
   *
   * It allows the connection on both sides, and sets the environment variables that OpenTelemetry libraries
   * read (`OTEL_EXPORTER_OTLP_ENDPOINT` and others), unless the program sets them already.
   */
  public traces(options: TraceOptions = {}): void {
    const request = readTraces(this, options);
    requireMonitor(this, "Collecting traces", (monitor) => monitor._trace(request));
  }

  /** @internal */
  public get _labelledPods(): { labels: { [key: string]: string }; namespace?: string } {
    return { labels: this.selectorLabels, namespace: this.namespace };
  }

  /** The NetworkPolicy peer of this workload, as cdk8s-plus expects it. */
  public toNetworkPolicyPeerConfig(): NetworkPolicyPeerConfig {
    return { podSelector: this.toPodSelectorConfig() };
  }

  /** The pod selector of this workload. */
  public toPodSelector(): IPodSelector | undefined {
    return this;
  }

  /** The pod selector configuration of this workload, as cdk8s-plus expects it. */
  public toPodSelectorConfig(): PodSelectorConfig {
    return {
      labelSelector: LabelSelector.of({ labels: this.selectorLabels }),
      namespaces: this.namespace === undefined ? undefined : { names: [this.namespace] },
    };
  }

  private secretPlace(): SecretPlace {
    const pod = this._pod;
    return {
      workload: this,
      mounted: pod.mountedSecrets,
      paths: programPaths(pod),
      variables: Object.keys(pod.program.env),
    };
  }
}
