import { PipelineIdentity } from "../../../lib";
import {
  authenticationConfigurationOf,
  checkIssuers,
  tokenAuthenticationOf,
} from "../../../lib/cluster/access/private/pipeline-authentication";
import { Problems } from "../../../lib/core/validation-error";
import { validationProblemsOf, problemCodesOf } from "../../support/stack";

const github = { repository: "acme/shop", audience: "oke-production" };
const gitlab = { projectPath: "acme/tools/shop", branch: "main", audience: "oke-production" };
const jenkins = {
  issuerUrl: "https://jenkins.example.com/oidc",
  audience: "oke-production",
  subject: "deploy",
  usernamePrefix: "jenkins:",
  requiredClaims: { job: "deploy" },
};

describe("a pipeline", () => {
  test.each([
    [{ branch: "main" }, "actions-oidc:repo:acme/shop:ref:refs/heads/main", { ref: "refs/heads/main" }],
    [{ tag: "v1" }, "actions-oidc:repo:acme/shop:ref:refs/tags/v1", { ref: "refs/tags/v1" }],
    [
      { environment: "production" },
      "actions-oidc:repo:acme/shop:environment:production",
      { environment: "production" },
    ],
    [{ subject: "repository_id:7" }, "actions-oidc:repository_id:7", { sub: "repository_id:7" }],
  ])("of GitHub Actions with %j accepts tokens of it only", (further, username, claims) => {
    const identity = PipelineIdentity.gitHubActions({ ...github, ...further });
    expect(identity).toMatchObject({
      issuerUrl: "https://token.actions.githubusercontent.com",
      audience: "oke-production",
      username,
    });
    expect(identity._token.requiredClaims).toEqual({ repository: "acme/shop", ...claims });
  });

  test("of GitLab accepts tokens of a protected branch only", () => {
    const identity = PipelineIdentity.gitLab(gitlab);
    expect(identity.username).toBe("gitlab-oidc:project_path:acme/tools/shop:ref_type:branch:ref:main");
    expect(identity._token.requiredClaims).toEqual({
      project_path: "acme/tools/shop",
      ref_type: "branch",
      ref: "main",
      ref_protected: "true",
    });
    const free = PipelineIdentity.gitLab({
      ...gitlab,
      protectedBranch: false,
      issuerUrl: "https://git.example.com",
    });
    expect(free.issuerUrl).toBe("https://git.example.com");
    expect(free._token.requiredClaims).not.toHaveProperty("ref_protected");
  });

  test("of any issuer has the username of its claim", () => {
    expect(PipelineIdentity.ofIssuer(jenkins)).toMatchObject({ username: "jenkins:deploy" });
  });
});

