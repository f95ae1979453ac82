import { type End, PodPolicies } from "./flow-ends";
import { and, Tri } from "./label-selector";
import { type LoadBalancerReader } from "./load-balancer-reader";
import { type ManifestModel, namespaceOf } from "./manifest-model";
import { type Groups, type NetworkModel } from "./network-model";
import { type Pool, poolsOf } from "./node-pools";
import { PacketRoutingReader } from "./packet-routing";
import {
  type AddressRange,
  ANYWHERE,
  holds,
  METADATA_ADDRESS,
  type Place,
  PUBLIC,
  rangeOf,
  splitPublic,
} from "./ranges";
import { type PodIdentity } from "./rule-index";
import { asList, blockOf, type Json, type TerraformModel } from "./terraform-model";
import { type Endpoint } from "../endpoint";

const FLANNEL = "FLANNEL_OVERLAY";
const DEFAULT_PODS_CIDR = "10.244.0.0/16";
// No security rule filters what has such an address.
const LINK_LOCAL = rangeOf("169.254.0.0/16");

/** The interfaces of an endpoint. */
export class EndReader {
  private readonly pools: Pool[];
  private readonly cache = new WeakMap<Endpoint, End[]>();
  private readonly policies = new Map<string, Json[]>();
  private readonly routing: PacketRoutingReader;
  /** Whether the cluster of a manifest is ambiguous. */
  private readonly hasClusters: boolean;

  constructor(
    private readonly model: TerraformModel,
    private readonly network: NetworkModel,
    private readonly manifests: ManifestModel,
    private readonly balancers: LoadBalancerReader,
    private readonly policyEngine: boolean,
  ) {
    this.pools = poolsOf(model);
    this.routing = new PacketRoutingReader(model);
    this.hasClusters = model.ofType("oci_containerengine_cluster").length > 1;
    for (const policy of manifests.policies) {
      const same = this.policies.get(namespaceOf(policy));
      if (same) same.push(policy);
      else this.policies.set(namespaceOf(policy), [policy]);
    }
  }

  /** The interfaces; empty if the configuration has none of the kind. */
  public ends(endpoint: Endpoint): End[] {
    const before = this.cache.get(endpoint);
    if (before) return before;
    const read = this.read(endpoint);
    const made = this.meansOne(endpoint) && read.length > 1 ? read.map(oneOfThem) : read;
    this.cache.set(endpoint, made);
    return made;
  }

  /** Whether a question names one thing, so that nobody knows which is meant where several have the name. */
  private meansOne({ _kind: what }: Endpoint): boolean {
    switch (what.kind) {
      case "api":
        return what.address !== undefined;
      case "vnic":
        return true;
      case "nodes":
        return this.pools.filter(({ resource }) => resource.address === what.address).length > 1;
      case "balancers":
        return what.name !== undefined;
      case "pod":
      case "workload":
        return this.hasClusters;
      default:
        return false;
    }
  }

  private read({ _kind: what }: Endpoint): End[] {
    switch (what.kind) {
      case "internet":
        return [outside("the internet", PUBLIC, "nowhere")];
      case "services":
        return [oracleServices("all"), oracleServices("object-storage")];
      case "metadata":
        return [metadata()];
      case "addresses":
        return what.cidrs.flatMap(addresses);
      case "api":
        return this.apiEndpoints(what.address);
      case "nodes":
        return this.nodes(what.address);
      case "balancers":
        return this.balancers.ends(what.namespace, what.name);
      case "pods":
        return this.pods("pods without policies");
      case "pod":
        return this.pods(`a pod of ${what.namespace}`, { namespace: what.namespace, labels: what.labels });
      case "workload":
        return this.workload(what.namespace, what.name);
      case "vnic":
        return this.vnic(what.subnet, what.groups);
    }
  }

