import { baseOf } from "../../network/vcn/cluster-network-base";
import { type Construct } from "constructs";
import {
  checkEncryption,
  checkEndpointAccess,
  checkFlag,
  checkNetwork,
  checkVersion,
  readVersion,
} from "./check-cluster-values";
import { checkPodsCidr, checkPrivateSubnets, checkServicesCidr, subnetIfGiven } from "./services-cidr";
import { NodeScanning } from "../node-scanning";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { checkHomeRegionProvider, checkSameHomeRegion } from "../../core/home-region";
import { checkOcid, checkOcidIfGiven, compareOcids } from "../../core/ocid";
import { checkGiven, checkMembers } from "../../core/required";
import { checkDisplayName } from "../../core/resource-name";
import { BACKEND_TAGS, checkTags } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { readEgress } from "../../network/egress/egress";
import { checkFurtherFlows } from "../../network/security-groups/cluster-security-groups";
import { checkGroupVcn } from "../../network/security-groups/network-security-group";
import { type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, PodNetworking } from "../../network/vcn/pod-networking";
import { SubnetPlan } from "../../network/vcn/subnet-plan";
import { type SecureOkeClusterProps } from "../cluster-props";
import { ControlPlaneLogging } from "../control-plane-logging";
import { EndpointAccess } from "../endpoint-access";
import { type KubernetesVersion } from "../kubernetes-version";
import { PacketRouting } from "../packet-routing/packet-routing";
import { checkPolicyEngine } from "../policy-engine/network-policy-engine-options";
import { checkEndpointGroups } from "../private-node-pool-props";

/** Validates the props before the cluster is created; throws all problems together. */
export function readCluster(scope: Construct, id: string, props: SecureOkeClusterProps): EndpointAccess {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const given: Partial<SecureOkeClusterProps> = props ?? {};
  const { endpointAccess, network, kubernetesVersion } = given;
  checkOcid(problems, "compartmentId", given.compartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "tenancyId", given.tenancyId, "tenancy");
  checkAddressCompartments(problems, given.reservedAddressCompartmentIds);
  checkGiven(problems, { kubernetesVersion });
  if (checkVersion(problems, kubernetesVersion)) {
    readVersion(kubernetesVersion as KubernetesVersion)._checkNewCluster(problems);
  }
  checkFlag(problems, "verifyKubernetesVersion", given.verifyKubernetesVersion);
  checkDisplayName(problems, "clusterName", given.clusterName);
  checkHomeRegionProvider(problems, scope, given.homeRegionProvider);
  checkTags(problems, given, Object.keys(BACKEND_TAGS));
  checkPolicyEngine(problems, given.networkPolicyEngine, given.podNetworking);
  ControlPlaneLogging._check(problems, "controlPlaneLogs", given.controlPlaneLogs);
  const isAccess = checkEndpointAccess(problems, endpointAccess);
  const access = (isAccess ? endpointAccess : undefined) ?? EndpointAccess.private();
  checkKey(problems, scope, given);
  const isNetwork = checkNetwork(problems, network);
  const podNetworking = PodNetworking._checked(problems, given.podNetworking);
  if (isNetwork || !network) readNetwork(problems, network, access, { ...given, podNetworking });
  checkEndpointGroups(problems, isNetwork ? network : undefined, given.apiEndpointSecurityGroups);
  checkFurtherFlows(problems, given);
  NodeScanning._check(problems, "nodeScanning", given.nodeScanning);
  PacketRouting._check(problems, given.packetRouting, isNetwork ? network : undefined, podNetworking);
  if (given.egress !== undefined) readEgress(problems, given.egress, vcnCidrOf(isNetwork, network));
  problems.throwIfAny();
  return access;
}

function checkAddressCompartments(problems: Problems, given: unknown): void {
  if (given === undefined) return;
  const name = "reservedAddressCompartmentIds";
  if (!Array.isArray(given)) {
    problems.add("VALUE_INVALID", `${name} is ${shown(given)}`, 'Write ["ocid1.compartment.oc1..…"]');
    return;
  }
  given.forEach((id: string, index) =>
    checkOcid(problems, `${name}[${index}]`, id, "compartment", "tenancy"),
  );
}

/** The range of the VCN, if it is known: an imported network may lack it. */
function vcnCidrOf(isNetwork: boolean, network: IClusterNetwork | undefined): string | undefined {
  if (!isNetwork) return SubnetPlan.of().vcnCidr;
  return network && new Problems(network).collect(() => network.vcnCidr);
}

/** Reads all used attributes of a network, so that everything that an imported one lacks is found at once. */
function readNetwork(
  problems: Problems,
  network: IClusterNetwork | undefined,
  access: EndpointAccess,
  { servicesCidr, podNetworking }: Partial<SecureOkeClusterProps> & { podNetworking: PodNetworking },
): void {
  if (network) {
    for (const name of ["compartmentId", "loadBalancerSubnet", "regionServices"] as const) {
      problems.collect(() => network[name]);
    }
    checkPrivateSubnets(problems, network, podNetworking);
    if (!isOverlay(podNetworking)) checkPodsSubnet(problems, network);
    for (const group of access.groups) checkGroupVcn(problems, "The peer", group, network, network.vcnId);
    const endpoint = problems.collect(() => network.apiEndpointSubnet);
    if (access.isPublic && endpoint && !endpoint.isPublic) {
      problems.add(
        "SUBNET_NOT_PUBLIC",
        `The API endpoint is asked to be public, but its subnet in ${network.node.path} is private`,
        "Give that ClusterNetwork apiEndpointExposure: SubnetExposure.publicWith({ reason }), or leave network out",
      );
    }
  }
  checkServicesCidr(problems, network, access, servicesCidr);
  checkPodsCidr(problems, network, access, podNetworking, servicesCidr);
}

/** An imported network may lack it, for clusters without pools; a created network without it never gets it. */
function checkPodsSubnet(problems: Problems, network: IClusterNetwork): void {
  if (subnetIfGiven(network, "podSubnet") || baseOf(network)?._hasPods === undefined) return;
  problems.collect(() => network.podSubnet);
}

/** The grant of a key names the compartment of the clusters that may use it. */
function checkKey(problems: Problems, scope: Construct, props: Partial<SecureOkeClusterProps>): void {
  const { encryption, compartmentId } = props;
  checkMembers(
    problems,
    "credentialRotation",
    props.credentialRotation,
    ["epochName", "completeAfter"],
    'CredentialRotation.epoch("2026-11")',
  );
  if (!checkEncryption(problems, encryption)) return;
  if (encryption) checkSameHomeRegion(problems, scope, props.homeRegionProvider, encryption);
  const granted = encryption?.clusterCompartmentId;
  if (!encryption || !granted || typeof compartmentId !== "string") return;
  const own = { scope, id: compartmentId };
  if (compareOcids(own, { scope: encryption, id: granted }) !== "different") return;
  problems.add(
    "KEY_NOT_GRANTED",
    `The key of ${encryption.node.path} may be used by clusters in ${granted}, and this one is in ${compartmentId}`,
    `Give that ClusterEncryption clusterCompartmentId: ${JSON.stringify(compartmentId)}`,
  );
}
