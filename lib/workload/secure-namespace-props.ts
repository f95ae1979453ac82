import { type NamespaceLimits, type NamespaceQuota } from "./namespace-limits";
import { type PodSecurityLevel } from "./pod-security-level";
import { type KubernetesVersion } from "../cluster/kubernetes-version";

/** What a namespace is like. */
export interface SecureNamespaceProps {
  /** The name: up to 63 lower-case letters, digits and dashes. */
  readonly name: string;
  /**
   * The version of the Pod Security Standard, pinned so that an upgrade of the cluster refuses no running workload.
   *
   * That of 1.34 is the strictest of the versions that OKE offers: it refuses probes of other hosts, as newer ones do, and pods
   * that run as root in a user namespace, which 1.35 and 1.36 accept. An API server takes a version newer than its own for its
   * newest.
   *
   * @default KubernetesVersion.V1_34
   */
  readonly podSecurityVersion?: KubernetesVersion;
  /**
   * The level of the Pod Security Standard that is enforced.
   *
   * @default PodSecurityLevel.restricted()
   */
  readonly podSecurity?: PodSecurityLevel;
  /**
   * What all pods may take together.
   *
   * @default - 100 pods of the default size, and two load balancers
   */
  readonly quota?: NamespaceQuota;
  /**
   * What one container may take.
   *
   * @default - at most 4 processors, 8Gi of memory and 8Gi of disk; at least a hundredth, 16Mi and 1Mi of them
   */
  readonly limits?: NamespaceLimits;
  /**
   * Names of the storage classes that claims of volumes may be of, also those of volumes that exist already.
   *
   * A ValidatingAdmissionPolicy of this namespace refuses every other one.
   *
   * @default - every one
   */
  readonly allowedStorageClasses?: string[];
  /**
   * Names of the priority classes that pods may have; a pod that names none is let in, unless the cluster's own is another.
   *
   * A second quota gives no pod to every other one, those of the system included.
   *
   * @default - every one but those of the system (`system-…`), which are for nobody
   */
  readonly allowedPriorityClasses?: string[];
  /**
   * The names of Secrets of the type `kubernetes.io/dockerconfigjson` that images of the namespace are pulled with, such as
   * `["ocir"]`.
   *
   * They are set on every ServiceAccount of the namespace that names none of its own: those of hardened workloads, those that
   * included charts bring (`Include`, `Helm`, plain cdk8s), and the account `default`. The Secrets are made outside of the
   * program: their content is a credential. An empty list says that the images need none: they are public, or the nodes may pull them
   * (`NodeRegistryAccess`).
   *
   * @default - none; images of OCIR then give the warning `image-pull-credentials` unless the nodes may pull them
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengpullingimagesfromocir.htm
   */
  readonly imagePullSecrets?: string[];
  /**
   * Labels of the namespace.
   *
   * @default - those of pod security only
   */
  readonly labels?: { [key: string]: string };
}