  private apiEndpoints(address?: string): End[] {
    return this.model
      .ofType("oci_containerengine_cluster")
      .filter((cluster) => address === undefined || cluster.address === address)
      .map(({ body, document, address: name }) => {
        const config = blockOf(body, "endpoint_config");
        const groups = this.network.groups(config.nsg_ids, document);
        const made = this.network.interface(config.subnet_id ?? "${unknown}", document, groups);
        const asked = this.model.resolve(config.is_public_ip_enabled ?? false, document);
        const has =
          asked.kind === "literal" ? (String(asked.value) === "true" ? Tri.YES : Tri.NO) : Tri.MAYBE;
        // A cluster without the block is one of the old kind, whose endpoint is public.
        const publicAddress =
          Object.keys(config).length === 0 ? Tri.MAYBE : and(has, made.guard.exposure.publicAddress);
        const exposure = { ...made.guard.exposure, publicAddress };
        return {
          peer: this.network.peer(`the API endpoint of ${name}`, made),
          guard: { ...made.guard, exposure, packetRouting: this.routing.labels(config) },
        };
      });
  }

  private nodes(address?: string): End[] {
    const pools = this.pools.filter(({ resource }) => address === undefined || resource.address === address);
    return pools.flatMap((pool) => {
      const { document, address: name } = pool.resource;
      const groups = this.network.groups(pool.nodeGroups, document);
      return pool.nodeSubnets.map((subnet) => {
        const made = this.network.interface(subnet, document, groups);
        const packetRouting = this.routing.labels(blockOf(pool.resource.body, "primary_vnic"));
        const guard = { ...made.guard, packetRouting };
        return { peer: this.network.peer(`the nodes of ${name}`, made), guard, isNode: true };
      });
    });
  }

  private workload(namespace: string, name: string): End[] {
    return this.manifests.workloads
      .filter((one) => one.namespace === namespace && one.name === name)
      .flatMap((one) => {
        const shown = `${one.kind} ${namespace}/${name}`;
        if (!one.hostNetwork) return this.pods(shown, one.pod);
        const nodes = this.nodes();
        return (nodes.length > 0 ? nodes : [this.podAnywhere(shown)]).map((node) => ({
          ...node,
          peer: { ...node.peer, name: `${shown} on its node` },
        }));
      });
  }

  /** The interfaces of pods: with an identity, or only with a place. */
  private pods(name: string, identity?: PodIdentity): End[] {
    const places = this.pools.flatMap((pool) => this.podPlaces(pool, name));
    const known = places.length > 0 ? places : [this.podAnywhere(name)];
    const policies = identity && this.policyEngine ? this.policiesOf(identity) : undefined;
    return known.map((end) => {
      const pod = identity && { ...identity, ...(end.overlay ? { overlay: end.overlay } : {}) };
      return {
        ...end,
        peer: { ...end.peer, ...(pod ? { pod } : { maybePod: true }) },
        ...(end.guard ? { guard: { ...end.guard, ...(policies ? { policies } : {}) } } : {}),
      };
    });
  }

  private policiesOf(identity: PodIdentity): PodPolicies {
    const policies = this.policies.get(identity.namespace) ?? [];
    return new PodPolicies(this.manifests, policies, identity, this.hasClusters);
  }

  private podPlaces(pool: Pool, name: string): End[] {
    const { document } = pool.resource;
    const flannel = this.flannelRange(pool);
    const groups = this.network.groups(flannel ? pool.nodeGroups : pool.podGroups, document);
    return (flannel ? pool.nodeSubnets : pool.podSubnets).map((subnet) => {
      const made = this.network.interface(subnet, document, groups);
      // Pods have no public address, whatever their subnet allows.
      const exposure = flannel ? made.guard.exposure : { ...made.guard.exposure, publicAddress: Tri.NO };
      const end = { peer: this.network.peer(name, made), guard: { ...made.guard, exposure } };
      return flannel ? { ...end, overlay: flannel } : end;
    });
  }

