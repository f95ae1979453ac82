import { type TerraformProvider } from "cdktf";
import { type CredentialRotation } from "./credential-rotation";
import { type ControlPlaneLogging } from "./control-plane-logging";
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
import { type PodNetworking } from "../network/vcn/pod-networking";
import { type PodsToNodesAccess } from "../network/vcn/pods-to-nodes";

/** What a cluster is made of. */
export interface SecureOkeClusterProps extends TaggingProps {
  /** The OCID of the compartment of the cluster. */
  readonly compartmentId: string;
  /** The version of the control plane: one that OKE offers, or a retired one with a reason. */
  readonly kubernetesVersion: KubernetesVersion;
  /**
   * Whether Terraform compares `kubernetesVersion` with the versions that OKE offers in the region, and refuses another one
   * before it makes anything of the cluster.
   *
   * The versions are read by `oci_containerengine_cluster_option`, when the stack is applied for the first time and in every
   * plan from then on. A cluster whose version OKE retires later passes, until its version changes.
   *
   * @default - true; false for a version with `retiredReason`
   */
  readonly verifyKubernetesVersion?: boolean;
  /**
   * The name of the cluster, and the beginning of the names of what it makes.
   *
   * It can be changed in place. IAM policies keep the name that they were made with: to rename one is to replace it, and the
   * cluster would be without its rights for a while.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly clusterName?: string;
  /**
   * The network that the cluster lives in.
   *
   * @default - a ClusterNetwork of its own, 10.0.0.0/16
   */
  readonly network?: IClusterNetwork;
  /**
   * Who reaches the API endpoint.
   *
   * @default EndpointAccess.private()
   */
  readonly endpointAccess?: EndpointAccess;
  /**
   * The ways out of the network that all nodes and pods of the cluster take, as `network.addEgress` makes them.
   *
   * Policies still deny them to each workload that does not declare them too.
   *
   * @default - none
   */
  readonly egress?: Egress[];
  /**
   * The key of the Kubernetes secrets in etcd.
   *
   * @default - a vault and an HSM-protected AES-256 key of its own
   */
  readonly encryption?: ClusterEncryption;
  /**
   * The rotation of the cluster's own credentials: its certificate authorities and what they signed.
   *
   * A new epoch rotates them. The outputs `<path>_credential_expiry` and `<path>_credential_rotation_status` tell when they expire and
   * how to see how far a rotation is.
   *
   * @default - none: OKE rotates the credentials by itself 90 days before they expire, after five years
   */
  readonly credentialRotation?: CredentialRotation;
  /**
   * What enforces NetworkPolicies; the output `<path>_network_policy_engine` is the command that installs it.
   *
   * @default - none: NetworkPolicies do nothing, and the warning `network-policy-engine` says so at synthesis
   */
  readonly networkPolicyEngine?: NetworkPolicyEngine;
  /**
   * The addresses of Kubernetes Services: a private IPv4 range from a /12 to a /24; can't be changed later.
   *
   * It is used inside of the cluster only, but hides what has the same addresses outside, from pods and nodes: so it may not
   * overlap the VCN, nor the ranges that reach the API endpoint.
   *
   * @default "10.96.0.0/16"
   */
  readonly servicesCidr?: string;
  /**
   * How pods get their addresses; can't be changed later.
   *
   * @default PodNetworking.vcnNative()
   */
  readonly podNetworking?: PodNetworking;
  /**
   * Whether the logs of the control plane's processes are kept, and how long.
   *
   * They are not the audit log of Kubernetes, which is in OCI Audit: see `AuditArchive`.
   *
   * @default ControlPlaneLogging.enabled() - all processes, for 90 days, in the compartment of the cluster
   */
  readonly controlPlaneLogs?: ControlPlaneLogging;
  /**
   * Whether the control plane reaches the ObservabilityAgent add-on on the nodes, TCP 9995.
   *
   * @default - true where the program has a ClusterAddOn with `AddOn.observabilityAgent()`
   */
  readonly observabilityAgent?: boolean;
  /**
   * Ports of the nodes that pods connect to beside that of the kubelets, such as TCP 9100 of node exporters.
   *
   * Pods of an overlay reach all ports of the nodes.
   *
   * @default - none: pods reach the kubelets alone, TCP 10250
   */
  readonly podsToNodes?: PodsToNodesAccess[];
  /**
   * Further groups of the API endpoint, at most four beside that of the cluster.
   *
   * @default - none
   */
  readonly apiEndpointSecurityGroups?: INetworkSecurityGroup[];
  /**
   * Zero Trust Packet Routing: labels of the endpoint and the nodes, with the policies that let the cluster work.
   *
   * @default - none: security groups alone say who connects
   */
  readonly packetRouting?: PacketRouting;
  /**
   * Whether the nodes are scanned for known vulnerabilities, and by the CIS benchmark of their operating system.
   *
   * @default NodeScanning.enabled()
   */
  readonly nodeScanning?: NodeScanning;
  /**
   * The OCIDs of other compartments with reserved public addresses that Services of the cluster have, `reservedAddress`.
   *
   * The cluster gets the rights that load balancers and network load balancers need there.
   *
   * @default - none: reserved addresses are in the compartment of the cluster
   */
  readonly reservedAddressCompartmentIds?: string[];
  /**
   * The OCID of the tenancy, for rights that its root compartment alone can give: to write defined tags at run time.
   *
   * @default - that of `packetRouting`; without it, a cluster with defined tags gives the warning `tag-namespaces` with the statements
   */
  readonly tenancyId?: string;
  /**
   * The provider of the tenancy's home region, where policies of IAM and of packet routing are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}
