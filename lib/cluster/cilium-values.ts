import { Yaml } from "cdk8s";
import { type CiliumOptions } from "./network-policy-engine-options";

/**
 * Cilium's Helm values for a cluster with VCN-native pod networking: Oracle's plugin gives pods their interfaces and addresses, and Cilium
 * follows it in the chain, found by its name `oci`.
 *
 * @see https://docs.cilium.io/en/latest/installation/cni-chaining-oracle-oke/
 */
export function ciliumValues({ imageRegistry, imagePullSecrets = [] }: CiliumOptions): string {
  const image = (name: string) =>
    imageRegistry === undefined ? {} : { image: { repository: `${imageRegistry}/${name}` } };
  return Yaml.stringify({
    ...image("cilium"),
    ...(imagePullSecrets.length > 0 ? { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) } : {}),
    cni: { chainingTarget: "oci", exclusive: false },
    routingMode: "native",
    enableIPv4Masquerade: false,
    kubeProxyReplacement: false,
    // The range is for Cilium's own use: pods have addresses of the VCN.
    ipam: { mode: "cluster-pool", operator: { clusterPoolIPv4PodCIDRList: ["100.64.0.0/16"] } },
    // Without it no CIDR matches a node, and load balancers reach pods by way of nodes.
    policyCIDRMatchMode: ["nodes"],
    // An agent that runs already would keep what it was told before.
    rollOutCiliumPods: true,
    ...(imageRegistry === undefined ? {} : { operator: image("operator") }),
    // Nothing here needs either, and each is a further program with an image and ports of its own.
    envoy: { enabled: false },
    hubble: { enabled: false },
  });
}