  /** The place of the pods of an overlay; undefined if pods have addresses of the VCN. */
  private flannelRange(pool: Pool): Place | undefined {
    const cluster = this.model.resolve(pool.cluster, pool.resource.document);
    const body = cluster.kind === "resource" ? cluster.resource.body : {};
    const cni = pool.cni ?? asList(body.cluster_pod_network_options)[0]?.cni_type;
    if (cni !== FLANNEL && !(cni === undefined && cluster.kind === "resource")) return undefined;
    const config = asList(asList(body.options)[0]?.kubernetes_network_config)[0];
    const range = rangeOf(config?.pods_cidr ?? DEFAULT_PODS_CIDR);
    return range ? { ranges: [range], exact: false } : ANYWHERE;
  }

  /** A pod without a node pool: with Terraform its place is not known, without any only policies are judged. */
  private podAnywhere(name: string): End {
    const groups: Groups = { keys: [], names: [], doubt: "no node pool is in the configuration" };
    const made = this.network.interface("${unknown}", undefined, groups);
    return {
      peer: this.network.peer(name, made),
      guard: { ...made.guard, policiesOnly: this.model.isEmpty },
    };
  }

  /** The interface; several where several stacks have a subnet or a group of that name. */
  private vnic(subnet: string, names: readonly string[]): End[] {
    const places = isOcid(subnet)
      ? [{ id: subnet, document: undefined }]
      : this.model.find(subnet).map(({ address, document }) => ({ id: `\${${address}.id}`, document }));
    const keys = names.map((name) => (isOcid(name) ? [name] : this.model.find(name).map(({ key }) => key)));
    const given = names
      .filter(isOcid)
      .map((name) => `the rules of the group ${name} are not all in the configuration`);
    const doubt = given.length > 0 ? { doubt: given.join("; ") } : {};
    const name = `an interface with ${names.join(", ") || "no group"}`;
    return places.flatMap(({ id, document }) =>
      combinations(keys.map((some) => ofDocument(some, document))).map((some) => {
        const made = this.network.interface(id, document, { keys: some, names, ...doubt });
        return { peer: this.network.peer(name, made), guard: made.guard };
      }),
    );
  }
}

/** What stands in the same document as something is meant where others have the name too. */
function ofDocument(keys: readonly string[], document: number | undefined): readonly string[] {
  const own = keys.filter((key) => key.startsWith(`${document}:`));
  return own.length > 0 ? own : keys;
}

function combinations(choices: readonly (readonly string[])[]): string[][] {
  return choices.reduce<string[][]>(
    (begun, choice) => begun.flatMap((some) => choice.map((one) => [...some, one])),
    [[]],
  );
}

function oneOfThem(end: End): End {
  return { ...end, oneOf: end.oneOf ?? "named" };
}

function isOcid(text: string): boolean {
  return text.startsWith("ocid1.");
}

function outside(name: string, ranges: readonly AddressRange[], home: "nowhere" | "anywhere"): End {
  return { peer: { name, places: [{ ranges, exact: true }], groups: new Set(), home } };
}

function addresses(cidr: string): End {
  const range = rangeOf(cidr) as AddressRange;
  if (LINK_LOCAL && holds(LINK_LOCAL, range)) return linkLocal(cidr, [range]);
  const { open, own } = splitPublic(range);
  return outside(cidr, [...own, ...open], "anywhere");
}

/** Object Storage is one of the services, and rules may be for it alone. */
function oracleServices(services: "all" | "object-storage"): End {
  const places = [{ ranges: PUBLIC.filter(({ family }) => family === 4), exact: false }];
  const name = services === "all" ? "Oracle services" : "Object Storage";
  return { peer: { name, places, groups: new Set(), services, home: "nowhere" } };
}

function metadata(): End {
  return linkLocal("the metadata service", METADATA_ADDRESS);
}

function linkLocal(name: string, ranges: readonly AddressRange[]): End {
  const places = [{ ranges, exact: true }];
  return { peer: { name, places, groups: new Set(), isLinkLocal: true, home: "nowhere" } };
}
