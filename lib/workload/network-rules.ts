import { App, ApiObject, Chart } from "cdk8s";
import { NetworkPolicy, type INetworkPolicyPeer } from "cdk8s-plus-27";
import { type IConstruct } from "constructs";
import { vcnCidrOf } from "./network-side";
import { computeOnce } from "../manifests/reading";
import { hasPorts, Protocol, type Port } from "../core/port";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

/** The label by which Kubernetes itself names every namespace. */
export const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/**
 * The rule that lets pods ask the cluster's DNS; over TCP too, for long answers.
 *
 * It names the pods and their port: policies hold for where a Service leads, not for its own address.
 */
export function dnsEgress(): object {
  return {
    to: [
      {
        namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { port: 53, protocol: "TCP" },
      { port: 53, protocol: "UDP" },
    ],
  };
}

/** The peers of a rule; many policies may name the same ones. */
export function peerManifests(peer: INetworkPolicyPeer): object[] {
  return computeOnce(peer, writtenPeers);
}

/** As a policy of cdk8s-plus writes them: that is the one public way to read its selectors. */
function writtenPeers(peer: INetworkPolicyPeer): object[] {
  const policy = new NetworkPolicy(new Chart(new App(), "peer"), "policy", { egress: { rules: [{ peer }] } });
  const { spec } = ApiObject.of(policy).toJson() as { spec: { egress: { to: object[] }[] } };
  return spec.egress.flatMap((rule) => rule.to);
}

// Nothing that is reached without leaving the node: the metadata service is asked for by name.
const LINK_LOCAL = "169.254.0.0/16";

/** The peer of a rule that leads out of the VCN of a workload's pods. */
export function outside(cidr: string, isAnywhere: boolean, workload: IConstruct): object {
  if (!isAnywhere) return { ipBlock: { cidr } };
  const vcn = vcnCidrOf(workload);
  return { ipBlock: { cidr, except: [...(vcn === undefined ? [] : [vcn]), LINK_LOCAL] } };
}

/** Adds a problem where a port is none, or of a protocol that policies don't know. */
export function checkPolicyPort(problems: Problems, port: Port): void {
  if (!hasPorts(port)) {
    problems.add("PORT_INVALID", `The port is ${shown(port)}`, "Give a Port, for example Port.tcp(443)");
  }
  if (port.protocol !== Protocol.ICMP) return;
  problems.add(
    "PORT_INVALID",
    `${port.toString()} is ICMP, which network policies neither allow nor deny`,
    "Name a TCP or UDP port, for example Port.tcp(5432)",
  );
}

/** The ports of a rule; none where every port is meant. */
export function portManifests(port: Port): object[] | undefined {
  if (port.protocol === Protocol.ALL) return undefined;
  const end = port.to === port.from ? {} : { endPort: port.to };
  return [{ port: port.from, ...end, protocol: port.protocol }];
}