describe("the configuration of a cluster", () => {
  const main = PipelineIdentity.gitHubActions({ ...github, branch: "main" });

  test("for one pipeline consists of attributes", () => {
    expect(tokenAuthenticationOf([main])).toEqual({
      isOpenIdConnectAuthEnabled: true,
      issuerUrl: "https://token.actions.githubusercontent.com",
      clientId: "oke-production",
      usernameClaim: "sub",
      usernamePrefix: "actions-oidc:",
      signingAlgorithms: ["RS256"],
      requiredClaims: [
        { key: "ref", value: "refs/heads/main" },
        { key: "repository", value: "acme/shop" },
      ],
    });
  });

  test("for several pipelines is a file that does not depend on their order", () => {
    const other = PipelineIdentity.gitHubActions({
      ...github,
      repository: "acme/api",
      audience: "oke",
      branch: "main",
    });
    const all = [main, PipelineIdentity.gitLab(gitlab), other];
    const file = authenticationConfigurationOf(all);
    expect(file).toMatchInlineSnapshot(`
     "apiVersion: apiserver.config.k8s.io/v1beta1
     kind: AuthenticationConfiguration
     jwt:
       - issuer:
           url: https://gitlab.com
           audiences:
             - oke-production
         claimValidationRules:
           - expression: claims["project_path"] == "acme/tools/shop" && claims["ref"] == "main" && claims["ref_protected"] == "true" && claims["ref_type"] == "branch"
             message: the token does not belong to a pipeline that may use this cluster
         claimMappings:
           username:
             claim: sub
             prefix: "gitlab-oidc:"
       - issuer:
           url: https://token.actions.githubusercontent.com
           audiences:
             - oke
             - oke-production
           audienceMatchPolicy: MatchAny
         claimValidationRules:
           - expression: ((claims.aud == "oke" || "oke" in claims.aud) && claims["ref"] == "refs/heads/main" && claims["repository"] == "acme/api") || ((claims.aud == "oke-production" || "oke-production" in claims.aud) && claims["ref"] == "refs/heads/main" && claims["repository"] == "acme/shop")
             message: the token does not belong to a pipeline that may use this cluster
         claimMappings:
           username:
             claim: sub
             prefix: "actions-oidc:"
     "
    `);
    expect(authenticationConfigurationOf([...all].reverse())).toBe(file);
    expect(tokenAuthenticationOf(all)).toEqual({
      isOpenIdConnectAuthEnabled: true,
      configurationFile: Buffer.from(file).toString("base64"),
    });
  });

  test("contains each issuer once", () => {
    const problems = new Problems("test");
    checkIssuers(problems, [
      PipelineIdentity.ofIssuer(jenkins),
      PipelineIdentity.ofIssuer({ ...jenkins, usernamePrefix: "ci:" }),
    ]);
    const [problem] = validationProblemsOf(() => problems.throwIfAny());
    expect(problem).toMatchObject({
      code: "ISSUER_INVALID",
      property: "issuerUrl",
    });
  });
});

describe("bad input", () => {
  test.each([
    ["an issuer over http", { issuerUrl: "http://jenkins.example.com" }, ["ISSUER_INVALID"]],
    ["an issuer that is no address", { issuerUrl: "jenkins" }, ["ISSUER_INVALID"]],
    ["an issuer with a query", { issuerUrl: "https://a.example.com?b=c" }, ["ISSUER_INVALID"]],
    ["no audience", { audience: undefined }, ["ISSUER_INVALID"]],
    ["a blank audience", { audience: " " }, ["ISSUER_INVALID"]],
    ["no claims", { requiredClaims: {} }, ["ISSUER_INVALID"]],
    ["a claim that is no text", { requiredClaims: { a: 1 } }, ["VALUE_INVALID"]],
    ["a prefix of Kubernetes", { usernamePrefix: "system:" }, ["ISSUER_INVALID"]],
    ["no prefix", { usernamePrefix: "" }, ["NAME_INVALID"]],
    ["an incomplete certificate", { caCertificate: "-----BEGIN CERTIFICATE-----" }, ["ISSUER_INVALID"]],
    [
      "several at once",
      { issuerUrl: "http://a", audience: "", requiredClaims: {} },
      ["ISSUER_INVALID", "ISSUER_INVALID", "ISSUER_INVALID"],
    ],
  ])("is refused: %s", (_, further, codes) => {
    expect(problemCodesOf(() => PipelineIdentity.ofIssuer({ ...jenkins, ...further } as never))).toEqual(
      codes,
    );
  });

  test.each([
    [
      "a repository of GitHub without a branch",
      () => PipelineIdentity.gitHubActions(github),
      ["ISSUER_INVALID"],
    ],
    [
      "a branch and an environment",
      () => PipelineIdentity.gitHubActions({ ...github, branch: "main", environment: "production" }),
      ["ISSUER_INVALID"],
    ],
    [
      "an owner alone",
      () => PipelineIdentity.gitHubActions({ ...github, repository: "acme", branch: "main" }),
      ["NAME_INVALID"],
    ],
    [
      "a project without a group",
      () => PipelineIdentity.gitLab({ ...gitlab, projectPath: "shop" }),
      ["NAME_INVALID"],
    ],
    [
      "GitLab over http",
      () => PipelineIdentity.gitLab({ ...gitlab, issuerUrl: "http://git.example.com" }),
      ["ISSUER_INVALID"],
    ],
  ])("is refused: %s", (_, call, codes) => {
    expect(problemCodesOf(call)).toEqual(codes);
  });
});
