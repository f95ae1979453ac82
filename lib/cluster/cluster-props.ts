import { type TerraformProvider } from "cdktf";
import { type CredentialRotation } from "./credential-rotation";
import { type ControlPlaneLogging } from "./control-plane-logs";
import { type EndpointAccess } from "./endpoint-access";
import { type KubernetesVersion } from "./kubernetes-version";
import { type PacketRouting } from "./packet-routing/packet-routing";
import { type NetworkPolicyEngine } from "./policy-engine/network-policy-engine";
import { type NodeScanning } from "./node-scanning";
import { type TaggingProps } from "../core/tagging";
import { type ClusterEncryption } from "../encryption/cluster-encryption";
import { type Egress } from "../network/egress/egress";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type IClusterNetwork } from "../network/vcn/network";
import { type PodNetworking, type PodsToNodesAccess } from "../network/vcn/pod-networking";
import { type AlarmRouting } from "../observability/alarm-routing";
import { type AuditArchiving } from "../observability/audit-archiving";
import { type SavedSearch } from "../observability/saved-search";

/** Props for SecureOkeCluster. */
export interface SecureOkeClusterProps extends TaggingProps {
  /** The OCID of the compartment of the cluster. */
  readonly compartmentId: string;
  /** The version of the control plane: one that OKE offers, or a retired one with a reason. */
  readonly kubernetesVersion: KubernetesVersion;
  /**
   * Whether Terraform compares `kubernetesVersion` with the versions that OKE offers in the region, and rejects any other version before
   * it creates anything of the cluster.
   *
   * The versions are read by `oci_containerengine_cluster_option` in the first apply and in every plan after it. A cluster whose version
   * OKE retires later passes, until its version changes.
   *
   * @default - true; false for a version with `retiredReason`
   */
  readonly verifyKubernetesVersion?: boolean;
  /**
   * The name of the cluster, and the prefix of the names of its resources.
   *
   * It can be changed in place. IAM policies keep their original names: renaming one means replacing it, which would leave the cluster
   * without its rights for a while.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly clusterName?: string;
  /**
   * The network of the cluster.
   *
   * @default - its own ClusterNetwork, 10.0.0.0/16
   */
  readonly network?: IClusterNetwork;
  /**
   * The clients that may connect to the API endpoint.
   *
   * @default EndpointAccess.private()
   */
  readonly endpointAccess?: EndpointAccess;
  /**
   * The egress of all nodes and pods of the cluster, as added by `network.addEgress`.
   *
   * NetworkPolicies still deny it to each workload that doesn't declare it too.
   *
   * @default - none
   */
  readonly egress?: Egress[];
  /**
   * The key that encrypts the Kubernetes secrets in etcd.
   *
   * @default - its own vault and HSM-protected AES-256 key
   */
  readonly encryption?: ClusterEncryption;
  /**
   * The rotation of the cluster's own credentials: its certificate authorities, and the certificates that they signed.
   *
   * A new epoch rotates them. The output `<path>_credential_expiry` shows when they expire, and `<path>_credential_rotation_status` how
   * to see the progress of a rotation.
   *
   * @default - none; OKE rotates the credentials by itself 90 days before they expire, after five years
   */
  readonly credentialRotation?: CredentialRotation;
  /**
   * The engine that enforces NetworkPolicies; the output `<path>_network_policy_engine` is the command that installs it.
   *
   * @default - none; NetworkPolicies have no effect, and synthesis gives the warning `network-policy-engine`
   */
  readonly networkPolicyEngine?: NetworkPolicyEngine;
  /**
   * The address range of Kubernetes Services: a private IPv4 range from a /12 to a /24; it can't be changed later.
   *
   * The range is used inside of the cluster only, but pods and nodes can't reach outside addresses that are also in it. Therefore it must
   * not overlap the VCN, or the ranges that connect to the API endpoint.
   *
   * @default "10.96.0.0/16"
   */
  readonly servicesCidr?: string;
  /**
   * The pod networking of the cluster; it can't be changed later.
   *
   * @default PodNetworking.vcnNative()
   */
  readonly podNetworking?: PodNetworking;
  /**
   * Whether the logs of the control plane's processes are kept, and for how long.
   *
   * They are not the Kubernetes audit log, which is in OCI Audit: see `AuditArchive`.
   *
   * @default ControlPlaneLogging.enabled() - all processes, for 90 days, in the compartment of the cluster
   */
  readonly controlPlaneLogs?: ControlPlaneLogging;
  /**
   * Whether the OCI Audit records of the cluster's compartment and the logs of the cluster are archived.
   *
   * @default AuditArchiving.enabled() - for 365 days, in an immutable bucket in the compartment of the cluster
   */
  readonly auditArchive?: AuditArchiving;
  /**
   * The recipients of the cluster's alarms on metrics, events, and audit records, and the alarms.
   *
   * @default - Alarms.recommended(), to a topic of the cluster without subscribers; the warning `topic-without-subscriber` points it out
   */
  readonly alarms?: AlarmRouting;
  /**
   * The searches for an investigation that are saved in OCI Logging.
   *
   * @default - the searches of `SavedSearch.recommended()` whose logs the cluster has
   */
  readonly savedSearches?: SavedSearch[];
  /**
   * Whether the control plane may connect to the ObservabilityAgent add-on on the nodes, TCP 9995.
   *
   * @default - true if the program has a ClusterAddOn with `AddOn.observabilityAgent()`
   */
  readonly observabilityAgent?: boolean;
  /**
   * Ports of the nodes that pods may connect to in addition to the kubelet's, such as TCP 9100 of node exporters.
   *
   * Pods of an overlay may connect to all ports of the nodes.
   *
   * @default - none; pods may connect to the kubelets only, TCP 10250
   */
  readonly podsToNodes?: PodsToNodesAccess[];
  /**
   * Additional security groups of the API endpoint, at most four besides the cluster's own.
   *
   * @default - none
   */
  readonly apiEndpointSecurityGroups?: INetworkSecurityGroup[];
  /**
   * Zero Trust Packet Routing: security attributes of the endpoint and the nodes, with the policies that the cluster needs.
   *
   * @default - none; connections are controlled by security groups only
   */
  readonly packetRouting?: PacketRouting;
  /**
   * Whether the nodes are scanned for known vulnerabilities, and against the CIS benchmark of their operating system.
   *
   * @default NodeScanning.enabled()
   */
  readonly nodeScanning?: NodeScanning;
  /**
   * The OCIDs of other compartments with the reserved public addresses of Services, see `reservedAddress`.
   *
   * The cluster is granted the rights that load balancers and network load balancers need there.
   *
   * @default - none; reserved addresses are in the compartment of the cluster
   */
  readonly reservedAddressCompartmentIds?: string[];
  /**
   * The OCID of the tenancy, for rights that only its root compartment can grant: to write defined tags at run time.
   *
   * @default - the tenancy of `packetRouting`; without it, a cluster with defined tags gives the warning `tag-namespaces` with the
   * statements
   */
  readonly tenancyId?: string;
  /**
   * The provider of the tenancy's home region, in which IAM and packet routing policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}
