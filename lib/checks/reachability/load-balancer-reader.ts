import { type End } from "./guard";
import { nameOf, namespaceOf, type ManifestModel } from "./manifest-model";
import { type NetworkModel, type SubnetReference } from "./network-model";
import { balancerEnd, ingressBalancer, split, terraformBalancers } from "./further-balancers";
import { rangeOf } from "./ranges";
import { ALL_PORTS, TCP, UDP, type Span } from "./packets";
import { type RuleEnd, type SecurityRule } from "./security-rule";
import { asList, type Json, type TerraformModel } from "./terraform-model";
import { Tri } from "./tri";

const UNKNOWN = "${unknown}";
const NO_SUBNET = "the subnet of the load balancer is not known";
const HEALTH_PORT = 10256;
const NODE_PORTS: Span = { from: 30000, to: 32767 };

/** A Service of the type LoadBalancer, as its controller reads it. */
interface Balancer {
  readonly name: string;
  readonly service: Json;
  readonly key: string;
  readonly mode: string;
  readonly internal: boolean;
  /** Where it may be: one, or several of which nobody knows the one. */
  readonly subnets: readonly SubnetReference[];
  readonly attached: string[];
  readonly backends: string[];
  /** The document of the references to the backends: a manifest does not say it. */
  readonly backendDocument?: number;
}

/** What a part of a load balancer's way is: the ports that the controller opens. */
interface Opening {
  readonly protocol: number;
  readonly destination: Span;
  readonly doubt?: string;
}

/**
 * Reads load balancers: those of Services, whose rules their controller writes at run time, those of Ingresses, and those of
 * Terraform.
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
    this.balancers = manifests.loadBalancers.map((service) => this.read(service));
    for (const balancer of this.balancers) this.addBackendRules(balancer);
  }

  /** The load balancers, of one Service or IngressClass where its name is given. */
  public ends(namespace?: string, name?: string): End[] {
    const isWanted = (ownNamespace: string, own: string) =>
      name === undefined || (own === name && ownNamespace === namespace);
    const ofServices = this.balancers.filter(({ service }) =>
      isWanted(namespaceOf(service), nameOf(service)),
    );
    const { nativeIngressClasses: classes } = this.manifests;
    const ofClasses = classes.filter((one) => isWanted(one.namespace, one.name));
    return [
      ...ofServices.flatMap((balancer) => this.endsOf(balancer)),
      ...ofClasses.map((one) => ingressBalancer(one, this.model, this.network)),
      ...(name === undefined ? terraformBalancers(this.model, this.network) : []),
    ];
  }

  private read(service: Json): Balancer {
    const notes: { [key: string]: string | undefined } = service.metadata?.annotations ?? {};
    const isNlb = notes["oci.oraclecloud.com/load-balancer-type"] === "nlb";
    const lb = "service.beta.kubernetes.io/oci-load-balancer-";
    const nlb = "oci-network-load-balancer.oraclecloud.com/";
    const note = (name: string, other = name) => (isNlb ? notes[nlb + other] : notes[lb + name]);
    const clusters = this.model.ofType("oci_containerengine_cluster");
    const cluster = clusters.length === 1 ? clusters[0] : undefined;
    // Of several clusters nobody knows which one's the Service is.
    const ofCluster = clusters.length > 1 ? [UNKNOWN] : [];
    const options = asList(cluster?.body.options)[0] ?? {};
    const backendNote = notes["oci.oraclecloud.com/oci-backend-network-security-group"];
    const configured = cluster ? asList(asList(options.service_lb_config)[0]?.backend_nsg_ids) : ofCluster;
    const attached =
      notes[isNlb ? `${nlb}oci-network-security-groups` : "oci.oraclecloud.com/oci-network-security-groups"];
    const defaults = cluster ? asList(options.service_lb_subnet_ids) : ofCluster;
    const inCluster = defaults.map((id) => ({ id, document: cluster?.document }));
    return {
      name: `the load balancer of Service ${namespaceOf(service)}/${nameOf(service)}`,
      service,
      key: `service:${namespaceOf(service)}/${nameOf(service)}`,
      mode: modeOf(
        notes["oci.oraclecloud.com/security-rule-management-mode"] ??
          legacyMode(note("security-list-management-mode"), isNlb),
      ),
      internal: note("internal") === "true",
      subnets: subnetsOf(note("subnet1", "subnet"), isNlb ? undefined : note("subnet2"), inCluster),
      attached: split(attached),
      backends: backendNote === undefined ? configured : split(backendNote),
      ...(backendNote === undefined && cluster ? { backendDocument: cluster.document } : {}),
    };
  }

  private endsOf(balancer: Balancer): End[] {
    const { name, key, subnets, internal, mode } = balancer;
    const attached = this.network.groups(balancer.attached, undefined);
    const groups = {
      ...attached,
      keys: [...attached.keys, ...(mode === "NSG" ? [key] : [])],
      names: [...attached.names, ...(mode === "NSG" ? ["the group that the controller makes"] : [])],
    };
    const rules = mode === "NSG" ? this.frontRules(balancer) : [];
    return subnets.map(({ id, document }) => ({
      ...balancerEnd(
        this.network,
        name,
        this.network.interface(id, document, groups, rules),
        internal ? Tri.NO : Tri.YES,
      ),
      ...(subnets.length > 1 ? { oneOf: key } : {}),
    }));
  }

  /** What the controller writes for the load balancer itself. */
  private frontRules(balancer: Balancer): SecurityRule[] {
    const { service, mode } = balancer;
    if (mode === "None") return [];
    const address = `rules that the controller writes for Service ${namespaceOf(service)}/${nameOf(service)}`;
    const ranges = sourceRangesOf(service);
    const clients = asList(service.spec.ports).flatMap((port) =>
      ranges.map((range) => ({
        address,
        incoming: true,
        stateless: false,
        protocol: protocolOf(port),
        ...spanOf(port.port, ALL_PORTS, "the port of the Service is not known"),
        end: blockEnd(range),
      })),
    );
    const backends = this.backendEnds(balancer).flatMap((end) =>
      openings(balancer).map((opening) => ({ address, incoming: false, stateless: false, ...opening, end })),
    );
    // A group gets rules for TCP only.
    return [...clients, ...backends].filter(({ protocol }) => mode !== "NSG" || protocol === TCP);
  }

  private backendEnds(balancer: Balancer): RuleEnd[] {
    if (balancer.mode !== "NSG") return this.nodeRanges();
    const { keys, doubt } = this.network.groups(balancer.backends, balancer.backendDocument);
    const known = keys.map((key): RuleEnd => ({ kind: "group", key }));
    return doubt === undefined ? known : [...known, { kind: "unknown", why: doubt }];
  }

  private nodeRanges(): RuleEnd[] {
    return this.network.nodeSubnets().flatMap((subnet) => this.network.endsOfSubnet(subnet));
  }

  /** What the controller writes for the nodes. */
  private addBackendRules(balancer: Balancer): void {
    const { service, mode, key } = balancer;
    const address = `rules that the controller writes for Service ${namespaceOf(service)}/${nameOf(service)}`;
    const rules = (end: RuleEnd) =>
      openings(balancer).map((opening) => ({ address, incoming: true, stateless: false, ...opening, end }));
    if (mode === "NSG") {
      const { keys, doubt } = this.network.groups(balancer.backends, balancer.backendDocument);
      const group = rules({ kind: "group", key }).filter(({ protocol }) => protocol === TCP);
      for (const backend of keys) this.network.addGroupRules(backend, group);
      // An OCID may be that of any group which the configuration makes.
      if (doubt !== undefined) this.network.addFloatingRules(group.map((rule) => ({ ...rule, doubt })));
      return;
    }
    // What stands in the list of a subnet holds for everything that lives there.
    const front = this.frontRules(balancer).map((rule) => perhapsIn(balancer, rule));
    for (const subnet of balancer.subnets) {
      if (this.network.knowsSubnet(subnet)) this.network.addSubnetRules(subnet, front);
      else this.network.addFloatingRules(front.map((rule) => ({ ...rule, doubt: NO_SUBNET })));
    }
    if (mode !== "SL-All" && mode !== "All") return;
    const written = balancer.subnets
      .flatMap((subnet) => this.network.endsOfSubnet(subnet))
      .flatMap((end) => rules(end).map((rule) => perhapsIn(balancer, rule)));
    for (const subnet of this.network.nodeSubnets()) this.network.addSubnetRules(subnet, written);
  }
}

