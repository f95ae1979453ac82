import { Yaml } from "cdk8s";
import { type IConstruct } from "constructs";
import { NoteOn } from "../../../core/construct-state";
import { byKey, byText } from "../../../core/stable-order";
import { Problems } from "../../../core/validation-error";
import {
  type ContainerengineCluster,
  type ContainerengineClusterOptionsOpenIdConnectTokenAuthenticationConfig,
  containerengineClusterOptionsOpenIdConnectTokenAuthenticationConfigToTerraform as configToTerraform,
} from "../../../oci/containerengine-cluster";
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
