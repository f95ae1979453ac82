import { Yaml } from "cdk8s";
import { type IConstruct } from "constructs";
import { contains } from "../../../core/cidr";
import { MarkOn, NoteOn } from "../../../core/construct-state";
import { IpProtocol } from "../../../core/port";
import { byKey, byText } from "../../../core/stable-order";
import { Problems } from "../../../core/validation-error";
import { addWarning, findWhenWritten } from "../../../core/warnings";
import { blockOf, type Egress, EgressSource } from "../../../network/egress/egress";
import { type IClusterNetwork } from "../../../network/vcn/network";
import {
  containerengineClusterOptionsOpenIdConnectTokenAuthenticationConfigToTerraform as configToTerraform,
  type ContainerengineCluster,
  type ContainerengineClusterOptionsOpenIdConnectTokenAuthenticationConfig,
} from "../../../oci/containerengine-cluster";
import { createdClusterOf, type ISecureOkeCluster } from "../../cluster-base";
import { type PipelineIdentity } from "../pipeline-identity";

const accepted = new NoteOn<IConstruct, PipelineIdentity[]>();

/** Makes a cluster accept the tokens of another pipeline. */
export function acceptTokens(
  cluster: IConstruct,
  resource: ContainerengineCluster,
  identity: PipelineIdentity,
): void {
  const identities = [...(accepted.get(cluster) ?? []), identity];
  const problems = new Problems(cluster);
  checkIssuers(problems, identities);
  problems.throwIfAny();
  accepted.set(cluster, identities);
  const config = tokenAuthenticationOf(identities);
  // As an override, so that clusters without pipelines are written as before.
  resource.addOverride(
    "options.open_id_connect_token_authentication_config",
    JSON.parse(JSON.stringify(configToTerraform(config))),
  );
}

type Config = ContainerengineClusterOptionsOpenIdConnectTokenAuthenticationConfig;
type Token = PipelineIdentity["_token"];

/** The settings that all pipelines of an issuer share: the API server has one configuration for an issuer. */
const SHARED = ["usernameClaim", "usernamePrefix", "caCertificate"] as const;

/** Adds a problem if an issuer was given with other settings before. */
export function checkIssuers(problems: Problems, identities: readonly PipelineIdentity[]): void {
  for (const tokens of byIssuer(identities)) {
    const [first, ...others] = tokens;
    const different = SHARED.filter((name) => others.some((token) => token[name] !== first?.[name]));
    if (different.length === 0) continue;
    problems.add(
      "ISSUER_INVALID",
      `issuerUrl is ${first?.issuerUrl}, for which pipelines have different values of ${different.join(" and ")}`,
      `Use the same ${different.join(" and ")} for all pipelines of an issuer`,
    );
  }
}

/**
 * The token authentication of a cluster: the attributes of the cluster for one pipeline, a configuration file of the API server for
 * several.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration
 */
export function tokenAuthenticationOf(identities: readonly PipelineIdentity[]): Config {
  const issuers = byIssuer(identities);
  const [[only, ...others] = []] = issuers;
  if (only && others.length === 0 && issuers.length === 1) return attributesOf(only);
  return {
    isOpenIdConnectAuthEnabled: true,
    configurationFile: base64(authenticationConfigurationOf(identities)),
  };
}

/** The configuration file of the API server. */
export function authenticationConfigurationOf(identities: readonly PipelineIdentity[]): string {
  return Yaml.stringify({
    apiVersion: "apiserver.config.k8s.io/v1beta1",
    kind: "AuthenticationConfiguration",
    jwt: byIssuer(identities).map(authenticatorOf),
  });
}

function attributesOf(token: Token): Config {
  return {
    isOpenIdConnectAuthEnabled: true,
    issuerUrl: token.issuerUrl,
    clientId: token.audience,
    usernameClaim: token.usernameClaim,
    usernamePrefix: token.usernamePrefix,
    signingAlgorithms: ["RS256"],
    requiredClaims: sortedClaims(token).map(([key, value]) => ({ key, value })),
    ...(token.caCertificate === undefined ? {} : { caCertificate: base64(token.caCertificate) }),
  };
}

function authenticatorOf(tokens: readonly Token[]): object {
  const [{ issuerUrl, usernameClaim, usernamePrefix, caCertificate }] = tokens as [Token];
  const audiences = [...new Set(tokens.map(({ audience }) => audience))].sort();
  return {
    issuer: {
      url: issuerUrl,
      audiences,
      ...(audiences.length > 1 ? { audienceMatchPolicy: "MatchAny" } : {}),
      ...(caCertificate === undefined ? {} : { certificateAuthority: caCertificate }),
    },
    claimValidationRules: [
      {
        expression: alternativesOf(tokens.map((token) => expressionOf(token, audiences.length === 1))),
        message: "the token does not belong to a pipeline that may use this cluster",
      },
    ],
    claimMappings: { username: { claim: usernameClaim, prefix: usernamePrefix } },
  };
}

function alternativesOf(expressions: readonly string[]): string {
  const different = [...new Set(expressions)].sort();
  return different.length === 1
    ? different.join()
    : different.map((expression) => `(${expression})`).join(" || ");
}

/**
 * All claims of one pipeline, with its audience if other pipelines of the issuer have a different one.
 *
 * A missing claim is a CEL error, which counts only if no other pipeline matches, and then rejects the token.
 */
function expressionOf(token: Token, isAudienceShared: boolean): string {
  const claims = sortedClaims(token).map(
    ([claim, value]) => `claims[${JSON.stringify(claim)}] == ${JSON.stringify(value)}`,
  );
  const audience = JSON.stringify(token.audience);
  // The claim is a list or a single string, and CEL can't search in the latter.
  const hasAudience = `(claims.aud == ${audience} || ${audience} in claims.aud)`;
  return [...(isAudienceShared ? [] : [hasAudience]), ...claims].join(" && ");
}

function sortedClaims({ requiredClaims }: Token): [string, string][] {
  return Object.entries(requiredClaims).sort(byKey);
}

/** The pipelines of each issuer, in a stable order. */
function byIssuer(identities: readonly PipelineIdentity[]): Token[][] {
  const groups = new Map<string, Token[]>();
  for (const { _token: token } of identities) {
    groups.set(token.issuerUrl, [...(groups.get(token.issuerUrl) ?? []), token]);
  }
  return [...groups].sort(([issuer], [other]) => byText(issuer, other)).map(([, tokens]) => tokens);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

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
