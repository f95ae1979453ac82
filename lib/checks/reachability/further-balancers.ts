import { type End } from "./guard";
import { type NativeIngressClass } from "./native-ingress-classes";
import { type Interface, type NetworkModel } from "./network-model";
import { asList, type Json, type TerraformModel } from "./terraform-model";
import { and, Tri } from "./tri";

const TERRAFORM_TYPES = [
  "oci_load_balancer_load_balancer",
  "oci_load_balancer",
  "oci_network_load_balancer_network_load_balancer",
];

/** A load balancer at an interface; it has a public address only where its subnet lets it. */
export function balancerEnd(network: NetworkModel, name: string, made: Interface, isPublic: Tri): End {
  const { exposure } = made.guard;
  const publicAddress = and(isPublic, exposure.publicAddress);
  return {
    peer: network.peer(name, made),
    guard: { ...made.guard, exposure: { ...exposure, publicAddress } },
  };
}

/** The load balancers that Terraform makes. */
export function terraformBalancers(model: TerraformModel, network: NetworkModel): End[] {
  return TERRAFORM_TYPES.flatMap((type) => model.ofType(type)).flatMap(({ body, document, address }) => {
    const groups = network.groups(body.network_security_group_ids, document);
    const isPublic = unless(body.is_private ?? false, model, document);
    return [...asList(body.subnet_ids), ...asList(body.subnet_id)].map((subnet) =>
      balancerEnd(network, address, network.interface(subnet, document, groups), isPublic),
    );
  });
}

/** The load balancer of a class of Ingresses: its controller writes no rules, so that all of them are in the configuration. */
export function ingressBalancer(
  { name, subnet, groups, isPrivate }: NativeIngressClass,
  model: TerraformModel,
  network: NetworkModel,
): End {
  const attached = network.groups(split(groups), undefined);
  const made = network.interface(subnet ?? "${unknown}", undefined, attached);
  const isPublic = unless(isPrivate ?? "${unknown}", model, undefined);
  return balancerEnd(network, `the load balancer of IngressClass ${name}`, made, isPublic);
}

function unless(isPrivate: Json, model: TerraformModel, document: number | undefined): Tri {
  const resolved = model.resolve(isPrivate, document);
  if (resolved.kind !== "literal") return Tri.MAYBE;
  return String(resolved.value) === "true" ? Tri.NO : Tri.YES;
}

/** The OCIDs of a list in an annotation. */
export function split(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