/** The subnets that a load balancer may be in: those of the annotations, and the cluster's where the first names none. */
function subnetsOf(
  first: string | undefined,
  second: string | undefined,
  inCluster: readonly SubnetReference[],
): SubnetReference[] {
  const named = [first, second].filter(Boolean).map((id) => ({ id, document: undefined }));
  const all = first ? named : [...named, ...inCluster];
  const different = all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index);
  return different.length > 0 ? different : [{ id: UNKNOWN, document: undefined }];
}

/** A rule that the controller writes only if the load balancer is in the subnet that it is about. */
function perhapsIn({ subnets }: Balancer, rule: SecurityRule): SecurityRule {
  return subnets.length > 1 ? { ...rule, doubt: "which of its subnets it is in is not known" } : rule;
}

/** The controller reads the mode whatever its case. */
function modeOf(text: string): string {
  return ["NSG", "SL-All", "SL-Frontend"].find((mode) => mode.toLowerCase() === text.toLowerCase()) ?? text;
}

/** An empty list is none: then an older annotation counts, and without it everyone may connect. */
function sourceRangesOf({ spec, metadata }: Json): Json[] {
  const written = asList(spec.loadBalancerSourceRanges);
  if (written.length > 0) return written;
  const noted = split(metadata?.annotations?.["service.beta.kubernetes.io/load-balancer-source-ranges"]);
  return noted.length > 0 ? noted : ["0.0.0.0/0"];
}

function legacyMode(text: string | undefined, isNlb: boolean): string {
  if (text !== undefined) return text;
  return isNlb ? "None" : "All";
}

function protocolOf(port: Json): number {
  return port.protocol === "UDP" ? UDP : TCP;
}

function blockEnd(text: Json): RuleEnd {
  const range = rangeOf(text);
  return range ? { kind: "range", range } : { kind: "unknown", why: `its source is ${text}` };
}

/** A port as a span; what is not written, or refers to a Terraform value, is any port of a range. */
function spanOf(port: Json, otherwise: Span, doubt: string): { destination: Span; doubt?: string } {
  const number = Number(port ?? undefined);
  return Number.isInteger(number)
    ? { destination: { from: number, to: number } }
    : { destination: otherwise, doubt };
}

/** The node ports that a load balancer connects to. */
function openings({ service }: Balancer): Opening[] {
  const at = (port: Json) =>
    spanOf(port, NODE_PORTS, "Kubernetes chooses the node port when it makes the Service");
  const isLocal = service.spec.externalTrafficPolicy === "Local";
  const health = at(isLocal ? service.spec.healthCheckNodePort : HEALTH_PORT);
  return [
    ...asList(service.spec.ports).map((port) => ({ protocol: protocolOf(port), ...at(port.nodePort) })),
    { protocol: TCP, ...health },
  ];
}
