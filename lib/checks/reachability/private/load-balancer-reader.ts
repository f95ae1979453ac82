import { listOf, readControllerService, type RuleMode } from "./controller-service";
import { type End } from "./flow-side";
import { type ManifestModel, nameOf, namespaceOf, type NativeIngressClass } from "./manifest-model";
import { type Interface, type NetworkModel, type SubnetReference } from "./network-model";
import { ALL_PORTS, rangeOf, type Span, TCP } from "./packets";
import { type RuleEnd, type SecurityRule } from "./security-rules";
import { asList, type Json, type TerraformModel } from "./terraform-model";
import { and, Tri } from "./three-valued-logic";

const TERRAFORM_TYPES = [
  "oci_load_balancer_load_balancer",
  "oci_load_balancer",
  "oci_network_load_balancer_network_load_balancer",
];

/** A load balancer at an interface; it has a public address only if its subnet allows it. */
function balancerEnd(network: NetworkModel, name: string, vnic: Interface, isPublic: Tri): End {
  const { exposure } = vnic.guard;
  const publicAddress = and(isPublic, exposure.publicAddress);
  return {
    peer: network.peer(name, vnic),
    guard: { ...vnic.guard, exposure: { ...exposure, publicAddress } },
  };
}

/** The load balancers that Terraform creates. */
function terraformBalancers(model: TerraformModel, network: NetworkModel): End[] {
  return TERRAFORM_TYPES.flatMap((type) => model.ofType(type)).flatMap(({ body, document, address }) => {
    const groups = network.groups(body.network_security_group_ids, document);
    const isPublic = isFalse(body.is_private ?? false, model, document);
    return [...asList(body.subnet_ids), ...asList(body.subnet_id)].map((subnet) =>
      balancerEnd(network, address, network.interface(subnet, document, groups), isPublic),
    );
  });
}

/**
 * The load balancer of an IngressClass: its controller writes no rules, so all of them are in the
 * configuration.
 */
function ingressBalancer(
  { name, subnet, groups, isPrivate }: NativeIngressClass,
  model: TerraformModel,
  network: NetworkModel,
): End {
  const attached = network.groups(split(groups), undefined);
  const vnic = network.interface(subnet ?? "${unknown}", undefined, attached);
  const isPublic = isFalse(isPrivate ?? "${unknown}", model, undefined);
  return balancerEnd(network, `the load balancer of IngressClass ${name}`, vnic, isPublic);
}

function isFalse(value: Json, model: TerraformModel, document: number | undefined): Tri {
  const resolved = model.resolve(value, document);
  if (resolved.kind !== "literal") return Tri.MAYBE;
  return String(resolved.value) === "true" ? Tri.NO : Tri.YES;
}

