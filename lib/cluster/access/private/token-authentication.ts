import { Yaml } from "cdk8s";
import { type IConstruct } from "constructs";
import { Problems } from "../../../core/validation-error";
import {
  type ContainerengineCluster,
  type ContainerengineClusterOptionsOpenIdConnectTokenAuthenticationConfig,
  containerengineClusterOptionsOpenIdConnectTokenAuthenticationConfigToTerraform as configToTerraform,
} from "../../../oci/containerengine-cluster";
import { type PipelineIdentity } from "../pipeline-identity";

const accepted = new WeakMap<IConstruct, PipelineIdentity[]>();

/** Makes a cluster accept the tokens of one more pipeline. */
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
  // By an override, so that a cluster without pipelines is written as before.
  resource.addOverride(
    "options.open_id_connect_token_authentication_config",
    JSON.parse(JSON.stringify(configToTerraform(config))),
  );
}

type Config = ContainerengineClusterOptionsOpenIdConnectTokenAuthenticationConfig;
type Token = PipelineIdentity["_token"];

/** What is the same for all pipelines of an issuer: the API server knows an issuer once. */
const SHARED = ["usernameClaim", "usernamePrefix", "caCertificate"] as const;

/** Adds a problem where an issuer was given with other settings before. */
export function checkIssuers(problems: Problems, identities: readonly PipelineIdentity[]): void {
  for (const tokens of byIssuer(identities)) {
    const [first, ...others] = tokens;
    const different = SHARED.filter((name) => others.some((one) => one[name] !== first?.[name]));
    if (different.length === 0) continue;
    problems.add(
      "ISSUER_INVALID",
      `${first?.issuerUrl} is given with different values of ${different.join(" and ")}`,
      "Give all pipelines of an issuer the same ones",
    );
  }
}

/**
 * How a cluster reads tokens of pipelines: one by the attributes of the cluster, several by a configuration file of the API server.
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
        message: "the token is of no pipeline that may use this cluster",
      },
    ],
    claimMappings: { username: { claim: usernameClaim, prefix: usernamePrefix } },
  };
}

function alternativesOf(expressions: readonly string[]): string {
  const different = [...new Set(expressions)].sort();
  return different.length === 1 ? different.join() : different.map((one) => `(${one})`).join(" || ");
}

/**
 * All claims of one pipeline, with its audience where another pipeline of the issuer has another one.
 *
 * A claim that is missing is an error of CEL, which counts only if no other pipeline matches, and refuses the token then.
 */
function expressionOf(token: Token, isAudienceShared: boolean): string {
  const claims = sortedClaims(token).map(
    ([claim, value]) => `claims[${JSON.stringify(claim)}] == ${JSON.stringify(value)}`,
  );
  const audience = JSON.stringify(token.audience);
  // The claim is a list, or a single text, in which CEL can't look.
  const isMeant = `(claims.aud == ${audience} || ${audience} in claims.aud)`;
  return [...(isAudienceShared ? [] : [isMeant]), ...claims].join(" && ");
}

function sortedClaims({ requiredClaims }: Token): [string, string][] {
  return Object.entries(requiredClaims).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The pipelines of each issuer, in an order that does not depend on theirs. */
function byIssuer(identities: readonly PipelineIdentity[]): Token[][] {
  const groups = new Map<string, Token[]>();
  for (const { _token: token } of identities) {
    groups.set(token.issuerUrl, [...(groups.get(token.issuerUrl) ?? []), token]);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, tokens]) => tokens);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
