import { type End } from "./flow-side";
import { type LoadBalancerReader } from "./load-balancer-reader";
import { type ManifestModel, namespaceOf } from "./manifest-model";
import { type Groups, type NetworkModel, type Pool, poolsOf } from "./network-model";
import { PacketRoutingReader } from "./packet-routing";
import {
  type AddressRange,
  ANYWHERE,
  contains,
  METADATA_ADDRESS,
  type Place,
  PUBLIC,
  rangeOf,
  splitPublic,
} from "./packets";
import { PodPolicies } from "./pod-policies";
import { type PodIdentity } from "./security-rules";
import { asList, blockOf, type Json, type TerraformModel } from "./terraform-model";
import { and, Tri, when } from "./three-valued-logic";
import { StateOf } from "../../../core/construct-state";
import { type Endpoint } from "../endpoint";

const FLANNEL = "FLANNEL_OVERLAY";
const DEFAULT_PODS_CIDR = "10.244.0.0/16";
// Security rules do not filter these addresses.
const LINK_LOCAL = rangeOf("169.254.0.0/16");

/** Finds the interfaces of an endpoint in the configuration. */
export class EndpointReader {
  private readonly pools: Pool[];
  private readonly cache = new StateOf<Endpoint, End[]>((endpoint) => this.find(endpoint));
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

  /** The interfaces of an endpoint; empty if the configuration has none of the kind. */
  public ends(endpoint: Endpoint): End[] {
    return this.cache.of(endpoint);
  }

  private find(endpoint: Endpoint): End[] {
    const found = this.read(endpoint);
    return this.namesOneEnd(endpoint) && found.length > 1 ? found.map(asAlternative) : found;
  }

  /** Whether an endpoint means a single end, so that several ends with its name are ambiguous. */
  private namesOneEnd({ _kind: kind }: Endpoint): boolean {
    switch (kind.kind) {
      case "api":
        return kind.address !== undefined;
      case "vnic":
        return true;
      case "nodes":
        return this.pools.filter(({ resource }) => resource.address === kind.address).length > 1;
      case "balancers":
        return kind.name !== undefined;
      case "pod":
      case "workload":
        return this.hasClusters;
      default:
        return false;
    }
  }

  private read({ _kind: kind }: Endpoint): End[] {
    switch (kind.kind) {
      case "internet":
        return [outside("the internet", PUBLIC, "nowhere")];
      case "services":
        return [oracleServices("all"), oracleServices("object-storage")];
      case "metadata":
        return [metadata()];
      case "addresses":
        return kind.cidrs.flatMap(addresses);
      case "api":
        return this.apiEndpoints(kind.address);
      case "nodes":
        return this.nodes(kind.address);
      case "balancers":
        return this.balancers.ends(kind.namespace, kind.name);
      case "pods":
        return this.pods("pods without policies");
      case "pod":
        return this.pods(`a pod of ${kind.namespace}`, { namespace: kind.namespace, labels: kind.labels });
      case "workload":
        return this.workload(kind.namespace, kind.name);
      case "vnic":
        return this.vnic(kind.subnet, kind.groups);
    }
  }

  private apiEndpoints(address?: string): End[] {
    return this.model
      .ofType("oci_containerengine_cluster")
      .filter((cluster) => address === undefined || cluster.address === address)
      .map(({ body, document, address: name }) => {
        const config = blockOf(body, "endpoint_config");
        const groups = this.network.groups(config.nsg_ids, document);
        const vnic = this.network.interface(config.subnet_id ?? "${unknown}", document, groups);
        const isPublic = this.model.resolve(config.is_public_ip_enabled ?? false, document);
        const isRequested = isPublic.kind === "literal" ? when(String(isPublic.value) === "true") : Tri.MAYBE;
        // A cluster without the block has the legacy endpoint, which is public.
        const publicAddress =
          Object.keys(config).length === 0 ? Tri.MAYBE : and(isRequested, vnic.guard.exposure.publicAddress);
        const exposure = { ...vnic.guard.exposure, publicAddress };
        return {
          peer: this.network.peer(`the API endpoint of ${name}`, vnic),
          guard: { ...vnic.guard, exposure, packetRouting: this.routing.labels(config) },
        };
      });
  }

  private nodes(address?: string): End[] {
    const pools = this.pools.filter(({ resource }) => address === undefined || resource.address === address);
    return pools.flatMap((pool) => {
      const { document, address: name } = pool.resource;
      const groups = this.network.groups(pool.nodeGroups, document);
      return pool.nodeSubnets.map((subnet) => {
        const vnic = this.network.interface(subnet, document, groups);
        const packetRouting = this.routing.labels(blockOf(pool.resource.body, "primary_vnic"));
        const guard = { ...vnic.guard, packetRouting };
        return { peer: this.network.peer(`the nodes of ${name}`, vnic), guard, isNode: true };
      });
    });
  }