/** The OCIDs of a list in an annotation. */
function split(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

const UNKNOWN = "${unknown}";
const NO_SUBNET = "the subnet of the load balancer is unknown";
const UNKNOWN_SOURCE = "it is unknown until Terraform has run whether the source is preserved";
const POD_BACKENDS =
  "without node ports the controller may connect to pods, by rules that the Service does not determine";
const HEALTH_PORT = 10256;
const NODE_PORTS: Span = { from: 30000, to: 32767 };

/** A LoadBalancer Service, as interpreted by its controller. */
interface Balancer {
  readonly name: string;
  readonly service: Json;
  readonly key: string;
  readonly mode: RuleMode;
  readonly isPublic: Tri;
  /** Whether the controller allows ingress from the clients' ranges to the nodes. */
  readonly preservesSource: Tri;
  /** The ranges of the clients. */
  readonly sources: readonly Json[];
  /** The reason why all this may differ. */
  readonly doubt?: string;
  /** The possible subnets: one, or several if it is unknown which. */
  readonly subnets: readonly SubnetReference[];
  readonly attached: string[];
  readonly backends: string[];
  /** The document of the references to the backends: a manifest does not determine it. */
  readonly backendDocument?: number;
}

/** The ports that the controller opens for a part of a load balancer's connections. */
interface Opening {
  readonly protocol: number;
  readonly destination: Span;
  readonly doubt?: string;
}

/**
 * Reads load balancers: those of Services, whose rules the cloud controller writes at run time, those of
 * IngressClasses, and those of Terraform.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancer.htm
 */
export class LoadBalancerReader {
  private readonly balancers: Balancer[];

  constructor(
    private readonly model: TerraformModel,
    private readonly network: NetworkModel,
    private readonly manifests: ManifestModel,
  ) {
    this.balancers = manifests.loadBalancers.flatMap((service) => this.read(service));
    for (const balancer of this.balancers) this.addBackendRules(balancer);
  }

  /** All load balancers, or that of the Service or IngressClass with a name. */
  public ends(namespace?: string, name?: string): End[] {
    const isRequested = (ownNamespace: string, own: string) =>
      name === undefined || (own === name && ownNamespace === namespace);
    const ofServices = this.balancers.filter(({ service }) =>
      isRequested(namespaceOf(service), nameOf(service)),
    );
    const { nativeIngressClasses: classes } = this.manifests;
    const ofClasses = classes.filter((ingressClass) =>
      isRequested(ingressClass.namespace, ingressClass.name),
    );
    return [
      ...ofServices.flatMap((balancer) => this.endsOf(balancer)),
      ...ofClasses.map((ingressClass) => ingressBalancer(ingressClass, this.model, this.network)),
      ...(name === undefined ? terraformBalancers(this.model, this.network) : []),
    ];
  }

  /** The possible interpretations of a Service: one if all relevant values are known. */
  private read(service: Json): Balancer[] {
    const annotations: { [key: string]: string | undefined } = service.metadata?.annotations ?? {};
    const lb = "service.beta.kubernetes.io/oci-load-balancer-";
    const clusters = this.model.ofType("oci_containerengine_cluster");
    const cluster = clusters.length === 1 ? clusters[0] : undefined;
    // With several clusters, it is ambiguous which one the Service belongs to.
    const ofCluster = clusters.length > 1 ? [UNKNOWN] : [];
    const options = asList(cluster?.body.options)[0] ?? {};
    // An empty list names no group, like a missing one.
    const backendAnnotation =
      annotations["oci.oraclecloud.com/oci-backend-network-security-group"] || undefined;
    const configured = cluster ? asList(asList(options.service_lb_config)[0]?.backend_nsg_ids) : ofCluster;
    const defaults = cluster ? asList(options.service_lb_subnet_ids) : ofCluster;
    const clusterSubnets = defaults.map((id) => ({ id, document: cluster?.document }));
    const { readings, doubt, sources, groups } = readControllerService(service);
    return readings.map(({ isNetwork, mode, isPublic, preservesSource }) => ({
      name: `the load balancer of Service ${namespaceOf(service)}/${nameOf(service)}`,
      service,
      key: `service:${namespaceOf(service)}/${nameOf(service)}`,
      ...{ mode, isPublic, preservesSource, sources, doubt },
      subnets: isNetwork
        ? subnetsOf(
            annotations["oci-network-load-balancer.oraclecloud.com/subnet"],
            undefined,
            clusterSubnets,
          )
        : subnetsOf(annotations[`${lb}subnet1`], annotations[`${lb}subnet2`], clusterSubnets),
      attached: [...groups(isNetwork)],
      backends: backendAnnotation === undefined ? configured : listOf(backendAnnotation),
      ...(backendAnnotation === undefined && cluster ? { backendDocument: cluster.document } : {}),
    }));
  }

  private endsOf(balancer: Balancer): End[] {
    const { name, key, subnets, isPublic, mode, doubt } = balancer;
    const attached = this.network.groups(balancer.attached, undefined);
    const groups = {
      ...attached,
      keys: [...attached.keys, ...(mode === "NSG" ? [key] : [])],
      names: [...attached.names, ...(mode === "NSG" ? ["the group that the controller creates"] : [])],
    };
    const rules = mode === "NSG" ? this.frontendRules(balancer) : [];
    return subnets.map(({ id, document }) => ({
      ...balancerEnd(this.network, name, this.network.interface(id, document, groups, rules), isPublic),
      ...(subnets.length > 1 || doubt !== undefined ? { oneOf: key } : {}),
    }));
  }

  /** The rules of the controller for the load balancer itself: for TCP, whatever the protocol of the Service. */
  private frontendRules(balancer: Balancer): SecurityRule[] {
    const { service, mode, sources } = balancer;
    if (mode === "None") return [];
    const { address, doubt } = this.origin(balancer);
    const clients = portsOf(service).flatMap((port) =>
      sources.map((range) => ({
        address,
        incoming: true,
        stateless: false,
        protocol: TCP,
        ...withDoubt(spanOf(port.port, ALL_PORTS, "the port of the Service is unknown"), doubt),
        end: blockEnd(range),
      })),
    );
    if (mode === "Frontend") return clients;
    const backends = this.backendEnds(balancer).flatMap((end) =>
      openings(balancer).map((opening) => ({
        ...{ address, incoming: false, stateless: false },
        ...withDoubt(opening, doubt),
        end,
      })),
    );
    const end: RuleEnd = { kind: "unknown", why: POD_BACKENDS };
    const pods = hasNodePorts(service)
      ? []
      : [{ address, incoming: false, stateless: false, ...TO_PODS, end }];
    return [...clients, ...backends, ...pods];
  }

  private origin({ service, doubt }: Balancer): { readonly address: string; readonly doubt?: string } {
    const address = `rules that the controller writes for Service ${namespaceOf(service)}/${nameOf(service)}`;
    return { address, doubt };
  }

  private backendEnds(balancer: Balancer): RuleEnd[] {
    if (balancer.mode !== "NSG") return this.nodeRanges();
    const { keys, doubt } = this.network.groups(balancer.backends, balancer.backendDocument);
    const groups = keys.map((key): RuleEnd => ({ kind: "group", key }));
    return doubt === undefined ? groups : [...groups, { kind: "unknown", why: doubt }];
  }

  private nodeRanges(): RuleEnd[] {
    return this.network.nodeSubnets().flatMap((subnet) => this.network.endsOfSubnet(subnet));
  }

  /** Adds the rules of the controller for the nodes. */
  private addBackendRules(balancer: Balancer): void {
    const { mode, key } = balancer;
    const { address, doubt } = this.origin(balancer);
    const rules = (end: RuleEnd, opened = openings(balancer), further = doubt): SecurityRule[] =>
      opened.map((opening) => ({
        ...{ address, incoming: true, stateless: false },
        ...withDoubt(opening, further),
        end,
      }));
    const ofClients = this.clientOpenings(balancer, rules);
    if (!hasNodePorts(balancer.service) && (mode === "NSG" || mode === "All")) {
      // The groups of the pods are unknown.
      const end: RuleEnd = mode === "NSG" ? { kind: "group", key } : { kind: "unknown", why: POD_BACKENDS };
      this.network.addFloatingRules(rules(end, [TO_PODS]));
    }
    if (mode === "NSG") {
      const { keys, doubt: groupDoubt } = this.network.groups(balancer.backends, balancer.backendDocument);
      const group = [...rules({ kind: "group", key }), ...ofClients];
      for (const backend of keys) this.network.addGroupRules(backend, group);
      // An OCID may be that of any group in the configuration.
      if (groupDoubt !== undefined)
        this.network.addFloatingRules(group.map((rule) => ({ ...rule, doubt: groupDoubt })));
      return;
    }
    // The rules in the list of a subnet apply to everything in it.
    const frontend = this.frontendRules(balancer).map((rule) => withSubnetDoubt(balancer, rule));
    for (const subnet of balancer.subnets) {
      if (this.network.knowsSubnet(subnet)) this.network.addSubnetRules(subnet, frontend);
      else this.network.addFloatingRules(frontend.map((rule) => ({ ...rule, doubt: NO_SUBNET })));
    }
    if (mode !== "All") return;
    const ofBalancer = balancer.subnets
      .flatMap((subnet) => this.network.endsOfSubnet(subnet))
      .flatMap((end) => rules(end).map((rule) => withSubnetDoubt(balancer, rule)));
    for (const subnet of this.network.nodeSubnets())
      this.network.addSubnetRules(subnet, [...ofBalancer, ...ofClients]);
  }

  /**
   * With the source preserved, nodes see the clients as sources, so the controller allows their ranges to the
   * node ports.
   */
  private clientOpenings(
    balancer: Balancer,
    rules: (end: RuleEnd, opened: Opening[], doubt: string | undefined) => SecurityRule[],
  ): SecurityRule[] {
    const { preservesSource, sources, doubt } = balancer;
    if (preservesSource === Tri.NO) return [];
    const sourceDoubt = preservesSource === Tri.MAYBE ? (doubt ?? UNKNOWN_SOURCE) : doubt;
    return sources.flatMap((range) => rules(blockEnd(range), nodePorts(balancer), sourceDoubt));
  }
}

/**
 * The possible subnets of a load balancer: those of the annotations, or the cluster's if the annotations have
 * none.
 */
function subnetsOf(
  first: string | undefined,
  second: string | undefined,
  clusterSubnets: readonly SubnetReference[],
): SubnetReference[] {
  const annotated = [first, second].filter(Boolean).map((id) => ({ id, document: undefined }));
  const all = first ? annotated : [...annotated, ...clusterSubnets];
  const different = all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index);
  return different.length > 0 ? different : [{ id: UNKNOWN, document: undefined }];
}

