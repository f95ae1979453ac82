import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { listOf, mapOf, readArguments, text } from "../../core/readers";
import { Problems } from "../../core/validation-error";

/** The kind of an endpoint. */
export type EndpointKind =
  | { readonly kind: "internet" | "services" | "metadata" | "pods" }
  | { readonly kind: "addresses"; readonly cidrs: readonly string[] }
  | { readonly kind: "api" | "nodes"; readonly address?: string }
  | { readonly kind: "balancers"; readonly namespace?: string; readonly name?: string }
  | { readonly kind: "workload"; readonly namespace: string; readonly name: string }
  | { readonly kind: "pod"; readonly namespace: string; readonly labels: { readonly [key: string]: string } }
  | { readonly kind: "vnic"; readonly subnet: string; readonly groups: readonly string[] };

const NAME = text();
const LABELS = mapOf(text(), 'an object, for example { app: "web" }');
const SECURITY_GROUPS = listOf(text(), 'a list, for example ["oci_core_network_security_group.db"]');

/** The source or the target of a reachability question. */
@checked
export class Endpoint {
  /** The internet: every public address of IPv4 and IPv6. */
  public static internet(): Endpoint {
    return new Endpoint({ kind: "internet" }, "the internet");
  }

  /**
   * Hosts in address ranges, such as a peered VCN, an on-premises network, or a bastion's subnet; not the
   * cluster's own pods.
   *
   * @param cidrs blocks of IPv4 or IPv6
   */
  public static addresses(cidrs: string[]): Endpoint {
    const problems = new Problems("Endpoint.addresses");
    const ranges = readCidrs(problems, "cidrs", cidrs, { ipv6: true, wide: true });
    problems.throwIfAny();
    return new Endpoint({ kind: "addresses", cidrs: ranges }, ranges.join(", "));
  }

  /**
   * The Kubernetes API endpoint.
   *
   * @param address the Terraform address of one cluster, such as `oci_containerengine_cluster.main`; by
   * default all clusters
   */
  public static apiEndpoint(address?: string): Endpoint {
    return new Endpoint(
      { kind: "api", ...(address === undefined ? {} : { address }) },
      address ?? "the API endpoint",
    );
  }

  /**
   * The worker nodes.
   *
   * @param address the Terraform address of one node pool; by default the nodes of all pools
   */
  public static nodes(address?: string): Endpoint {
    return new Endpoint(
      { kind: "nodes", ...(address === undefined ? {} : { address }) },
      address ?? "the nodes",
    );
  }

  /** Pods that no NetworkPolicy selects, such as those of kube-system, which only the network restricts. */
  public static pods(): Endpoint {
    return new Endpoint({ kind: "pods" }, "pods without policies");
  }

  /** The pods of a workload in the manifests: a Deployment, StatefulSet, DaemonSet, Job, CronJob, or Pod. */
  public static workload(namespace: string, name: string): Endpoint {
    readArguments("Endpoint.workload", { namespace, name }, { namespace: NAME, name: NAME });
    return new Endpoint({ kind: "workload", namespace, name }, `${namespace}/${name}`);
  }

  /** A pod outside of the manifests, such as one in another namespace. */
  public static pod(namespace: string, labels: { [key: string]: string }): Endpoint {
    readArguments("Endpoint.pod", { namespace, labels }, { namespace: NAME, labels: LABELS });
    const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return new Endpoint(
      { kind: "pod", namespace, labels },
      `a pod of ${namespace} (${pairs.join(", ") || "no labels"})`,
    );
  }

  /** All load balancers: those of Services, of classes of the native ingress controller, and of Terraform. */
  public static loadBalancers(): Endpoint {
    return new Endpoint({ kind: "balancers" }, "the load balancers");
  }

  /**
   * The load balancer of a Service in the manifests, or of an IngressClass of the native ingress controller.
   *
   * @param namespace the namespace of the Service; for an IngressClass, that of its IngressClassParameters
   * @param serviceName the name of the Service or the IngressClass
   */
  public static loadBalancer(namespace: string, serviceName: string): Endpoint {
    readArguments(
      "Endpoint.loadBalancer",
      { namespace, serviceName },
      { namespace: NAME, serviceName: NAME },
    );
    const name = `the load balancer of ${namespace}/${serviceName}`;
    return new Endpoint({ kind: "balancers", namespace, name: serviceName }, name);
  }

  /** All Oracle services of the region, as available through a service gateway. */
  public static oracleServices(): Endpoint {
    return new Endpoint({ kind: "services" }, "Oracle services");
  }

  /**
   * The metadata service of an instance, 169.254.169.254: only NetworkPolicies filter it, no security rule
   * does.
   */
  public static metadata(): Endpoint {
    return new Endpoint({ kind: "metadata" }, "the metadata service");
  }

  /**
   * Any VNIC in a subnet with the given security groups.
   *
   * @param subnet the Terraform address of a subnet, such as `oci_core_subnet.db`, or the OCID of an existing
   * one
   * @param securityGroups the Terraform addresses of its groups, such as `oci_core_network_security_group.db`, or OCIDs
   */
  public static vnic(subnet: string, securityGroups: string[]): Endpoint {
    readArguments(
      "Endpoint.vnic",
      { subnet, securityGroups },
      { subnet: NAME, securityGroups: SECURITY_GROUPS },
    );
    const groups = securityGroups.join(", ") || "no group";
    return new Endpoint(
      { kind: "vnic", subnet, groups: securityGroups },
      `an interface of ${subnet} with ${groups}`,
    );
  }

  private constructor(
    /** @internal */
    public readonly _kind: EndpointKind,
    private readonly text: string,
  ) {}

  /** A description of the endpoint. */
  public toString(): string {
    return this.text;
  }
}
