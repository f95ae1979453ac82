import { type IConstruct } from "constructs";
import { authenticationConfigurationOf } from "./token-authentication";
import { MarkOn } from "../../../core/construct-state";
import { contains } from "../../../core/cidr";
import { IpProtocol } from "../../../core/port";
import { findWhenWritten, addWarning } from "../../../core/warnings";
import { Problems } from "../../../core/validation-error";
import { blockOf, type Egress, EgressSource } from "../../../network/egress/egress";
import { type IClusterNetwork } from "../../../network/vcn/network";
import { createdClusterOf, type ISecureOkeCluster } from "../../cluster-base";
import { type PipelineIdentity } from "../pipeline-identity";

interface WithEndpointEgress extends IClusterNetwork {
  /** @internal */
  _hasEndpointEgress(port: number): boolean;
}

const HTTPS = 443;

/** The networks whose public API endpoint already has an egress rule to an issuer, which needs no route. */
const withPublicEndpointEgress = new MarkOn<IClusterNetwork>();

/** Makes a cluster accept the tokens of a pipeline, and allows the egress of its endpoint to the issuer. */
export function acceptPipeline(
  cluster: ISecureOkeCluster,
  identity: PipelineIdentity,
  egress?: Egress,
): void {
  const created = createdClusterOf(cluster);
  if (created) {
    created._acceptPipeline(identity);
    if (!egress) checkEgressWhenWritten(cluster, identity);
  } else {
    warnOfImported(cluster, identity);
  }
  if (!egress) return;
  const { network, apiEndpointSecurityGroup: group } = cluster;
  // The subnet of a public endpoint already has a route to the internet.
  if (network.apiEndpointSubnet.isPublic) {
    withPublicEndpointEgress.once(network);
    group.allowTo(egress._peer, egress.port, { reason: egress.reason });
  } else network.addEgress(EgressSource.apiEndpoint(group), egress);
}

/** Where the API server reads the keys of an issuer. */
function issuerAddress({ issuerUrl }: PipelineIdentity): { hostname: string; number: number } {
  const { hostname, port } = new URL(issuerUrl);
  return { hostname, number: port === "" ? HTTPS : Number(port) };
}

const IPV4 = /^\d+(?:\.\d+){3}$/;

/** Adds a problem if the egress of the endpoint certainly doesn't reach the issuer: another port, or another address. */
export function checkIssuerEgress(problems: Problems, identity: PipelineIdentity, egress: Egress): void {
  const { hostname, number } = issuerAddress(identity);
  const { protocol, from = 1, to = from } = egress.port;
  const hasPort = protocol === IpProtocol.TCP && from <= number && number <= to;
  const address = IPV4.test(hostname) ? blockOf(`${hostname}/32`) : undefined;
  const destination = blockOf(egress.cidr);
  const hasAddress = !address || !destination || contains(destination, address);
  if (hasPort && hasAddress) return;
  problems.add(
    "EGRESS_INVALID",
    `issuerEgress is ${egress.cidr}, ${egress.port.toString()}, which does not reach the token issuer ${hostname}, TCP ${number}`,
    `Set issuerEgress to Egress.to("${address?.text ?? "<range of the issuer>"}", Port.tcp(${number}), { reason })`,
  );
}

/** Only the owner of an imported network knows its routes. */
function checkEgressWhenWritten(cluster: ISecureOkeCluster, identity: PipelineIdentity): void {
  const { _hasEndpointEgress: hasEgress } = cluster.network as Partial<WithEndpointEgress>;
  if (!hasEgress) return;
  const { hostname, number } = issuerAddress(identity);
  findWhenWritten(cluster, () => {
    if (withPublicEndpointEgress.has(cluster.network) || hasEgress.call(cluster.network, number)) return [];
    const problems = new Problems(cluster);
    problems.add(
      "EGRESS_INVALID",
      `The API endpoint has no egress to the token issuer ${hostname}, TCP ${number}, so it can't read the issuer's keys and rejects every token`,
      `Set issuerEgress of CiAccess: Egress.to("<range of the issuer>", Port.tcp(${number}), { reason }), or Egress.toAnywhere if its addresses change`,
    );
    problems.throwIfAny();
    return [];
  });
}

/** The program writes nothing to an imported cluster, so its owner must configure it. */
function warnOfImported(cluster: IConstruct, identity: PipelineIdentity): void {
  addWarning(
    cluster,
    [
      `[imported-cluster-issuer] ${cluster.node.path}: an imported cluster may not accept tokens of ${identity.issuerUrl}`,
      "  Why: The API server rejects every token of an issuer that it does not know.",
      "  Instead: Make sure that its OpenID Connect configuration contains: " +
        authenticationConfigurationOf([identity]).trim().split("\n").join("\n    "),
    ].join("\n"),
  );
}