/** A rule that the controller writes only if the load balancer is in the rule's subnet. */
function withSubnetDoubt({ subnets }: Balancer, rule: SecurityRule): SecurityRule {
  return subnets.length > 1
    ? { ...rule, doubt: "it is unknown which of its subnets the load balancer is in" }
    : rule;
}

/** A value with the doubt of the whole Service, unless it has its own. */
function withDoubt<T extends { readonly doubt?: string }>(value: T, doubt: string | undefined): T {
  return value.doubt === undefined && doubt !== undefined ? { ...value, doubt } : value;
}

/** The ports for which the controller creates rules: for two transports on one port, the first. */
function portsOf({ spec }: Json): Json[] {
  const all = asList(spec.ports);
  return all.filter((port, index) => all.findIndex((other) => other.port === port.port) === index);
}

function blockEnd(text: Json): RuleEnd {
  const range = rangeOf(text);
  return range ? { kind: "range", range } : { kind: "unknown", why: `its source is ${text}` };
}

/** A port as a span; a missing or unknown port is any port of a range. */
function spanOf(port: Json, otherwise: Span, doubt: string): { destination: Span; doubt?: string } {
  const number = Number(port ?? undefined);
  return Number.isInteger(number)
    ? { destination: { from: number, to: number } }
    : { destination: otherwise, doubt };
}

/** Whether a Service has node ports, as by default; otherwise OKE's controller routes to pods. */
function hasNodePorts({ spec }: Json): boolean {
  return spec.allocateLoadBalancerNodePorts !== false;
}

const TO_PODS: Opening = { protocol: TCP, destination: ALL_PORTS, doubt: POD_BACKENDS };

/** The node ports that a load balancer connects to. */
function nodePorts({ service }: Balancer): Opening[] {
  return portsOf(service).map((port) => ({ protocol: TCP, ...nodePortSpan(port.nodePort) }));
}

/** The node ports that a load balancer connects to, and the port of its health check. */
function openings(balancer: Balancer): Opening[] {
  const { spec } = balancer.service;
  const isLocal = spec.externalTrafficPolicy === "Local";
  const health = nodePortSpan(isLocal ? spec.healthCheckNodePort : HEALTH_PORT);
  return [...nodePorts(balancer), { protocol: TCP, ...health }];
}

function nodePortSpan(port: Json): { destination: Span; doubt?: string } {
  return spanOf(port, NODE_PORTS, "Kubernetes chooses the node port when it creates the Service");
}
