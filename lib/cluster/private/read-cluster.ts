import { type Construct } from "constructs";
import { checkObservability } from "./observability-checks";
import { groupList, kubernetesVersion, networkValue } from "./cluster-readers";
import {
  checkEndpointGroups,
  checkPodsCidr,
  checkPrivateSubnets,
  checkServicesCidr,
  podsCidrOf,
  servicesCidr,
  subnetIfGiven,
} from "./cluster-network";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { checkHomeRegionProvider, checkSameHomeRegion, terraformProvider } from "../../core/regions";
import { compareOcids } from "../../core/ocid";
import {
  boolean,
  checkedBy,
  displayName,
  listOf,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../../core/readers";
import { BACKEND_TAGS } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { ClusterEncryption } from "../../encryption/cluster-encryption";
import { checkOutsideVcn, egressList } from "../../network/egress/egress";
import { checkGroupVcn } from "../../network/security-groups/network-security-group";
import { baseOf, type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, PodNetworking, podNetworking, podsToNodes } from "../../network/vcn/pod-networking";
import { DEFAULT_VCN } from "../../network/vcn/subnet-plan";
import { AlarmRouting, alarmRouting } from "../../observability/alarm-routing";
import { AuditArchiving, auditArchiving } from "../../observability/audit-archiving";
import { SavedSearch } from "../../observability/saved-search";
import { type SecureOkeClusterProps } from "../cluster-props";
import { ControlPlaneLogging, controlPlaneLogging } from "../control-plane-logs";
import { CredentialRotation } from "../credential-rotation";
import { EndpointAccess, endpointAccess } from "../endpoint-access";
import { NodeScanning, nodeScanning } from "../node-scanning";
import { packetRouting, checkPackets } from "../packet-routing/packet-routing";
import { checkEngineFits, policyEngine } from "../policy-engine/network-policy-engine";

const CLUSTER = {
  compartmentId: ocid("compartment", "tenancy"),
  kubernetesVersion: checkedBy(kubernetesVersion(), (problems, _, version) => {
    version._checkNewCluster(problems);
  }),
  verifyKubernetesVersion: withDefault(boolean(), true),
  clusterName: optional(displayName()),
  network: optional(networkValue()),
  endpointAccess: withDefault(endpointAccess(), EndpointAccess.private()),
  egress: withDefault(egressList(), []),
  encryption: optional(valueOf(ClusterEncryption)),
  credentialRotation: optional(valueOf(CredentialRotation)),
  networkPolicyEngine: optional(policyEngine()),
  servicesCidr: servicesCidr(),
  podNetworking: withDefault(podNetworking(), PodNetworking.vcnNative()),
  controlPlaneLogs: withDefault(controlPlaneLogging(), ControlPlaneLogging.enabled()),
  auditArchive: withDefault(auditArchiving(), AuditArchiving.enabled()),
  alarms: withDefault(alarmRouting(), AlarmRouting.toSubscribers([])),
  savedSearches: optional(listOf(valueOf(SavedSearch), "a list of SavedSearch")),
  observabilityAgent: optional(boolean()),
  podsToNodes: optional(podsToNodes()),
  apiEndpointSecurityGroups: withDefault(groupList(), []),
  packetRouting: optional(packetRouting()),
  nodeScanning: withDefault(nodeScanning(), NodeScanning.enabled()),
  reservedAddressCompartmentIds: withDefault(
    listOf(ocid("compartment", "tenancy"), 'a list, for example ["ocid1.compartment.oc1..…"]'),
    [],
  ),
  tenancyId: optional(ocid("tenancy")),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(Object.keys(BACKEND_TAGS)),
} satisfies PropsSchema<SecureOkeClusterProps>;

/** The props of a cluster, with their defaults. */
export type ResolvedCluster = Resolved<typeof CLUSTER>;

/** Reads the props before the cluster is created; throws all problems together. */
export function readCluster(scope: Construct, id: string, props: SecureOkeClusterProps): ResolvedCluster {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CLUSTER);
  const { network } = read;
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  checkKey(problems, scope, read);
  checkObservability(problems, scope, read);
  // The default network replaces only a network that was left out, not an invalid one.
  if (network || props.network === undefined) checkNetwork(problems, read);
  checkEndpointGroups(problems, network, read.apiEndpointSecurityGroups ?? []);
  checkEngineFits(problems, read.networkPolicyEngine, read.podNetworking);
  if (read.packetRouting) checkPackets(problems, read.packetRouting, network, read.podNetworking);
  checkOutsideVcn(problems, read.egress ?? [], vcnCidrOf(network, props.network));
  return problems.resolved<ResolvedCluster>(read);
}

/** The range of the VCN, if it is known: an imported network may lack it. */
function vcnCidrOf(
  network: IClusterNetwork | undefined,
  given: IClusterNetwork | undefined,
): string | undefined {
  if (given === undefined) return DEFAULT_VCN.text;
  return network && new Problems(network).collect(() => network.vcnCidr);
}

/** Reads all used attributes of a network, so that everything that an imported one lacks is reported at once. */
function checkNetwork(problems: Problems, read: Partial<ResolvedCluster>): void {
  const { network, podNetworking: networking = PodNetworking.vcnNative() } = read;
  const { endpointAccess: access = EndpointAccess.private() } = read;
  if (network) {
    for (const name of ["compartmentId", "loadBalancerSubnet", "regionServices"] as const) {
      problems.collect(() => network[name]);
    }
    checkPrivateSubnets(problems, network, networking);
    if (!isOverlay(networking)) checkPodsSubnet(problems, network);
    for (const group of access.groups) {
      checkGroupVcn(problems, "endpointAccess has the group", group, network, network.vcnId);
    }
    const endpoint = problems.collect(() => network.apiEndpointSubnet);
    if (access.isPublic && endpoint && !endpoint.isPublic) {
      problems.add(
        "SUBNET_NOT_PUBLIC",
        `endpointAccess is public, but the API endpoint's subnet in ${network.node.path} is private`,
        "Set apiEndpointExposure: SubnetExposure.publicWith({ reason }) of that ClusterNetwork, or leave network out",
      );
    }
  }
  checkServicesCidr(problems, network, access, read.servicesCidr);
  checkPodsCidr(problems, network, access, podsCidrOf(networking), read.servicesCidr);
}

/** An imported network may lack the subnet, for clusters without pools; a created network without it never gets it. */
function checkPodsSubnet(problems: Problems, network: IClusterNetwork): void {
  if (subnetIfGiven(network, "podSubnet") || baseOf(network)?._hasPods === undefined) return;
  problems.collect(() => network.podSubnet);
}

/** Adds a problem if clusters in the compartment may not use the key: its policy names their compartment. */
function checkKey(
  problems: Problems,
  scope: Construct,
  { encryption, compartmentId, homeRegionProvider }: Partial<ResolvedCluster>,
): void {
  if (!encryption) return;
  checkSameHomeRegion(problems, scope, homeRegionProvider, encryption);
  const granted = encryption.clusterCompartmentId;
  if (!granted || compartmentId === undefined) return;
  const own = { scope, id: compartmentId };
  if (compareOcids(own, { scope: encryption, id: granted }) !== "different") return;
  problems.add(
    "KEY_NOT_GRANTED",
    `encryption is ${encryption.node.path}, whose key is for clusters in ${granted}, and this cluster is in ${compartmentId}`,
    `Set clusterCompartmentId: ${JSON.stringify(compartmentId)} of that ClusterEncryption`,
  );
}
