import { Chart } from "cdk8s";
import {
  type IPodSelector,
  LabelSelector,
  type NetworkPolicyPeerConfig,
  type PodSelectorConfig,
} from "cdk8s-plus-27";
import { Construct } from "constructs";
import { labelsOf, selectorLabelsOf } from "./pods/private/workload-labels";
import { programPaths } from "./pods/private/hardened-pod";
import { podOf } from "./private/workload-objects";
import { type MountSecretOptions, type SecretVariableOptions } from "./pods/mount-secret-options";
import { mountSecret, type SecretPlace, setSecretVariable } from "./pods/private/mount-secret";
import { checked } from "../core/checked";
import { type ISecretReader } from "../encryption/secret-reader";
import { type IVaultSecret } from "../encryption/vault-secret-props";
import { grantToWorkload } from "./private/workload-grants";
import { type IPolicyGrantee } from "../identity/policy-grantee";
import { type PolicyGrant } from "../identity/policy-statement";
import { Connections, type IConnectable } from "../network-policy/connections";
import { type IServiceAccountUser } from "../rbac/subject";
import { guardStaticSynthesis } from "../synthesis/static-synthesis";

/**
 * What all hardened workloads have in common, whatever kind of object runs their pods.
 *
 * Their pods run without root, capabilities, a writable root filesystem or, unless `apiAccess` is given, a token for the API
 * server. A ServiceAccount and a NetworkPolicy that denies all but DNS come with each. All are named after the construct's id.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
@checked
export abstract class HardenedWorkload
  extends Construct
  implements IConnectable, IPodSelector, IPolicyGrantee, ISecretReader, IServiceAccountUser
{
  /** The name of the workload, and of what belongs to it. */
  public readonly name: string;
  /** The namespace, where the chart has one. */
  public readonly namespace?: string;
  /** The name of the service account of the pods. */
  public readonly serviceAccountName: string;
  public readonly connections: Connections;
  /** The labels of the workload. */
  public readonly labels: { [key: string]: string };
  /** The labels that select its pods. */
  public readonly selectorLabels: { [key: string]: string };

  /** @param labels labels of the workload beside those that all have */
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

  /**
   * Mounts a secret of OCI Vault as a file of the program, read as the service account of this workload.
   *
   * It adds the IAM statement for exactly this workload and this secret, the objects of the delivery, and the right of the reader to
   * create tokens of this service account. The pods wait until the file is there.
   *
   * @param secret a VaultSecret, or one that exists already
   * @returns the path of the file
   * @throws NAME_INVALID, also where the workload has no namespace; NAME_DUPLICATE, PATH_INVALID, ENV_INVALID, SECRET_INVALID where secrets
   * of two vaults or of two deliveries would share a directory; ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis CHART_NOT_ADDED
   */
  public mountSecret(secret: IVaultSecret, options: MountSecretOptions = {}): string {
    return mountSecret(this.secretPlace(), secret, options);
  }

  /**
   * Gives a secret of OCI Vault to the program as a variable of its environment, by External Secrets.
   *
   * Prefer `mountSecret`: child processes and crash reports see the environment, and it keeps the value that it had at the start.
   *
   * @param name the name of the variable: letters, digits, and `_`
   * @param secret a VaultSecret, or one that exists already
   * @throws REASON_MISSING, ENV_INVALID, NAME_INVALID, NAME_DUPLICATE, SECRET_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis
   * CHART_NOT_ADDED
   */
  public setSecretVariable(name: string, secret: IVaultSecret, options: SecretVariableOptions): void {
    setSecretVariable(this.secretPlace(), name, secret, options);
  }

  /**
   * Lets the pods use something in OCI, by workload identity: a statement for this service account in this cluster and nobody else.
   *
   * The policy is made in the stack of the cluster that the chart is added to. The NetworkPolicy lets the pods reach the OKE control
   * plane, TCP 12250, where the SDKs of OCI change the pod's token for one of IAM. That token the pods have with `apiAccess`; without it a
   * program can't use the right itself.
   *
   * @param grant such as `{ verb: PolicyVerb.READ, resourceType: PolicyResourceType.OBJECTS, location, condition }`
   * @throws ATTRIBUTE_MISSING, VALUE_INVALID; here, or from addCdk8sChart, STATEMENT_TOO_WIDE, STATEMENT_LIMIT; at synthesis
   * CHART_NOT_ADDED where the chart was added to no cluster
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
   */
  public grant(grant: PolicyGrant): void {
    grantToWorkload(this, grant);
    this.connections._allowToControlPlane();
  }

  /** What a policy of cdk8s-plus writes for this workload. */
  public toNetworkPolicyPeerConfig(): NetworkPolicyPeerConfig {
    return { podSelector: this.toPodSelectorConfig() };
  }

  /** This workload, as what selects its pods. */
  public toPodSelector(): IPodSelector | undefined {
    return this;
  }

  /** How cdk8s-plus selects the pods. */
  public toPodSelectorConfig(): PodSelectorConfig {
    return {
      labelSelector: LabelSelector.of({ labels: this.selectorLabels }),
      namespaces: this.namespace === undefined ? undefined : { names: [this.namespace] },
    };
  }

  private secretPlace(): SecretPlace {
    const pod = podOf(this);
    return {
      workload: this,
      mounted: pod.mountedSecrets,
      paths: programPaths(pod),
      variables: Object.keys(pod.program.env),
    };
  }
}
