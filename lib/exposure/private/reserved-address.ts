import { Token } from "cdktf";
import { type Exposure } from "./exposure-combinations";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { type Cidr, contains, isPrivate, readIpv4Cidr, readIpv4CidrIfKnown } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { StateOfTree } from "../../core/construct-state";
import { identityOf } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";
import { isUnreachable } from "../../network/egress/egress";
import { LoadBalancerType } from "../load-balancer-kinds";

/** The subnet of a load balancer, as far as it is known. */
interface BalancerSubnet {
  readonly subnetId: string;
  readonly cidr: string;
}

/** A reserved address of a Service, with its context. */
export interface AddressRequest {
  readonly cluster: ISecureOkeCluster;
  /** The namespace and the name of the Service. */
  readonly service: string;
  readonly address: string;
  readonly isInternal: boolean;
  readonly subnet: BalancerSubnet | undefined;
}

/**
 * The Services of an app with reserved addresses, by address.
 *
 * OCI assigns an address to one load balancer only; a second Service would stay pending. Public addresses are
 * unique in the whole app, private ones in their subnet.
 */
const services = new StateOfTree(() => new Map<string, string>());

/** A key for the address, the same for one reference in several stacks. */
function keyOf({ cluster, address, isInternal, subnet }: AddressRequest): string {
  const where = isInternal ? identityOf(cluster, subnet?.subnetId ?? "") : "public";
  return `${where} ${identityOf(cluster, address)}`;
}

/** Adds a problem if another Service has the address. */
export function checkAddressFree(problems: Problems, request: AddressRequest): void {
  if (typeof request.address !== "string") return;
  const taken = services.of(request.cluster).get(keyOf(request));
  if (taken === undefined) return;
  const { address, service } = request;
  const text = Token.isUnresolved(address) ? "a reference" : address;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `reservedAddress of ${service} is ${text}, which belongs to the Service ${taken}`,
    "Give each load balancer its own address; for TCP and UDP on one address, set transports: [IpProtocol.TCP, IpProtocol.UDP]",
  );
}

/** Claims the address for the lifetime of the app. */
export function claimAddress(request: AddressRequest): void {
  services.of(request.cluster).set(keyOf(request), request.service);
}

/** Adds a problem for an address that the load balancer can't use; a reference may hold any. */
export function checkAddress(
  problems: Problems,
  address: string,
  { isInternal }: Pick<Exposure, "isInternal">,
  subnet: BalancerSubnet | undefined,
): void {
  if (Token.isUnresolved(address)) return;
  const ignored = new Problems("");
  const block = readIpv4Cidr(ignored, "reservedAddress", `${address}/32`);
  if (!block) {
    problems.add(
      "VALUE_INVALID",
      `reservedAddress is ${shown(address)}, which is not an IPv4 address`,
      "Give an IPv4 address, for example 192.0.2.10, or a reference to one",
    );
    return;
  }
  if (!isInternal) {
    checkPublic(problems, address, block);
    return;
  }
  const range = subnet && readIpv4CidrIfKnown(ignored, "cidr", subnet.cidr);
  if (range) checkOfSubnet(problems, address, block, range);
}

/** OCI keeps the first two addresses and the last one of each subnet. See https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm */
function checkOfSubnet(problems: Problems, address: string, { first }: Cidr, range: Cidr): void {
  const isInside = contains(range, { ...range, first, last: first });
  const isReserved = first === range.first || first === range.first + 1n || first === range.last;
  if (isInside && !isReserved) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    isInside
      ? `reservedAddress is ${address}, which OCI reserves: the first two addresses and the last one of ${range.text}`
      : `reservedAddress is ${address}, outside of the load balancer subnet ${range.text}`,
    "Give a free address of the subnet",
  );
}

/** Adds a problem if an address can't be a reserved public IP of OCI. */
function checkPublic(problems: Problems, address: string, block: Cidr): void {
  if (!isPrivate(block) && !isUnreachable(block)) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `reservedAddress is ${address}, which is not a public address, but the load balancer is public`,
    "Give a reserved public IP of OCI, for example 192.0.2.10; or use LoadBalancerAccess.internalFrom(cidrs)",
  );
}

/**
 * The annotation for a reserved address.
 *
 * `reserved-ips` (Kubernetes 1.30) and `reserved-private-ips` (1.32) are supported by the controller that OKE
 * runs, not by its open-source edition v1.35.0; the field `loadBalancerIP`, which they replace, is
 * deprecated.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 */
export function addressAnnotations(
  address: string | undefined,
  { isInternal, type }: Pick<Exposure, "isInternal" | "type">,
): { [key: string]: string } {
  if (address === undefined) return {};
  if (!isInternal) return { "oci.oraclecloud.com/reserved-ips": address };
  // Accepts any free address of the subnet, reserved or not.
  return type === LoadBalancerType.NETWORK_LOAD_BALANCER
    ? { "oci-network-load-balancer.oraclecloud.com/assigned-private-ipv4": address }
    : { "oci.oraclecloud.com/reserved-private-ips": address };
}