  private workload(namespace: string, name: string): End[] {
    return this.manifests.workloads
      .filter((workload) => workload.namespace === namespace && workload.name === name)
      .flatMap((workload) => {
        const title = `${workload.kind} ${namespace}/${name}`;
        if (!workload.hostNetwork) return this.pods(title, workload.pod);
        const nodes = this.nodes();
        return (nodes.length > 0 ? nodes : [this.podAnywhere(title)]).map((node) => ({
          ...node,
          peer: { ...node.peer, name: `${title} on its node` },
        }));
      });
  }

  /** The interfaces of pods, in each node pool; without an identity, no policy selects them. */
  private pods(name: string, identity?: PodIdentity): End[] {
    const places = this.pools.flatMap((pool) => this.podPlaces(pool, name));
    const ends = places.length > 0 ? places : [this.podAnywhere(name)];
    const policies = identity && this.policyEngine ? this.policiesOf(identity) : undefined;
    return ends.map((end) => {
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
      const vnic = this.network.interface(subnet, document, groups);
      // Pods have no public address, whatever their subnet allows.
      const exposure = flannel ? vnic.guard.exposure : { ...vnic.guard.exposure, publicAddress: Tri.NO };
      const end = { peer: this.network.peer(name, vnic), guard: { ...vnic.guard, exposure } };
      return flannel ? { ...end, overlay: flannel } : end;
    });
  }

  /** The addresses of the pods of an overlay; undefined if pods have addresses of the VCN. */
  private flannelRange(pool: Pool): Place | undefined {
    const cluster = this.model.resolve(pool.cluster, pool.resource.document);
    const body = cluster.kind === "resource" ? cluster.resource.body : {};
    const cni = pool.cni ?? asList(body.cluster_pod_network_options)[0]?.cni_type;
    if (cni !== FLANNEL && !(cni === undefined && cluster.kind === "resource")) return undefined;
    const config = asList(asList(body.options)[0]?.kubernetes_network_config)[0];
    const range = rangeOf(config?.pods_cidr ?? DEFAULT_PODS_CIDR);
    return range ? { ranges: [range], exact: false } : ANYWHERE;
  }

  /** A pod without a node pool: its address is unknown; without any Terraform, only policies are evaluated. */
  private podAnywhere(name: string): End {
    const groups: Groups = { keys: [], names: [], doubt: "the configuration has no node pool" };
    const vnic = this.network.interface("${unknown}", undefined, groups);
    return {
      peer: this.network.peer(name, vnic),
      guard: { ...vnic.guard, policiesOnly: this.model.isEmpty },
    };
  }

  /** The interface; several if several stacks have a subnet or a group of that name. */
  private vnic(subnet: string, names: readonly string[]): End[] {
    const places = isOcid(subnet)
      ? [{ id: subnet, document: undefined }]
      : this.model.find(subnet).map(({ address, document }) => ({ id: `\${${address}.id}`, document }));
    const keys = names.map((name) => (isOcid(name) ? [name] : this.model.find(name).map(({ key }) => key)));
    const doubts = names
      .filter(isOcid)
      .map((name) => `the configuration may lack rules of the group ${name}`);
    const doubt = doubts.length > 0 ? { doubt: doubts.join("; ") } : {};
    const name = `an interface with ${names.join(", ") || "no group"}`;
    return places.flatMap(({ id, document }) =>
      combinations(keys.map((choice) => inDocument(choice, document))).map((combination) => {
        const vnic = this.network.interface(id, document, { keys: combination, names, ...doubt });
        return { peer: this.network.peer(name, vnic), guard: vnic.guard };
      }),
    );
  }
}

/** The keys of one document, if it has any of them: a name means the resource of the same document. */
function inDocument(keys: readonly string[], document: number | undefined): readonly string[] {
  const own = keys.filter((key) => key.startsWith(`${document}:`));
  return own.length > 0 ? own : keys;
}

function combinations(choices: readonly (readonly string[])[]): string[][] {
  return choices.reduce<string[][]>(
    (combined, choice) => combined.flatMap((keys) => choice.map((key) => [...keys, key])),
    [[]],
  );
}

function asAlternative(end: End): End {
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
  if (LINK_LOCAL && contains(LINK_LOCAL, range)) return linkLocal(cidr, [range]);
  const { publicRanges, otherRanges } = splitPublic(range);
  return outside(cidr, [...otherRanges, ...publicRanges], "anywhere");
}

/** Oracle services, or Object Storage, which rules can name separately. */
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
