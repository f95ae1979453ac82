const NAMESPACE = "native-ingress-controller-system";
const SERVICE_ACCOUNT = "oci-native-ingress-controller";

/**
 * What the OCI native ingress controller may do, in each compartment.
 *
 * Narrower than the documented list: what it needs to turn Secrets into certificates is left out, as its gateways here take
 * certificates of OCI Certificates only; so are firewalls and reserved addresses until a gateway has one, and whatever of a
 * cluster is not the cluster itself, of which it reads what pods' network it has.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupnativeingresscontroller-addon-prereqs.htm
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
 */
export class IngressControllerStatements {
  private hasFirewall = false;
  private hasReservedAddress = false;

  constructor(private readonly clusterId: string) {}

  /** A gateway has a web application firewall. */
  public needFirewall(): void {
    this.hasFirewall = true;
  }

  /** A gateway has an address that was there before it. */
  public needReservedAddress(): void {
    this.hasReservedAddress = true;
  }

  /** In the compartment of the cluster, which the load balancers are in. */
  public ofLoadBalancers(compartmentId: string): string[] {
    return this.allow(compartmentId, [
      "manage load-balancers",
      "read clusters",
      ...(this.hasFirewall ? ["manage waf-family"] : []),
      ...(this.hasReservedAddress ? ["read public-ips", "manage floating-ips"] : []),
    ]);
  }

  /** In the compartment of the network, and in that of the load balancers' subnet where it is another one. */
  public ofNetwork(compartmentId: string): string[] {
    return this.allow(compartmentId, ["use virtual-network-family"]);
  }

  /** In the compartment of the certificates. */
  public ofCertificates(compartmentId: string): string[] {
    return this.allow(compartmentId, [
      "read leaf-certificates",
      "read leaf-certificate-bundles",
      "manage certificate-associations",
    ]);
  }

  /** Says who the controller is in the condition of a statement. */
  public get principal(): string {
    return [
      "request.principal.type = 'workload'",
      `request.principal.namespace = '${NAMESPACE}'`,
      `request.principal.service_account = '${SERVICE_ACCOUNT}'`,
      `request.principal.cluster_id = '${this.clusterId}'`,
    ].join(", ");
  }

  private allow(compartmentId: string, rights: readonly string[]): string[] {
    return rights.map(
      (right) =>
        `Allow any-user to ${right} in compartment id ${compartmentId} where all {${this.principal}}`,
    );
  }
}
