import { type Chart } from "cdk8s";
import { type TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { type ISecureOkeCluster } from "./cluster";
import { ClusterEncryption } from "./cluster-encryption";
import { EndpointAccess } from "./endpoint-access";
import { ImportedCluster, type ClusterAttributes } from "./imported-cluster";
import { type KubernetesVersion } from "./kubernetes-version";
import { LoadBalancerPolicy } from "./load-balancer-policy";
import { Acknowledgements } from "../core/acknowledgement";
import { overlaps, readIpv4Cidr, readIpv4CidrIfKnown } from "../core/cidr";
import { checkOcid } from "../core/ocid";
import { Port } from "../core/port";
import { nameOf } from "../core/resource-name";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { ChartOutput } from "../manifests/chart-output";
import { ClusterNetwork, type IClusterNetwork } from "../network/cluster-network";
import { ClusterSecurityGroups } from "../network/cluster-security-groups";
import { type INetworkSecurityGroup } from "../network/network-security-group";
import { SubnetExposure } from "../network/subnet-exposure";
import { SubnetPlan } from "../network/subnet-plan";
import { ContainerengineCluster } from "../oci/containerengine-cluster";

/** What a cluster is made of. */
export interface SecureOkeClusterProps extends TaggingProps {
  /** The OCID of the compartment of the cluster. */
  readonly compartmentId: string;
  /** The version of the control plane. */
  readonly kubernetesVersion: KubernetesVersion;
  /**
   * The name of the cluster.
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
   * @default EndpointAccess.privateOnly()
   */
  readonly endpointAccess?: EndpointAccess;
  /**
   * The key of the Kubernetes secrets in etcd.
   *
   * @default - a vault and an HSM-protected AES-256 key of its own
   */
  readonly encryption?: ClusterEncryption;
  /**
   * The addresses of Kubernetes Services; can't be changed later.
   *
   * @default "10.96.0.0/16"
   */
  readonly servicesCidr?: string;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const DEFAULT_SERVICES_CIDR = "10.96.0.0/16";
const API_SERVER = Port.tcp(6443);

/**
 * A private OKE cluster: enhanced, VCN-native, its secrets encrypted by a key of yours.
 *
 * Terraform refuses to destroy it (`prevent_destroy`); lift that by `addOverride("lifecycle.prevent_destroy", false)`
 * on `node.defaultChild`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengoverview.htm
 */
export class SecureOkeCluster extends Construct implements ISecureOkeCluster {
  /**
   * A cluster that exists already; nothing of it is looked up.
   *
   * @throws OCID_INVALID; ATTRIBUTE_MISSING when an attribute that was not given is touched
   */
  public static fromClusterAttributes(
    scope: Construct,
    id: string,
    attributes: ClusterAttributes,
  ): ISecureOkeCluster {
    return new ImportedCluster(scope, id, attributes);
  }

  public readonly clusterId: string;
  public readonly compartmentId: string;
  public readonly kubernetesVersion: KubernetesVersion;
  public readonly network: IClusterNetwork;
  /** The key of the Kubernetes secrets. */
  public readonly encryption: ClusterEncryption;
  /** The group of the API endpoint. */
  public readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  public readonly workersSecurityGroup: INetworkSecurityGroup;
  public readonly podsSecurityGroup: INetworkSecurityGroup;

  /** @throws OCID_INVALID, TAG_INVALID, SUBNET_NOT_PUBLIC, SUBNET_OVERLAP, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6 */
  constructor(scope: Construct, id: string, props: SecureOkeClusterProps) {
    super(scope, id);
    const access = props.endpointAccess ?? EndpointAccess.privateOnly();
    this.check(props, access);

    const name = props.clusterName ?? nameOf(this);
    this.compartmentId = props.compartmentId;
    this.kubernetesVersion = props.kubernetesVersion;
    this.network = props.network ?? this.ownNetwork(name, props, access);
    const groups = this.securityGroups(name, props);
    this.apiEndpointSecurityGroup = groups.apiEndpoint;
    this.workersSecurityGroup = groups.workers;
    this.podsSecurityGroup = groups.pods;
    for (const peer of access._peers) groups.apiEndpoint.allowFrom(peer, API_SERVER, access);

    this.encryption = props.encryption ?? this.ownEncryption(name, props);
    const cluster = this.createCluster(name, props, access);
    if (access.isPublic)
      Acknowledgements._record(cluster, "exposure", "a public API endpoint", access.reason);
    this.clusterId = cluster.id;
    new LoadBalancerPolicy(this, "LoadBalancerPolicy", {
      ...props,
      clusterId: this.clusterId,
      networkCompartmentId: this.network.compartmentId,
      displayName: `${name}-load-balancers`,
    });
  }

  public addCdk8sChart(id: string, chart: Chart): void {
    new ChartOutput(this, id, chart);
  }

  private check(props: SecureOkeClusterProps, access: EndpointAccess): void {
    const problems = new Problems(this);
    checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
    checkTags(problems, props);
    if (access.isPublic && props.network && !props.network.apiEndpointSubnet.isPublic) {
      problems.add(
        "SUBNET_NOT_PUBLIC",
        `The API endpoint is asked to be public, but its subnet in ${props.network.node.path} is private`,
        "Give that ClusterNetwork apiEndpointSubnet: SubnetExposure.publicWith({ reason }), or leave network out",
      );
    }
    const services = readIpv4Cidr(problems, "servicesCidr", props.servicesCidr ?? DEFAULT_SERVICES_CIDR);
    const network = problems.collect(() => (props.network ?? SubnetPlan.of()).vcnCidr);
    const vcn = network && readIpv4CidrIfKnown(problems, "The network's vcnCidr", network);
    if (services && vcn && overlaps(services, vcn)) {
      problems.add(
        "SUBNET_OVERLAP",
        `servicesCidr ${services.text} overlaps the VCN's ${vcn.text}`,
        "Give servicesCidr a private range outside of the VCN; it can't be changed once the cluster exists",
      );
    }
    problems.throwIfAny();
  }

  private ownNetwork(name: string, props: SecureOkeClusterProps, access: EndpointAccess): ClusterNetwork {
    return new ClusterNetwork(this, "Network", {
      compartmentId: props.compartmentId,
      displayName: name,
      apiEndpointSubnet: access.isPublic ? SubnetExposure.publicWith(access) : undefined,
      freeformTags: props.freeformTags,
      definedTags: props.definedTags,
    });
  }

  private ownEncryption(name: string, props: SecureOkeClusterProps): ClusterEncryption {
    return new ClusterEncryption(this, "Encryption", {
      compartmentId: props.compartmentId,
      displayName: name,
      homeRegionProvider: props.homeRegionProvider,
      freeformTags: props.freeformTags,
      definedTags: props.definedTags,
    });
  }

  private securityGroups(name: string, props: SecureOkeClusterProps): ClusterSecurityGroups {
    return new ClusterSecurityGroups(this, "SecurityGroups", {
      compartmentId: this.network.compartmentId,
      vcnId: this.network.vcnId,
      regionServices: this.network.regionServices,
      displayName: name,
      freeformTags: props.freeformTags,
      definedTags: props.definedTags,
    });
  }

  private createCluster(
    name: string,
    props: SecureOkeClusterProps,
    access: EndpointAccess,
  ): ContainerengineCluster {
    return new ContainerengineCluster(this, "Resource", {
      compartmentId: props.compartmentId,
      name,
      // Add-ons, workload identity and node cycling need it, and there is no way back from it.
      type: "ENHANCED_CLUSTER",
      kubernetesVersion: props.kubernetesVersion.version,
      vcnId: this.network.vcnId,
      kmsKeyId: this.encryption.keyId,
      clusterPodNetworkOptions: [{ cniType: "OCI_VCN_IP_NATIVE" }],
      endpointConfig: {
        isPublicIpEnabled: access.isPublic,
        subnetId: this.network.apiEndpointSubnet.subnetId,
        nsgIds: [this.apiEndpointSecurityGroup.networkSecurityGroupId],
      },
      options: {
        serviceLbSubnetIds: [this.network.loadBalancerSubnet.subnetId],
        ipFamilies: ["IPv4"],
        addOns: { isKubernetesDashboardEnabled: false, isTillerEnabled: false },
        kubernetesNetworkConfig: { servicesCidr: props.servicesCidr ?? DEFAULT_SERVICES_CIDR },
        openIdConnectDiscovery: { isOpenIdConnectDiscoveryEnabled: false },
        // No tags here: the controller finds the groups that it made by exactly its own two.
        serviceLbConfig: { backendNsgIds: [this.workersSecurityGroup.networkSecurityGroupId] },
        persistentVolumeConfig: tagsOf(this, props),
      },
      // OKE checks the grant while it makes the cluster, and IAM knows no implicit order.
      dependsOn: [this.encryption.policy],
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, props),
    });
  }
}
